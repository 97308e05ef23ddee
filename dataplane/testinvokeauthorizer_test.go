package dataplane_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const allowAll = `{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}`

func TestTestInvokeAuthorizer(t *testing.T) {
	var event string
	answer := `{"principalId":"me","policyDocument":` + allowAll + `,"context":{"k":1}}`
	failed := (*string)(nil)
	f := newFixture(t, fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
		event = string(in.Payload)
		return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(answer), FunctionError: failed}, nil
	}})
	invoke := func(kind types.AuthorizerType, in *apigateway.TestInvokeAuthorizerInput) *apigateway.TestInvokeAuthorizerOutput {
		t.Helper()
		stage := stageOf()
		stage.Stage = types.Stage{StageName: aws.String("test-invoke-stage")}
		stage.Api.Authorizers = []types.Authorizer{{
			Id: aws.String("auth1"), Type: kind, AuthorizerUri: aws.String(functionURI), IdentitySource: aws.String("method.request.header.Authorization"),
		}}
		out, err := f.TestInvokeAuthorizer(t.Context(), &deployed.AuthorizerTest{Stage: stage, Input: in})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	token := &apigateway.TestInvokeAuthorizerInput{Headers: map[string]string{"Authorization": "secret-token"}}
	out := invoke(types.AuthorizerTypeToken, token)
	if out.ClientStatus != 0 || *out.PrincipalId != "me" || *out.Policy != allowAll || !cmp.Equal(map[string][]string{"k": {"1"}}, out.Authorization) {
		t.Errorf("got %+v", out)
	}
	if want := `{"type":"TOKEN","authorizationToken":"secret-token","methodArn":"arn:aws:execute-api:us-east-1:111111111111:api1/test-invoke-stage/GET/"}`; event != want {
		t.Errorf("event %s, want %s", event, want)
	}
	const url = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:hello/invocations"
	want := []string{
		"Execution log for request <id>",
		"Starting authorizer: auth1 for request: <id>",
		"Incoming identity: ****",
		"Endpoint request URI: " + url,
		"Endpoint request headers: {Content-Type=application/json, X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:111111111111:api1/authorizers/auth1}",
		`Endpoint request body after transformations: {"type":"TOKEN","authorizationToken":"****","methodArn":"arn:aws:execute-api:us-east-1:111111111111:api1/test-invoke-stage/GET/"}`,
		"Sending request to " + url,
		"Authorizer result body before parsing: " + answer,
		"Using valid authorizer policy for principal: ****",
		"Successfully completed authorizer execution",
	}
	if diff := cmp.Diff(want, logOf(t, out.Log)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}

	token.PathWithQueryString = aws.String("/a/b?q=1")
	invoke(types.AuthorizerTypeRequest, token)
	for _, part := range []string{`"type":"REQUEST"`, `"path":"/a/b"`, `"queryStringParameters":{"q":"1"}`, `"headers":{"Authorization":"secret-token"}`, `test-invoke-stage/GET/a/b"`} {
		if !strings.Contains(event, part) {
			t.Errorf("no %s in %s", part, event)
		}
	}

	event = ""
	if out := invoke(types.AuthorizerTypeToken, &apigateway.TestInvokeAuthorizerInput{}); out.ClientStatus != 401 || event != "" || !strings.Contains(*out.Log, "Unauthorized request: ") {
		t.Errorf("no token: %+v, event %s", out, event)
	}
	answer = `{"principalId":"me"}`
	if out := invoke(types.AuthorizerTypeToken, token); out.ClientStatus != 500 || out.Policy != nil || !strings.Contains(*out.Log, "Authorizer error") {
		t.Errorf("no policy: %+v", out)
	}
	answer, failed = `{"errorMessage":"Unauthorized"}`, aws.String("Unhandled")
	if out := invoke(types.AuthorizerTypeToken, token); out.ClientStatus != 401 {
		t.Errorf("Unauthorized: %+v", out)
	}
}
