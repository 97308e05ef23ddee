package dataplane_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// discard is a response writer that keeps nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

func benchPlane(b *testing.B, invoker integration.Invoker, method types.Method) *dataplane.DataPlane {
	b.Helper()
	plane := dataplane.New(dataplane.Config{Invoker: invoker, Logger: slog.New(slog.DiscardHandler)})
	b.Cleanup(func() { _ = plane.Close() })
	plane.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
	return plane
}

func BenchmarkServe(b *testing.B) {
	for name, method := range map[string]types.Method{"mock": mockMethod(`{"ok":true}`), "lambda": lambdaMethod(), "refused": {AuthorizationType: aws.String("AWS_IAM")}} {
		b.Run(name, func(b *testing.B) {
			plane := benchPlane(b, returning(`{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"ok"}`), method)
			r := httptest.NewRequest("GET", "/stage/a?b=c", nil)
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

// listen serves h on a loopback port.
func listen(b *testing.B, h http.Handler) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(listener) })
	b.Cleanup(func() { _ = server.Close(); wg.Wait() })
	return listener.Addr().String()
}

// BenchmarkSockets measures requests over real connections: a bare handler, a bare
// reverse proxy that is tuned as well as one can, and the data plane in their places.
func BenchmarkSockets(b *testing.B) {
	body := strings.Repeat("x", 1024)
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
	backend := listen(b, bare)
	target, err := url.Parse("http://" + backend)
	if err != nil {
		b.Fatal(err)
	}
	transport := integration.NewTransports()
	b.Cleanup(transport.CloseIdleConnections)
	pool := &bufferPool{sync.Pool{New: func() any { return make([]byte, 32<<10) }}}
	plane := func(method types.Method) http.Handler {
		p := benchPlane(b, nil, method)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.Serve(w, r, dataplane.Address{ApiID: "api1", Path: r.URL.EscapedPath(), DomainName: r.Host, DomainPrefix: "api1"})
		})
	}
	for _, subject := range []struct {
		name    string
		handler http.Handler
	}{
		{"bare handler", bare},
		{"MOCK", plane(mockMethod(body))},
		{"bare ReverseProxy", &httputil.ReverseProxy{
			Rewrite:    func(r *httputil.ProxyRequest) { r.SetURL(target); r.SetXForwarded() },
			Transport:  transport.Verifying,
			BufferPool: pool,
		}},
		{"HTTP_PROXY", plane(httpMethod("http://" + backend + "/x"))},
	} {
		b.Run(subject.name, func(b *testing.B) { load(b, "http://"+listen(b, subject.handler)+"/stage/a") })
	}
}

type bufferPool struct{ sync.Pool }

func (p *bufferPool) Get() []byte  { return p.Pool.Get().([]byte) }
func (p *bufferPool) Put(b []byte) { p.Pool.Put(b) } //nolint:staticcheck // as net/http/httputil wants it

// load sends requests over a few connections.
func load(b *testing.B, url string) {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	defer transport.CloseIdleConnections()
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
			if err != nil {
				b.Error(err)
				return
			}
			response, err := transport.RoundTrip(request)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Errorf("status %d", response.StatusCode)
				return
			}
		}
	})
}
