package dataplane_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// guard is a function that authorizes by the token, or by the query parameter "who" of a
// REQUEST event; and all other functions return their event.
func guard(calls *atomic.Int64) fakeInvoker {
	return fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, source, _ string) (*lambda.InvokeOutput, error) {
		if !strings.Contains(*in.FunctionName, "guard") {
			answer, err := json.Marshal(map[string]any{"statusCode": 200, "body": string(in.Payload)})
			return &lambda.InvokeOutput{StatusCode: 200, Payload: answer}, err
		}
		calls.Add(1)
		var event struct {
			AuthorizationToken, MethodArn, Type string
			QueryStringParameters               map[string]string
		}
		if err := json.Unmarshal(in.Payload, &event); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(source, "arn:aws:execute-api:us-east-1:111111111111:api1/authorizers/") {
			return nil, context.Canceled
		}
		failed := func(message string) (*lambda.InvokeOutput, error) {
			return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage":"` + message + `"}`)}, nil
		}
		policy := func(effect, resource string) (*lambda.InvokeOutput, error) {
			return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(`{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` +
				effect + `","Resource":"` + resource + `"}]},"context":{"role":"admin","n":1.5,"ok":true}}`)}, nil
		}
		switch event.AuthorizationToken + event.QueryStringParameters["who"] {
		case "allow":
			return policy("Allow", event.MethodArn)
		case "all":
			return policy("Allow", "*")
		case "deny":
			return policy("Deny", "*")
		case "other":
			return policy("Allow", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/GET/other")
		case "unauthorized":
			return failed("Unauthorized")
		case "nonsense":
			return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(`{"principalId":"ann"}`)}, nil
		default:
			return failed("boom")
		}
	}}
}

func guarded(definition types.Authorizer) (*deployed.RestStage, types.Method) {
	definition.Id = aws.String("auth1")
	definition.AuthorizerUri = aws.String(strings.Replace(functionURI, "hello", "guard", 1))
	method := lambdaMethod()
	method.AuthorizationType, method.AuthorizerId = aws.String("CUSTOM"), definition.Id
	stage := stageOf()
	stage.Api.Authorizers = []types.Authorizer{definition}
	return stage, method
}

func TestTokenAuthorizer(t *testing.T) {
	var calls atomic.Int64
	f := newFixture(t, guard(&calls))
	stage, method := guarded(types.Authorizer{
		Type: types.AuthorizerTypeToken, IdentitySource: aws.String("method.request.header.Authorization"),
		IdentityValidationExpression: aws.String("[a-z]+"), AuthorizerResultTtlInSeconds: aws.Int32(0),
	})
	stage.Api.Resources = []types.Resource{resourceOf("/a/{id}", map[string]types.Method{"GET": method})}
	f.PublishRestStage(stage)
	tests := map[string]struct {
		token  string
		status int
		want   string
		asked  int64
	}{
		"allowed":               {"allow", 200, "", 1},
		"denied":                {"deny", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, 1},
		"not allowed":           {"other", 403, `{"Message":"User is not authorized to access this resource"}`, 1},
		"unauthorized":          {"unauthorized", 401, `{"message":"Unauthorized"}`, 1},
		"no token":              {"", 401, `{"message":"Unauthorized"}`, 0},
		"token that is invalid": {"Allow1", 401, `{"message":"Unauthorized"}`, 0},
		"function fails":        {"boom", 500, `{"message":null}`, 1},
		"no policy":             {"nonsense", 500, `{"message":null}`, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := calls.Load()
			header := http.Header{}
			if test.token != "" {
				header["Authorization"] = []string{test.token}
			}
			response := f.call(http.MethodGet, "/stage/a/x%20y", "", header)
			body := bodyOf(t, response)
			if response.StatusCode != test.status || test.want != "" && body != test.want || calls.Load()-before != test.asked {
				t.Errorf("got %d %s after %d calls", response.StatusCode, body, calls.Load()-before)
			}
			if test.status == 200 {
				for _, part := range []string{`"principalId":"ann"`, `"role":"admin"`, `"n":"1.5"`, `"ok":"true"`, `"integrationLatency":`} {
					if !strings.Contains(body, part) {
						t.Errorf("the event lacks %s: %s", part, body)
					}
				}
			}
		})
	}
}

func TestRequestAuthorizerAndItsCache(t *testing.T) {
	var calls atomic.Int64
	f := newFixture(t, guard(&calls))
	stage, method := guarded(types.Authorizer{
		Type: types.AuthorizerTypeRequest, IdentitySource: aws.String("method.request.querystring.who, method.request.header.X-Tenant"),
		AuthorizerResultTtlInSeconds: aws.Int32(300),
	})
	variables := mockMethod(`$context.authorizer.principalId $context.authorizer.role $context.authorizer.n [$context.authorizer.none]`)
	variables.AuthorizationType, variables.AuthorizerId = method.AuthorizationType, method.AuthorizerId
	stage.Api.Resources = []types.Resource{resourceOf("/a", map[string]types.Method{"GET": method, "PUT": variables})}
	f.PublishRestStage(stage)
	tenant := http.Header{"X-Tenant": {"t1"}}
	want := func(what, verb, who string, header http.Header, status int, asked int64) string {
		t.Helper()
		before := calls.Load()
		response := f.call(verb, "/stage/a?who="+who, "", header)
		body := bodyOf(t, response)
		if response.StatusCode != status || calls.Load()-before != asked {
			t.Errorf("%s: got %d %s after %d calls", what, response.StatusCode, body, calls.Load()-before)
		}
		return body
	}
	want("first", http.MethodGet, "allow", tenant, 200, 1)
	want("cached", http.MethodGet, "allow", tenant, 200, 0)
	want("another method by the cached policy", http.MethodPut, "allow", tenant, 403, 0)
	want("another identity", http.MethodGet, "allow", http.Header{"X-Tenant": {"t2"}}, 200, 1)
	want("a source is missing", http.MethodGet, "allow", nil, 401, 0)
	if body := want("variables", http.MethodPut, "all", tenant, 200, 1); body != "ann admin 1.5 []" {
		t.Errorf("got %s", body)
	}
	want("a refusal is cached, too", http.MethodGet, "deny", tenant, 403, 1)
	want("cached refusal", http.MethodGet, "deny", tenant, 403, 0)
	want("a failure is not", http.MethodGet, "boom", tenant, 500, 1)
	want("again", http.MethodGet, "boom", tenant, 500, 1)
	f.FlushStageAuthorizersCache("api1", "stage")
	want("flushed", http.MethodGet, "allow", tenant, 200, 1)
}
