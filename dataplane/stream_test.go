package dataplane_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// streamMethod is a method with an HTTP_PROXY integration whose response is streamed.
func streamMethod(uri string) types.Method {
	m := httpMethod(uri)
	m.MethodIntegration.ResponseTransferMode = types.ResponseTransferModeStream
	return m
}

// serve serves the API of f over HTTP.
func (f *fixture) serve(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.Serve(w, r, dataplane.Address{ApiID: "api1", Path: r.URL.EscapedPath(), DomainName: r.Host, DomainPrefix: "api1"})
	}))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, method, url string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = response.Body.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return response
}

// TestStream: what the backend has sent reaches the client before the rest is there.
func TestStream(t *testing.T) {
	next := make(chan struct{})
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Backend", "1")
		w.WriteHeader(201)
		for _, chunk := range []string{"", "one", "two"} {
			_, _ = io.WriteString(w, chunk)
			w.(http.Flusher).Flush()
			<-next
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 11<<20)) // more than is ever buffered
	})
	f := newFixture(t, nil)
	stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": streamMethod(b.URL)}))
	stage.Api.Api.MinimumCompressionSize = aws.Int32(0)
	f.PublishRestStage(stage)
	response := get(t, "GET", f.serve(t).URL+"/stage/a")
	if response.StatusCode != 201 || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("X-Backend") != "1" || response.ContentLength != -1 {
		t.Errorf("got %d %v", response.StatusCode, response.Header)
	}
	next <- struct{}{}
	for _, want := range []string{"one", "two"} {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(response.Body, got); err != nil || string(got) != want {
			t.Errorf("got %q: %v", got, err)
		}
		next <- struct{}{}
	}
	if n, err := io.Copy(io.Discard, response.Body); n != 11<<20 || err != nil {
		t.Errorf("got %d bytes more: %v", n, err)
	}
}

// TestStreamCut: a response that ends half way is not complete for the client either.
func TestStreamCut(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	f := newFixture(t, nil)
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"GET": streamMethod(b.URL)})))
	response := get(t, "GET", f.serve(t).URL+"/stage/a")
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != 200 || string(body) != "half" || err == nil {
		t.Errorf("got %d %q: %v", response.StatusCode, body, err)
	}
	if !strings.Contains(f.log.String(), "response cut short") {
		t.Errorf("log: %s", f.log)
	}
}

// TestStreamWithoutBody: only the head of a response is passed on where there is no
// body.
func TestStreamWithoutBody(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			w.WriteHeader(204)
		}
	})
	f := newFixture(t, nil)
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": streamMethod(b.URL)})))
	url := f.serve(t).URL + "/stage/a"
	for method, status := range map[string]int{"HEAD": 200, "POST": 204, "GET": 200} {
		response := get(t, method, url)
		if body := bodyOf(t, response); response.StatusCode != status || body != "" {
			t.Errorf("%s: got %d %q; %s", method, response.StatusCode, body, f.log)
		}
	}
}

// TestStreamFailure: before the response has begun, failures are gateway responses.
func TestStreamFailure(t *testing.T) {
	f := newFixture(t, nil)
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"GET": streamMethod("http://127.0.0.1:1/")})))
	if response := f.call("GET", "/stage/a", "", nil); response.StatusCode != 504 {
		t.Errorf("got %d; %s", response.StatusCode, f.log)
	}
}
