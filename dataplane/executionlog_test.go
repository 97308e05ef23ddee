package dataplane_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// taken serves a request and returns its trace, which the test has taken.
func taken(t *testing.T, method types.Method, r *http.Request) *trace.Trace {
	t.Helper()
	var taken *trace.Trace
	plane := dataplane.New(dataplane.Config{
		Invoker: returning(`{"body":"ok"}`), Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return fixedTime },
		Observe: func(t *trace.Trace) bool { taken = t.Take(); return true },
	})
	t.Cleanup(func() { _ = plane.Close() })
	plane.PublishRestStage(stageOf(resourceOf("/a/{b}", map[string]types.Method{"ANY": method})))
	plane.Serve(httptest.NewRecorder(), r, dataplane.Address{ApiID: "api1", Path: r.URL.Path, HeaderNames: []string{"x-own"}})
	t.Cleanup(taken.Release)
	return taken
}

// stageLog returns the lines of a stage's log; those below have their ids masked.
func stageLog(t *trace.Trace) []string {
	var lines []string
	for _, line := range rest.Log(t, rest.StageLog) {
		text := strings.ReplaceAll(line.Text, t.RequestID, "<id>")
		lines = append(lines, strings.ReplaceAll(text, t.ExtendedID, "<extended id>"))
	}
	return lines
}

func TestStageLog(t *testing.T) {
	backend := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Set-Cookie", "session=0123456789")
		_, _ = io.WriteString(w, "answer with 0123456789 and session=0123456789")
	})
	r := httptest.NewRequest(http.MethodPost, "/stage/a/1?q=x&X-Amz-Signature=abcdef0123", strings.NewReader("sent Bearer my-token"))
	r.Header.Set("Authorization", "Bearer my-token")
	r.Header.Set("X-Own", "v")
	r.Header.Set("X-Amzn-Trace-Id", "Root=1-2-3")
	got := stageLog(taken(t, httpMethod(backend.URL+"/b"), r))
	uri := backend.URL + "/b?q=x&X-Amz-Signature=****"
	want := []string{
		"Extended Request Id: <extended id>",
		"Verifying Usage Plan for request: <id>. API Key:  API Stage: api1/stage",
		"API Key  authorized because method 'POST /a/{b}' does not require API Key. Request will not contribute to throttle or quota limits",
		"Usage Plan check succeeded for API Key  and API Stage api1/stage",
		"Starting execution for request: <id>",
		"HTTP Method: POST, Resource Path: /a/1",
		"Method request path: {b=1}",
		"Method request query string: {X-Amz-Signature=****, q=x}",
		"Method request headers: {Authorization=****, Host=example.com, X-Amzn-Trace-Id=Root=1-2-3, x-own=v}",
		"Method request body before transformations: sent ****",
		"Endpoint request URI: " + uri,
		"Endpoint request headers: {Authorization=****, User-Agent=AmazonAPIGateway_api1, X-Amzn-Apigateway-Api-Id=api1, X-Amzn-Trace-Id=Root=1-2-3, " +
			"X-Forwarded-For=192.0.2.1, X-Forwarded-Port=80, X-Forwarded-Proto=http, X-Own=v}",
		"Endpoint request body after transformations: sent ****",
		"Sending request to " + uri,
		"Received response. Status: 200, Integration latency: 0 ms",
		"Endpoint response headers: {Content-Length=45, Content-Type=text/plain, Set-Cookie=****}",
		"Endpoint response body before transformations: answer with 0123456789 and ****",
		"Method response body after transformations: answer with 0123456789 and ****",
		"Method response headers: {Content-Type=text/plain, Set-Cookie=****, x-amzn-Remapped-Content-Length=45}",
		"Successfully completed execution",
		"Method completed with status: 200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestStageLogOfFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		method types.Method
		want   []string
	}{
		"integration": {httpMethod("http://127.0.0.1:1/"), []string{
			"Execution failed due to a network error communicating with endpoint",
			"Gateway response type: INTEGRATION_FAILURE with status code: 504",
			`Gateway response body: {"message": "Network error communicating with endpoint"}`,
			"Gateway response headers: {Content-Type=application/json, x-amzn-ErrorType=InternalServerErrorException}",
			"Method completed with status: 504",
		}},
		"guard": {types.Method{AuthorizationType: new("AWS_IAM")}, []string{
			"Gateway response type: MISSING_AUTHENTICATION_TOKEN with status code: 403",
			`Gateway response body: {"message":"Missing Authentication Token"}`,
			"Gateway response headers: {Content-Type=application/json, x-amzn-ErrorType=MissingAuthenticationTokenException}",
			"Method completed with status: 403",
		}},
	} {
		got := stageLog(taken(t, tt.method, httptest.NewRequest(http.MethodGet, "/stage/a/1", nil)))
		if diff := cmp.Diff(tt.want, got[len(got)-len(tt.want):]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if began := strings.Contains(strings.Join(got, "\n"), "Starting execution"); began != (name == "integration") {
			t.Errorf("%s: execution began: %v", name, began)
		}
	}
}

// TestTraceBounds: bodies are kept in part, lines are cut at 1,024 bytes, and no part of
// a secret is left where a body is cut.
func TestTraceBounds(t *testing.T) {
	const keep = 8 << 10
	const secret = "0123456789-this-is-a-secret"
	r := httptest.NewRequest(http.MethodGet, "/stage/a/1", nil)
	r.Header.Set("X-Api-Key", secret)
	body := strings.Repeat("é", keep/2-10) + secret + strings.Repeat("x", 100)
	trace := taken(t, mockMethod(body), r)
	response := &trace.Messages[len(trace.Messages)-1]
	if len(response.Body) != keep || response.Size != int64(len(body)) {
		t.Errorf("kept %d of %d bytes", len(response.Body), response.Size)
	}
	text, ok := trace.Masks().Body(response)
	if want := strings.Repeat("é", keep/2-10); !ok || text != want {
		t.Errorf("body ends with %q", text[max(0, len(text)-40):])
	}
	for _, line := range rest.Log(trace, rest.StageLog) {
		if len(line.Text) > 1024 {
			t.Errorf("a line of %d bytes", len(line.Text))
		}
		if strings.HasPrefix(line.Text, "Method response body") && !strings.HasSuffix(line.Text, "é[TRUNCATED]") {
			t.Errorf("the line ends with %q", line.Text[len(line.Text)-20:])
		}
	}
}

// TestTraceOfBinary: a body that is no text is not printed.
func TestTraceOfBinary(t *testing.T) {
	backend := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "\xff\x00") })
	log := strings.Join(stageLog(taken(t, httpMethod(backend.URL), httptest.NewRequest(http.MethodGet, "/stage/a/1", nil))), "\n")
	if !strings.Contains(log, "Method response body after transformations: [Binary Data]\n") {
		t.Error(log)
	}
}

// BenchmarkObserved is what tracing costs the exchanges of [BenchmarkServe].
func BenchmarkObserved(b *testing.B) {
	for name, method := range map[string]types.Method{"mock": mockMethod(`{"ok":true}`), "lambda": lambdaMethod()} {
		for _, observed := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/%v", name, observed), func(b *testing.B) {
				config := dataplane.Config{Invoker: returning(`{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"ok"}`), Logger: slog.New(slog.DiscardHandler)}
				if observed {
					config.Observe = func(t *trace.Trace) bool { t.Take().Release(); return true }
				}
				plane := dataplane.New(config)
				b.Cleanup(func() { _ = plane.Close() })
				plane.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
				r := httptest.NewRequest(http.MethodGet, "/stage/a?b=c", nil)
				r.Header.Set("User-Agent", "bench")
				address := dataplane.Address{ApiID: "api1", Path: "/stage/a", DomainName: r.Host, DomainPrefix: "api1"}
				w := &discard{header: http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					clear(w.header)
					plane.Serve(w, r, address)
				}
			})
		}
	}
}
