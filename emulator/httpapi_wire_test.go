package emulator_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// rawConn is a connection to the emulator on which bytes are written as they stand.
type rawConn struct {
	net.Conn

	reader *bufio.Reader
}

func (a *httpAPI) dial(t *testing.T) *rawConn {
	t.Helper()
	conn := must(net.Dial("tcp", strings.TrimPrefix(a.e.URL(), "http://")))(t)
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	return &rawConn{conn, bufio.NewReader(conn)}
}

// write writes text, with HOST for the host of the API.
func (w *rawConn) write(t *testing.T, a *httpAPI, text string) {
	t.Helper()
	if _, err := io.WriteString(w, strings.ReplaceAll(text, "HOST", a.id+".execute-api.localhost")); err != nil {
		t.Fatal(err)
	}
}

// read reads a response to a request with a method.
func (w *rawConn) read(t *testing.T, method string) (*http.Response, string) {
	t.Helper()
	response := must(http.ReadResponse(w.reader, &http.Request{Method: method}))(t)
	defer response.Body.Close()
	return response, string(must(io.ReadAll(response.Body))(t))
}

// exchange sends one request and returns the response.
func (a *httpAPI) exchange(t *testing.T, text string) (*http.Response, string) {
	t.Helper()
	w := a.dial(t)
	w.write(t, a, text)
	method, _, _ := strings.Cut(text, " ")
	return w.read(t, method)
}

// hops are the headers that a proxy has to look at, and two of the test's own.
var hops = []string{"Connection", "Expect", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-End", "X-Hop"}

// wireBackend answers with the head of the request as far as it matters here and its body.
// Its response has headers of the connection to it.
func wireBackend(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := fmt.Sprintf("%s %s length=%d encoding=%v", r.Method, r.RequestURI, r.ContentLength, r.TransferEncoding)
		for _, name := range hops {
			if values := r.Header.Values(name); len(values) > 0 {
				answer += " " + name + "=" + strings.Join(values, "&")
			}
		}
		header := w.Header()
		header.Set("Connection", "X-Hop, keep-alive")
		header.Set("X-Hop", "1")
		header.Set("X-End", "1")
		header.Set("Keep-Alive", "timeout=5")
		header.Set("Proxy-Connection", "keep-alive")
		header.Set("Upgrade", "h2c")
		header.Add("Set-Cookie", "a=1")
		header.Add("Set-Cookie", "b=2")
		header.Set("Trailer", "X-Trailer")
		if r.URL.Path == "/large" {
			header.Del("Trailer")
			header.Set("Content-Length", strconv.Itoa(20<<20))
			return
		}
		_, _ = io.WriteString(w, answer+" "+string(body))
		header.Set("X-Trailer", "1")
	}))
	t.Cleanup(server.Close)
	return server
}

func createWireAPI(t *testing.T) *httpAPI {
	t.Helper()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	a.integrate(t.Context(), t, proxyTo(wireBackend(t).URL), "$default")
	arn := a.createFunction(t.Context(), t, echoFunction(t))
	for _, format := range []string{"1.0", "2.0"} {
		a.integrate(t.Context(), t, apigatewayv2.CreateIntegrationInput{
			IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: &arn, PayloadFormatVersion: aws.String(format),
		}, "ANY /v"+format[:1], "ANY /v"+format[:1]+"/{proxy+}")
	}
	issuer := a.guard(t, apigatewayv2.CreateAuthorizerInput{
		Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("http://127.0.0.1:9"), Audience: []string{"app"}},
	})
	a.guarded(t, "ANY /guarded", a.integrate(t.Context(), t, proxyTo(wireBackend(t).URL)), types.AuthorizationTypeJwt, issuer)
	return a
}

// TestHTTPAPIOnTheWire: requests byte for byte, as a backend gets them.
func TestHTTPAPIOnTheWire(t *testing.T) {
	t.Parallel()
	a := createWireAPI(t)
	const end = "\r\n\r\n"
	for name, test := range map[string]struct {
		request string
		status  int
		body    string
	}{
		"hop-by-hop headers": {
			"GET /a HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nX-End: 2\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c" + end,
			200, "GET /a length=0 encoding=[] X-End=2 ",
		},
		"chunks become a length, trailers are dropped": {
			"POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-End: 1" + end,
			200, "POST /a length=5 encoding=[] abcde",
		},
		"chunks of nothing": {"POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0" + end, 200, "POST /a length=0 encoding=[] "},
		"chunks go before a length": {
			"POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0" + end,
			200, "POST /a length=3 encoding=[] abc",
		},
		"body of a GET":                {"GET /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\n\r\nhi", 200, "GET /a length=2 encoding=[] hi"},
		"absolute form":                {"GET http://HOST/a%2Fb//c?d=%2F HTTP/1.1\r\nHost: elsewhere.example" + end, 200, "GET /a%2Fb//c?d=%2F length=0 encoding=[] "},
		"duplicate slashes":            {"GET //a///b/ HTTP/1.1\r\nHost: HOST" + end, 200, "GET //a///b/ length=0 encoding=[] "},
		"percent-encoded":              {"GET /%61%2Fb%25%C3%A9;c=1 HTTP/1.1\r\nHost: HOST" + end, 200, "GET /%61%2Fb%25%C3%A9;c=1 length=0 encoding=[] "},
		"dots are left alone":          {"GET /a/../b/./c HTTP/1.1\r\nHost: HOST" + end, 200, "GET /a/../b/./c length=0 encoding=[] "},
		"query as it stands":           {"GET /?a=&b&=c&a=2&&d=%zz+; HTTP/1.1\r\nHost: HOST" + end, 200, "GET /?a=&b&=c&a=2&&d=%zz+; length=0 encoding=[] "},
		"a verb of no route key":       {"PURGE /a HTTP/1.1\r\nHost: HOST" + end, 200, "PURGE /a length=0 encoding=[] "},
		"two lengths":                  {"POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, ""},
		"another transfer encoding":    {"POST /a HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0" + end, 501, ""},
		"space before the colon":       {"GET /a HTTP/1.1\r\nHost: HOST\r\nX-A : 1" + end, 400, ""},
		"no host":                      {"GET /a HTTP/1.1" + end, 400, ""},
		"URL at the limit":             {"GET /" + strings.Repeat("x", 10000) + " HTTP/1.1\r\nHost: HOST" + end, 200, "GET /" + strings.Repeat("x", 10000) + " length=0 encoding=[] "},
		"URL over the limit":           {"GET /" + strings.Repeat("x", 10240) + " HTTP/1.1\r\nHost: HOST" + end, 414, `{"message":"Request URI Too Long"}`},
		"header values at the limit":   {"GET /a HTTP/1.1\r\nHost: HOST\r\n" + strings.Repeat("X-Header-With-A-Name: "+strings.Repeat("v", 1000)+"\r\n", 10) + "\r\n", 200, "GET /a length=0 encoding=[] "},
		"header values over the limit": {"GET /a HTTP/1.1\r\nHost: HOST\r\n" + strings.Repeat("X: "+strings.Repeat("v", 1024)+"\r\n", 10) + "\r\n", 431, `{"message":"Request Header Fields Too Large"}`},
		"body over the limit":          {"POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 10485761" + end, 413, `{"message":"Request Entity Too Large"}`},
	} {
		response, body := a.exchange(t, test.request)
		if response.StatusCode != test.status || test.body != "" && body != test.body {
			t.Errorf("%s: got %d %s, want %d %s", name, response.StatusCode, body, test.status, test.body)
		}
		if test.status != 200 {
			continue
		}
		var sent []string
		for _, hop := range hops {
			if values := response.Header.Values(hop); len(values) > 0 {
				sent = append(sent, hop+"="+strings.Join(values, "&"))
			}
		}
		if diff := cmp.Diff([]string{"X-End=1"}, sent); diff != "" || len(response.TransferEncoding) != 0 || len(response.Header["Set-Cookie"]) != 2 {
			t.Errorf("%s: %s, %v", name, diff, response.Header)
		}
	}
	response, _ := a.exchange(t, "HEAD /a HTTP/1.1\r\nHost: HOST\r\n\r\n")
	if response.StatusCode != 200 || response.Header.Get("X-End") != "1" {
		t.Errorf("HEAD: %d %v", response.StatusCode, response.Header)
	}
	response, _ = a.exchange(t, "HEAD /large HTTP/1.1\r\nHost: HOST\r\n\r\n")
	if response.StatusCode != 200 || response.ContentLength != 20<<20 {
		t.Errorf("HEAD of what is too large for GET: %d, %d bytes", response.StatusCode, response.ContentLength)
	}
	response, body := a.exchange(t, "GET /large HTTP/1.1\r\nHost: HOST\r\n\r\n")
	if response.StatusCode != 500 && response.StatusCode != 503 {
		t.Errorf("GET of what is too large: %d %s", response.StatusCode, body)
	}
}

// TestHTTPAPISmuggling: what follows an ambiguous request on its connection is no request.
func TestHTTPAPISmuggling(t *testing.T) {
	t.Parallel()
	a := createWireAPI(t)
	w := a.dial(t)
	w.write(t, a, "POST /a HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n")
	if response, body := w.read(t, "POST"); response.StatusCode != 200 || body != "POST /a length=0 encoding=[] " {
		t.Errorf("first: %d %s", response.StatusCode, body)
	}
	// The framing is that of the chunks for everyone: the second is a request of the client's.
	if response, body := w.read(t, "GET"); response.StatusCode != 200 || body != "GET /smuggled length=0 encoding=[] " {
		t.Errorf("second: %d %s", response.StatusCode, body)
	}
}

// TestHTTPAPIContinue: a body comes after 100 Continue, which is sent when it is wanted.
func TestHTTPAPIContinue(t *testing.T) {
	t.Parallel()
	a := createWireAPI(t)
	head := func(path, length string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: HOST\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n"
	}
	for _, path := range []string{"/a", "/v1", "/v2"} {
		w := a.dial(t)
		w.write(t, a, head(path, "5"))
		line := must(w.reader.ReadString('\n'))(t) + must(w.reader.ReadString('\n'))(t)
		if line != "HTTP/1.1 100 Continue\r\n\r\n" {
			t.Fatalf("%s: %q", path, line)
		}
		w.write(t, a, "hello")
		response, body := w.read(t, "POST")
		if response.StatusCode != 200 || !strings.Contains(body, "hello") || strings.Contains(strings.ToLower(body), "expect") {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
	for path, want := range map[string]struct {
		length string
		status int
	}{"/guarded": {"5", 401}, "/a": {"10485761", 413}, "/v2": {"10485761", 413}} {
		w := a.dial(t)
		w.write(t, a, head(path, want.length))
		if response, body := w.read(t, "POST"); response.StatusCode != want.status {
			t.Errorf("%s: %d %s, want %d at once", path, response.StatusCode, body, want.status)
		}
	}
}

// TestHTTPAPIEventsOnTheWire: requests byte for byte, as functions get them in both formats.
func TestHTTPAPIEventsOnTheWire(t *testing.T) {
	t.Parallel()
	a := createWireAPI(t)
	const fixed = "Host: HOST\r\nX-Amzn-Trace-Id: Root=1-5e6722a7-cc56aaaa46db7ae02d4da47e\r\n"
	for name, test := range map[string]struct {
		request string
		want    map[string]string
	}{
		"headers, format 2.0": {
			"GET /v2/x?a=1 HTTP/1.1\r\n" + fixed + "x-lower: 1\r\nX-UPPER-case: 2\r\nX-Many: a\r\nX-Many: b\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nKeep-Alive: 1\r\nUpgrade: h2c\r\nCookie: a=1; b=2\r\nCookie: c=\"3\"\r\n\r\n",
			map[string]string{
				"headers.x-lower": `"1"`, "headers.x-upper-case": `"2"`, "headers.x-many": `"a,b"`, "headers.connection": "", "headers.x-hop": "", "headers.te": "",
				"headers.keep-alive": "", "headers.upgrade": "", "headers.cookie": "", "headers.content-length": `"0"`, "cookies": `["a=1","b=2","c=\"3\""]`,
				"body": "", "isBase64Encoded": "false", "requestContext.http.protocol": `"HTTP/1.1"`,
			},
		},
		"headers, format 1.0": {
			"GET /v1/x?a=1 HTTP/1.1\r\n" + fixed + "X-UPPER-case: 2\r\nX-Many: a\r\nX-Many: b\r\nConnection: X-Hop\r\nX-Hop: 1\r\nCookie: a=1; b=2\r\n\r\n",
			map[string]string{
				"headers.x-upper-case": `"2"`, "headers.x-many": `"b"`, "multiValueHeaders.x-many": `["a","b"]`, "headers.x-hop": "", "headers.cookie": `"a=1; b=2"`,
				"body": "null", "isBase64Encoded": "false", "resource": `"/v1/{proxy+}"`, "stageVariables": "null",
			},
		},
		"query, format 2.0": {
			"GET /v2?a=&b&=c&a=2&d=%20+%2B&%C3%A9=%zz HTTP/1.1\r\n" + fixed + "\r\n",
			map[string]string{"rawQueryString": `"a=&b&=c&a=2&d=%20+%2B&%C3%A9=%zz"`, "queryStringParameters": `{"a":",2","b":"","":"c","d":"  +","é":"%zz"}`, "pathParameters": ""},
		},
		"query, format 1.0": {
			"GET /v1?a=&b&a=2 HTTP/1.1\r\n" + fixed + "\r\n",
			map[string]string{"multiValueQueryStringParameters": `{"a":["","2"],"b":[""]}`, "queryStringParameters": `{"a":"","b":""}`, "pathParameters": "null"},
		},
		"no query": {
			"GET /v2? HTTP/1.1\r\n" + fixed + "\r\n",
			map[string]string{"rawQueryString": `""`, "queryStringParameters": ""},
		},
		"path": {
			"GET /v2/a%2Fb//c%20%25/ HTTP/1.1\r\n" + fixed + "\r\n",
			map[string]string{"rawPath": `"/v2/a/b//c %/"`, "pathParameters": `{"proxy":"a/b//c %/"}`, "requestContext.http.path": `"/v2/a/b//c %/"`, "routeKey": `"ANY /v2/{proxy+}"`},
		},
		"absolute form": {
			"GET http://HOST/v2/x HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
			map[string]string{"rawPath": `"/v2/x"`, "headers.host": `"HOST"`, "requestContext.domainName": `"HOST"`},
		},
		"chunks": {
			"POST /v2 HTTP/1.1\r\n" + fixed + "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
			map[string]string{"body": `"abc"`, "isBase64Encoded": "false", "headers.content-length": `"3"`, "headers.transfer-encoding": ""},
		},
		"text":             {"POST /v2 HTTP/1.1\r\n" + fixed + "Content-Type: TEXT/html;charset=x\r\nContent-Length: 2\r\n\r\nhi", map[string]string{"body": `"hi"`, "isBase64Encoded": "false"}},
		"JSON":             {"POST /v1 HTTP/1.1\r\n" + fixed + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", map[string]string{"body": `"{}"`, "isBase64Encoded": "false"}},
		"binary":           {"POST /v2 HTTP/1.1\r\n" + fixed + "Content-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\n\x00\xff\x01", map[string]string{"body": `"AP8B"`, "isBase64Encoded": "true"}},
		"binary, 1.0":      {"POST /v1 HTTP/1.1\r\n" + fixed + "Content-Type: image/png\r\nContent-Length: 3\r\n\r\n\x00\xff\x01", map[string]string{"body": `"AP8B"`, "isBase64Encoded": "true"}},
		"form":             {"POST /v2 HTTP/1.1\r\n" + fixed + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b", map[string]string{"body": `"YT1i"`, "isBase64Encoded": "true"}},
		"type is not told": {"POST /v2 HTTP/1.1\r\n" + fixed + "Content-Length: 2\r\n\r\nhi", map[string]string{"body": `"aGk="`, "isBase64Encoded": "true"}},
		"HEAD":             {"HEAD /v2 HTTP/1.1\r\n" + fixed + "\r\n", nil},
	} {
		response, body := a.exchange(t, test.request)
		if test.want == nil {
			if response.StatusCode != 200 || body != "" || response.ContentLength <= 0 {
				t.Errorf("%s: %d %s, %d bytes", name, response.StatusCode, body, response.ContentLength)
			}
			continue
		}
		got := map[string]string{}
		for path := range test.want {
			got[path] = strings.ReplaceAll(member(t, []byte(body), path), a.id+".execute-api.localhost", "HOST")
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %d %s", name, response.StatusCode, diff)
		}
	}
}

// member returns a member of a JSON document by the names that lead to it, compact; empty
// when there is none.
func member(t *testing.T, document []byte, path string) string {
	t.Helper()
	value := json.RawMessage(document)
	for _, name := range slices.Collect(strings.SplitSeq(path, ".")) {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(value, &members); err != nil {
			t.Fatalf("%s: %v in %s", path, err, document)
		}
		if value = members[name]; value == nil {
			return ""
		}
	}
	return string(value)
}
