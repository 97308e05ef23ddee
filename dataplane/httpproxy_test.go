package dataplane_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// backend is an HTTP server that keeps its last request.
type backend struct {
	*httptest.Server
	request *http.Request
	body    string
}

func newBackend(t *testing.T, answer http.HandlerFunc) *backend {
	t.Helper()
	b := &backend{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.request, b.body = r, string(body)
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func TestHTTPProxyRequest(t *testing.T) {
	b := newBackend(t, nil)
	proxyPath := map[string]string{"integration.request.path.proxy": "method.request.path.proxy"}
	tests := map[string]struct {
		resource, uri, verb string
		parameters          map[string]string
		method, target      string
		body                string
		header              http.Header
		wantURI             string
		wantMethod          string
		wantHeader          http.Header
	}{
		"plain":                       {"/a", "/x", "ANY", nil, "GET", "/stage/a", "", nil, "/x", "GET", nil},
		"no path in the uri":          {"/a", "", "ANY", nil, "GET", "/stage/a", "", nil, "/", "GET", nil},
		"RT-07 own verb":              {"/a", "/x", "POST", nil, "GET", "/stage/a", "", nil, "/x", "POST", nil},
		"query is forwarded as sent":  {"/a", "/x?own=1", "ANY", nil, "GET", "/stage/a?b=%2F&b=+&c", "", nil, "/x?own=1&b=%2F&b=+&c", "GET", nil},
		"greedy path":                 {"/{proxy+}", "/x/{proxy}", "ANY", proxyPath, "GET", "/stage/a/b%2Fc/d+e", "", nil, "/x/a/b%2Fc/d+e", "GET", nil},
		"greedy path with an at sign": {"/{proxy+}", "/x/{proxy}", "ANY", proxyPath, "GET", "/stage/a@b.c", "", nil, "/x/a@b.c", "GET", nil},
		"path cannot name a host":     {"/a/{proxy+}", "/{proxy}", "ANY", proxyPath, "GET", "/stage/a//b%2Fc", "", nil, "//b%2Fc", "GET", nil},
		"path from a query value":     {"/a", "/x/{id}", "ANY", map[string]string{"integration.request.path.id": "method.request.querystring.id"}, "GET", "/stage/a?id=a%3Fb/c", "", nil, "/x/a%3Fb/c?id=a%3Fb/c", "GET", nil},
		"placeholder in the query":    {"/{proxy+}", "/x?p={proxy}", "ANY", proxyPath, "GET", "/stage/a&b=c", "", nil, "/x?p=a%26b%3Dc", "GET", nil},
		"mapped query replaces":       {"/a", "/x", "ANY", map[string]string{"integration.request.querystring.b": "'x y'"}, "GET", "/stage/a?b=1&c=2&b=3", "", nil, "/x?c=2&b=x+y", "GET", nil},
		"multi-value query":           {"/a", "/x", "ANY", map[string]string{"integration.request.querystring.d": "method.request.multivaluequerystring.b"}, "GET", "/stage/a?b=1&b=2", "", nil, "/x?b=1&b=2&d=1&d=2", "GET", nil},
		"RT-07 mapped headers": {
			"/a", "/x", "ANY",
			map[string]string{"integration.request.header.testHeader": "method.request.header.customHeader", "integration.request.header.contextHeader": "context.resourceId", "integration.request.header.none": "method.request.header.none"},
			"GET", "/stage/a", "",
			http.Header{"customHeader": {"test"}},
			"/x", "GET",
			http.Header{"Testheader": {"test"}, "Contextheader": {"id-a"}, "None": nil, "Customheader": {"test"}},
		},
		"mapped header cannot break lines": {"/a", "/x", "ANY", map[string]string{"integration.request.header.h": "method.request.querystring.b"}, "GET", "/stage/a?b=1%0d%0ac:d", "", nil, "/x?b=1%0d%0ac:d", "GET", http.Header{"H": nil}},
		"headers": {
			"/a", "/x", "ANY", nil, "POST", "/stage/a", "text",
			http.Header{"X-Custom": {"a", "b"}, "Connection": {"X-Hop"}, "X-Hop": {"1"}, "Te": {"trailers"}, "Upgrade": {"h2c"}, "X-Forwarded-For": {"10.0.0.1"}},
			"/x", "POST",
			http.Header{
				"X-Custom": {"a", "b"}, "X-Hop": nil, "Te": nil, "Upgrade": nil, "Connection": nil, "User-Agent": {"AmazonAPIGateway_api1"}, "Accept-Encoding": nil,
				"X-Forwarded-For": {"10.0.0.1, 203.0.113.7"}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Port": {"80"}, "X-Amzn-Apigateway-Api-Id": {"api1"}, "Content-Length": {"4"},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			method := httpMethod("http://${stageVariables.host}" + test.uri)
			method.MethodIntegration.HttpMethod = aws.String(test.verb)
			method.MethodIntegration.RequestParameters = test.parameters
			stage := stageOf(resourceOf(test.resource, map[string]types.Method{"ANY": method}))
			stage.Stage.Variables = map[string]string{"host": strings.TrimPrefix(b.URL, "http://")}
			f.PublishRestStage(stage)
			response := f.call(test.method, test.target, test.body, test.header)
			if body := bodyOf(t, response); response.StatusCode != 200 || body != "" {
				t.Fatalf("got %d %s; %s", response.StatusCode, body, f.log)
			}
			if b.request.RequestURI != test.wantURI || b.request.Method != test.wantMethod || b.body != test.body {
				t.Errorf("backend got %s %s %q", b.request.Method, b.request.RequestURI, b.body)
			}
			if host := strings.TrimPrefix(b.URL, "http://"); b.request.Host != host {
				t.Errorf("Host is %s", b.request.Host)
			}
			for name, want := range test.wantHeader {
				if diff := cmp.Diff(want, b.request.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

func TestHTTPProxyResponse(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(302)
		case "/plain":
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, "plain")
		case "/headers":
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			w.Header().Set("Server", "mine")
			w.Header().Set("Www-Authenticate", "Basic")
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Via", "1.1 x")
			w.WriteHeader(404)
			_, _ = io.WriteString(w, "not here")
		case "/chunked":
			for range 100 {
				_, _ = io.WriteString(w, strings.Repeat("x", 1000))
				w.(http.Flusher).Flush()
			}
		case "/large":
			_, _ = io.CopyN(w, zeros{}, 10<<20+1)
		case "/limit":
			_, _ = io.CopyN(w, zeros{}, 10<<20)
		case "/empty":
			w.WriteHeader(204)
		}
	})
	f := newFixture(t, nil)
	var resources []types.Resource
	for _, path := range []string{"/redirect", "/plain", "/headers", "/chunked", "/large", "/limit", "/empty"} {
		resources = append(resources, resourceOf(path, map[string]types.Method{"ANY": httpMethod(b.URL + path)}))
	}
	f.PublishRestStage(stageOf(resources...))
	tests := map[string]struct {
		method, path string
		status       int
		length       int
		header       http.Header
	}{
		"redirects are not followed": {"GET", "/redirect", 302, 0, http.Header{"Location": {"/elsewhere"}}},
		"default content type":       {"GET", "/plain", 200, 5, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"5"}, "x-amzn-Remapped-Content-Length": {"5"}, "X-Amzn-Trace-Id": nil}},
		"headers": {"GET", "/headers", 404, 8, http.Header{
			"Set-Cookie": {"a=1", "b=2"}, "x-amzn-Remapped-Server": {"mine"}, "Server": nil, "Www-Authenticate": {"Basic"}, "Content-Type": {"text/html"}, "Via": nil, "Date": nil,
		}},
		"chunked gets a length": {"GET", "/chunked", 200, 100_000, http.Header{"Content-Length": {"100000"}, "Transfer-Encoding": nil}},
		"limit":                 {"GET", "/limit", 200, 10 << 20, nil},
		"above the limit":       {"GET", "/large", 500, len(internalError), nil},
		"no content":            {"GET", "/empty", 204, 0, http.Header{"Content-Length": nil}},
		"HEAD":                  {"HEAD", "/headers", 404, 0, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response := f.call(test.method, "/stage"+test.path, "", nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || len(body) != test.length {
				t.Errorf("got %d with %d bytes", response.StatusCode, len(body))
			}
			for name, want := range test.header {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// zeros reads as an endless row of zeros.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestHTTPProxyFailures(t *testing.T) {
	release := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer hangs.Close()
	defer close(release)
	closed := httptest.NewServer(nil)
	closed.Close()
	garbage := rawServer(t, "this is no HTTP\r\n\r\n")
	cut := rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")

	const timedOut, unreachable = `{"message": "Endpoint request timed out"}`, `{"message": "Network error communicating with endpoint"}`
	const invalid = "Execution failed due to configuration error: Invalid endpoint address"
	tests := map[string]struct {
		uri    string
		status int
		want   string
		log    string
	}{
		"refused":                   {closed.URL, 504, unreachable, "refused"},
		"timeout":                   {hangs.URL, 504, timedOut, "Execution failed due to a timeout error"},
		"timeout in the body":       {hangs.URL + "/half", 504, timedOut, "Execution failed due to a timeout error"},
		"garbage":                   {garbage, 504, unreachable, "malformed"},
		"cut off":                   {cut, 504, unreachable, "EOF"},
		"TI-12 host is missing":     {"https://${stageVariables.testHost}", 500, internalError, invalid},
		"no URL":                    {"not a url", 500, internalError, invalid},
		"other scheme":              {"ftp://localhost/", 500, internalError, invalid},
		"credentials in the URL":    {"http://a:b@localhost/", 500, internalError, invalid},
		"placeholder without value": {hangs.URL + "/{proxy}", 500, internalError, "{proxy} is not mapped"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			method := httpMethod(test.uri)
			method.MethodIntegration.TimeoutInMillis = 50
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
			response := f.call("GET", "/stage/a", "", nil)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("log: %s", f.log)
			}
		})
	}
}

// rawServer answers every connection with text and closes it.
func rawServer(t *testing.T, text string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

func TestInsecureSkipVerification(t *testing.T) {
	secured := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secured") }))
	secured.Config.ErrorLog = log.New(io.Discard, "", 0)
	secured.StartTLS()
	defer secured.Close()
	for skip, want := range map[bool]int{false: 504, true: 200} {
		f := newFixture(t, nil)
		method := httpMethod(secured.URL) // its certificate is for 127.0.0.1
		method.MethodIntegration.TlsConfig = &types.TlsConfig{InsecureSkipVerification: skip}
		f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
		if response := f.call("GET", "/stage/a", "", nil); response.StatusCode != want {
			t.Errorf("insecureSkipVerification %t: got %d %s", skip, response.StatusCode, f.log)
		}
	}
}

// TestHTTPProxyOverSockets sends bodies of every framing through a real server.
func TestHTTPProxyOverSockets(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, r.ContentLength) })
	front := newFront(t, newFixture(t, nil), httpMethod(b.URL+"/x"))
	client := front.Client()
	client.Timeout = 10 * time.Second
	large := strings.Repeat("0123456789", 100_000)
	tests := map[string]struct {
		body   io.Reader
		status int
		length int
	}{
		"none":              {nil, 200, 0},
		"small":             {strings.NewReader("small"), 200, 5},
		"large":             {strings.NewReader(large), 200, len(large)},
		"chunked":           {io.MultiReader(strings.NewReader(large)), 200, len(large)},
		"chunked too large": {io.LimitReader(zeros{}, 10<<20+1), 413, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response, err := client.Post(front.URL+"/stage/a", "text/plain", test.body)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body := bodyOf(t, response)
			if response.StatusCode != test.status || test.status == 200 && (len(b.body) != test.length || body != fmt.Sprint(test.length)) {
				t.Errorf("got %d %s, the backend read %d bytes", response.StatusCode, body, len(b.body))
			}
		})
	}
}

// newFront serves API "api1" with one method at /a.
func newFront(tb testing.TB, f *fixture, method types.Method) *httptest.Server {
	tb.Helper()
	f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.Serve(w, r, dataplane.Address{ApiID: "api1", Path: r.URL.EscapedPath(), DomainName: r.Host, DomainPrefix: "127"})
	}))
	tb.Cleanup(front.Close)
	return front
}

// TestResponseHeadOnTheWire: names are spelled as AWS spells them, and nothing is
// there twice.
func TestResponseHeadOnTheWire(t *testing.T) {
	front := newFront(t, newFixture(t, returning(`{"headers":{"content-type":"text/html","dAtE":"x","tEsT":"y"},"body":"hi"}`)), lambdaMethod())
	conn, err := net.Dial("tcp", front.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /stage/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	var names []string
	for _, line := range strings.Split(string(head), "\r\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"Connection", "Content-Length", "Content-Type", "Date", "X-Amzn-Trace-Id", "tEsT", "x-amz-apigw-id", "x-amzn-Remapped-Date", "x-amzn-RequestId"}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("RT-34, LP-22: %s", diff)
	}
}
