package emulator_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const functionURLForbidden = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`

const urlHandler = `import json

def handler(event, context):
    path = event["rawPath"]
    if path == "/boom":
        raise Exception("boom")
    if path == "/plain":
        return "plain text"
    if path == "/object":
        return {"a": 1}
    if path == "/full":
        return {"statusCode": 201, "headers": {"X-Mine": "1"}, "cookies": ["a=1", "b=2"], "body": "AAE=", "isBase64Encoded": True}
    return event
`

// functionURLID finds the id in an address, wherever it is there.
func functionURLID(t *testing.T, address *string) string {
	t.Helper()
	parsed := must(url.Parse(*address))(t)
	if _, id, ok := strings.Cut(parsed.Path, "/_aws/lambda-url/"); ok {
		return strings.TrimSuffix(id, "/")
	}
	id, _, _ := strings.Cut(parsed.Host, ".")
	return id
}

func TestFunctionURLs(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx := t.Context()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	name := aws.String("front")
	must(c.lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", urlHandler)},
	}))(t)
	config := must(c.lambda.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{
		FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone,
		Cors: &types.Cors{AllowOrigins: []string{"https://app.example"}, AllowMethods: []string{"GET"}, MaxAge: aws.Int32(60)},
	}))(t)
	id := functionURLID(t, config.FunctionUrl)
	host := id + ".lambda-url.us-east-1.localhost"

	// call sends a request to the URL, by its host or by the path form.
	call := func(t *testing.T, method, target, body string, header http.Header) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(ctx, method, e.URL()+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(request.Header, header)
		request.Host = host
		response := must(c.http.Do(request))(t)
		defer response.Body.Close()
		return response, string(must(io.ReadAll(response.Body))(t))
	}
	if response, body := call(t, http.MethodGet, "/", "", nil); response.StatusCode != http.StatusForbidden || body != functionURLForbidden || response.Header.Get("X-Amzn-Trace-Id") != "" {
		t.Fatalf("without permission: %d %s", response.StatusCode, body)
	}
	must(c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: name, StatementId: aws.String("url"), Action: aws.String("lambda:InvokeFunctionUrl"), Principal: aws.String("*"),
		FunctionUrlAuthType: types.FunctionUrlAuthTypeNone,
	}))(t)
	if response, _ := call(t, http.MethodGet, "/", "", nil); response.StatusCode != http.StatusForbidden {
		t.Fatalf("with one permission of two: %d", response.StatusCode)
	}
	must(c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: name, StatementId: aws.String("function"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("*"),
		InvokedViaFunctionUrl: aws.Bool(true),
	}))(t)

	tests := map[string]struct {
		path, body string
		status     int
		header     map[string]string
	}{
		"a text":            {"/plain", "plain text", 200, map[string]string{"Content-Type": "application/json"}},
		"an object":         {"/object", `{"a": 1}`, 200, map[string]string{"Content-Type": "application/json"}},
		"a whole response":  {"/full", "\x00\x01", 201, map[string]string{"X-Mine": "1", "Set-Cookie": "a=1", "Content-Type": "text/plain;charset=UTF-8"}},
		"a function error":  {"/boom", "Internal Server Error", 502, nil},
		"the path is asked": {"/_aws/x", "", 200, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response, body := call(t, http.MethodGet, test.path, "", nil)
			if response.StatusCode != test.status || test.body != "" && body != test.body {
				t.Errorf("got %d %q", response.StatusCode, body)
			}
			for name, want := range test.header {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %q", name, got)
				}
			}
		})
	}

	t.Run("event", func(t *testing.T) {
		_, body := call(t, http.MethodPost, "/a%20b?x=1&x=2&y=%20", "\x00", http.Header{
			"Cookie": {"k=v; l=w"}, "X-Two": {"1", "2"}, "Content-Type": {"application/octet-stream"},
		})
		var event map[string]any
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatal(err)
		}
		get := func(path string) string {
			value := any(event)
			for part := range strings.SplitSeq(path, ".") {
				value = value.(map[string]any)[part]
			}
			text, _ := json.Marshal(value)
			return string(text)
		}
		for path, want := range map[string]string{
			"version": `"2.0"`, "routeKey": `"$default"`, "rawPath": `"/a%20b"`, "rawQueryString": `"x=1\u0026x=2\u0026y=%20"`,
			"cookies": `["k=v","l=w"]`, "headers.x-two": `"1,2"`, "headers.cookie": "null", "queryStringParameters": `{"x":"1,2","y":" "}`,
			"requestContext.http.method": `"POST"`, "requestContext.accountId": `"anonymous"`, "requestContext.stage": `"$default"`,
			"requestContext.domainName": `"` + host + `"`, "body": `"AA=="`, "isBase64Encoded": "true",
		} {
			if got := get(path); got != want {
				t.Errorf("%s: got %s, want %s", path, got, want)
			}
		}
	})

	t.Run("CORS", func(t *testing.T) {
		preflight := http.Header{"Origin": {"https://app.example"}, "Access-Control-Request-Method": {"GET"}}
		response, body := call(t, http.MethodOptions, "/boom", "", preflight)
		if response.StatusCode != http.StatusOK || body != "" || response.Header.Get("Access-Control-Allow-Origin") != "https://app.example" ||
			response.Header.Get("Access-Control-Allow-Methods") != "GET" || response.Header.Get("Access-Control-Max-Age") != "60" {
			t.Errorf("preflight: %d %q %v", response.StatusCode, body, response.Header)
		}
		response, _ = call(t, http.MethodGet, "/plain", "", http.Header{"Origin": {"https://other.example"}})
		if response.StatusCode != http.StatusOK || response.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("another origin: %d %v", response.StatusCode, response.Header)
		}
	})

	if status, body := c.body(t, e.URL()+"/_aws/lambda-url/"+id+"/plain"); status != http.StatusOK || body != "plain text" {
		t.Errorf("path form: %d %s", status, body)
	}
	must(c.lambda.DeleteFunctionUrlConfig(ctx, &lambda.DeleteFunctionUrlConfigInput{FunctionName: name}))(t)
	if response, _ := call(t, http.MethodGet, "/plain", "", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("deleted: %d", response.StatusCode)
	}
}
