package authorize_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// httpRequest is [authorize.RequestValues].
type httpRequest struct{ headers, query, context map[string]string }

func (r httpRequest) RequestHeader(name string) []string      { return values(r.headers, name) }
func (r httpRequest) RequestQuerystring(name string) []string { return values(r.query, name) }
func (r httpRequest) ContextVariable(name string) string      { return r.context[name] }

func values(of map[string]string, name string) []string {
	if value, ok := of[name]; ok {
		return strings.Split(value, "|")
	}
	return nil
}

const routeARN = "arn:aws:execute-api:us-east-1:111111111111:api1/$default/GET/pets/6"

var requestTime = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func requestInput(request httpRequest, at time.Time) *authorize.RequestInput {
	return &authorize.RequestInput{
		Values: request, RouteARN: routeARN, Time: at,
		Facts: func() authorize.Facts { return authorize.Facts{"aws:sourceip": {"192.0.2.1"}} },
		Event: func() *integration.EventV2 {
			return &integration.EventV2{
				RouteKey: "GET /pets/{id}", RawPath: "/pets/6", RawQuery: "a=1&a=2", Cookies: []string{"k=v", "l=w"},
				Headers: []integration.Field{{Name: "x-token", Values: []string{"t"}}}, Query: []integration.Field{{Name: "a", Values: []string{"1", "2"}}},
				PathParameters: []integration.Pair{{Name: "id", Value: "6"}},
				HasBody:        true, Body: []byte("body"),
				Context: integration.EventContextV2{
					AccountID: "111111111111", APIID: "api1", Authorizer: []byte(`{"x":1}`), DomainName: "api1.execute-api", DomainPrefix: "api1", Method: "GET", Path: "/pets/6",
					Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", UserAgent: "curl", RequestID: "r1=", Stage: "$default", Time: requestTime,
				},
			}
		},
	}
}

type requestOption func(a *types.Authorizer)

func newRequest(t *testing.T, invoker integration.Invoker, options ...requestOption) *authorize.RequestAuthorizer {
	t.Helper()
	a, err := authorize.NewRequest(requestConfig(invoker), requestDefinition(options...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func requestConfig(invoker integration.Invoker) authorize.Config {
	return authorize.Config{Account: "111111111111", Region: "us-east-1", APIID: "api1", Invoker: invoker, Variables: map[string]string{"v": "1"}}
}

func requestDefinition(options ...requestOption) *types.Authorizer {
	definition := &types.Authorizer{
		AuthorizerId: aws.String("auth1"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(functionURI),
		AuthorizerPayloadFormatVersion: aws.String("2.0"),
	}
	for _, option := range options {
		option(definition)
	}
	return definition
}

func simple(a *types.Authorizer) { a.EnableSimpleResponses = aws.Bool(true) }
func v1(a *types.Authorizer)     { a.AuthorizerPayloadFormatVersion = aws.String("1.0") }
func sources(texts ...string) requestOption {
	return func(a *types.Authorizer) { a.IdentitySource = texts }
}

func ttl(seconds int32) requestOption {
	return func(a *types.Authorizer) { a.AuthorizerResultTtlInSeconds = &seconds }
}

func TestRequestDefinitions(t *testing.T) {
	t.Parallel()
	for want, option := range map[string]requestOption{
		"authorizer type JWT is none of a function":                func(a *types.Authorizer) { a.AuthorizerType = types.AuthorizerTypeJwt },
		`authorizerPayloadFormatVersion ""`:                        func(a *types.Authorizer) { a.AuthorizerPayloadFormatVersion = nil },
		`authorizerPayloadFormatVersion "3.0"`:                     func(a *types.Authorizer) { a.AuthorizerPayloadFormatVersion = aws.String("3.0") },
		"simple responses need authorizerPayloadFormatVersion 2.0": func(a *types.Authorizer) { v1(a); simple(a) },
		`identity source "$request.path.x"`:                        sources("$request.path.x"),
		`identity source "$request.header."`:                       sources("$request.header.Ok", "$request.header."),
	} {
		if _, err := authorize.NewRequest(requestConfig(nil), requestDefinition(option)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestRequestEvents(t *testing.T) {
	t.Parallel()
	var got, gotSource string
	record := invoker(func(payload, sourceARN string) (*lambda.InvokeOutput, error) {
		got, gotSource = payload, sourceARN
		return &lambda.InvokeOutput{Payload: []byte(`{"isAuthorized":true}`)}, nil
	})
	request := httpRequest{headers: map[string]string{"X-Token": "t"}, query: map[string]string{"a": "1|2"}, context: map[string]string{"routeKey": "GET /pets/{id}"}}
	all := sources("$request.header.X-Token", "$request.querystring.a", "$context.routeKey", "$stageVariables.v")
	for name, test := range map[string]struct {
		options []requestOption
		want    string
	}{
		"2.0": {[]requestOption{simple, all}, `{"version":"2.0","type":"REQUEST","routeArn":"` + routeARN + `",
			"identitySource":["t","1,2","GET /pets/{id}","1"],"routeKey":"GET /pets/{id}","rawPath":"/pets/6","rawQueryString":"a=1&a=2",
			"cookies":["k=v","l=w"],"headers":{"x-token":"t"},"queryStringParameters":{"a":"1,2"},
			"requestContext":{"accountId":"111111111111","apiId":"api1","domainName":"api1.execute-api","domainPrefix":"api1",
			"http":{"method":"GET","path":"/pets/6","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"curl"},"requestId":"r1=",
			"routeKey":"GET /pets/{id}","stage":"$default","time":"23/Nov/2026:10:00:00 +0000","timeEpoch":1795428000000},
			"pathParameters":{"id":"6"}}`},
		"2.0 without sources": {[]requestOption{simple}, `{"version":"2.0","type":"REQUEST","routeArn":"` + routeARN + `",
			"identitySource":null,"routeKey":"GET /pets/{id}","rawPath":"/pets/6","rawQueryString":"a=1&a=2",
			"cookies":["k=v","l=w"],"headers":{"x-token":"t"},"queryStringParameters":{"a":"1,2"},
			"requestContext":{"accountId":"111111111111","apiId":"api1","domainName":"api1.execute-api","domainPrefix":"api1",
			"http":{"method":"GET","path":"/pets/6","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"curl"},"requestId":"r1=",
			"routeKey":"GET /pets/{id}","stage":"$default","time":"23/Nov/2026:10:00:00 +0000","timeEpoch":1795428000000},
			"pathParameters":{"id":"6"}}`},
		"1.0": {[]requestOption{v1, all}, `{"version":"1.0","type":"REQUEST","methodArn":"` + routeARN + `",
			"identitySource":"t,1,2,GET /pets/{id},1","authorizationToken":"t,1,2,GET /pets/{id},1","resource":"/pets/{id}","path":"/pets/6","httpMethod":"GET",
			"headers":{"x-token":"t","cookie":"k=v; l=w"},"queryStringParameters":{"a":"1,2"},"pathParameters":{"id":"6"},"stageVariables":{},
			"requestContext":{"accountId":"111111111111","apiId":"api1","domainName":"api1.execute-api","domainPrefix":"api1","extendedRequestId":"r1=",
			"httpMethod":"GET","identity":{"sourceIp":"192.0.2.1","userAgent":"curl"},"path":"/pets/6","protocol":"HTTP/1.1","requestId":"r1=",
			"resourceId":"GET /pets/{id}","resourcePath":"/pets/{id}","stage":"$default",
			"requestTime":"23/Nov/2026:10:00:00 +0000","requestTimeEpoch":1795428000000}}`},
	} {
		got = ""
		newRequest(t, record, test.options...).Authorize(t.Context(), requestInput(request, requestTime))
		if d := cmp.Diff(decoded(t, test.want), decoded(t, got)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if want := "arn:aws:execute-api:us-east-1:111111111111:api1/authorizers/auth1"; gotSource != want {
			t.Errorf("%s: source %s", name, gotSource)
		}
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

const (
	allowAll   = `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}`
	allowOther = `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:*:*:*/*/POST/*"}]}}`
	denyIP     = `{"policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"*","Effect":"Allow","Resource":"*"},{"Action":"*","Effect":"Deny","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}}`
)

func TestRequestAnswers(t *testing.T) {
	t.Parallel()
	failed := func(message string) *lambda.InvokeOutput {
		return &lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage":"` + message + `"}`)}
	}
	answer := func(text string) *lambda.InvokeOutput { return &lambda.InvokeOutput{Payload: []byte(text)} }
	for name, test := range map[string]struct {
		options []requestOption
		out     *lambda.InvokeOutput
		err     error
		// status is 0 for a request that is let through, with context and flat.
		status        int
		context, flat string
	}{
		"simple yes":                {[]requestOption{simple}, answer(`{"isAuthorized":true}`), nil, 0, "null", "{}"},
		"simple yes with a context": {[]requestOption{simple}, answer(`{"isAuthorized":true,"context":{"n":1,"l":[1,{"a":null}]}}`), nil, 0, `{"n":1,"l":[1,{"a":null}]}`, `{"l":[1,{"a":null}],"n":1}`},
		"simple no":                 {[]requestOption{simple}, answer(`{"isAuthorized":false}`), nil, 403, "", ""},
		"simple, no boolean":        {[]requestOption{simple}, answer(`{"isAuthorized":"true"}`), nil, 500, "", ""},
		"simple without an answer":  {[]requestOption{simple}, answer(`{}`), nil, 500, "", ""},
		"simple, a policy":          {[]requestOption{simple}, answer(allowAll + "}"), nil, 500, "", ""},
		"policy, a simple answer":   {nil, answer(`{"isAuthorized":true}`), nil, 500, "", ""},
		"policy yes":                {nil, answer(allowAll + `,"context":{"a":"b"}}`), nil, 0, `{"a":"b"}`, `{"a":"b","principalId":"ann"}`},
		"policy yes, 1.0":           {[]requestOption{v1}, answer(allowAll + `,"context":{"a":true}}`), nil, 0, `{"a":true}`, `{"a":true,"principalId":"ann"}`},
		"a list, 1.0":               {[]requestOption{v1}, answer(allowAll + `,"context":{"a":[]}}`), nil, 500, "", ""},
		"claims, 1.0":               {[]requestOption{v1}, answer(allowAll + `,"context":{"claims":"a"}}`), nil, 500, "", ""},
		"context no object":         {nil, answer(allowAll + `,"context":[1]}`), nil, 500, "", ""},
		"policy for another":        {nil, answer(allowOther), nil, 403, "", ""},
		"policy denies":             {nil, answer(denyIP), nil, 403, "", ""},
		"broken policy":             {nil, answer(`{"policyDocument":{"Statement":[]}}`), nil, 500, "", ""},
		"null":                      {nil, answer(`null`), nil, 500, "", ""},
		"no JSON":                   {nil, answer(`yes`), nil, 500, "", ""},
		"Unauthorized, 1.0":         {[]requestOption{v1}, failed("Unauthorized"), nil, 401, "", ""},
		"Unauthorized, 2.0":         {nil, failed("Unauthorized"), nil, 500, "", ""},
		"another error":             {[]requestOption{v1}, failed("unauthorized"), nil, 500, "", ""},
		"not permitted":             {nil, nil, errors.New("AccessDenied"), 500, "", ""},
	} {
		a := newRequest(t, invoker(func(string, string) (*lambda.InvokeOutput, error) { return test.out, test.err }), test.options...)
		result, failure := a.Authorize(t.Context(), requestInput(httpRequest{}, requestTime))
		switch {
		case failure != nil && failure.Status != test.status, failure == nil && test.status != 0:
			t.Errorf("%s: %+v, want %d", name, failure, test.status)
		case failure == nil && (string(result.ContextJSON) != test.context || string(result.Flat) != test.flat):
			t.Errorf("%s: context %s, flat %s", name, result.ContextJSON, result.Flat)
		}
	}
}

func TestRequestCache(t *testing.T) {
	t.Parallel()
	calls := 0
	count := invoker(func(string, string) (*lambda.InvokeOutput, error) {
		calls++
		return &lambda.InvokeOutput{Payload: []byte(`{"isAuthorized":` + map[bool]string{true: "true", false: "false"}[calls%2 == 1] + `}`)}, nil
	})
	ask := func(a *authorize.RequestAuthorizer, token string, at time.Duration) int {
		_, failure := a.Authorize(t.Context(), requestInput(httpRequest{headers: map[string]string{"T": token}}, requestTime.Add(at)))
		if failure != nil {
			return failure.Status
		}
		return 200
	}
	a := newRequest(t, count, simple, sources("$request.header.T"), ttl(60))
	for i, step := range []struct {
		token         string
		at            time.Duration
		status, calls int
	}{
		{"", 0, 401, 0},
		{"a", 0, 200, 1},
		{"a", 59 * time.Second, 200, 1},
		{"b", 0, 403, 2},
		{"b", time.Second, 403, 2}, // a denial is kept too
		{"a", 60 * time.Second, 200, 3},
	} {
		if status := ask(a, step.token, step.at); status != step.status || calls != step.calls {
			t.Errorf("step %d: %d after %d calls, want %d after %d", i, status, calls, step.status, step.calls)
		}
	}
	a.Reset()
	ask(a, "a", 61*time.Second)
	if calls != 4 {
		t.Errorf("%d calls after a reset, want 4", calls)
	}
	uncached := newRequest(t, count, simple, sources("$request.header.T"), ttl(0))
	ask(uncached, "a", 0)
	ask(uncached, "a", 0)
	if calls != 6 {
		t.Errorf("%d calls without a cache, want 6", calls)
	}
	byDefault := newRequest(t, count, simple, sources("$request.header.T"))
	ask(byDefault, "a", 0)
	ask(byDefault, "a", 299*time.Second)
	if calls != 7 {
		t.Errorf("%d calls with the default, want 7", calls)
	}
	nobody := newRequest(t, count, simple, ttl(60))
	ask(nobody, "a", 0)
	ask(nobody, "a", 0)
	if calls != 9 {
		t.Errorf("%d calls without an identity, want 9", calls)
	}
}
