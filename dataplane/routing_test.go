package dataplane_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// echo is a MOCK method that answers with its own name.
func echo(name string) types.Method { return mockMethod(`"` + name + `"`) }

func TestRouting(t *testing.T) {
	f := newFixture(t, nil)
	existing := resourceOf("/existing", map[string]types.Method{"GET": mockMethod(`{"statusCode":200,"message":"exists"}`)})
	f.PublishRestStage(stageOf(
		resourceOf("/", map[string]types.Method{"GET": echo("root")}),
		existing,
		resourceOf("/test", map[string]types.Method{"POST": echo("POST test")}),
		resourceOf("/test/any", map[string]types.Method{"ANY": echo("ANY any")}),
		resourceOf("/{proxy+}", map[string]types.Method{"OPTIONS": echo("OPTIONS greedy"), "PUT": echo("PUT greedy")}),
		resourceOf("/part1", map[string]types.Method{"GET": echo("part1")}),
		resourceOf("/part1/hardcoded-value", map[string]types.Method{"GET": echo("hardcoded")}),
		resourceOf("/pets/{id}", map[string]types.Method{"GET": echo("pet")}),
		resourceOf("/pets/{id}/toys", map[string]types.Method{"GET": echo("toys")}),
	))
	const missing = `{"message":"Missing Authentication Token"}`
	tests := map[string]struct {
		method, target string
		status         int
		body           string
	}{
		"RT-01 no resource":                       {"GET", "/stage/random-non-existing", 403, missing},
		"RT-02 no method":                         {"POST", "/stage/existing", 403, missing},
		"RT-03 statusCode in a response is data":  {"GET", "/stage/existing", 200, `{"statusCode":200,"message":"exists"}`},
		"RT-04 static without the verb":           {"OPTIONS", "/stage/test", 200, `"OPTIONS greedy"`},
		"RT-04 static with the verb":              {"POST", "/stage/test", 200, `"POST test"`},
		"RT-05 ANY on static beats a greedy verb": {"OPTIONS", "/stage/test/any", 200, `"ANY any"`},
		"RT-05 ANY":                            {"GET", "/stage/test/any", 200, `"ANY any"`},
		"RT-06 static":                         {"GET", "/stage/part1", 200, `"part1"`},
		"RT-06 static child":                   {"GET", "/stage/part1/hardcoded-value", 200, `"hardcoded"`},
		"RT-06 falls back to greedy above":     {"PUT", "/stage/part1/random-value", 200, `"PUT greedy"`},
		"LP-10 doubled slash before static":    {"GET", "/stage//part1", 200, `"part1"`},
		"LP-08 doubled slash before the stage": {"GET", "//stage/part1", 200, `"part1"`},
		"trailing slash":                       {"GET", "/stage/part1/", 200, `"part1"`},
		"root":                                 {"GET", "/stage", 200, `"root"`},
		"root with slash":                      {"GET", "/stage/", 200, `"root"`},
		"greedy needs a segment":               {"PUT", "/stage/", 403, missing},
		"parameter":                            {"GET", "/stage/pets/1", 200, `"pet"`},
		"parameter holds an escaped slash":     {"GET", "/stage/pets/1%2Ftoys", 200, `"pet"`},
		"below a parameter":                    {"GET", "/stage/pets/1/toys", 200, `"toys"`},
		"empty segment is no parameter":        {"GET", "/stage/pets//toys", 403, missing},
		"case matters":                         {"GET", "/stage/Part1", 403, missing},
		"segments are compared undecoded":      {"GET", "/stage/p%61rt1", 403, missing},
		"HEAD is not GET":                      {"HEAD", "/stage/part1", 403, ""},
		"unknown verb":                         {"PROPFIND", "/stage/test/any", 403, missing},
		"unknown stage":                        {"GET", "/other/part1", 403, `{"message":"Forbidden"}`},
		"no stage":                             {"GET", "/", 403, `{"message":"Forbidden"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response := f.call(test.method, test.target, "", nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.body)
			}
		})
	}
}

func TestErrorHeaders(t *testing.T) {
	f := newFixture(t, nil)
	f.PublishRestStage(stageOf())
	tests := map[string]struct {
		target, authorization string
		errorType             string
	}{
		"RT-01 no resource":               {"/stage/x", "", "MissingAuthenticationTokenException"},
		"bearer token is no signature":    {"/stage/x", "Bearer abc", "IncompleteSignatureException"},
		"signed call":                     {"/stage/x", "AWS4-HMAC-SHA256 Credential=a", "MissingAuthenticationTokenException"},
		"unknown stage is not customised": {"/nostage/x", "", "ForbiddenException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response := f.call("GET", test.target, "", http.Header{"Authorization": {test.authorization}})
			if got := only(response.Header, "x-amzn-ErrorType"); got != test.errorType {
				t.Errorf("x-amzn-ErrorType is %q, want %s", got, test.errorType)
			}
			for _, name := range []string{"x-amzn-RequestId", "x-amz-apigw-id", "Content-Type", "Content-Length"} {
				if len(response.Header[name]) != 1 || response.Header[name][0] == "" {
					t.Errorf("%s is %q", name, response.Header[name])
				}
			}
			if _, ok := response.Header["X-Amzn-Trace-Id"]; ok {
				t.Error("there is a trace id")
			}
		})
	}
}

func TestPublishAndWithdraw(t *testing.T) {
	f := newFixture(t, nil)
	get := func(target string) string { return bodyOf(t, f.call("GET", target, "", nil)) }
	const gone = `{"message":"Forbidden"}`

	first := stageOf(resourceOf("/a", map[string]types.Method{"GET": echo("first")}))
	f.PublishRestStage(first)
	if got := get("/stage/a"); got != `"first"` {
		t.Errorf("published: %s", got)
	}
	second := stageOf(resourceOf("/a", map[string]types.Method{"GET": echo("second")}))
	second.Api.DeploymentID = "dep2"
	f.PublishRestStage(second)
	if got := get("/stage/a"); got != `"second"` {
		t.Errorf("republished: %s", got)
	}
	other := stageOf(resourceOf("/a", map[string]types.Method{"GET": echo("other")}))
	other.Stage.StageName = aws.String("other")
	f.PublishRestStage(other)
	f.WithdrawRestStage("api1", "stage")
	if got := get("/stage/a"); got != gone {
		t.Errorf("withdrawn: %s", got)
	}
	if got := get("/other/a"); got != `"other"` {
		t.Errorf("the other stage: %s", got)
	}
	f.WithdrawRestStage("api1", "other")
	f.WithdrawRestStage("api1", "never-there")
	f.WithdrawRestStage("api2", "never-there")
	if got := get("/other/a"); got != gone {
		t.Errorf("withdrawn: %s", got)
	}
}

func TestDisabledEndpoint(t *testing.T) {
	f := newFixture(t, nil)
	stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": echo("a")}))
	stage.Api.Api.DisableExecuteApiEndpoint = true
	f.PublishRestStage(stage)
	response := f.call("GET", "/stage/a", "", nil)
	if body := bodyOf(t, response); response.StatusCode != 403 || body != `{"message":"Forbidden"}` {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
}
