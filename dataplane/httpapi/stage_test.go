package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi"
)

// say is an integration that answers with a text.
func say(t *testing.T, text string) types.Integration {
	t.Helper()
	return httpIntegration(newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }).URL)
}

func TestStageSelection(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("prod", say(t, "prod"), "GET /a", "GET /"))
	f.want(t, "GET", "/a", 404, notFoundBody)
	f.PublishApiStage(stageOf("$default", say(t, "default"), "GET /a", "GET /", "GET /prod", "GET /$default/a"))
	f.want(t, "GET", "/a", 200, "default")
	f.want(t, "GET", "/", 200, "default")
	f.want(t, "GET", "/prod/a", 200, "prod")
	f.want(t, "GET", "/prod", 200, "prod")
	f.want(t, "GET", "/prod/", 200, "prod")
	f.want(t, "GET", "/prods/a", 404, notFoundBody)
	f.want(t, "GET", "/$default/a", 200, "default")
	f.WithdrawApiStage("api1", "prod")
	f.want(t, "GET", "/prod", 200, "default")
	f.WithdrawApiStage("api1", "$default")
	f.WithdrawApiStage("api1", "$default")
	f.want(t, "GET", "/a", 403, `{"message":"Forbidden"}`)
}

func TestStageWithoutDeployment(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "GET /a")
	deployment := stage.Api
	stage.Api = nil
	f.PublishApiStage(stage)
	f.want(t, "GET", "/a", 404, notFoundBody)
	again := *stage
	again.Api = deployment
	f.PublishApiStage(&again)
	f.want(t, "GET", "/a", 200, "x")
	disabled := *deployment
	disabled.DeploymentID, disabled.Api.DisableExecuteApiEndpoint = "dep2", aws.Bool(true)
	third := again
	third.Api = &disabled
	f.PublishApiStage(&third)
	f.want(t, "GET", "/a", 404, notFoundBody)
	r, address := request("GET", "/a", "", nil)
	address.Stage, address.CustomPath, address.Path = "$default", "/a", "/$default/a"
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, address)
	if recorder.Code != 200 {
		t.Errorf("by a custom domain name: %d", recorder.Code)
	}
}

// TestPendingDeployment: a deployment that changes under its id is served as it is now.
func TestPendingDeployment(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("$default", say(t, "x"), "GET /a"))
	f.want(t, "GET", "/b", 404, notFoundBody)
	f.PublishApiStage(stageOf("$default", say(t, "x"), "GET /a", "GET /b"))
	f.want(t, "GET", "/b", 200, "x")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("$default", say(t, "x"), "ANY /a"))
	f.want(t, "GET", "/a?"+strings.Repeat("x", 10240), 414, `{"message":"Request URI Too Long"}`)
	response := f.call("GET", "/a", "", http.Header{"X": {strings.Repeat("x", 10240)}})
	if response.StatusCode != 431 {
		t.Errorf("large head: %d", response.StatusCode)
	}
	response = f.call("POST", "/a", strings.Repeat("x", 10<<20+1), nil)
	if body := bodyOf(t, response); response.StatusCode != 413 || body != `{"message":"Request Entity Too Large"}` {
		t.Errorf("large body: %d %s", response.StatusCode, body)
	}
	r, address := request("POST", "/a", strings.Repeat("x", 10<<20+1), nil)
	r.ContentLength = -1
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, address)
	if recorder.Code != 413 {
		t.Errorf("large body without length: %d", recorder.Code)
	}
}

func TestRouteWithoutTarget(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "GET /a")
	stage.Api.Routes[0].Target = nil
	f.PublishApiStage(stage)
	f.want(t, "GET", "/a", 500, internalBody)
}

// TestAuthorizersAreClosed: what guards access and is not known lets nobody in.
func TestAuthorizersAreClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "GET /a")
	stage.Api.Routes[0].AuthorizationType, stage.Api.Routes[0].AuthorizerId = types.AuthorizationTypeJwt, aws.String("none")
	f.PublishApiStage(stage)
	f.want(t, "GET", "/a", 500, internalBody)
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "GET /a", "GET /b", "GET /c", "GET /d")
	stage.Stage.DefaultRouteSettings = &types.RouteSettings{ThrottlingRateLimit: aws.Float64(1), ThrottlingBurstLimit: aws.Int32(2)}
	stage.Stage.RouteSettings = map[string]types.RouteSettings{
		"GET /b": {ThrottlingRateLimit: aws.Float64(1), ThrottlingBurstLimit: aws.Int32(1)},
		"GET /c": {ThrottlingRateLimit: aws.Float64(0), ThrottlingBurstLimit: aws.Int32(0)},
	}
	f.PublishApiStage(stage)
	const tooMany = `{"message":"Too Many Requests"}`
	f.want(t, "GET", "/a", 200, "x")
	f.want(t, "GET", "/a", 200, "x")
	f.want(t, "GET", "/a", 429, tooMany)
	f.want(t, "GET", "/b", 200, "x")
	f.want(t, "GET", "/b", 429, tooMany)
	f.want(t, "GET", "/c", 429, tooMany)
	again := *stage
	again.Stage.Description = aws.String("buckets outlive a change")
	f.PublishApiStage(&again)
	f.want(t, "GET", "/a", 429, tooMany)
	f.now = f.now.Add(time.Second)
	f.want(t, "GET", "/a", 200, "x")
	f.want(t, "GET", "/d", 200, "x")
}

func TestAccessLogAndMetrics(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	i := httpIntegration(newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(201)
		_, _ = w.Write([]byte("body"))
		if r.URL.Path == "/slow" {
			panic(http.ErrAbortHandler)
		}
	}).URL)
	stage := stageOf("prod", i, "GET /pets/{id}")
	stage.Stage.AccessLogSettings = &types.AccessLogSettings{
		DestinationArn: aws.String("arn:log"),
		Format:         aws.String(`{"ip":"$context.identity.sourceIp","key":"$context.routeKey","s":$context.status,"p":"$context.path","t":"$context.requestTime","e":"$context.requestTimeEpoch","len":$context.responseLength,"ua":"$context.identity.userAgent","none":"$context.authorizer.x","err":$context.error.messageString,"i":"$context.integrationStatus"}. $context.protocol.` + "\n"),
	}
	stage.Stage.DefaultRouteSettings = &types.RouteSettings{DetailedMetricsEnabled: aws.Bool(true)}
	f.PublishApiStage(stage)
	f.call("GET", "/prod/pets/%221%22%0a", "", http.Header{"User-Agent": {`a"b`}})
	f.call("GET", "/prod/other", "", nil)
	f.call("GET", "/nowhere", "", nil)
	want := []string{
		`123456789012 us-east-1 arn:log {"ip":"192.0.2.1","key":"GET /pets/{id}","s":201,"p":"/prod/pets/\"1\"\u000a","t":"10/Mar/2020:05:16:23 +0000","e":"1583817383","len":4,"ua":"a\"b","none":"-","err":-,"i":"201"}. HTTP/1.1.`,
		`123456789012 us-east-1 arn:log {"ip":"192.0.2.1","key":"-","s":404,"p":"/prod/other","t":"10/Mar/2020:05:16:23 +0000","e":"1583817383","len":23,"ua":"-","none":"-","err":"Not Found","i":"-"}. HTTP/1.1.`,
	}
	if diff := cmp.Diff(want, f.lines); diff != "" {
		t.Error(diff)
	}
	metrics := []httpapi.RouteMetrics{
		{Count: 1, Errors4xx: 1, DataProcessed: 23, DetailedMetricsActive: true},
		{RouteKey: "GET /pets/{id}", Count: 1, DataProcessed: 4, DetailedMetricsActive: true},
	}
	if diff := cmp.Diff(metrics, f.ApiStageMetrics("api1", "prod")); diff != "" {
		t.Error(diff)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	backend := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://backend")
		w.Header().Set("Vary", "accept")
		_, _ = w.Write([]byte(r.Method))
	})
	all := &types.Cors{
		AllowOrigins: []string{"https://a.example", "http://*"}, AllowMethods: []string{"GET", "POST"}, AllowHeaders: []string{"x-a", "x-b"},
		ExposeHeaders: []string{"x-e"}, MaxAge: aws.Int32(300), AllowCredentials: aws.Bool(true),
	}
	everything := &types.Cors{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}}
	asked := func(origin string, more ...string) http.Header {
		header := http.Header{"Origin": {origin}}
		for i := 0; i < len(more); i += 2 {
			header[more[i]] = []string{more[i+1]}
		}
		return header
	}
	tests := map[string]struct {
		cors           *types.Cors
		method, target string
		header         http.Header
		status         int
		body           string
		want           http.Header
	}{
		"preflight": {all, "OPTIONS", "/a", asked("https://a.example", "Access-Control-Request-Method", "GET"), 204, "", http.Header{
			"Access-Control-Allow-Origin": {"https://a.example"}, "Access-Control-Allow-Methods": {"GET,POST"}, "Access-Control-Allow-Headers": {"x-a,x-b"},
			"Access-Control-Max-Age": {"300"}, "Access-Control-Allow-Credentials": {"true"}, "Access-Control-Expose-Headers": {"x-e"}, "Vary": {"origin"},
		}},
		"preflight of no route":             {all, "OPTIONS", "/none", asked("http://localhost:3000", "Access-Control-Request-Method", "GET"), 204, "", http.Header{"Access-Control-Allow-Origin": {"http://localhost:3000"}}},
		"preflight of another origin":       {all, "OPTIONS", "/a", asked("https://b.example", "Access-Control-Request-Method", "GET"), 204, "", nil},
		"preflight of another method":       {all, "OPTIONS", "/a", asked("https://a.example", "Access-Control-Request-Method", "PUT"), 204, "", http.Header{"Access-Control-Allow-Methods": {"GET,POST"}}},
		"preflight, everything":             {everything, "OPTIONS", "/a", asked("https://x", "Access-Control-Request-Method", "GET"), 204, "", http.Header{"Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Methods": {"*"}, "Access-Control-Allow-Headers": {"*"}, "Vary": nil}},
		"OPTIONS without Origin":            {all, "OPTIONS", "/a", http.Header{"Access-Control-Request-Method": {"GET"}}, 200, "OPTIONS", http.Header{"Access-Control-Allow-Origin": nil}},
		"OPTIONS without a method":          {all, "OPTIONS", "/a", asked("https://a.example"), 200, "OPTIONS", http.Header{"Access-Control-Allow-Origin": {"https://a.example"}}},
		"actual":                            {all, "GET", "/a", asked("https://a.example"), 200, "GET", http.Header{"Access-Control-Allow-Origin": {"https://a.example"}, "Access-Control-Allow-Methods": nil, "Vary": {"accept", "origin"}, "Access-Control-Expose-Headers": {"x-e"}}},
		"actual of another origin":          {all, "GET", "/a", asked("https://b.example"), 200, "GET", nil},
		"origins are compared by case":      {all, "GET", "/a", asked("https://A.example"), 200, "GET", nil},
		"an origin that begins like it":     {all, "GET", "/a", asked("https://a.example.evil"), 200, "GET", nil},
		"actual without Origin":             {all, "GET", "/a", nil, 200, "GET", http.Header{"Access-Control-Allow-Origin": nil}},
		"failure":                           {all, "GET", "/none", asked("https://a.example"), 404, notFoundBody, http.Header{"Access-Control-Allow-Origin": {"https://a.example"}}},
		"not configured: backend's":         {nil, "GET", "/a", asked("https://a.example"), 200, "GET", http.Header{"Access-Control-Allow-Origin": {"https://backend"}}},
		"not configured: OPTIONS is routed": {nil, "OPTIONS", "/a", asked("https://a.example", "Access-Control-Request-Method", "GET"), 200, "OPTIONS", nil},
	}
	for name, test := range tests {
		stage := stageOf("$default", httpIntegration(backend.URL), "ANY /a")
		stage.Api.Api.CorsConfiguration = test.cors
		f.PublishApiStage(stage)
		response := f.call(test.method, test.target, "", test.header)
		if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
			t.Errorf("%s: got %d %s", name, response.StatusCode, body)
		}
		for header, want := range test.want {
			if diff := cmp.Diff(want, response.Header[header]); diff != "" {
				t.Errorf("%s: %s: %s", name, header, diff)
			}
		}
		if test.want == nil && test.cors != nil {
			for header := range response.Header {
				if strings.HasPrefix(header, "Access-Control-") {
					t.Errorf("%s: has %s", name, header)
				}
			}
		}
	}
}

// TestPreflightSkipsAuthorizer: a preflight carries no credentials.
func TestPreflightSkipsAuthorizer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	stage := stageOf("$default", say(t, "x"), "$default")
	stage.Api.Routes[0].AuthorizationType = types.AuthorizationTypeAwsIam
	stage.Api.Api.CorsConfiguration = &types.Cors{AllowOrigins: []string{"*"}}
	f.PublishApiStage(stage)
	response := f.call("OPTIONS", "/a", "", http.Header{"Origin": {"https://a"}, "Access-Control-Request-Method": {"GET"}})
	if response.StatusCode != 204 || response.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %d", response.StatusCode)
	}
}

// TestRestAndHTTP: one data plane serves both, by the id of the API.
func TestRestAndHTTP(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("$default", say(t, "x"), "GET /a"))
	r, _ := request("GET", "/a", "", nil)
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, dataplane.Address{ApiID: "api2", Path: "/a"})
	if recorder.Code != 403 {
		t.Errorf("an unknown API: %d", recorder.Code)
	}
	keys := make([]string, 0, 300)
	for i := range 300 {
		keys = append(keys, "GET /r"+strings.Repeat("x", i))
	}
	f.PublishApiStage(stageOf("many", say(t, "y"), keys...))
	f.want(t, "GET", "/many/rxx", 200, "y")
	if !slices.Contains(keys, "GET /rxx") {
		t.Error("no such route")
	}
	websocket := &deployed.ApiStage{ApiID: "api3", Protocol: types.ProtocolTypeWebsocket, Stage: types.Stage{StageName: aws.String("s")}}
	f.PublishApiStage(websocket)
}
