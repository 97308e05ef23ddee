package emulator

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/dataplane"
)

type serveAPI func(w http.ResponseWriter, r *http.Request, address dataplane.Address)

func (f serveAPI) Serve(w http.ResponseWriter, r *http.Request, address dataplane.Address) {
	f(w, r, address)
}

// newEdge returns an edge with fake services, and its server.
func newEdge(t *testing.T, change func(*edge)) *httptest.Server {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	e := &edge{
		hosts: newHosts("127.0.0.1", nil), dispatch: &dispatch{services: fakes, domain: localDomain(4566)}, account: "111111111111", logger: logger,
		apis: serveAPI(func(w http.ResponseWriter, _ *http.Request, address dataplane.Address) {
			_, _ = io.WriteString(w, address.ApiID+address.Path)
		}),
		upstream: &upstream{getenv: func(string) string { return "" }, transport: http.DefaultTransport, logger: logger},
		health:   http.NotFoundHandler(),
	}
	if change != nil {
		change(e)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server
}

type answer struct {
	status      int
	body        string
	contentType string
	header      http.Header
}

func do(t *testing.T, server *httptest.Server, method, path, body string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	request.Host = header.Get("Host")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, string(content), response.Header.Get("Content-Type"), response.Header}
}

const form = "application/x-www-form-urlencoded; charset=utf-8"

func TestEdgeAnswers(t *testing.T) {
	t.Parallel()
	server := newEdge(t, nil)
	tests := map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		contains           []string
		contentType        string
	}{
		"invocation":             {method: "GET", path: "/_aws/execute-api/abc/dev/pets", status: 200, contains: []string{"abc/dev/pets"}},
		"service":                {method: "GET", path: "/restapis", status: 200, contains: []string{"v1"}},
		"STS by POST":            {method: "POST", path: "/", body: "Action=GetCallerIdentity&Version=2011-06-15", header: http.Header{"Authorization": {signed("sts")}, "Content-Type": {form}}, status: 200, contentType: "text/xml", contains: []string{`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>`}},
		"STS by GET":             {method: "GET", path: "/?Action=GetCallerIdentity&Version=2011-06-15", header: http.Header{"Authorization": {signed("sts")}}, status: 200, contains: []string{"<Account>123456789012</Account>"}},
		"STS, default account":   {method: "GET", path: "/?Action=GetCallerIdentity", header: http.Header{"Authorization": {strings.Replace(signed("sts"), "123456789012", "test", 1)}}, status: 200, contains: []string{"<Account>111111111111</Account>"}},
		"STS, other action":      {method: "POST", path: "/", body: "Action=AssumeRole", header: http.Header{"Authorization": {signed("sts")}, "Content-Type": {form}}, status: 501, contentType: "text/xml", contains: []string{"<ErrorResponse><Error><Type>Receiver</Type><Code>NotImplementedException</Code>", "AWS_ENDPOINT_URL_STS", "--upstream"}},
		"STS, huge body":         {method: "POST", path: "/", body: strings.Repeat("a", maxQueryBodyBytes+1), header: http.Header{"Authorization": {signed("sts")}, "Content-Type": {form}}, status: 413},
		"STS, no form":           {method: "POST", path: "/", body: "%zz", header: http.Header{"Authorization": {signed("sts")}, "Content-Type": {form}}, status: 400},
		"JSON service":           {method: "POST", path: "/", header: http.Header{"Authorization": {signed("dynamodb")}}, status: 501, contentType: "application/json", contains: []string{`"__type":"NotImplementedException"`, "AWS_ENDPOINT_URL_DYNAMODB"}},
		"named otherwise":        {method: "POST", path: "/", header: http.Header{"Authorization": {signed("states")}}, status: 501, contains: []string{"AWS_ENDPOINT_URL_SFN"}},
		"S3":                     {method: "GET", path: "/bucket", header: http.Header{"Authorization": {signed("s3")}}, status: 501, contentType: "application/xml", contains: []string{"<Error><Code>NotImplementedException</Code>"}},
		"nothing":                {method: "GET", path: "/nothing", status: 404, contentType: "application/json", contains: []string{"UnknownOperationException", "_user_request_"}},
		"foreign page":           {method: "POST", path: "/restapis", header: http.Header{"Origin": {"https://evil.example"}}, status: 403, contains: []string{"AccessDeniedException"}},
		"foreign page on an API": {method: "POST", path: "/_aws/execute-api/abc/dev", header: http.Header{"Origin": {"https://evil.example"}}, status: 200},
		"unknown host":           {method: "GET", path: "/_aws/execute-api/abc/dev", header: http.Header{"Host": {"evil.example"}}, status: 403, contains: []string{"--allowed-host"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := do(t, server, tt.method, tt.path, tt.body, tt.header)
			if got.status != tt.status {
				t.Errorf("status %d, want %d: %s", got.status, tt.status, got.body)
			}
			if tt.contentType != "" && got.contentType != tt.contentType {
				t.Errorf("content type %q, want %q", got.contentType, tt.contentType)
			}
			for _, part := range tt.contains {
				if !strings.Contains(got.body, part) {
					t.Errorf("body %q lacks %q", got.body, part)
				}
			}
			if got.status >= 400 && (got.header.Get("X-Amzn-Errortype") == "" || got.header.Get("X-Amzn-Requestid") == "") {
				t.Errorf("headers %v lack the error type or the request id", got.header)
			}
		})
	}
}

func TestUpstream(t *testing.T) {
	t.Parallel()
	backend := func(name string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, name+" "+r.Host+" "+r.RequestURI+" "+r.Header.Get("Via")+" "+string(body))
		}))
		t.Cleanup(server.Close)
		return server
	}
	all, tables, gone := backend("all"), backend("tables"), httptest.NewServer(nil)
	gone.Close()
	environment := map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": tables.URL + "/base", "AWS_ENDPOINT_URL_SQS": gone.URL, "AWS_ENDPOINT_URL_SNS": "ftp://x"}
	server := newEdge(t, func(e *edge) {
		e.dispatch.fallback = true
		e.upstream.getenv = func(name string) string { return environment[name] }
		e.upstream.fallback, _ = url.Parse(all.URL)
	})
	tests := map[string]struct {
		path, service, body string
		header              http.Header
		status              int
		want                string
	}{
		"fallback":                {path: "/a%2Fb//c?d=e", service: "s3", body: "content", status: 202, want: "all HOST /a%2Fb//c?d=e 1.1 stagedoor content"},
		"own endpoint":            {path: "/", service: "dynamodb", status: 202, want: "tables HOST /base/ 1.1 stagedoor "},
		"STS, body is kept":       {path: "/", service: "sts", body: "Action=AssumeRole", header: http.Header{"Content-Type": {form}}, status: 202, want: "all HOST / 1.1 stagedoor Action=AssumeRole"},
		"request without service": {path: "/bucket/key", status: 202, want: "all HOST /bucket/key 1.1 stagedoor "},
		"does not answer":         {path: "/", service: "sqs", status: 502, want: "ServiceUnavailable"},
		"not usable":              {path: "/", service: "sns", status: 501, want: "AWS_ENDPOINT_URL_SNS is not usable"},
		"loop":                    {path: "/", service: "s3", header: http.Header{"Via": {"1.1 stagedoor"}}, status: 508, want: "LoopDetectedException"},
		"foreign page":            {path: "/", service: "s3", header: http.Header{"Origin": {"https://evil.example"}}, status: 403, want: "AccessDenied"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := tt.header.Clone()
			if header == nil {
				header = http.Header{}
			}
			if tt.service != "" {
				header.Set("Authorization", signed(tt.service))
			}
			got := do(t, server, http.MethodPost, tt.path, tt.body, header)
			want := strings.Replace(tt.want, "HOST", strings.TrimPrefix(server.URL, "http://"), 1)
			if got.status != tt.status || !strings.Contains(got.body, want) {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, tt.status, want)
			}
		})
	}
}

func TestPanics(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	server := newEdge(t, func(e *edge) {
		e.logger = slog.New(slog.NewTextHandler(&log, nil))
		e.apis = serveAPI(func(w http.ResponseWriter, _ *http.Request, address dataplane.Address) {
			switch address.Path {
			case "/half":
				_, _ = io.WriteString(w, "half")
				w.(http.Flusher).Flush()
			case "/abort":
				panic(http.ErrAbortHandler)
			}
			panic("broken")
		})
	})
	if got := do(t, server, http.MethodGet, "/_aws/execute-api/abc/whole", "", nil); got.status != http.StatusInternalServerError || !strings.Contains(got.body, "InternalFailure") {
		t.Errorf("got %d %q", got.status, got.body)
	}
	if !strings.Contains(log.String(), "panic=broken") || !strings.Contains(log.String(), "stack=") {
		t.Errorf("log %q lacks the panic", log.String())
	}
	for _, path := range []string{"/half", "/abort"} {
		response, err := server.Client().Get(server.URL + "/_aws/execute-api/abc" + path)
		if err != nil {
			continue
		}
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
		if err == nil {
			t.Errorf("%s: want a dropped connection", path)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	records := memory.New()
	started := time.Unix(1_000_000, 0)
	now := func() time.Time { return started.Add(90 * time.Second) }
	err := records.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Put("v1/a/r/stage/x/dev", nil), tx.Put("v1/a/r/stage/y/dev", nil), tx.Put("v1/b/r/function/f", nil))
	})
	if err != nil {
		t.Fatal(err)
	}
	server := newEdge(t, func(e *edge) {
		e.health = &health{store: records, version: "v1.2.3", started: started, now: now, logger: slog.New(slog.DiscardHandler)}
	})
	got := do(t, server, http.MethodGet, healthPath, "", nil)
	var report healthReport
	if err := json.Unmarshal([]byte(got.body), &report); err != nil {
		t.Fatal(err)
	}
	want := healthReport{Status: "ok", Version: "v1.2.3", UptimeSeconds: 90, Counts: map[string]int{"stage": 2, "function": 1}}
	if got.status != http.StatusOK || !cmp.Equal(report, want) {
		t.Errorf("status %d: %s", got.status, cmp.Diff(want, report))
	}
	if got := do(t, server, http.MethodPost, healthPath, "", nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", got.status)
	}
	if err := records.Close(); err != nil {
		t.Fatal(err)
	}
	if got := do(t, server, http.MethodGet, healthPath, "", nil); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "failing") {
		t.Errorf("closed store: got %d %q", got.status, got.body)
	}
}

// BenchmarkEdge is what the edge adds to an invocation.
func BenchmarkEdge(b *testing.B) {
	logger := slog.New(slog.DiscardHandler)
	e := &edge{
		hosts: newHosts("127.0.0.1", nil), dispatch: &dispatch{services: fakes, domain: localDomain(4566)}, logger: logger,
		apis: serveAPI(func(http.ResponseWriter, *http.Request, dataplane.Address) {}),
	}
	for name, target := range map[string][2]string{
		"host": {"abc.execute-api.localhost:4566", "/dev/pets/1"},
		"path": {"127.0.0.1:4566", "/restapis/abc/dev/_user_request_/pets/1"},
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, target[1], nil)
			r.Host = target[0]
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				e.ServeHTTP(w, r)
			}
		})
	}
}
