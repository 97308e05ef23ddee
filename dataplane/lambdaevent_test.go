package dataplane_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// random are the parts of an event that differ each time, and their form.
var random = map[string]*regexp.Regexp{
	"<request id>":          regexp.MustCompile(`"requestId": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"`),
	"<extended request id>": regexp.MustCompile(`"extendedRequestId": "[A-Za-z0-9_-]{15}="`),
	"<trace id>":            regexp.MustCompile(`"Root=1-5e66d96f-[0-9a-f]{24}"`),
}

func maskRandom(event string) string {
	for mask, form := range random {
		event = form.ReplaceAllStringFunc(event, func(found string) string {
			if name, _, ok := strings.Cut(found, ": "); ok {
				return name + `: "` + mask + `"`
			}
			return `"` + mask + `"`
		})
	}
	return event
}

// TestLambdaEvent compares whole events with testdata/events/rest. What a file proves
// besides the fact it is named for: LP-01 the members that are null and those that are
// absent (LP-02), that Connection is not passed on (LP-04) and one list for each header
// (LP-05); LP-10 that only requestContext.path keeps doubled slashes (LP-12); LP-16 the
// text body and its headers (LP-17, LP-04).
func TestLambdaEvent(t *testing.T) {
	client := http.Header{
		"User-Agent": {"python-requests/testing"}, "tEsT-HEADeR": {"aValUE"}, "authorization": {"random-value"},
		"Accept": {"*/*"}, "Accept-Encoding": {"gzip, deflate"}, "Connection": {"keep-alive"},
	}
	post := http.Header{
		"Content-Type": {"application/json;charset=utf-8"}, "aUThorization": {"Bearer token123;API key456"}, "foobar": {"a", "b"},
	}
	tests := map[string]struct {
		method, target, body string
		header               http.Header
	}{
		"LP-01":            {"GET", "/stage/proxy-value", "", client},
		"LP-06":            {"GET", "/stage/proxy-value/", "", client},
		"LP-07":            {"GET", "/stage/proxy-value//double-slash", "", client},
		"LP-08":            {"GET", "//stage/proxy-value", "", client},
		"LP-09":            {"GET", "/stage//proxy-value", "", client},
		"LP-10":            {"GET", "/stage//hardcoded", "", client},
		"LP-11":            {"GET", "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com", "", client},
		"LP-14":            {"GET", "/stage/proxy-value/?urlparam=test", "", client},
		"LP-15":            {"GET", "/stage/proxy-value?dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com&url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/", "", client},
		"LP-16":            {"POST", "/stage/proxy-value?category=electronics&category=books&price=10&price=20&price=30", `{"a": "b"}`, post},
		"LP-19":            {"POST", "/stage/mapped/foobar?testQueryString=foo&testVar=bar", `{}`, http.Header{"foobar": {"mapped-value"}, "headerVar": {"request-value"}, "user-Agent": {"test/integration"}}},
		"binary body":      {"PUT", "/stage/proxy-value", "\x00\xff", http.Header{"Content-Type": {"image/png"}}},
		"text not UTF-8":   {"PUT", "/stage/proxy-value", "a\xffb\x01\"\\\n", http.Header{"Content-Type": {"text/plain"}}},
		"forwarded before": {"GET", "/stage/proxy-value", "", http.Header{"X-Forwarded-For": {"10.0.0.1"}, "X-Forwarded-Proto": {"gopher"}, "X-Amzn-Trace-Id": {"Root=1-3152b799-8954dae64eda91bc9a23a7e8"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []byte
			f := newFixture(t, fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
				got = bytes.Clone(in.Payload)
				return &lambda.InvokeOutput{Payload: []byte(`{}`)}, nil
			}})
			// Mappings of AWS_PROXY are accepted and have no effect (IN-16, LP-20, LP-21).
			mapped := lambdaMethod()
			mapped.MethodIntegration.RequestParameters = map[string]string{
				"integration.request.header.headerVar":   "method.request.header.foobar",
				"integration.request.path.qsVar":         "method.request.querystring.testVar",
				"integration.request.querystring.qsVar2": "method.request.body.a",
			}
			mapped.RequestParameters = map[string]bool{"method.request.header.emptyheader": true}
			stage := stageOf(
				resourceOf("/{proxy+}", map[string]types.Method{"ANY": lambdaMethod()}),
				resourceOf("/hardcoded", map[string]types.Method{"ANY": lambdaMethod()}),
				resourceOf("/mapped/{pathVariable}", map[string]types.Method{"ANY": mapped}),
			)
			stage.Api.Api.BinaryMediaTypes = []string{"image/*"}
			f.PublishRestStage(stage)
			if response := f.call(test.method, test.target, test.body, test.header); response.StatusCode != 200 {
				t.Fatalf("status %d: %s", response.StatusCode, f.log)
			}
			var indented bytes.Buffer
			if err := json.Indent(&indented, got, "", "  "); err != nil {
				t.Fatalf("%v in %s", err, got)
			}
			indented.WriteByte('\n')
			golden(t, strings.ReplaceAll(name, " ", "-")+".json", maskRandom(indented.String()))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("..", "testdata", "events", "rest", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestLambdaEventOptionalMembers(t *testing.T) {
	var got struct {
		StageVariables map[string]string
		RequestContext struct{ OperationName, RequestID string }
	}
	f := newFixture(t, fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
		if err := json.Unmarshal(in.Payload, &got); err != nil {
			t.Error(err)
		}
		return &lambda.InvokeOutput{Payload: []byte(`{}`)}, nil
	}})
	method := lambdaMethod()
	method.OperationName = aws.String("GetPet")
	stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": method}))
	stage.Stage.Variables = map[string]string{"env": "x"}
	f.PublishRestStage(stage)
	first := f.call("GET", "/stage/a", "", nil)
	if got.RequestContext.OperationName != "GetPet" || !cmp.Equal(got.StageVariables, map[string]string{"env": "x"}) {
		t.Errorf("got %+v", got)
	}
	if id := only(first.Header, "x-amzn-RequestId"); id != got.RequestContext.RequestID {
		t.Errorf("request id %s in the event, %s in the response", got.RequestContext.RequestID, id)
	}
	one := got.RequestContext.RequestID
	f.call("GET", "/stage/a", "", nil)
	if one == got.RequestContext.RequestID {
		t.Error("LP-18 two requests have one id")
	}
}

func TestLambdaInvocation(t *testing.T) {
	tests := map[string]struct {
		resource, method    string
		target              string
		change              func(*types.Integration)
		function, from, via string
	}{
		"verb and parameters": {"/pets/{id}/{proxy+}", "GET", "/stage/pets/1/a/b", nil, "arn:aws:lambda:us-east-1:111111111111:function:hello", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/GET/pets/*/*", ""},
		"ANY is a star":       {"/pets", "ANY", "/stage/pets", nil, "arn:aws:lambda:us-east-1:111111111111:function:hello", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/*/pets", ""},
		"root":                {"/", "GET", "/stage", nil, "arn:aws:lambda:us-east-1:111111111111:function:hello", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/GET/", ""},
		"function by variable": {"/", "GET", "/stage", func(i *types.Integration) {
			i.Uri = aws.String(strings.Replace(functionURI, "hello", "${stageVariables.fn}:live", 1))
		}, "arn:aws:lambda:us-east-1:111111111111:function:world:live", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/GET/", ""},
		"role": {"/", "GET", "/stage", func(i *types.Integration) { i.Credentials = aws.String("arn:aws:iam::111111111111:role/r") }, "arn:aws:lambda:us-east-1:111111111111:function:hello", "arn:aws:execute-api:us-east-1:111111111111:api1/stage/GET/", "arn:aws:iam::111111111111:role/r"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			called := false
			f := newFixture(t, fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
				called = true
				if *in.FunctionName != test.function || sourceARN != test.from || roleARN != test.via {
					t.Errorf("function %s from %s as %s", *in.FunctionName, sourceARN, roleARN)
				}
				return &lambda.InvokeOutput{Payload: []byte(`{}`)}, nil
			}})
			method := lambdaMethod()
			if test.change != nil {
				test.change(method.MethodIntegration)
			}
			stage := stageOf(resourceOf(test.resource, map[string]types.Method{test.method: method}))
			stage.Stage.Variables = map[string]string{"fn": "world"}
			f.PublishRestStage(stage)
			if response := f.call("GET", test.target, "", nil); response.StatusCode != 200 || !called {
				t.Errorf("status %d: %s", response.StatusCode, f.log)
			}
		})
	}
}
