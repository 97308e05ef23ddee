package dataplane_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// TestFailsClosed: whatever guards or transforms and is not there yet is refused,
// and the log names it.
func TestFailsClosed(t *testing.T) {
	tests := map[string]struct {
		change func(*deployed.RestStage, *types.Method)
		header http.Header
		status int
		want   string
		log    string
	}{
		"AWS_IAM unsigned":        {func(_ *deployed.RestStage, m *types.Method) { m.AuthorizationType = aws.String("AWS_IAM") }, nil, 403, `{"message":"Missing Authentication Token"}`, "signature"},
		"CUSTOM":                  {func(_ *deployed.RestStage, m *types.Method) { m.AuthorizationType = aws.String("CUSTOM") }, nil, 500, `{"message":null}`, "the deployment has no authorizer"},
		"COGNITO_USER_POOLS":      {func(_ *deployed.RestStage, m *types.Method) { m.AuthorizationType = aws.String("COGNITO_USER_POOLS") }, nil, 500, `{"message":null}`, "the deployment has no authorizer"},
		"UP-15 API key missing":   {func(_ *deployed.RestStage, m *types.Method) { m.ApiKeyRequired = aws.Bool(true) }, nil, 403, `{"message":"Forbidden"}`, "API Key"},
		"API key that is unknown": {func(_ *deployed.RestStage, m *types.Method) { m.ApiKeyRequired = aws.Bool(true) }, http.Header{"X-Api-Key": {"k"}}, 403, `{"message":"Forbidden"}`, "API Key"},
		"request validator":       {func(_ *deployed.RestStage, m *types.Method) { m.RequestValidatorId = aws.String("v1") }, nil, 500, internalError, "no request validator v1"},
		"resource policy":         {func(s *deployed.RestStage, _ *types.Method) { s.Api.Api.Policy = aws.String("{}") }, nil, 500, internalError, "resource policy"},
		"web ACL":                 {func(s *deployed.RestStage, _ *types.Method) { s.Stage.WebAclArn = aws.String("arn") }, nil, 500, internalError, "web ACL"},
		"type AWS":                {func(_ *deployed.RestStage, m *types.Method) { m.MethodIntegration.Type = types.IntegrationTypeAws }, nil, 500, internalError, "Invalid endpoint address"},
		"type HTTP without a URI": {func(_ *deployed.RestStage, m *types.Method) { m.MethodIntegration.Type = types.IntegrationTypeHttp }, nil, 500, internalError, "Invalid endpoint address"},
		"VPC link": {func(_ *deployed.RestStage, m *types.Method) {
			m.MethodIntegration.ConnectionType = types.ConnectionTypeVpcLink
		}, nil, 500, internalError, "VPC_LINK"},
		"response streaming": {func(_ *deployed.RestStage, m *types.Method) {
			m.MethodIntegration.ResponseTransferMode = types.ResponseTransferModeStream
		}, nil, 500, internalError, "STREAM"},
		"no integration": {func(_ *deployed.RestStage, m *types.Method) { m.MethodIntegration = nil }, nil, 500, internalError, "no integration"},
		"cache with an unknown key": {func(s *deployed.RestStage, m *types.Method) {
			s.Stage.CacheClusterEnabled = true
			m.MethodIntegration.CacheKeyParameters = []string{"integration.request.header.none"}
			s.Stage.MethodSettings = map[string]types.MethodSetting{"*/*": {CachingEnabled: true, CacheTtlInSeconds: 300, ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10000}}
		}, nil, 200, "ok", "its cache key is unknown"},
		"SD-09 cache without size": {func(s *deployed.RestStage, _ *types.Method) {
			s.Stage.MethodSettings = map[string]types.MethodSetting{"*/*": {CachingEnabled: true, ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10000}}
		}, nil, 200, "ok", "request served"},
		"client certificate": {func(s *deployed.RestStage, m *types.Method) {
			*m = httpMethod("http://localhost:1/")
			s.Stage.ClientCertificateId = aws.String("c1")
		}, nil, 500, internalError, "client certificate"},
		"caller's credentials": {func(_ *deployed.RestStage, m *types.Method) {
			*m = lambdaMethod()
			m.MethodIntegration.Credentials = aws.String("arn:aws:iam::*:user/*")
		}, nil, 500, internalError, "caller's credentials"},
		"Lambda without a name": {func(_ *deployed.RestStage, m *types.Method) {
			*m = lambdaMethod()
			m.MethodIntegration.Uri = aws.String(strings.Replace(functionURI, "hello", "${stageVariables.fn}", 1))
		}, nil, 500, internalError, "is no function ARN"},
		"Firehose": {func(_ *deployed.RestStage, m *types.Method) {
			*m = lambdaMethod()
			m.MethodIntegration.Uri = aws.String("arn:aws:apigateway:us-east-1:firehose:action/PutRecord")
		}, nil, 500, internalError, "invokes no Lambda function"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, returning(`{"body":"let in"}`))
			method := mockMethod("ok")
			stage := stageOf()
			test.change(stage, &method)
			stage.Api.Resources = []types.Resource{resourceOf("/a", map[string]types.Method{"GET": method})}
			f.PublishRestStage(stage)
			response := f.call("GET", "/stage/a", "", test.header)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
			if log := f.log.String(); !strings.Contains(log, test.log) || strings.Contains(log, "AKID") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	f := newFixture(t, returning(`{}`))
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": lambdaMethod()})))
	const tenMiB = 10 << 20
	tests := map[string]struct {
		target, body string
		header       http.Header
		status       int
	}{
		"URL too long":     {"/stage/a?" + strings.Repeat("a", 10241), "", nil, 414},
		"headers too long": {"/stage/a", "", http.Header{"A": {strings.Repeat("a", 10241)}}, 431},
		"body at limit":    {"/stage/a", strings.Repeat("a", tenMiB), nil, 200},
		"body too long":    {"/stage/a", strings.Repeat("a", tenMiB+1), nil, 413},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if response := f.call("POST", test.target, test.body, test.header); response.StatusCode != test.status {
				t.Errorf("got %d %s", response.StatusCode, bodyOf(t, response))
			}
		})
	}
}
