package emulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// signed is a request that an access key signed for a service.
func signed(t *testing.T, method, url, body, service, key, secret string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, request, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	return request
}

// do returns status and body of a request.
func (c *clients) do(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response := must(c.http.Do(request))(t)
	defer response.Body.Close()
	body := must(io.ReadAll(response.Body))(t)
	return response.StatusCode, string(body)
}

// updateMethod changes the settings of a method: path and value alternate.
func (c *clients) updateMethod(t *testing.T, apiID, resourceID string, settings ...string) {
	t.Helper()
	var operations []apitypes.PatchOperation
	for i := 0; i < len(settings); i += 2 {
		operations = append(operations, apitypes.PatchOperation{Op: apitypes.OpReplace, Path: &settings[i], Value: &settings[i+1]})
	}
	must(c.gateway.UpdateMethod(t.Context(), &apigateway.UpdateMethodInput{
		RestApiId: &apiID, ResourceId: &resourceID, HttpMethod: aws.String("GET"), PatchOperations: operations,
	}))(t)
}

// TestIAM has a method be called with real signatures, of the default credentials and of
// configured ones.
func TestIAM(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{Credentials: []string{"AKIAANN=s3cr3t,arn:aws:iam::111111111111:user/ann"}})
	c := newClients(t, e.AWSConfig())
	apiID, rootID := c.createMockAPI(ctx, t, "hello $context.identity.userArn", false)
	c.updateMethod(t, apiID, rootID, "/authorizationType", "AWS_IAM")
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	url := e.InvokeURL(apiID, "dev", "/")
	if status, body := c.do(t, signed(t, http.MethodGet, url, "", "execute-api", "AKIAANN", "s3cr3t")); status != 403 ||
		!strings.HasPrefix(body, `{"Message":"User: arn:aws:iam::111111111111:user/ann is not authorized to perform: execute-api:Invoke on resource: `) {
		t.Errorf("another account without a policy: %d %s", status, body)
	}
	must(c.gateway.UpdateRestApi(ctx, &apigateway.UpdateRestApiInput{RestApiId: &apiID, PatchOperations: []apitypes.PatchOperation{{
		Op: apitypes.OpReplace, Path: aws.String("/policy"), Value: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
			`"Principal":{"AWS":["123456789012","arn:aws:iam::111111111111:user/ann"]},"Action":"execute-api:Invoke","Resource":"execute-api:/dev/*"}]}`),
	}}}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	for _, test := range []struct {
		key, secret string
		status      int
		body        string
	}{
		{"test", "test", 200, "hello arn:aws:iam::000000000000:root"},
		{"123456789012", "test", 200, "hello arn:aws:iam::123456789012:root"},
		{"AKIAANN", "s3cr3t", 200, "hello arn:aws:iam::111111111111:user/ann"},
		{"AKIAANN", "secret", 403, `{"message":"The request signature we calculated`},
		{"AKIAEVE", "test", 403, `{"message":"The security token included in the request is invalid."}`},
	} {
		if status, body := c.do(t, signed(t, http.MethodGet, url, "", "execute-api", test.key, test.secret)); status != test.status || !strings.HasPrefix(body, test.body) {
			t.Errorf("%s: %d %s, want %d %s", test.key, status, body, test.status, test.body)
		}
	}
	if status, body := c.body(t, url); status != 403 || body != `{"message":"Missing Authentication Token"}` {
		t.Errorf("unsigned: %d %s", status, body)
	}
}
