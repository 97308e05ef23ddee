package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestTestInvoke runs test invocations through the real control plane.
func TestTestInvoke(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	api, root := c.createMock(t, `{"pets": "all the pets"}`, false)
	out, err := c.gateway.TestInvokeMethod(t.Context(), &apigateway.TestInvokeMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")})
	if err != nil {
		t.Fatal(err)
	}
	if out.Status != 200 || *out.Body != `{"pets": "all the pets"}` || !strings.HasSuffix(*out.Log, " : Method completed with status: 200\n") {
		t.Errorf("TI-11: got %d %s, log:\n%s", out.Status, *out.Body, *out.Log)
	}
	_, body := c.body(t, e.URL()+"/_stagedoor/requests")
	if !strings.Contains(body, `"stage":"test-invoke-stage"`) {
		t.Errorf("the test invocation is not listed: %s", body)
	}
}

// TestTestInvokeAuthorizer runs the real function of an authorizer.
func TestTestInvokeAuthorizer(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	const handler = `def handler(event, context):
    if event["type"] == "TOKEN" and event["authorizationToken"] != "let-me-in":
        raise Exception("Unauthorized")
    return {"principalId": event["type"], "context": {"arn": event["methodArn"]}, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}]}}
`
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	arn := c.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
		FunctionName: aws.String("authorizer"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", handler)},
	})
	api, _ := c.createMock(t, "{}", false)
	invoke := func(kind apitypes.AuthorizerType, token string) *apigateway.TestInvokeAuthorizerOutput {
		t.Helper()
		authorizer, err := c.gateway.CreateAuthorizer(t.Context(), &apigateway.CreateAuthorizerInput{
			RestApiId: &api, Name: aws.String(string(kind) + token), Type: kind, AuthorizerUri: aws.String(invocationURI(arn)),
			IdentitySource: aws.String("method.request.header.Authorization"),
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.gateway.TestInvokeAuthorizer(t.Context(), &apigateway.TestInvokeAuthorizerInput{
			RestApiId: &api, AuthorizerId: authorizer.Id, Headers: map[string]string{"Authorization": token},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	methodARN := "arn:aws:execute-api:us-east-1:000000000000:" + api + "/test-invoke-stage/GET/"
	for _, kind := range []apitypes.AuthorizerType{apitypes.AuthorizerTypeToken, apitypes.AuthorizerTypeRequest} {
		out := invoke(kind, "let-me-in")
		if out.ClientStatus != 0 || aws.ToString(out.PrincipalId) != string(kind) || !strings.Contains(aws.ToString(out.Policy), methodARN) {
			t.Errorf("%s: got %+v, log:\n%s", kind, out, *out.Log)
		}
	}
	if out := invoke(apitypes.AuthorizerTypeToken, "stranger"); out.ClientStatus != 401 || out.PrincipalId != nil {
		t.Errorf("stranger: got %+v, log:\n%s", out, *out.Log)
	}
}
