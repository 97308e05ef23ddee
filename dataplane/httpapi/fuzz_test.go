package httpapi_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// FuzzRequest: whatever request net/http takes, functions get an event that is JSON and has
// the body, and mappings do not break the request to the backend.
func FuzzRequest(f *testing.F) {
	f.Add("GET /v2/a%2Fb?c=d&c=%zz", "X-A: 1\r\nCookie: a=b;;c", "text/plain", "body")
	f.Add("POST //v1/\xff%00", "Connection: x\r\nX: \xff", "image/png", "\x00\xff")
	f.Add("OPTIONS http://x/mapped/$default?=", "Origin: https://a\r\nAccess-Control-Request-Method: x\r\nX-Map: \x7f", "", `{"a":["b"]}`)
	f.Add("PURGE /mapped/%0d%0aX:y?q=%0d%0a", "X-Map: ${request.path}", "application/json", `{"a":`)
	function := returning(`{"statusCode":200,"body":"answer"}`)
	fixture := newFixture(f, func(c *dataplane.Config) { c.Invoker, c.Logger = function, slog.New(slog.DiscardHandler) })
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("answer"))
	}))
	f.Cleanup(backend.Close)
	fixture.PublishApiStage(stageOf("v1", lambdaIntegration("1.0"), "$default"))
	fixture.PublishApiStage(stageOf("v2", lambdaIntegration("2.0"), "ANY /{proxy+}", "$default"))
	mapped := httpIntegration(backend.URL)
	mapped.RequestParameters = map[string]string{
		"overwrite:path": "$request.path", "append:header.x-map": "${request.header.x-map}${request.querystring.q}", "append:querystring.q": "$request.body.a", "overwrite:header.x-path": "$request.path",
	}
	mapped.ResponseParameters = map[string]map[string]string{"200": {"append:header.x-map": "$request.header.x-map", "overwrite:header.x-q": "$request.querystring.q"}}
	stage := stageOf("mapped", mapped, "$default")
	stage.Api.Api.CorsConfiguration = &types.Cors{AllowOrigins: []string{"https://*"}, AllowHeaders: []string{"*"}}
	fixture.PublishApiStage(stage)
	f.Fuzz(func(t *testing.T, line, head, contentType, body string) {
		raw := line + " HTTP/1.1\r\nHost: x\r\n" + head + "\r\nContent-Type: " + contentType + "\r\n\r\n"
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
		if err != nil || r.ContentLength != 0 || r.TransferEncoding != nil {
			return
		}
		again := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Body, r.ContentLength, r.RemoteAddr = again.Body, int64(len(body)), "192.0.2.1:1"
		path := r.URL.EscapedPath()
		if strings.HasPrefix(r.RequestURI, "/") {
			path, _, _ = strings.Cut(r.RequestURI, "?")
		}
		function.event = nil
		recorder := httptest.NewRecorder()
		fixture.Serve(recorder, r, dataplane.Address{ApiID: "api1", Path: path, DomainName: r.Host, DomainPrefix: "x"})
		switch recorder.Code {
		case 200, 204, 404, 414, 431:
		default:
			t.Errorf("%q: %d %s", raw, recorder.Code, recorder.Body)
		}
		for name, values := range recorder.Result().Header {
			for _, value := range values {
				if strings.ContainsAny(name+value, "\r\n\x00") {
					t.Errorf("%q: header %q: %q", raw, name, value)
				}
			}
		}
		if function.event == nil {
			return
		}
		var event struct {
			Body            *string
			IsBase64Encoded bool
			Headers         map[string]string
		}
		if err := json.Unmarshal(function.event, &event); err != nil || event.Headers["content-length"] == "" {
			t.Fatalf("%q: %v in %s", raw, err, function.event)
		}
		if event.IsBase64Encoded {
			if decoded, err := base64.StdEncoding.DecodeString(*event.Body); err != nil || string(decoded) != body {
				t.Errorf("%q: body %q: %v", raw, decoded, err)
			}
		} else if (event.Body != nil) != (body != "") {
			t.Errorf("%q: body in %s", raw, function.event)
		}
	})
}
