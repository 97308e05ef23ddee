package httpapi_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// discard is a response writer that keeps nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// canned is a transport whose backend answers at once.
type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, ContentLength: 2, Body: io.NopCloser(strings.NewReader("ok")),
	}, nil
}

// BenchmarkServe measures all but the backend: with one route, with 300, and by kind of
// integration.
func BenchmarkServe(b *testing.B) {
	many := make([]string, 0, 300)
	for i := range 299 {
		many = append(many, "GET /resources/"+strconv.Itoa(i)+"/{id}")
	}
	many = append(many, "GET /pets/{id}")
	proxy := httpIntegration("http://backend.example/{id}")
	for _, subject := range []struct {
		name   string
		routes []string
		format string
		guard  bool
	}{
		{"HTTP_PROXY, 1 route", many[299:], "", false},
		{"HTTP_PROXY, 300 routes", many, "", false},
		{"HTTP_PROXY, JWT", many[299:], "", true},
		{"Lambda 1.0", many[299:], "1.0", false},
		{"Lambda 2.0", many[299:], "2.0", false},
		{"Lambda 2.0, JWT", many[299:], "2.0", true},
	} {
		b.Run(subject.name, func(b *testing.B) {
			plane := dataplane.New(dataplane.Config{
				Invoker: returning(`{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"ok"}`),
				Logger:  slog.New(slog.DiscardHandler), Transport: canned{}, Now: func() time.Time { return fixedTime },
			})
			b.Cleanup(func() { _ = plane.Close() })
			i := proxy
			if subject.format != "" {
				i = lambdaIntegration(subject.format)
			}
			stage := stageOf("$default", i, subject.routes...)
			r, address := request("GET", "/pets/7?a=b", "", http.Header{"User-Agent": {"bench"}, "Accept": {"*/*"}})
			if subject.guard {
				from := newIssuer(b)
				from.guard()(stage)
				r.Header.Set("Authorization", "Bearer "+from.token(b, nil))
			}
			plane.PublishApiStage(stage)
			recorder := httptest.NewRecorder()
			plane.Serve(recorder, r, address)
			if recorder.Code != 200 {
				b.Fatal(recorder.Code)
			}
			w := &discard{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				plane.Serve(w, r, address)
			}
		})
	}
}

// BenchmarkSockets measures the whole way of a request through HTTP_PROXY, sockets included,
// with the requests going over eight connections.
func BenchmarkSockets(b *testing.B) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	b.Cleanup(backend.Close)
	transports := integration.NewTransports()
	b.Cleanup(transports.CloseIdleConnections)
	plane := dataplane.New(dataplane.Config{Logger: slog.New(slog.DiscardHandler), Transport: transports.Verifying})
	b.Cleanup(func() { _ = plane.Close() })
	plane.PublishApiStage(stageOf("$default", httpIntegration(backend.URL+"/"), "GET /pets/{id}"))
	_, address := request("GET", "/pets/7", "", nil)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { plane.Serve(w, r, address) }))
	b.Cleanup(front.Close)
	b.ReportAllocs()
	b.SetParallelism(8)
	client := front.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Get(front.URL + "/pets/7")
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	})
}
