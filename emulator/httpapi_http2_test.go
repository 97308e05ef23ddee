package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHTTPAPIOverHTTP2: functions and backends do not see what the client speaks, but that
// it speaks TLS.
func TestHTTPAPIOverHTTP2(t *testing.T) {
	t.Parallel()
	a := createWireAPI(t)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(must(os.ReadFile(a.e.CAPath()))(t)) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	send := func(path, body string) (*http.Response, string) {
		request := must(http.NewRequestWithContext(t.Context(), http.MethodPost, strings.Replace(a.e.URL(), "http:", "https:", 1)+path, io.MultiReader(strings.NewReader(body))))(t)
		request.Host = a.id + ".execute-api.localhost"
		request.Header = http.Header{"Cookie": {"a=1; b=2", "c=3"}, "X-Many": {"1", "2"}, "Content-Type": {"text/plain"}, "Te": {"trailers"}}
		response := must(transport.RoundTrip(request))(t)
		defer response.Body.Close()
		return response, string(must(io.ReadAll(response.Body))(t))
	}
	response, body := send("/v2/x", "hello")
	got := map[string]string{}
	for _, path := range []string{
		"requestContext.http.protocol", "cookies", "headers.x-many", "headers.te", "headers.cookie", "headers.x-forwarded-proto", "headers.content-length", "headers.host", "body", "isBase64Encoded",
	} {
		got[path] = strings.ReplaceAll(member(t, []byte(body), path), a.id, "API")
	}
	want := map[string]string{
		"requestContext.http.protocol": `"HTTP/1.1"`, "cookies": `["a=1","b=2","c=3"]`, "headers.x-many": `"1,2"`, "headers.te": "", "headers.cookie": "",
		"headers.x-forwarded-proto": `"https"`, "headers.content-length": `"5"`, "headers.host": `"API.execute-api.localhost"`, "body": `"hello"`, "isBase64Encoded": "false",
	}
	if diff := cmp.Diff(want, got); diff != "" || response.ProtoMajor != 2 {
		t.Errorf("%s %d: %s", response.Proto, response.StatusCode, diff)
	}
	response, body = send("/a?b", "hello")
	if response.StatusCode != 200 || body != "POST /a?b length=5 encoding=[] hello" {
		t.Errorf("backend: %d %s", response.StatusCode, body)
	}
	if response.Header.Get("Connection") != "" || response.Header.Get("Keep-Alive") != "" || response.Header.Get("X-Hop") != "" || len(response.Header["Set-Cookie"]) != 2 {
		t.Errorf("backend's headers: %v", response.Header)
	}
}
