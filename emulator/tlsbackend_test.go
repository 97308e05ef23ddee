package emulator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// testAuthority is a certificate authority.
type testAuthority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

func newAuthority(t *testing.T) *testAuthority {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))(t)
	a := &testAuthority{certificate: must(x509.ParseCertificate(der))(t), key: key, file: filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// backend is a TLS server with a certificate of the authority for a name or an address. It
// answers with the name that the client asked for, the Host, and the target.
func (a *testAuthority) backend(t *testing.T, name string, notAfter time.Time) *httptest.Server {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: notAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if address := net.ParseIP(name); address != nil {
		template.IPAddresses = []net.IP{address}
	} else {
		template.DNSNames = []string{name}
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key))(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := net.SplitHostPort(r.Host)
		_, _ = fmt.Fprintf(w, "%s|%s|%s %s", r.TLS.ServerName, strings.TrimSuffix(r.Host, ":"+port), r.Method, r.RequestURI)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// TestBackendsWithTLS: which certificates integrations take, with a name to verify, without
// verification, and without either, of an authority that the binary knows and of one that it
// does not.
func TestBackendsWithTLS(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is read on Linux")
	}
	known, foreign := newAuthority(t), newAuthority(t)
	hour, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	named, address := known.backend(t, "backend.internal", hour), known.backend(t, "127.0.0.1", hour)
	foreignNamed, foreignAddress := foreign.backend(t, "backend.internal", hour), foreign.backend(t, "127.0.0.1", hour)
	stale, expired := known.backend(t, "backend.internal", past), foreign.backend(t, "127.0.0.1", past)
	p := startBinaryWith(t, []string{"SSL_CERT_FILE=" + known.file, "SSL_CERT_DIR=" + t.TempDir()}, "--ephemeral")
	c := newClients(t, p.config())

	v2 := apigatewayv2.NewFromConfig(c.config)
	api := must(v2.CreateApi(t.Context(), &apigatewayv2.CreateApiInput{Name: aws.String("tls"), ProtocolType: types.ProtocolTypeHttp}))(t)
	must(v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{ApiId: api.ApiId, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)}))(t)
	link := func(name, target string) string {
		return *must(v2.CreateVpcLink(t.Context(), &apigatewayv2.CreateVpcLinkInput{Name: &name, SubnetIds: []string{"subnet-1"}, Tags: map[string]string{"stagedoor:target": target}}))(t).VpcLinkId
	}
	route := func(path, uri, linkID, verify string) {
		in := proxyTo(uri)
		in.ApiId = api.ApiId
		if linkID != "" {
			in.ConnectionType, in.ConnectionId = types.ConnectionTypeVpcLink, &linkID
			in.IntegrationUri = aws.String("arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/1/2")
		}
		if verify != "" {
			in.TlsConfig = &types.TlsConfigInput{ServerNameToVerify: &verify}
		}
		integration := must(v2.CreateIntegration(t.Context(), &in))(t)
		must(v2.CreateRoute(t.Context(), &apigatewayv2.CreateRouteInput{ApiId: api.ApiId, RouteKey: aws.String("GET " + path), Target: aws.String("integrations/" + *integration.IntegrationId)}))(t)
	}
	const unavailable = `{"message":"Service Unavailable"}`
	for _, test := range []struct {
		path, uri, link, verify string
		status                  int
		body                    string
	}{
		{"/address", address.URL, "", "", 200, "|127.0.0.1|GET /"},
		{"/name-in-place-of-address", named.URL, "", "", 503, unavailable},
		{"/private", "", named.URL, "backend.internal", 200, "backend.internal|backend.internal|GET /private"},
		{"/private-other", "", named.URL, "other.internal", 503, unavailable},
		{"/private-foreign", "", foreignNamed.URL, "backend.internal", 503, unavailable},
		{"/private-expired", "", stale.URL, "backend.internal", 503, unavailable},
	} {
		linkID := ""
		if test.link != "" {
			linkID = link(test.path[1:], test.link)
		}
		route(test.path, test.uri, linkID, test.verify)
		// The default stage can be named in the path forms, and need not be.
		for _, form := range []string{"/_aws/execute-api/" + *api.ApiId + "/$default", "/_aws/execute-api/" + *api.ApiId + "/%24default", "/_aws/execute-api/" + *api.ApiId, "/restapis/" + *api.ApiId + "/$default/_user_request_"} {
			if status, body := c.body(t, p.url+form+test.path); status != test.status || body != test.body {
				t.Errorf("%s%s: got %d %s, want %d %s", form, test.path, status, body, test.status, test.body)
			}
		}
	}

	rest := must(c.gateway.CreateRestApi(t.Context(), &apigateway.CreateRestApiInput{Name: aws.String("tls")}))(t)
	for i, test := range []struct {
		uri    string
		skip   bool
		status int
	}{
		{address.URL, false, 200},
		{foreignAddress.URL, false, 504},
		{foreignAddress.URL, true, 200},
		{address.URL, true, 200},
		// The dates and the name of a certificate count all the same.
		{foreignNamed.URL, true, 504},
		{expired.URL, true, 504},
	} {
		path := fmt.Sprint("p", i)
		resource := must(c.gateway.CreateResource(t.Context(), &apigateway.CreateResourceInput{RestApiId: rest.Id, ParentId: rest.RootResourceId, PathPart: &path}))(t)
		must(c.gateway.PutMethod(t.Context(), &apigateway.PutMethodInput{RestApiId: rest.Id, ResourceId: resource.Id, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")}))(t)
		must(c.gateway.PutIntegration(t.Context(), &apigateway.PutIntegrationInput{
			RestApiId: rest.Id, ResourceId: resource.Id, HttpMethod: aws.String("GET"), IntegrationHttpMethod: aws.String("GET"), Type: apitypes.IntegrationTypeHttpProxy,
			Uri: &test.uri, TlsConfig: &apitypes.TlsConfig{InsecureSkipVerification: test.skip},
		}))(t)
		must(c.gateway.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: rest.Id, StageName: aws.String("dev")}))(t)
		status, body := c.body(t, p.url+"/_aws/execute-api/"+*rest.Id+"/dev/"+path)
		if status != test.status || status == 200 && body != "|127.0.0.1|GET /" {
			t.Errorf("REST, %s, insecureSkipVerification %t: got %d %s, want %d", test.uri, test.skip, status, body, test.status)
		}
	}
}
