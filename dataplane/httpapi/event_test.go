package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
)

var update = flag.Bool("update", false, "write the golden events")

const traceID = "Root=1-5e6722a7-cc56b2c1d46db7ae02d4da47"

// shape is a request whose event is in testdata/events.
type shape struct {
	stage, route         string
	method, target, body string
	header               http.Header
	address              func(*dataplane.Address)
	change               func(*deployed.ApiStage)
}

func contentType(value string) http.Header { return http.Header{"Content-Type": {value}} }

func mapped(parameters map[string]string) func(*deployed.ApiStage) {
	return func(s *deployed.ApiStage) { s.Api.Integrations[0].RequestParameters = parameters }
}

var shapes = map[string]shape{
	"get":                      {"$default", "GET /pets", "GET", "/pets", "", nil, nil, nil},
	"named stage":              {"prod", "GET /pets", "GET", "/prod/pets", "", nil, nil, nil},
	"root":                     {"$default", "GET /", "GET", "/", "", nil, nil, nil},
	"root of a stage":          {"prod", "GET /", "GET", "/prod", "", nil, nil, nil},
	"default route":            {"prod", "$default", "GET", "/prod/a/b", "", nil, nil, nil},
	"any":                      {"$default", "ANY /pets", "DELETE", "/pets", "", nil, nil, nil},
	"path parameter":           {"prod", "GET /pets/{id}", "GET", "/prod/pets/6", "", nil, nil, nil},
	"two path parameters":      {"$default", "GET /pets/{id}/toys/{toy-id}", "GET", "/pets/6/toys/7", "", nil, nil, nil},
	"greedy":                   {"$default", "ANY /files/{proxy+}", "GET", "/files/a/b/c", "", nil, nil, nil},
	"encoded path":             {"$default", "GET /pets/{id}", "GET", "/pets/a%20b%2Bc", "", nil, nil, nil},
	"encoded slash":            {"$default", "ANY /{proxy+}", "GET", "/a%2Fb", "", nil, nil, nil},
	"unicode path":             {"$default", "GET /pets/{id}", "GET", "/pets/%C3%A9%E2%98%83", "", nil, nil, nil},
	"query":                    {"$default", "GET /pets", "GET", "/pets?a=1&b=x%20y", "", nil, nil, nil},
	"multi-value query":        {"$default", "GET /pets", "GET", "/pets?a=1&b=3&a=2", "", nil, nil, nil},
	"empty query values":       {"$default", "GET /pets", "GET", "/pets?a=&b&=c", "", nil, nil, nil},
	"query with plus":          {"$default", "GET /pets", "GET", "/pets?q=a+b%2Bc&u=%C3%A9", "", nil, nil, nil},
	"multi-value headers":      {"$default", "GET /pets", "GET", "/pets", "", http.Header{"X-Multi": {"a", "b"}, "Accept": {"*/*"}}, nil, nil},
	"empty header":             {"$default", "GET /pets", "GET", "/pets", "", http.Header{"X-Empty": {""}}, nil, nil},
	"cookies":                  {"$default", "GET /pets", "GET", "/pets", "", http.Header{"Cookie": {"k1=v1; k2=v2", "k3=v3"}}, nil, nil},
	"duplicate cookies":        {"$default", "GET /pets", "GET", "/pets", "", http.Header{"Cookie": {"k=1; k=2;k=1", "e=; ;n; q=\"a b\""}}, nil, nil},
	"unicode query":            {"$default", "GET /pets", "GET", "/pets?%C3%A9=%E2%98%83&a=b,c&a=d%2Ce&p=%zz", "", nil, nil, nil},
	"multi-value accept":       {"$default", "ANY /pets", "GET", "/pets", "", http.Header{"Accept": {"a/b, c/d", "e/f"}, "X-Comma": {"1,2", ""}}, nil, nil},
	"encoded greedy":           {"prod", "ANY /files/{proxy+}", "GET", "/prod/files/a%2Fb/c%20d//e/", "", nil, nil, nil},
	"named stage as a path":    {"$default", "$default", "GET", "/prod/pets", "", nil, nil, nil},
	"connection headers":       {"$default", "GET /pets", "GET", "/pets", "", http.Header{"Connection": {"keep-alive"}, "Te": {"trailers"}, "Upgrade": {"h2c"}}, nil, nil},
	"forwarded for":            {"$default", "GET /pets", "GET", "/pets", "", http.Header{"X-Forwarded-For": {"198.51.100.9"}}, nil, nil},
	"user agent":               {"$default", "GET /pets", "GET", "/pets", "", http.Header{"User-Agent": {"curl/8"}}, nil, nil},
	"json body":                {"$default", "POST /pets", "POST", "/pets", `{"k":"é\n"}`, contentType("application/json"), nil, nil},
	"text body":                {"$default", "POST /pets", "POST", "/pets", "hello", contentType("text/plain; charset=utf-8"), nil, nil},
	"suffix type":              {"$default", "POST /pets", "POST", "/pets", `{}`, contentType("application/problem+json"), nil, nil},
	"form body":                {"$default", "POST /pets", "POST", "/pets", "a=1&b=2", contentType("application/x-www-form-urlencoded"), nil, nil},
	"binary body":              {"$default", "PUT /pets", "PUT", "/pets", "\xff\x00\x01", contentType("image/png"), nil, nil},
	"body without a type":      {"$default", "POST /pets", "POST", "/pets", "hello", nil, nil, nil},
	"text that is no UTF-8":    {"$default", "POST /pets", "POST", "/pets", "a\xffb", contentType("text/plain"), nil, nil},
	"post without a body":      {"$default", "POST /pets", "POST", "/pets", "", contentType("application/json"), nil, nil},
	"stage variables":          {"prod", "GET /pets", "GET", "/prod/pets", "", nil, nil, func(s *deployed.ApiStage) { s.Stage.StageVariables = map[string]string{"b": "2", "a": "1"} }},
	"custom domain":            {"prod", "GET /pets/{id}", "GET", "/prod/pets/6", "", nil, func(a *dataplane.Address) { a.Stage, a.CustomPath, a.BasePath = "prod", "/v1/pets/6", "v1" }, nil},
	"custom domain, $default":  {"$default", "GET /pets/{id}", "GET", "/$default/pets/6", "", nil, func(a *dataplane.Address) { a.Stage, a.CustomPath = "$default", "/pets/6" }, nil},
	"mapped request":           {"prod", "GET /pets/{id}", "GET", "/prod/pets/6?a=1&b=2", "", http.Header{"X-A": {"1"}, "X-Gone": {"x"}}, nil, mapped(map[string]string{"append:header.x-a": "$request.path.id", "overwrite:header.x-b": "n ${request.querystring.a}", "remove:header.x-gone": "''", "remove:querystring.b": "", "append:querystring.a": "$context.stage", "overwrite:querystring.c": "x y"})},
	"mapped path":              {"prod", "GET /pets/{id}", "GET", "/prod/pets/6", "", nil, nil, mapped(map[string]string{"overwrite:path": "/animals/${request.path.id}"})},
	"header with a quote":      {"$default", "GET /pets", "GET", "/pets", "", http.Header{"X-Quote": {`a"b\c`}}, nil, nil},
	"literal before parameter": {"$default", "GET /pets/dog", "GET", "/pets/dog", "", nil, nil, nil},
}

// TestEvents compares the events of both payload formats with testdata/events.
func TestEvents(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes {
		for _, format := range []string{"1.0", "2.0"} {
			t.Run(name+" "+format, func(t *testing.T) {
				t.Parallel()
				function := returning(`{"statusCode":204}`)
				f := newFixture(t, func(c *dataplane.Config) { c.Invoker = function })
				stage := stageOf(shape.stage, lambdaIntegration(format), shape.route)
				if shape.change != nil {
					shape.change(stage)
				}
				f.PublishApiStage(stage)
				r, address := request(shape.method, shape.target, shape.body, shape.header)
				r.Header.Set("X-Amzn-Trace-Id", traceID)
				if shape.address != nil {
					shape.address(&address)
				}
				recorder := httptest.NewRecorder()
				f.Serve(recorder, r, address)
				if recorder.Code != 204 {
					t.Fatalf("got %d %s; %s", recorder.Code, recorder.Body, f.log)
				}
				event := bytes.ReplaceAll(function.event, []byte(recorder.Header().Get("apigw-requestid")), []byte("JKJaXmPLvHcESHA="))
				golden(t, strings.NewReplacer(" ", "-", ",", "", "$", "").Replace(name)+".v"+format[:1]+".json", event)
			})
		}
	}
}

// golden compares JSON with a file, whose members are in the order of the event.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var indented bytes.Buffer
	if err := json.Indent(&indented, got, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	indented.WriteByte('\n')
	path := filepath.Join("testdata", "events", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, indented.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), indented.String()); diff != "" {
		t.Error(diff)
	}
}

// TestResponses: what functions return in each format.
func TestResponses(t *testing.T) {
	t.Parallel()
	text, asJSON := "text/plain;charset=UTF-8", "application/json"
	tests := map[string]struct {
		format, payload string
		status          int
		body            string
		header          http.Header
	}{
		"2.0 response":                 {"2.0", `{"statusCode":201,"headers":{"Content-Type":"a/b","X-N":1},"body":"x"}`, 201, "x", http.Header{"Content-Type": {"a/b"}, "X-N": {"1"}}},
		"2.0 no type":                  {"2.0", `{"statusCode":200,"body":"x"}`, 200, "x", http.Header{"Content-Type": {text}}},
		"2.0 text status":              {"2.0", `{"statusCode":"202"}`, 202, "", nil},
		"2.0 cookies":                  {"2.0", `{"statusCode":200,"cookies":["a=1","b=2; Secure"]}`, 200, "", http.Header{"Set-Cookie": {"a=1", "b=2; Secure"}}},
		"2.0 cookie with a line break": {"2.0", `{"statusCode":200,"cookies":["a=1\r\nX: y","b=2"]}`, 200, "", http.Header{"Set-Cookie": {"b=2"}}},
		"2.0 base64":                   {"2.0", `{"statusCode":200,"body":"/wA=","isBase64Encoded":true}`, 200, "\xff\x00", nil},
		"2.0 no base64":                {"2.0", `{"statusCode":200,"body":"!","isBase64Encoded":true}`, 500, internalBody, nil},
		"2.0 inferred object":          {"2.0", `{"message": "hi"}`, 200, `{"message": "hi"}`, http.Header{"Content-Type": {asJSON}}},
		"2.0 inferred text":            {"2.0", `"hi"`, 200, `hi`, http.Header{"Content-Type": {asJSON}}},
		"2.0 inferred number":          {"2.0", `5`, 200, `5`, http.Header{"Content-Type": {asJSON}}},
		"2.0 inferred list":            {"2.0", `[1]`, 200, `[1]`, http.Header{"Content-Type": {asJSON}}},
		"2.0 inferred null":            {"2.0", `null`, 200, `null`, http.Header{"Content-Type": {asJSON}}},
		"2.0 no JSON":                  {"2.0", `oops`, 500, internalBody, http.Header{"Content-Type": {asJSON}}},
		"2.0 body is an object":        {"2.0", `{"statusCode":200,"body":{}}`, 500, internalBody, nil},
		"2.0 number as the body":       {"2.0", `{"statusCode":200,"body":7}`, 200, "7", nil},
		"2.0 wrong status":             {"2.0", `{"statusCode":"x"}`, 500, internalBody, nil},
		"1.0 response":                 {"1.0", `{"statusCode":200,"headers":{"a":"1","b":"2"},"multiValueHeaders":{"A":["3","4"]},"body":"x","isBase64Encoded":false}`, 200, "x", http.Header{"A": {"3", "4"}, "B": {"2"}, "Content-Type": {text}}},
		"1.0 base64":                   {"1.0", `{"statusCode":200,"body":"/wA=","isBase64Encoded":true}`, 200, "\xff\x00", nil},
		"1.0 no status":                {"1.0", `{"body":"x"}`, 500, internalBody, nil},
		"1.0 text":                     {"1.0", `"x"`, 500, internalBody, nil},
		"1.0 null":                     {"1.0", `null`, 500, internalBody, nil},
		"1.0 cookies are no member":    {"1.0", `{"statusCode":200,"cookies":["a=1"]}`, 200, "", http.Header{"Set-Cookie": nil}},
		"own headers are dropped": {
			"2.0", `{"statusCode":200,"headers":{"connection":"close","content-length":"99","transfer-encoding":"chunked","date":"x","server":"y","apigw-requestid":"z","b d":"1","e":"1\n2"}}`, 200, "",
			http.Header{"Connection": nil, "Content-Length": {"0"}, "Transfer-Encoding": nil, "Date": nil, "Server": nil, "B d": nil, "E": nil},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *dataplane.Config) { c.Invoker = returning(test.payload) })
			f.PublishApiStage(stageOf("$default", lambdaIntegration(test.format), "GET /a"))
			response := f.want(t, "GET", "/a", test.status, test.body)
			for name, want := range test.header {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			if id := response.Header["Apigw-Requestid"]; len(id) != 1 || len(id[0]) != 16 || id[0][15] != '=' {
				t.Errorf("request id %q", id)
			}
		})
	}
}

// TestFunctionCall: which function is called, as whom and by which route.
func TestFunctionCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		route, uri, role, path string
		wantSource, wantName   string
	}{
		"plain":             {"GET /pets/{id}", functionName, "", "/prod/pets/1", "prod/GET/pets/{id}", functionName},
		"any":               {"ANY /pets", functionName + ":live", "", "/prod/pets", "prod/*/pets", functionName + ":live"},
		"default":           {"$default", functionName, "arn:aws:iam::123456789012:role/r", "/prod/x", "prod/$default", functionName},
		"invocation":        {"GET /", "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionName + "/invocations", "", "/prod", "prod/GET/", functionName},
		"a stage's variant": {"GET /", "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.fn}", "", "/prod", "prod/GET/", functionName},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			function := returning(`{"statusCode":200}`)
			f := newFixture(t, func(c *dataplane.Config) { c.Invoker = function })
			i := lambdaIntegration("2.0")
			i.IntegrationUri, i.CredentialsArn = aws.String(test.uri), aws.String(test.role)
			stage := stageOf("prod", i, test.route)
			stage.Stage.StageVariables = map[string]string{"fn": "hello"}
			f.PublishApiStage(stage)
			f.want(t, "GET", test.path, 200, "")
			if function.function != test.wantName || function.arn != test.role || function.source != "arn:aws:execute-api:us-east-1:123456789012:api1/"+test.wantSource {
				t.Errorf("got %s by %s as %s", function.function, function.source, function.arn)
			}
		})
	}
}

// TestMisconfigured: what cannot be carried out is a 500 of its own route, and says why.
func TestMisconfigured(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*types.Integration)
		log    string
	}{
		"no function":        {func(i *types.Integration) { i.IntegrationUri = aws.String("x") }, "invokes no Lambda function"},
		"caller credentials": {func(i *types.Integration) { i.CredentialsArn = aws.String("arn:aws:iam::*:user/*") }, "caller's credentials"},
		"other users":        {func(i *types.Integration) { i.CredentialsArn = aws.String("arn:aws:iam::*:user/a*") }, "credentials arn:aws:iam::*:user/a*"},
		"service with the caller's": {func(i *types.Integration) {
			i.IntegrationSubtype, i.CredentialsArn = aws.String("SQS-PurgeQueue"), aws.String("arn:aws:iam::*:user/*")
		}, "caller's credentials"},
		"format":  {func(i *types.Integration) { i.PayloadFormatVersion = aws.String("3.0") }, "payloadFormatVersion 3.0"},
		"type":    {func(i *types.Integration) { i.IntegrationType = types.IntegrationTypeMock }, "MOCK"},
		"mapping": {func(i *types.Integration) { i.RequestParameters = map[string]string{"append:header.a": "$foo"} }, "no variable $foo"},
		"reserved header": {func(i *types.Integration) {
			i.RequestParameters = map[string]string{"append:header.authorization": "x"}
		}, "reserved"},
		"response mapping": {func(i *types.Integration) {
			i.ResponseParameters = map[string]map[string]string{"200": {"overwrite:path": "x"}}
		}, "no key of a parameter mapping"},
		"subtype":  {func(i *types.Integration) { i.IntegrationSubtype = aws.String("S3-GetObject") }, "S3-GetObject"},
		"other id": {func(i *types.Integration) { i.IntegrationId = aws.String("int2") }, "no integrations/int1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *dataplane.Config) { c.Invoker = returning(`{"statusCode":200}`) })
			stage := stageOf("$default", lambdaIntegration("2.0"), "GET /a", "GET /b")
			test.change(&stage.Api.Integrations[0])
			f.PublishApiStage(stage)
			f.want(t, "GET", "/a", 500, internalBody)
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("the log lacks %q: %s", test.log, f.log)
			}
		})
	}
}
