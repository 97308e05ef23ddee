package dataplane_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

const internalError = `{"message": "Internal server error"}`

// serviceHeaders are on every response.
var serviceHeaders = []string{"Connection", "Content-Length", "x-amz-apigw-id", "x-amzn-RequestId", "X-Amzn-Trace-Id"}

// TestLambdaResponse proves LP-22 to LP-24: what a function returns, and the response
// that comes of it. The rows named LP-23a and on are the lines of LP-23's table.
func TestLambdaResponse(t *testing.T) {
	withJSON := func(h http.Header) http.Header {
		if _, ok := h["Content-Type"]; !ok {
			h["Content-Type"] = []string{"application/json"}
		}
		return h
	}
	tests := map[string]struct {
		returns string
		status  int
		body    string
		header  http.Header
	}{
		"LP-22 boolean header":                   {`{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}`, 200, "", http.Header{"test-header": {"value"}, "header-bool": {"true"}}},
		"LP-23a":                                 {`{"statusCode":200}`, 200, "", http.Header{}},
		"LP-23b":                                 {`{"statusCode":200,"headers":null}`, 200, "", http.Header{}},
		"LP-23c unknown member":                  {`{"statusCode":200,"wrongValue":"value"}`, 502, internalError, nil},
		"LP-23d no binary media types":           {`{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}`, 200, "dGVzdC1kYXRh", http.Header{}},
		"LP-23e":                                 {`{"statusCode":200,"body":"dGVzdC1kYXRh"}`, 200, "dGVzdC1kYXRh", http.Header{}},
		"LP-23f":                                 {`{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}`, 200, "", http.Header{"test-multi": {"value1", "value2"}}},
		"LP-23g multi first":                     {`{"statusCode":200,"multiValueHeaders":{"test-multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}`, 200, "", http.Header{"test-multi": {"value-multi", "value-solo"}}},
		"LP-23h spelling of multi":               {`{"statusCode":200,"multiValueHeaders":{"tesT-Multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}`, 200, "", http.Header{"tesT-Multi": {"value-multi", "value-solo"}}},
		"LP-23i not a list":                      {`{"statusCode":200,"multiValueHeaders":{"test-multi-invalid":"value1"}}`, 502, internalError, nil},
		"LP-23j":                                 {`{"statusCode":"test"}`, 502, internalError, nil},
		"LP-23k numeric text":                    {`{"statusCode":"201"}`, 201, "", http.Header{}},
		"LP-23l a string":                        {`"justAString"`, 502, internalError, nil},
		"LP-23m status defaults to 200":          {`{"headers":{"test-header":"value"}}`, 200, "", http.Header{"test-header": {"value"}}},
		"LP-24 empty object":                     {`{}`, 200, "", http.Header{}},
		"null":                                   {`null`, 502, internalError, nil},
		"list":                                   {`[]`, 502, internalError, nil},
		"not JSON":                               {`{`, 502, internalError, nil},
		"nothing":                                {``, 502, internalError, nil},
		"body is an object":                      {`{"body":{}}`, 502, internalError, nil},
		"body is null":                           {`{"body":null}`, 200, "", http.Header{}},
		"member in another case":                 {`{"StatusCode":200}`, 502, internalError, nil},
		"status 1xx":                             {`{"statusCode":101}`, 502, internalError, nil},
		"status 600":                             {`{"statusCode":600}`, 502, internalError, nil},
		"status as a float":                      {`{"statusCode":204.0}`, 204, "", http.Header{}},
		"numbers as headers":                     {`{"headers":{"n":1.50}}`, 200, "", http.Header{"n": {"1.50"}}},
		"header object":                          {`{"headers":{"n":{}}}`, 502, internalError, nil},
		"null header":                            {`{"headers":{"n":null}}`, 200, "", http.Header{}},
		"content type in lower case":             {`{"headers":{"content-type":"text/html"}}`, 200, "", http.Header{"Content-Type": {"text/html"}}},
		"reserved headers are remapped":          {`{"headers":{"date":"x","Server":"y","www-authenticate":"z"}}`, 200, "", http.Header{"x-amzn-Remapped-Date": {"x"}, "x-amzn-Remapped-Server": {"y"}, "x-amzn-Remapped-Www-Authenticate": {"z"}}},
		"x-amzn-ErrorType passes":                {`{"headers":{"X-Amzn-ErrorType":"Mine"}}`, 200, "", http.Header{"X-Amzn-ErrorType": {"Mine"}}},
		"line break in a header value":           {`{"headers":{"a":"b\r\nc: d"}}`, 200, "", http.Header{}},
		"line break in a header name":            {`{"headers":{"a\r\nb":"c"}}`, 200, "", http.Header{}},
		"Transfer-Encoding is dropped":           {`{"headers":{"Transfer-Encoding":"chunked"}}`, 200, "", http.Header{}},
		"cookies are no member of this format":   {`{"cookies":[]}`, 502, internalError, nil},
		"isBase64Encoded of another type":        {`{"isBase64Encoded":"maybe"}`, 502, internalError, nil},
		"trace id is the gateway's":              {`{"headers":{"x-amzn-trace-id":"mine"}}`, 200, "", http.Header{}},
		"request id is the gateway's (remapped)": {`{"headers":{"x-amzn-requestid":"mine"}}`, 200, "", http.Header{"x-amzn-Remapped-X-Amzn-Requestid": {"mine"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, returning(test.returns))
			f.PublishRestStage(stageOf(resourceOf("/{proxy+}", map[string]types.Method{"ANY": lambdaMethod()})))
			response := f.call("POST", "/stage/x", "{}", nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Fatalf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.body)
			}
			if test.header == nil {
				if !strings.Contains(f.log.String(), "Malformed Lambda proxy response") {
					t.Errorf("log: %s", f.log)
				}
				return
			}
			got := response.Header.Clone()
			for _, name := range serviceHeaders {
				if test.status != 204 && len(got[name]) != 1 {
					t.Errorf("%s is %q", name, got[name])
				}
				delete(got, name)
			}
			if diff := cmp.Diff(withJSON(test.header), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLambdaBinaryResponse proves LP-25 and the rule behind it, LP-26: the body is
// decoded when the first entry of Accept matches a configured type, whatever the
// response's own Content-Type.
func TestLambdaBinaryResponse(t *testing.T) {
	const text, decoded = "iVBORw0KGgo=", "\x89PNG\r\n\x1a\n"
	two := []string{"image/png", "*/test"}
	three := []string{"image/png", "application/*", "image/jpg"}
	tests := map[string]struct {
		types       []string
		accept      string
		contentType string
		want        string
	}{
		"LP-25a": {nil, "image/png", "image/png", text},
		"LP-25b": {two, "image/png", "image/png", decoded},
		"LP-25c": {two, "image/jpg", "image/png", text},
		"LP-25d": {two, "image/*", "image/png", text},
		"LP-25e": {two, "*/test", "image/png", text},
		"LP-25f": {two, "random/test", "image/png", text},
		"LP-25g": {two, "*/*", "image/png", text},
		"LP-25h": {two, "image/webp,image/png,*/*;q=0.8", "image/png", text},
		"LP-25i": {two, "image/png,image/*,*/*;q=0.8", "image/png", decoded},
		"LP-25k": {three, "image/png", "image/png", decoded},
		"LP-25l": {three, "application/whatever", "application/test", decoded},
		"LP-25m": {three, "application/test", "application/test", decoded},
		"LP-25n": {three, "application/*", "application/test", decoded},
		"LP-25o": {three, "image/jpg", "image/png", decoded},
		"LP-25p": {three, "image/png", "application/whatever", decoded},
		"LP-25q": {three, "image/png", "", decoded},
		"LP-25r": {three, "application", "", text},
		"LP-25s": {three, "*/*", "", text},
		"all":    {[]string{"*/*"}, "", "", decoded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			headers := ""
			if test.contentType != "" {
				headers = `,"headers":{"Content-Type":"` + test.contentType + `"}`
			}
			f := newFixture(t, returning(`{"statusCode":200,"body":"`+text+`","isBase64Encoded":true`+headers+`}`))
			stage := stageOf(resourceOf("/{proxy+}", map[string]types.Method{"ANY": lambdaMethod()}))
			stage.Api.Api.BinaryMediaTypes = test.types
			f.PublishRestStage(stage)
			header := http.Header{}
			if test.accept != "" {
				header.Set("Accept", test.accept)
			}
			response := f.call("POST", "/stage/x", "", header)
			if body := bodyOf(t, response); response.StatusCode != 200 || body != test.want {
				t.Errorf("got %d %q, want %q", response.StatusCode, body, test.want)
			}
		})
	}
	t.Run("LP-25j isBase64Encoded false", func(t *testing.T) { binaryCase(t, `{"body":"iVBORw0KGgo=","isBase64Encoded":false}`, 200, text) })
	t.Run("LP-27 not base64", func(t *testing.T) { binaryCase(t, `{"body":"èé+à)(","isBase64Encoded":true}`, 500, internalError) })
}

func binaryCase(t *testing.T, returns string, status int, want string) {
	t.Helper()
	f := newFixture(t, returning(returns))
	stage := stageOf(resourceOf("/{proxy+}", map[string]types.Method{"ANY": lambdaMethod()}))
	stage.Api.Api.BinaryMediaTypes = []string{"image/png"}
	f.PublishRestStage(stage)
	response := f.call("POST", "/stage/x", "", http.Header{"Accept": {"image/png"}})
	if body := bodyOf(t, response); response.StatusCode != status || body != want {
		t.Errorf("got %d %q, want %d %q", response.StatusCode, body, status, want)
	}
}

func TestLambdaFailures(t *testing.T) {
	refusing := func(code string) fakeInvoker {
		return fakeInvoker{invoke: func(context.Context, *lambda.InvokeInput, string, string) (*lambda.InvokeOutput, error) {
			return nil, &smithy.GenericAPIError{Code: code, Message: "message of " + code}
		}}
	}
	const permission = "Execution failed due to configuration error: Invalid permissions on Lambda function"
	tests := map[string]struct {
		invoker fakeInvoker
		status  int
		body    string
		log     string
	}{
		"LP-23n function error": {fakeInvoker{invoke: func(context.Context, *lambda.InvokeInput, string, string) (*lambda.InvokeOutput, error) {
			return &lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage":"boom","errorType":"Error"}`)}, nil
		}}, 502, internalError, "Lambda execution failed with status 200 due to customer function error: boom"},
		"no permission":   {refusing("AccessDeniedException"), 500, internalError, permission},
		"no function":     {refusing("ResourceNotFoundException"), 500, internalError, permission},
		"throttled":       {refusing("TooManyRequestsException"), 500, internalError, "message of TooManyRequestsException"},
		"event too large": {refusing("RequestTooLargeException"), 413, `{"message":"HTTP content length exceeded 10485760 bytes."}`, "message of RequestTooLargeException"},
		"unspecified error": {fakeInvoker{invoke: func(context.Context, *lambda.InvokeInput, string, string) (*lambda.InvokeOutput, error) {
			return nil, errors.New("broken")
		}}, 500, internalError, "broken"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, test.invoker)
			f.PublishRestStage(stageOf(resourceOf("/x", map[string]types.Method{"GET": lambdaMethod()})))
			response := f.call("GET", "/stage/x", "", nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %s", response.StatusCode, body)
			}
			if log := f.log.String(); !strings.Contains(log, test.log) || !strings.Contains(log, "request_id=") || !strings.Contains(log, "api_id=api1 stage=stage") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func TestLambdaIntegrationHTTPMethod(t *testing.T) {
	f := newFixture(t, returning(`{}`))
	method := lambdaMethod()
	method.MethodIntegration.HttpMethod = aws.String("GET")
	f.PublishRestStage(stageOf(resourceOf("/test-path", map[string]types.Method{"GET": method})))
	response := f.call("GET", "/stage/test-path", "", nil)
	var body map[string]string
	if err := json.Unmarshal([]byte(bodyOf(t, response)), &body); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 500 || !cmp.Equal(body, map[string]string{"message": "Internal server error"}) {
		t.Errorf("LP-30, GR-24: got %d %s", response.StatusCode, body)
	}
}

// slow is a function that takes longer than anybody waits.
var slow = fakeInvoker{invoke: func(ctx context.Context, _ *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}}

func TestLambdaTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		millis int32
		want   time.Duration
	}{"default": {0, 29 * time.Second}, "own": {50, 50 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, slow)
				method := lambdaMethod()
				method.MethodIntegration.TimeoutInMillis = test.millis
				f.PublishRestStage(stageOf(resourceOf("/x", map[string]types.Method{"GET": method})))
				start := time.Now()
				response := f.call("GET", "/stage/x", "", nil)
				if body := bodyOf(t, response); response.StatusCode != 504 || body != `{"message": "Endpoint request timed out"}` {
					t.Errorf("got %d %s", response.StatusCode, body)
				}
				if took := time.Since(start); took != test.want {
					t.Errorf("took %s, want %s", took, test.want)
				}
			})
		})
	}
}

func TestTraceID(t *testing.T) {
	const root, full = "Root=1-3152b799-8954dae64eda91bc9a23a7e8", "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"
	tests := map[string]struct {
		sent  string
		check func(got string, fields []string) bool
	}{
		"RT-31 none": {"", func(_ string, fields []string) bool {
			return len(fields) > 1 && strings.HasPrefix(fields[0], "Root=1-")
		}},
		"RT-32 full": {full, func(got string, fields []string) bool {
			return strings.Contains(got, full) && fields[1] == "Parent=7fa8c0f79203be72"
		}},
		"RT-33 root only": {root, func(_ string, fields []string) bool {
			return fields[0] == root && len(fields) > 1 && fields[1] != "Parent=7fa8c0f79203be72"
		}},
		"nonsense": {"abc", func(_ string, fields []string) bool { return strings.HasPrefix(fields[0], "Root=1-") }},
	}
	f := newFixture(t, returning(`{}`))
	f.PublishRestStage(stageOf(resourceOf("/x", map[string]types.Method{"GET": lambdaMethod()})))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if test.sent != "" {
				header.Set("X-Amzn-Trace-Id", test.sent)
			}
			got := f.call("GET", "/stage/x", "", header).Header.Get("X-Amzn-Trace-Id")
			if !test.check(got, strings.Split(got, ";")) {
				t.Errorf("got %q", got)
			}
		})
	}
}
