package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestCustomDomainNames calls an API by a custom domain name, by HTTP and TLS.
func TestCustomDomainNames(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dir := t.TempDir()
	e := start(t, emulator.Config{DataDir: dir})
	c := newClients(t, e.AWSConfig())
	apiID := c.createProxyAPI(ctx, t, c.createFunction(ctx, t, echoFunction(t)))
	domain := aws.String("pets.example.com")
	call := func(path string) (int, string) {
		t.Helper()
		request := get(t, e.URL()+path)
		request.Host = *domain
		response := must(c.http.Do(request))(t)
		defer response.Body.Close()
		return response.StatusCode, string(must(io.ReadAll(response.Body))(t))
	}
	if status, body := call("/v1/a"); status != http.StatusForbidden || !strings.Contains(body, "none of this emulator's names") {
		t.Errorf("before it exists: %d %s", status, body)
	}
	created := must(c.gateway.CreateDomainName(ctx, &apigateway.CreateDomainNameInput{
		DomainName: domain, RegionalCertificateArn: aws.String("arn:aws:acm:us-east-1:000000000000:certificate/3b1f1a5e-0000-4000-8000-000000000000"),
		EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeRegional}},
	}))(t)
	if !strings.Contains(aws.ToString(created.RegionalDomainName), ".execute-api.us-east-1.amazonaws.com") {
		t.Errorf("regional domain name: %q", aws.ToString(created.RegionalDomainName))
	}
	if status, body := call("/v1/a"); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
		t.Errorf("without a mapping: %d %s", status, body)
	}
	must(c.gateway.CreateBasePathMapping(ctx, &apigateway.CreateBasePathMappingInput{DomainName: domain, BasePath: aws.String("v1"), RestApiId: &apiID, Stage: aws.String("dev")}))(t)
	must(c.gateway.UpdateRestApi(ctx, &apigateway.UpdateRestApiInput{RestApiId: &apiID, PatchOperations: []types.PatchOperation{
		{Op: types.OpReplace, Path: aws.String("/disableExecuteApiEndpoint"), Value: aws.String("true")},
	}}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	if status, _ := c.body(t, e.InvokeURL(apiID, "dev", "/a")); status != http.StatusForbidden {
		t.Errorf("the default endpoint is disabled: %d", status)
	}

	want := func(status int, body string) {
		t.Helper()
		var event proxyEvent
		if err := json.Unmarshal([]byte(body), &event); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s: %v", status, body, err)
		}
		if event.Path != "/v1/a%20b" || event.RequestContext.Path != "/v1/a%20b" || event.PathParameters["proxy"] != "a%20b" ||
			event.RequestContext.Stage != "dev" || !strings.HasPrefix(event.RequestContext.DomainName, *domain) || event.RequestContext.DomainPrefix != "pets" {
			t.Errorf("event: %+v", event)
		}
	}
	want(call("/v1/a%20b"))

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(must(os.ReadFile(filepath.Join(dir, "ca.pem")))(t))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: *domain}}
	defer transport.CloseIdleConnections()
	request := get(t, strings.Replace(e.URL(), "http://", "https://", 1)+"/v1/a%20b")
	request.Host = *domain
	response := must((&http.Client{Transport: transport}).Do(request))(t)
	defer response.Body.Close()
	want(response.StatusCode, string(must(io.ReadAll(response.Body))(t)))

	must(c.gateway.DeleteBasePathMapping(ctx, &apigateway.DeleteBasePathMappingInput{DomainName: domain, BasePath: aws.String("v1")}))(t)
	if status, _ := call("/v1/a"); status != http.StatusForbidden {
		t.Errorf("mapping deleted: %d", status)
	}
}
