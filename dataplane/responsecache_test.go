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

// counting is a function that answers with status and how often it was called, and a body
// of size bytes more.
func counting(status, size int) fakeInvoker {
	var calls atomic.Int64
	return fakeInvoker{invoke: func(context.Context, *lambda.InvokeInput, string, string) (*lambda.InvokeOutput, error) {
		body := string(rune('0'+calls.Add(1))) + strings.Repeat("x", size)
		payload, err := json.Marshal(map[string]any{"statusCode": status, "headers": map[string]string{"x-mine": "1"}, "body": body})
		return &lambda.InvokeOutput{StatusCode: 200, Payload: payload}, err
	}}
}

// cachingStage has methods that are cached for 300 s; change alters the stage's settings.
func cachingStage(verb string, settings map[string]types.MethodSetting, keys ...string) *deployed.RestStage {
	method := lambdaMethod()
	method.MethodIntegration.CacheKeyParameters = keys
	method.MethodIntegration.RequestParameters = map[string]string{"integration.request.header.mapped": "method.request.querystring.m"}
	other := lambdaMethod()
	other.MethodIntegration.CacheNamespace = aws.String("id-a-p")
	other.MethodIntegration.CacheKeyParameters = keys
	stage := stageOf(
		resourceOf("/a/{p+}", map[string]types.Method{verb: method}),
		resourceOf("/b/{p}", map[string]types.Method{verb: other}),
	)
	stage.Stage.CacheClusterEnabled = true
	stage.Stage.MethodSettings = settings
	return stage
}

func caching(change func(s *types.MethodSetting)) types.MethodSetting {
	s := types.MethodSetting{
		CachingEnabled: true, CacheTtlInSeconds: 300, RequireAuthorizationForCacheControl: true,
		ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1,
	}
	change(&s)
	return s
}

func TestResponseCache(t *testing.T) {
	t.Parallel()
	forAll := map[string]types.MethodSetting{"*/*": caching(func(*types.MethodSetting) {})}
	free := map[string]types.MethodSetting{"*/*": caching(func(s *types.MethodSetting) { s.RequireAuthorizationForCacheControl = false })}
	strategy := func(strategy types.UnauthorizedCacheControlHeaderStrategy) map[string]types.MethodSetting {
		return map[string]types.MethodSetting{"*/*": caching(func(s *types.MethodSetting) { s.UnauthorizedCacheControlHeaderStrategy = strategy })}
	}
	renew := http.Header{"Cache-Control": {"no-transform, Max-Age=0"}}
	for name, test := range map[string]struct {
		verb     string
		settings map[string]types.MethodSetting
		keys     []string
		// first and second are the targets of two calls, header that of the second.
		first, second string
		header        http.Header
		status        int
		// want is the body of the second response.
		want string
	}{
		"hit":                            {"GET", forAll, nil, "/a/1", "/a/1", nil, 200, "1"},
		"no keys: one entry a resource":  {"GET", forAll, nil, "/a/1?x=1", "/a/2/3?x=2", nil, 200, "1"},
		"no settings":                    {"GET", nil, nil, "/a/1", "/a/1", nil, 200, "2"},
		"switched off":                   {"GET", map[string]types.MethodSetting{"*/*": {ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1}}, nil, "/a/1", "/a/1", nil, 200, "2"},
		"switched off for the method":    {"GET", map[string]types.MethodSetting{"*/*": forAll["*/*"], "a/{p+}/GET": {ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1}}, nil, "/a/1", "/a/1", nil, 200, "2"},
		"TTL 0":                          {"GET", map[string]types.MethodSetting{"*/*": caching(func(s *types.MethodSetting) { s.CacheTtlInSeconds = 0 })}, nil, "/a/1", "/a/1", nil, 200, "2"},
		"POST by the stage's settings":   {"POST", forAll, nil, "/a/1", "/a/1", nil, 200, "2"},
		"POST by its own":                {"POST", map[string]types.MethodSetting{"a/{p+}/POST": forAll["*/*"]}, nil, "/a/1", "/a/1", nil, 200, "1"},
		"ANY for GET":                    {"ANY", forAll, nil, "/a/1", "/a/1", nil, 200, "1"},
		"path key":                       {"GET", forAll, []string{"method.request.path.p"}, "/a/1", "/a/2", nil, 200, "2"},
		"path key, same":                 {"GET", forAll, []string{"method.request.path.p"}, "/a/1/2", "/a/1/2", nil, 200, "1"},
		"query key":                      {"GET", forAll, []string{"method.request.querystring.x"}, "/a/1?x=1", "/a/1?x=2", nil, 200, "2"},
		"query key, another value first": {"GET", forAll, []string{"method.request.querystring.x"}, "/a/1?x=1&x=3", "/a/1?x=2&x=3", nil, 200, "2"},
		"query key, missing":             {"GET", forAll, []string{"method.request.querystring.x"}, "/a/1?x=", "/a/1", nil, 200, "2"},
		"header key":                     {"GET", forAll, []string{"method.request.header.X-Lang"}, "/a/1", "/a/1", http.Header{"X-Lang": {"de"}}, 200, "2"},
		"mapped key":                     {"GET", forAll, []string{"integration.request.header.mapped"}, "/a/1?m=1", "/a/1?m=2", nil, 200, "2"},
		"unknown key":                    {"GET", forAll, []string{"integration.request.header.none"}, "/a/1", "/a/1", nil, 200, "2"},
		"shared namespace":               {"GET", forAll, nil, "/a/1", "/b/1", nil, 200, "1"},
		"renewed by anybody":             {"GET", free, nil, "/a/1", "/a/1", renew, 200, "2"},
		"no-cache does not renew":        {"GET", free, nil, "/a/1", "/a/1", http.Header{"Cache-Control": {"no-cache, max-age=10"}}, 200, "1"},
		"renewal refused": {
			"GET", strategy("FAIL_WITH_403"), nil, "/a/1", "/a/1", renew, 403,
			`{"Message":"User: anonymous is not authorized to perform: execute-api:InvalidateCache on resource: arn:aws:execute-api:us-east-1:********1111:api1/stage/GET/a/1"}`,
		},
		"renewal ignored":          {"GET", strategy("SUCCEED_WITH_RESPONSE_HEADER"), nil, "/a/1", "/a/1", renew, 200, "1"},
		"renewal ignored silently": {"GET", strategy("SUCCEED_WITHOUT_RESPONSE_HEADER"), nil, "/a/1", "/a/1", renew, 200, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, counting(200, 0))
			f.PublishRestStage(cachingStage(test.verb, test.settings, test.keys...))
			verb := strings.Replace(test.verb, "ANY", "GET", 1)
			if got := bodyOf(t, f.call(verb, "/stage"+test.first, "", nil)); got != "1" {
				t.Fatalf("first: %s", got)
			}
			response := f.call(verb, "/stage"+test.second, "", test.header)
			if got := bodyOf(t, response); got != test.want || response.StatusCode != test.status {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, got, test.status, test.want)
			}
			if test.status == 200 && response.Header.Get("X-Mine") != "1" && only(response.Header, "x-mine") != "1" {
				t.Errorf("header %v", response.Header)
			}
			if (response.Header.Get("Warning") != "") != (name == "renewal ignored") {
				t.Errorf("warning %q", response.Header.Get("Warning"))
			}
		})
	}
}

func TestResponseCacheIsEmptied(t *testing.T) {
	t.Parallel()
	forAll := map[string]types.MethodSetting{"*/*": caching(func(*types.MethodSetting) {})}
	f := newFixture(t, counting(404, 0))
	call := func(want string) {
		t.Helper()
		if response := f.call("GET", "/stage/a/1", "", nil); response.StatusCode != 404 || bodyOf(t, response) != want {
			t.Errorf("want %s, status %d", want, response.StatusCode)
		}
	}
	stage := cachingStage("GET", forAll)
	f.PublishRestStage(stage)
	call("1")
	call("1")
	f.FlushStageCache("api1", "stage")
	call("2")
	described := *stage
	described.Stage.Description = aws.String("no reason to forget")
	f.PublishRestStage(&described)
	call("2")
	again := cachingStage("GET", forAll)
	again.Api.DeploymentID = "dep2"
	f.PublishRestStage(again)
	call("2")
	larger := *again
	larger.Stage.CacheClusterSize = "6.1"
	f.PublishRestStage(&larger)
	call("3")
	off := *again
	off.Stage.CacheClusterEnabled = false
	f.PublishRestStage(&off)
	call("4")
	f.PublishRestStage(&larger)
	call("5")
	if m := f.CacheMetrics(); len(m) != 1 || m[0].Hits != 3 || m[0].Misses != 4 {
		t.Errorf("metrics %+v", m)
	}
}

func TestLargeResponsesAreNotCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t, counting(200, 1<<20))
	f.PublishRestStage(cachingStage("GET", map[string]types.MethodSetting{"*/*": caching(func(*types.MethodSetting) {})}))
	for _, want := range "12" {
		if got := bodyOf(t, f.call("GET", "/stage/a/1", "", nil)); rune(got[0]) != want {
			t.Errorf("got %c, want %c", got[0], want)
		}
	}
}

func TestCanaryCache(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shared bool
		want   string
	}{"shared": {true, "1"}, "its own": {false, "2"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, counting(200, 0))
			stage := cachingStage("GET", map[string]types.MethodSetting{"*/*": caching(func(*types.MethodSetting) {})})
			stage.Stage.CanarySettings = &types.CanarySettings{PercentTraffic: 0, UseStageCache: test.shared}
			f.PublishRestStage(stage)
			bodyOf(t, f.call("GET", "/stage/a/1", "", nil))
			canary := *stage
			canary.Stage.CanarySettings = &types.CanarySettings{PercentTraffic: 100, UseStageCache: test.shared}
			f.PublishRestStage(&canary)
			if got := bodyOf(t, f.call("GET", "/stage/a/1", "", nil)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
