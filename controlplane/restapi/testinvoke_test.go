package restapi_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// tester is a [restapi.Tester] of function fields.
type tester struct {
	method     func(*deployed.MethodTest) *apigateway.TestInvokeMethodOutput
	authorizer func(*deployed.AuthorizerTest) *apigateway.TestInvokeAuthorizerOutput
}

func (f tester) TestInvokeMethod(_ context.Context, test *deployed.MethodTest) (*apigateway.TestInvokeMethodOutput, error) {
	return f.method(test), nil
}

func (f tester) TestInvokeAuthorizer(_ context.Context, test *deployed.AuthorizerTest) (*apigateway.TestInvokeAuthorizerOutput, error) {
	return f.authorizer(test), nil
}

func TestTestInvokeMethod(t *testing.T) {
	var got *deployed.MethodTest
	w := newWorldWith(t, restapi.Config{Store: memory.New(), Tester: tester{method: func(test *deployed.MethodTest) *apigateway.TestInvokeMethodOutput {
		got = test
		return &apigateway.TestInvokeMethodOutput{
			Status: 200, Body: aws.String("b"), Log: aws.String("l\n"), Latency: 0,
			Headers: map[string]string{"Content-Type": "application/json"}, MultiValueHeaders: map[string][]string{"Content-Type": {"application/json"}},
		}
	}}})
	api, root := w.api()
	w.mock(api, root, "GET")
	other := w.resource(api, root, "other")
	w.method(api, other, "POST") // has no integration: the API could not be deployed
	invoke := func(resource, verb string) *apigateway.TestInvokeMethodInput {
		return &apigateway.TestInvokeMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: &verb}
	}
	fact(w, "TI-09 no method for the verb", w.client.TestInvokeMethod, invoke(root, "HEAD"), "404 NotFoundException: Invalid Method identifier specified")
	fact(w, "TI-10 unknown resource", w.client.TestInvokeMethod, invoke("abc123", "GET"), "404 NotFoundException: Invalid Resource identifier specified")

	in := invoke(root, "GET")
	in.StageVariables = map[string]string{"v": "1"}
	fact(w, "TI-01 TI-11 shape, not deployed", w.client.TestInvokeMethod, in, `200 {
		"status": 200, "body": "b", "headers": {"Content-Type": "application/json"},
		"multiValueHeaders": {"Content-Type": ["application/json"]}, "log": "l\n", "latency": 0}`)
	if len(got.Stage.Api.Resources) != 1 || *got.Stage.Api.Resources[0].Path != "/" || *got.Stage.Stage.StageName != "test-invoke-stage" {
		t.Errorf("tested %+v", got.Stage)
	}
	if diff := cmp.Diff(in.StageVariables, got.Stage.Stage.Variables); diff != "" {
		t.Error(diff)
	}
	if got.By.Account != account || got.By.AccessKeyID != account || got.By.UserAgent == "" {
		t.Errorf("tested by %+v", got.By)
	}

	anyVerb := w.resource(api, root, "any")
	w.mock(api, anyVerb, "ANY")
	fact(w, "TI-13 a concrete verb of ANY", w.client.TestInvokeMethod, invoke(anyVerb, "PUT"), `200 {
		"status": 200, "body": "b", "headers": {"Content-Type": "application/json"},
		"multiValueHeaders": {"Content-Type": ["application/json"]}, "log": "l\n", "latency": 0}`)
	fact(w, "the verb ANY", w.client.TestInvokeMethod, invoke(anyVerb, "ANY"), "404 NotFoundException: Invalid Method identifier specified")
}

func TestTestInvokeWithoutTester(t *testing.T) {
	w := newWorld(t)
	api, root := w.deployable()
	fact(w, "nobody runs it", w.client.TestInvokeMethod, &apigateway.TestInvokeMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")},
		"501 NotImplementedException: Nothing here runs test invocations")
}

func TestTestInvokeAuthorizer(t *testing.T) {
	var got *deployed.AuthorizerTest
	w := newWorldWith(t, restapi.Config{Store: memory.New(), Tester: tester{authorizer: func(test *deployed.AuthorizerTest) *apigateway.TestInvokeAuthorizerOutput {
		got = test
		return &apigateway.TestInvokeAuthorizerOutput{PrincipalId: aws.String("me"), Policy: aws.String("{}"), Log: aws.String("l\n")}
	}}})
	api, _ := w.api()
	id := must(w, w.client.CreateAuthorizer, &apigateway.CreateAuthorizerInput{
		RestApiId: &api, Name: aws.String("a"), Type: types.AuthorizerTypeToken, IdentitySource: aws.String("method.request.header.A"),
		AuthorizerUri: aws.String("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111111111111:function:f/invocations"),
	}).Id
	fact(w, "unknown authorizer", w.client.TestInvokeAuthorizer, &apigateway.TestInvokeAuthorizerInput{RestApiId: &api, AuthorizerId: aws.String("abc123")},
		"404 NotFoundException: Invalid Authorizer identifier specified")
	fact(w, "shape", w.client.TestInvokeAuthorizer, &apigateway.TestInvokeAuthorizerInput{RestApiId: &api, AuthorizerId: id},
		`200 {"clientStatus": 0, "latency": 0, "principalId": "me", "policy": "{}", "log": "l\n"}`)
	if len(got.Stage.Api.Authorizers) != 1 || *got.Stage.Api.Authorizers[0].Id != *id || *got.Stage.Stage.StageName != "test-invoke-stage" {
		t.Errorf("tested %+v", got.Stage)
	}
}
