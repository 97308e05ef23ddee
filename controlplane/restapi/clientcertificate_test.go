package restapi_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestClientCertificate(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{ClientCertificates: 1})
	certificate := must(w, w.client.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{Description: aws.String("d"), Tags: map[string]string{"a": "b"}})
	if bytes.Contains(w.tape.body, []byte("PRIVATE")) {
		t.Error("the private key is returned")
	}
	if created := time.Unix(1_700_000_000, 0); !certificate.CreatedDate.Equal(created) || !certificate.ExpirationDate.Equal(created.AddDate(0, 0, 365)) {
		t.Errorf("valid from %v to %v", certificate.CreatedDate, certificate.ExpirationDate)
	}
	block, rest := pem.Decode([]byte(*certificate.PemEncodedCertificate))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatalf("no PEM: %s", *certificate.PemEncodedCertificate)
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := parsed.CheckSignature(parsed.SignatureAlgorithm, parsed.RawTBSCertificate, parsed.Signature); err != nil {
		t.Errorf("not self-signed: %v", err)
	}
	if key, ok := parsed.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 || !parsed.NotAfter.Equal(*certificate.ExpirationDate) {
		t.Errorf("%T valid to %v", parsed.PublicKey, parsed.NotAfter)
	}
	encoded, err := json.Marshal(*certificate.PemEncodedCertificate)
	if err != nil {
		t.Fatal(err)
	}
	id := certificate.ClientCertificateId
	shown := func(description string) string {
		return `{"clientCertificateId":"` + *id + `","description":"` + description + `","pemEncodedCertificate":` + string(encoded) + `,"createdDate":"<date>","expirationDate":1731536000,"tags":{"a":"b"}}`
	}
	fact(w, "full", w.client.GenerateClientCertificate, &apigateway.GenerateClientCertificateInput{},
		"429 LimitExceededException: Maximum number of Client Certificates has been reached. Please contact AWS if you need additional Client Certificates.")
	fact(w, "get", w.client.GetClientCertificate, &apigateway.GetClientCertificateInput{ClientCertificateId: id}, "200 "+shown("d"))
	fact(w, "list", w.client.GetClientCertificates, &apigateway.GetClientCertificatesInput{}, `200 {"item":[`+shown("d")+`]}`)
	fact(w, "update", w.client.UpdateClientCertificate, &apigateway.UpdateClientCertificateInput{ClientCertificateId: id, PatchOperations: ops(op("replace", "/description", "new"))}, "200 "+shown("new"))

	api, _ := w.deployable()
	w.deploy(api, "dev")
	stage := func(value string) {
		must(w, w.client.UpdateStage, &apigateway.UpdateStageInput{RestApiId: &api, StageName: aws.String("dev"), PatchOperations: ops(op("replace", "/clientCertificateId", value))})
	}
	remove := func(name, want string) {
		fact(w, name, w.client.DeleteClientCertificate, &apigateway.DeleteClientCertificateInput{ClientCertificateId: id}, want)
	}
	stage(*id)
	remove("delete while in use", "400 BadRequestException: Cannot delete client certificate "+*id+" because it is used by stage "+api+":dev")
	stage("")
	remove("delete", "202 ")
	remove("delete again", "404 NotFoundException: Invalid Client Certificate identifier specified")
}
