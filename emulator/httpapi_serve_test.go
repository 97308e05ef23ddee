package emulator_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// httpAPI is an HTTP API with its clients.
type httpAPI struct {
	*clients

	v2 *apigatewayv2.Client
	e  *emulator.Emulator
	id string
}

// createHTTPAPI makes an HTTP API with a $default stage that deploys by itself.
func createHTTPAPI(t *testing.T, e *emulator.Emulator, cors *types.Cors) *httpAPI {
	t.Helper()
	a := &httpAPI{clients: newClients(t, e.AWSConfig()), e: e}
	a.v2 = apigatewayv2.NewFromConfig(a.config)
	api := must(a.v2.CreateApi(t.Context(), &apigatewayv2.CreateApiInput{Name: aws.String("api"), ProtocolType: types.ProtocolTypeHttp, CorsConfiguration: cors}))(t)
	a.id = *api.ApiId
	must(a.v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{ApiId: api.ApiId, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)}))(t)
	return a
}

// integrate makes an integration and routes to it.
func (a *httpAPI) integrate(ctx context.Context, t *testing.T, in apigatewayv2.CreateIntegrationInput, routeKeys ...string) (integrationID string) {
	t.Helper()
	in.ApiId = &a.id
	integration := must(a.v2.CreateIntegration(ctx, &in))(t)
	for _, key := range routeKeys {
		must(a.v2.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{ApiId: &a.id, RouteKey: aws.String(key), Target: aws.String("integrations/" + *integration.IntegrationId)}))(t)
	}
	return *integration.IntegrationId
}

func proxyTo(uri string) apigatewayv2.CreateIntegrationInput {
	return apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeHttpProxy, IntegrationUri: aws.String(uri), IntegrationMethod: aws.String("ANY"), PayloadFormatVersion: aws.String("1.0"),
	}
}

// send sends a request to a path of the API, at the endpoint's host.
func (a *httpAPI) send(ctx context.Context, t *testing.T, method, path, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, a.e.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = a.id + ".execute-api.us-east-1.amazonaws.com"
	maps.Copy(request.Header, header)
	response, err := a.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(content)
}

// want sends a request without a body and compares the answer.
func (a *httpAPI) want(t *testing.T, method, path string, header http.Header, status int, body string) *http.Response {
	t.Helper()
	response, got := a.send(t.Context(), t, method, path, "", header)
	if response.StatusCode != status || got != body {
		t.Errorf("%s %s: got %d %s, want %d %s", method, path, response.StatusCode, got, status, body)
	}
	if response.Header.Get("Apigw-Requestid") == "" {
		t.Errorf("%s %s: no request id", method, path)
	}
	return response
}

// text is a backend that answers with a text and what it got.
func text(t *testing.T, answer string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, answer+r.Method+" "+r.RequestURI)
	}))
	t.Cleanup(server.Close)
	return server
}

const httpNotFound = `{"message":"Not Found"}`

// TestHTTPAPIFunction: a function behind an HTTP API, in both payload formats.
func TestHTTPAPIFunction(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	arn := aws.ToString(must(a.lambda.CreateFunction(t.Context(), echoFunction(t)))(t).FunctionArn)
	for _, format := range []string{"1.0", "2.0"} {
		a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{
			IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &arn, PayloadFormatVersion: aws.String(format),
		}, "POST /v"+format[:1]+"/{id}")
	}
	response, body := a.send(t.Context(), t, "POST", "/v2/a%20b?q=1&q=2", `{"k":1}`, http.Header{"Content-Type": {"application/json"}, "Cookie": {"a=b; c=d"}})
	if response.StatusCode != http.StatusInternalServerError || body != `{"message":"Internal Server Error"}` {
		t.Errorf("without permission: got %d %s", response.StatusCode, body)
	}
	must(a.lambda.AddPermission(t.Context(), &lambda.AddPermissionInput{
		FunctionName: &arn, StatementId: aws.String("http"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com"),
		SourceArn: aws.String("arn:aws:execute-api:us-east-1:000000000000:" + a.id + "/*/*/v*/*"),
	}))(t)
	var v2 struct {
		Version, RouteKey, RawPath, RawQueryString, Body string
		Cookies                                          []string
		PathParameters, QueryStringParameters            map[string]string
		RequestContext                                   struct{ APIID, Stage, RequestID string }
	}
	response, body = a.send(t.Context(), t, "POST", "/v2/a%20b?q=1&q=2", `{"k":1}`, http.Header{"Content-Type": {"application/json"}, "Cookie": {"a=b; c=d"}})
	if err := json.Unmarshal([]byte(body), &v2); err != nil {
		t.Fatalf("%d %s: %v", response.StatusCode, body, err)
	}
	if v2.Version != "2.0" || v2.RouteKey != "POST /v2/{id}" || v2.RawPath != "/v2/a b" || v2.RawQueryString != "q=1&q=2" || v2.Body != `{"k":1}` || len(v2.Cookies) != 2 ||
		v2.PathParameters["id"] != "a b" || v2.QueryStringParameters["q"] != "1,2" || v2.RequestContext.Stage != "$default" || v2.RequestContext.RequestID != response.Header.Get("Apigw-Requestid") {
		t.Errorf("event %+v", v2)
	}
	var v1 struct{ Version, Resource, Path, HTTPMethod string }
	response, body = a.send(t.Context(), t, "POST", "/v1/x", "", nil)
	if err := json.Unmarshal([]byte(body), &v1); err != nil {
		t.Fatalf("%d %s: %v", response.StatusCode, body, err)
	}
	if v1.Version != "1.0" || v1.Resource != "/v1/{id}" || v1.Path != "/v1/x" || v1.HTTPMethod != "POST" {
		t.Errorf("event %+v", v1)
	}
}

// TestHTTPAPIRouting: routes, stages and automatic deployments as callers see them.
func TestHTTPAPIRouting(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	a.want(t, "GET", "/", nil, 404, httpNotFound)
	one, two := text(t, "one "), text(t, "two ")
	a.integrate(t.Context(), t, proxyTo(one.URL+"/base/{proxy}"), "ANY /api/{proxy+}", "GET /x/{proxy}")
	a.want(t, "PUT", "/api/a/b%20c?d=e", nil, 200, "one PUT /base/a/b%20c?d=e")
	a.want(t, "GET", "/x/1", nil, 200, "one GET /base/1")
	a.want(t, "POST", "/x/1", nil, 404, httpNotFound)
	a.integrate(t.Context(), t, proxyTo(two.URL), "$default")
	a.want(t, "POST", "/x/1", nil, 200, "two POST /x/1")

	// A stage that is deployed by hand keeps what it has.
	deployment := must(a.v2.CreateDeployment(t.Context(), &apigatewayv2.CreateDeploymentInput{ApiId: &a.id}))(t)
	must(a.v2.CreateStage(t.Context(), &apigatewayv2.CreateStageInput{ApiId: &a.id, StageName: aws.String("frozen"), DeploymentId: deployment.DeploymentId}))(t)
	a.integrate(t.Context(), t, proxyTo(one.URL+"/new"), "GET /new")
	a.want(t, "GET", "/new", nil, 200, "one GET /new")
	a.want(t, "GET", "/frozen/new", nil, 200, "two GET /new")
	must(a.v2.DeleteStage(t.Context(), &apigatewayv2.DeleteStageInput{ApiId: &a.id, StageName: aws.String("frozen")}))(t)
	a.want(t, "GET", "/frozen/new", nil, 200, "two GET /frozen/new")
}

// TestHTTPAPICORSAndThrottling: what the API and the stage answer themselves.
func TestHTTPAPICORSAndThrottling(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), &types.Cors{AllowOrigins: []string{"https://a.example"}, AllowMethods: []string{"GET"}, AllowHeaders: []string{"x-a"}})
	a.integrate(t.Context(), t, proxyTo(text(t, "").URL), "GET /a")
	origin := http.Header{"Origin": {"https://a.example"}, "Access-Control-Request-Method": {"GET"}}
	response := a.want(t, "OPTIONS", "/a", origin, 204, "")
	if response.Header.Get("Access-Control-Allow-Origin") != "https://a.example" || response.Header.Get("Access-Control-Allow-Methods") != "GET" {
		t.Errorf("preflight: %v", response.Header)
	}
	response = a.want(t, "GET", "/a", origin, 200, "GET /")
	if response.Header.Get("Access-Control-Allow-Origin") != "https://a.example" {
		t.Errorf("request: %v", response.Header)
	}
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("$default"), RouteSettings: map[string]types.RouteSettings{
		"GET /a": {ThrottlingRateLimit: aws.Float64(0.001), ThrottlingBurstLimit: aws.Int32(1)},
	}}))(t)
	a.want(t, "GET", "/a", nil, 200, "GET /")
	a.want(t, "GET", "/a", nil, 429, `{"message":"Too Many Requests"}`)
}

// TestHTTPAPIMappingAndServices: parameters are mapped, a queue gets a message.
func TestHTTPAPIMappingAndServices(t *testing.T) {
	t.Parallel()
	var sent url.Values
	queue := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		sent = r.PostForm
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<SendMessageResponse/>")
	}))
	t.Cleanup(queue.Close)
	a := createHTTPAPI(t, start(t, emulator.Config{Getenv: func(name string) string {
		if name == "AWS_ENDPOINT_URL_SQS" {
			return queue.URL
		}
		return ""
	}}), nil)
	a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeAwsProxy, IntegrationSubtype: aws.String("SQS-SendMessage"), PayloadFormatVersion: aws.String("1.0"),
		CredentialsArn:    aws.String("arn:aws:iam::000000000000:role/r"),
		RequestParameters: map[string]string{"QueueUrl": "http://queue", "MessageBody": "$request.body.m"},
	}, "POST /queue")
	response, body := a.send(t.Context(), t, "POST", "/queue", `{"m":"hi"}`, nil)
	if response.StatusCode != 200 || body != "<SendMessageResponse/>" || sent.Get("Action") != "SendMessage" || sent.Get("MessageBody") != "hi" {
		t.Errorf("got %d %s, the queue got %v", response.StatusCode, body, sent)
	}
	mapped := proxyTo(text(t, "").URL)
	mapped.RequestParameters = map[string]string{"overwrite:path": "/new/${request.path.id}", "append:querystring.q": "$context.stage"}
	mapped.ResponseParameters = map[string]map[string]string{"200": {"overwrite:statuscode": "203", "append:header.x-id": "$request.path.id"}}
	a.integrate(t.Context(), t, mapped, "GET /old/{id}")
	if response := a.want(t, "GET", "/old/7", nil, 203, "GET /new/7?q=%24default"); response.Header.Get("X-Id") != "7" {
		t.Errorf("headers %v", response.Header)
	}
}

// TestHTTPAPIJWT: the tokens of a local issuer.
func TestHTTPAPIJWT(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	integration := a.integrate(t.Context(), t, proxyTo(text(t, "").URL))
	authorizer := must(a.v2.CreateAuthorizer(t.Context(), &apigatewayv2.CreateAuthorizerInput{
		ApiId: &a.id, Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("http://127.0.0.1:9"), Audience: []string{"app"}},
	}))(t)
	must(a.v2.CreateRoute(t.Context(), &apigatewayv2.CreateRouteInput{
		ApiId: &a.id, RouteKey: aws.String("GET /a"), Target: aws.String("integrations/" + integration),
		AuthorizationType: types.AuthorizationTypeJwt, AuthorizerId: authorizer.AuthorizerId,
	}))(t)
	response := a.want(t, "GET", "/a", nil, 401, `{"message":"Unauthorized"}`)
	if response.Header.Get("Www-Authenticate") != "Bearer" {
		t.Errorf("challenge %q", response.Header.Get("Www-Authenticate"))
	}
	must(a.v2.ResetAuthorizersCache(t.Context(), &apigatewayv2.ResetAuthorizersCacheInput{ApiId: &a.id, StageName: aws.String("$default")}))(t)
}

// TestHTTPAPIRequests: stagedoor requests shows HTTP APIs, too.
func TestHTTPAPIRequests(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	a.integrate(t.Context(), t, proxyTo(text(t, "").URL), "GET /a")
	response := a.want(t, "GET", "/a", http.Header{"Authorization": {"Bearer secret-token"}}, 200, "GET /")
	status, detail := 0, ""
	for status != http.StatusOK { // what is kept ends after the response; the test's time limit ends the wait
		status, detail = a.body(t, a.e.URL()+"/_stagedoor/requests/"+url.PathEscape(response.Header.Get("Apigw-Requestid")))
	}
	for _, part := range []string{`"resource":"GET /a"`, `"name":"HTTP proxy integration"`, `"status":200`} {
		if !strings.Contains(strings.ReplaceAll(detail, `": `, `":`), part) {
			t.Errorf("lacks %s: %s", part, detail)
		}
	}
	if strings.Contains(detail, "secret-token") {
		t.Errorf("shows a secret: %s", detail)
	}
}
