package emulator_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const authorizerHandler = `def handler(event, context):
    if event["authorizationToken"] != "let me in":
        raise Exception("Unauthorized")
    return {"principalId": "ann", "usageIdentifierKey": "x", "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}]}}
`

// TestLambdaAuthorizer guards a method by a function; without a permission it cannot be
// asked.
func TestLambdaAuthorizer(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx := t.Context()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	apiID, rootID := c.createMockAPI(ctx, t, "hello $context.authorizer.principalId", false)
	guard := c.pythonCode(t, "guard", &types.FunctionCode{ZipFile: zipOf(t, "app.py", authorizerHandler)})
	created := must(c.gateway.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{
		RestApiId: &apiID, Name: aws.String("guard"), Type: apitypes.AuthorizerTypeToken, AuthorizerUri: aws.String(invocationURI(guard)),
		IdentitySource: aws.String("method.request.header.Authorization"),
	}))(t)
	must(c.gateway.UpdateMethod(ctx, &apigateway.UpdateMethodInput{RestApiId: &apiID, ResourceId: &rootID, HttpMethod: aws.String("GET"), PatchOperations: []apitypes.PatchOperation{
		{Op: apitypes.OpReplace, Path: aws.String("/authorizationType"), Value: aws.String("CUSTOM")},
		{Op: apitypes.OpReplace, Path: aws.String("/authorizerId"), Value: created.Id},
	}}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	for token, want := range map[string]int{"": http.StatusUnauthorized, "let me in": http.StatusOK, "please": http.StatusUnauthorized} {
		request := get(t, e.InvokeURL(apiID, "dev", "/"))
		if token != "" {
			request.Header.Set("Authorization", token)
		}
		response := must(c.http.Do(request))(t)
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%q: %d, want %d", token, response.StatusCode, want)
		}
	}
}
