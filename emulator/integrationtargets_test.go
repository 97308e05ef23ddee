package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// createIntegrationAPI makes an API whose method POST / has an integration, and deploys
// it as "dev". Of the integration only what is set is used.
func (c *clients) createIntegrationAPI(ctx context.Context, t *testing.T, integration apigateway.PutIntegrationInput) (apiID string) {
	t.Helper()
	api := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("integration")}))(t)
	method := aws.String("POST")
	must(c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: method, AuthorizationType: aws.String("NONE")}))(t)
	must(c.gateway.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: method, StatusCode: aws.String("200")}))(t)
	integration.RestApiId, integration.ResourceId, integration.HttpMethod = api.Id, api.RootResourceId, method
	if integration.IntegrationHttpMethod == nil {
		integration.IntegrationHttpMethod = method
	}
	must(c.gateway.PutIntegration(ctx, &integration))(t)
	must(c.gateway.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: method, StatusCode: aws.String("200")}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")}))(t)
	return *api.Id
}

// post sends a request without a body to the root of an API.
func (c *clients) post(ctx context.Context, t *testing.T, e *emulator.Emulator, apiID string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.InvokeURL(apiID, "dev", ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// TestAWSServiceIntegration: an operation goes to the endpoint of its service, and to the
// emulator itself for a service of its own.
func TestAWSServiceIntegration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("X-Amz-Target"), body)
	}))
	t.Cleanup(service.Close)
	e := start(t, emulator.Config{Getenv: func(name string) string {
		if name == "AWS_ENDPOINT_URL_SFN" {
			return service.URL
		}
		return ""
	}})
	c := newClients(t, e.AWSConfig())
	tests := map[string]struct {
		uri    string
		verb   string
		status int
		want   string
	}{
		"Step Functions":  {"arn:aws:apigateway:us-east-1:states:action/StartSyncExecution", "POST", 200, "POST AWSStepFunctions.StartSyncExecution {}"},
		"own Lambda":      {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", "GET", 200, `{"Functions":[]}`},
		"without address": {"arn:aws:apigateway:us-east-1:sqs:action/ListQueues", "POST", 500, `{"message": "Internal server error"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			apiID := c.createIntegrationAPI(ctx, t, apigateway.PutIntegrationInput{
				Type: types.IntegrationTypeAws, Uri: aws.String(test.uri), IntegrationHttpMethod: aws.String(test.verb), Credentials: aws.String("arn:aws:iam::000000000000:role/api"),
				RequestTemplates: map[string]string{"application/json": "{}"},
			})
			if status, answer := c.post(ctx, t, e, apiID); status != test.status || answer != test.want {
				t.Errorf("got %d %s", status, answer)
			}
		})
	}
}

// TestVPCLinkTarget: the target of a link is found by its id, its name, its target and
// its tag.
func TestVPCLinkTarget(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprintf(w, "%s%s", r.Host, r.RequestURI) }))
	t.Cleanup(target.Close)
	const arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/a/1"
	e := start(t, emulator.Config{VPCLinks: map[string]string{"by-name": target.URL, arn: target.URL}})
	c := newClients(t, e.AWSConfig())
	tests := map[string]struct {
		link   apigateway.CreateVpcLinkInput
		status int
		want   string
	}{
		"name":   {apigateway.CreateVpcLinkInput{Name: aws.String("by-name"), TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:other"}}, 200, "nlb.example/base"},
		"target": {apigateway.CreateVpcLinkInput{Name: aws.String("t"), TargetArns: []string{arn}}, 200, "nlb.example/base"},
		"tag":    {apigateway.CreateVpcLinkInput{Name: aws.String("g"), TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:other"}, Tags: map[string]string{"stagedoor:target": target.URL}}, 200, "nlb.example/base"},
		"none":   {apigateway.CreateVpcLinkInput{Name: aws.String("n"), TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:other"}}, 500, `{"message": "Internal server error"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			link := must(c.gateway.CreateVpcLink(ctx, &test.link))(t)
			apiID := c.createIntegrationAPI(ctx, t, apigateway.PutIntegrationInput{
				Type: types.IntegrationTypeHttpProxy, Uri: aws.String("http://nlb.example/base"), ConnectionType: types.ConnectionTypeVpcLink, ConnectionId: link.Id,
			})
			if status, answer := c.post(ctx, t, e, apiID); status != test.status || answer != test.want {
				t.Errorf("got %d %s", status, answer)
			}
		})
	}
}
