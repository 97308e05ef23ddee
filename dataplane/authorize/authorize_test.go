package authorize_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// request is [mapping.Values] of headers only.
type request map[string]string

func (r request) Header(name string) []string {
	if value, ok := r[name]; ok {
		return []string{value}
	}
	return nil
}
func (request) PathParameter(string) (string, bool)   { return "", false }
func (request) Querystring(string) []string           { return nil }
func (request) StageVariable(string) (string, bool)   { return "", false }
func (request) ContextVariable(string) (string, bool) { return "", false }
func (request) ResponseHeader(string) []string        { return nil }
func (request) RequestBody() *mapping.Document        { return nil }
func (request) ResponseBody() *mapping.Document       { return nil }

type invoker func(payload, sourceARN string) (*lambda.InvokeOutput, error)

func (f invoker) InvokeFunction(_ context.Context, in *lambda.InvokeInput, sourceARN, _ string) (*lambda.InvokeOutput, error) {
	return f(string(in.Payload), sourceARN)
}

const functionURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations"

func newAuthorizer(t *testing.T, invoker integration.Invoker, kind types.AuthorizerType, source, pattern string) *authorize.Authorizer {
	t.Helper()
	a, err := authorize.New(authorize.Config{Account: "111111111111", Region: "us-east-1", APIID: "api1", Invoker: invoker}, &types.Authorizer{
		Id: aws.String("auth1"), Type: kind, AuthorizerUri: aws.String(functionURI), IdentitySource: &source, IdentityValidationExpression: &pattern,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestIdentity(t *testing.T) {
	token := newAuthorizer(t, nil, types.AuthorizerTypeToken, "method.request.header.Authorization", `\w{5}`)
	several := newAuthorizer(t, nil, types.AuthorizerTypeRequest, "method.request.header.A, method.request.header.B", "")
	none := newAuthorizer(t, nil, types.AuthorizerTypeRequest, "", "")
	tests := []struct {
		name       string
		authorizer *authorize.Authorizer
		request    request
		want       []string
		ok         bool
	}{
		{"a token", token, request{"Authorization": "abcde"}, []string{"abcde"}, true},
		{"the whole token has to match", token, request{"Authorization": "abcdef"}, nil, false},
		{"an empty token", token, request{"Authorization": ""}, nil, false},
		{"no token", token, request{}, nil, false},
		{"all sources", several, request{"A": "1", "B": "2"}, []string{"1", "2"}, true},
		{"a source missing", several, request{"A": "1"}, nil, false},
		{"no sources", none, request{}, []string{}, true},
	}
	for _, tt := range tests {
		got, ok := tt.authorizer.Identity(tt.request)
		if ok != tt.ok || !cmp.Equal(tt.want, got) {
			t.Errorf("%s: got %v, %v", tt.name, got, ok)
		}
	}
}

func TestEvents(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:111111111111:api1/dev/GET/a"
	token := newAuthorizer(t, nil, types.AuthorizerTypeToken, "method.request.header.Authorization", "")
	if got, want := string(token.Event([]string{`Bearer "x"`}, arn, nil)), `{"type":"TOKEN","authorizationToken":"Bearer \"x\"","methodArn":"`+arn+`"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	full := newAuthorizer(t, nil, types.AuthorizerTypeRequest, "", "")
	event := string(full.Event(nil, arn, &integration.Event{
		Resource: "/a", Path: "/a", HTTPMethod: "GET", Headers: []integration.Field{{Name: "A", Values: []string{"1", "2"}}}, Body: []byte("no"),
	}))
	want := `{"type":"REQUEST","methodArn":"` + arn + `","resource":"/a","path":"/a","httpMethod":"GET","headers":{"A":"2"},"multiValueHeaders":{"A":["1","2"]},` +
		`"queryStringParameters":{},"multiValueQueryStringParameters":{},"pathParameters":{},"stageVariables":{},"requestContext":{"resourceId":`
	if !strings.HasPrefix(event, want) || strings.Contains(event, `"body"`) || strings.Contains(event, "isBase64Encoded") {
		t.Errorf("got %s", event)
	}
}

func TestCall(t *testing.T) {
	const policy = `{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}`
	failing := func(message string) invoker {
		return func(string, string) (*lambda.InvokeOutput, error) {
			return &lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage":"` + message + `"}`)}, nil
		}
	}
	returning := func(payload string) invoker {
		return func(_, source string) (*lambda.InvokeOutput, error) {
			if source != "arn:aws:execute-api:us-east-1:111111111111:api1/authorizers/auth1" {
				t.Errorf("source ARN %s", source)
			}
			return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(payload)}, nil
		}
	}
	call := func(f invoker) (*authorize.Result, error) {
		result, _, err := newAuthorizer(t, f, types.AuthorizerTypeRequest, "", "").Call(t.Context(), []byte("{}"))
		return result, err
	}
	result, err := call(returning(`{"principalId":"me","policyDocument":` + policy + `,"context":{"s":"v","n":1.5,"b":true},"usageIdentifierKey":"k"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []integration.Pair{{Name: "b", Value: "true"}, {Name: "n", Value: "1.5"}, {Name: "s", Value: "v"}}
	if result.PrincipalID != "me" || result.UsageIdentifierKey != "k" || result.PolicyText != policy || !cmp.Equal(want, result.Context) {
		t.Errorf("got %+v", result)
	}
	if result.Policy.Decide(authorize.InvokeAction, "arn:x", nil) != authorize.Allow {
		t.Error("the policy does not allow")
	}
	for name, f := range map[string]invoker{
		"no JSON": returning(`nonsense`), "no policy": returning(`{"principalId":"me"}`), "null": returning(`null`),
		"an object in the context":   returning(`{"principalId":"me","policyDocument":` + policy + `,"context":{"a":{}}}`),
		"a policy without statement": returning(`{"principalId":"me","policyDocument":{}}`),
		"the function failed":        failing("Unauthorized!"),
		"Lambda failed":              func(string, string) (*lambda.InvokeOutput, error) { return nil, errors.New("no") },
	} {
		if result, err := call(f); err == nil || errors.Is(err, authorize.ErrUnauthorized) || result != nil {
			t.Errorf("%s: %v, %v", name, result, err)
		}
	}
	if _, err := call(failing("Unauthorized")); !errors.Is(err, authorize.ErrUnauthorized) {
		t.Errorf("Unauthorized: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, definition := range map[string]*types.Authorizer{
		"Cognito":            {Type: types.AuthorizerTypeCognitoUserPools},
		"no function":        {Type: types.AuthorizerTypeRequest, AuthorizerUri: aws.String("https://example.com")},
		"no token":           {Type: types.AuthorizerTypeToken, AuthorizerUri: aws.String(functionURI)},
		"look-around":        {Type: types.AuthorizerTypeToken, AuthorizerUri: aws.String(functionURI), IdentitySource: aws.String("method.request.header.A"), IdentityValidationExpression: aws.String("(?=a)")},
		"no identity source": {Type: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(functionURI), IdentitySource: aws.String("nonsense")},
	} {
		if _, err := authorize.New(authorize.Config{}, definition); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
