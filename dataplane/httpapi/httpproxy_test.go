package httpapi_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

func TestHTTPProxyRequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		stage, route, uri, verb string
		mapping                 map[string]string
		method, target, body    string
		header                  http.Header
		wantURI, wantMethod     string
		wantHeader              http.Header
	}{
		"plain":                         {"$default", "GET /a", "/x", "ANY", nil, "GET", "/a", "", nil, "/x", "GET", nil},
		"own verb":                      {"$default", "GET /a", "/x", "POST", nil, "GET", "/a", "", nil, "/x", "POST", nil},
		"no path in the uri":            {"$default", "GET /a", "", "ANY", nil, "GET", "/a", "", nil, "/", "GET", nil},
		"default route":                 {"prod", "$default", "", "ANY", nil, "GET", "/prod/a/b%2Fc?d=%20", "", nil, "/a/b%2Fc?d=%20", "GET", nil},
		"default route with a path":     {"$default", "$default", "/base/?k=1", "ANY", nil, "GET", "/a/?d", "", nil, "/base/a/?k=1&d", "GET", nil},
		"default route of the root":     {"$default", "$default", "/base", "ANY", nil, "GET", "/", "", nil, "/base/", "GET", nil},
		"greedy":                        {"$default", "ANY /api/{proxy+}", "/v1/{proxy}", "ANY", nil, "PUT", "/api/a/b%20c/d+e", "", nil, "/v1/a/b%20c/d+e", "PUT", nil},
		"greedy without an escape":      {"$default", "ANY /api/{proxy+}", "/v1/{proxy}", "ANY", nil, "PUT", "/api/a@b:c;d", "", nil, "/v1/a@b:c;d", "PUT", nil},
		"parameters":                    {"$default", "ANY /{a}/{b}", "/x/{b}/{a}?q={a}", "ANY", nil, "GET", "/1/%26", "", nil, "/x/&/1?q=1", "GET", nil},
		"stage variables":               {"$default", "GET /a", "/${stageVariables.v}", "ANY", nil, "GET", "/a", "", nil, "/two", "GET", nil},
		"query as sent":                 {"$default", "GET /a", "/x?own=1", "ANY", nil, "GET", "/a?b=%2F&b=+&c", "", nil, "/x?own=1&b=%2F&b=+&c", "GET", nil},
		"overwritten path":              {"prod", "GET /a/{id}", "/x", "ANY", map[string]string{"overwrite:path": "/n/${request.path.id} x"}, "GET", "/prod/a/1", "", nil, "/n/1%20x", "GET", nil},
		"path is that of the request":   {"prod", "GET /a/{id}", "/x", "ANY", map[string]string{"overwrite:path": "$request.path"}, "GET", "/prod/a/1", "", nil, "/a/1", "GET", nil},
		"overwritten path has no slash": {"prod", "GET /a", "/x", "ANY", map[string]string{"overwrite:path": "y"}, "GET", "/prod/a", "", nil, "/y", "GET", nil},
		"path cannot name a host":       {"$default", "GET /{p+}", "/{p}", "ANY", nil, "GET", "//evil.example/x", "", nil, "//evil.example/x", "GET", nil},
		"mapped query":                  {"$default", "GET /a", "/x", "ANY", map[string]string{"append:querystring.a": "3", "overwrite:querystring.b": "$request.header.x-b", "remove:querystring.c": "''"}, "GET", "/a?a=1&c=2&a=2", "", http.Header{"X-B": {"p q", "r"}}, "/x?a=1&a=2&a=3&b=p%20q%2Cr", "GET", nil},
		"mapped headers": {
			"$default", "POST /a/{id}", "/x", "ANY",
			map[string]string{
				"append:header.x-a": "${request.path.id}-$", "overwrite:header.x-b": "$request.body.k", "remove:header.x-c": "", "overwrite:header.x-d": "$request.body.none",
				"overwrite:header.x-e": "$context.routeKey", "overwrite:header.x-f": "${stageVariables.v}/${request.querystring.q}", "overwrite:header.host": "other.example",
			},
			"POST", "/a/7?q=1", `{"k":{"n":[1]}}`,
			http.Header{"X-A": {"1"}, "X-B": {"1", "2"}, "X-C": {"1"}},
			"/x?q=1", "POST",
			http.Header{"X-A": {"1", "7-$"}, "X-B": {`{"n":[1]}`}, "X-C": nil, "X-D": {""}, "X-E": {"POST /a/{id}"}, "X-F": {"two/1"}},
		},
		"mapped header cannot break lines": {"$default", "GET /a", "/x", "ANY", map[string]string{"overwrite:header.h": "$request.querystring.b"}, "GET", "/a?b=1%0d%0ac:d", "", nil, "/x?b=1%0d%0ac:d", "GET", http.Header{"H": nil, "C": nil}},
		"headers": {
			"$default", "POST /a", "/x", "ANY", nil, "POST", "/a", "text",
			http.Header{"X-Custom": {"a", "b"}, "Connection": {"X-Hop"}, "X-Hop": {"1"}, "Te": {"trailers"}, "X-Forwarded-For": {"10.0.0.1"}, "Via": {"1.0 x"}, "X-Amzn-Trace-Id": {traceID}},
			"/x", "POST",
			http.Header{
				"X-Custom": {"a", "b"}, "X-Hop": nil, "Te": nil, "Connection": nil, "X-Forwarded-For": {"10.0.0.1, 192.0.2.1"}, "X-Forwarded-Proto": {"http"},
				"X-Forwarded-Port": {"80"}, "Content-Length": {"4"}, "Via": {"HTTP/1.1 AmazonAPIGateway"}, "Forwarded": {"for=192.0.2.1;host=" + host + ";proto=http"},
				"X-Amzn-Trace-Id": {traceID},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBackend(t, nil)
			f := newFixture(t, nil)
			i := httpIntegration(b.URL + test.uri)
			i.IntegrationMethod, i.RequestParameters = aws.String(test.verb), test.mapping
			stage := stageOf(test.stage, i, test.route)
			stage.Stage.StageVariables = map[string]string{"v": "two"}
			f.PublishApiStage(stage)
			response := f.call(test.method, test.target, test.body, test.header)
			if response.StatusCode != 200 {
				t.Fatalf("got %d; %s", response.StatusCode, f.log)
			}
			if b.request.RequestURI != test.wantURI || b.request.Method != test.wantMethod || b.body != test.body {
				t.Errorf("backend got %s %s %s", b.request.Method, b.request.RequestURI, b.body)
			}
			for name, want := range test.wantHeader {
				if diff := cmp.Diff(want, b.request.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			if test.mapping["overwrite:header.host"] != "" && b.request.Host != "other.example" {
				t.Errorf("host %s", b.request.Host)
			}
		})
	}
}

func TestHTTPProxyResponse(t *testing.T) {
	t.Parallel()
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-A"] = []string{"1", "2"}
		w.Header().Set("X-B", "b")
		w.Header().Set("Server", "backend")
		w.Header().Set("Apigw-Requestid", "mine")
		w.Header().Set("Location", "/elsewhere")
		w.Header()["Content-Type"] = nil
		status := map[string]int{"/302": 302, "/404": 404, "/500": 500}[r.URL.Path]
		if status == 0 {
			status = 200
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"k":["v"]}`))
	})
	f := newFixture(t, nil)
	i := httpIntegration(b.URL + "/{s}")
	i.ResponseParameters = map[string]map[string]string{
		"404": {"overwrite:statuscode": "200", "append:header.x-a": "$response.header.x-b", "overwrite:header.x-n": "$response.body.k[0]", "remove:header.x-b": "''"},
		"500": {"overwrite:statuscode": "$request.querystring.s", "overwrite:header.x-all": "$response.body"},
		"302": {},
	}
	f.PublishApiStage(stageOf("$default", i, "GET /{s}"))
	response := f.want(t, "GET", "/200", 200, `{"k":["v"]}`)
	want := http.Header{"X-A": {"1", "2"}, "X-B": {"b"}, "Server": nil, "Content-Type": nil, "Location": {"/elsewhere"}}
	compareHeader(t, want, response)
	if id := response.Header["Apigw-Requestid"]; len(id) != 1 || id[0] == "mine" {
		t.Errorf("request id %q", id)
	}
	f.want(t, "GET", "/302", 302, `{"k":["v"]}`)
	response = f.want(t, "GET", "/404", 200, `{"k":["v"]}`)
	compareHeader(t, http.Header{"X-A": {"1", "2", "b"}, "X-N": {"v"}, "X-B": nil}, response)
	response = f.want(t, "GET", "/500?s=418", 418, `{"k":["v"]}`)
	compareHeader(t, http.Header{"X-All": {`{"k":["v"]}`}}, response)
	f.want(t, "GET", "/500?s=x", 500, internalBody)
}

func TestHead(t *testing.T) {
	t.Parallel()
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "1234") })
	f := newFixture(t, nil)
	f.PublishApiStage(stageOf("$default", httpIntegration(b.URL), "HEAD /a"))
	compareHeader(t, http.Header{"Content-Length": {"1234"}}, f.want(t, "HEAD", "/a", 200, ""))
}

func compareHeader(t *testing.T, want http.Header, response *http.Response) {
	t.Helper()
	for name, values := range want {
		if diff := cmp.Diff(values, response.Header[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHTTPProxyFailures(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	b := newBackend(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(hang) })
	f := newFixture(t, nil)
	slow := httpIntegration(b.URL)
	slow.TimeoutInMillis = aws.Int32(50)
	f.PublishApiStage(stageOf("slow", slow, "GET /a"))
	f.want(t, "GET", "/slow/a", 503, unavailableBody)

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	f.PublishApiStage(stageOf("gone", httpIntegration("http://"+listener.Addr().String()), "GET /a"))
	f.want(t, "GET", "/gone/a", 503, unavailableBody)
	f.PublishApiStage(stageOf("unmapped", httpIntegration(b.URL+"/{id}"), "GET /a"))
	f.want(t, "GET", "/unmapped/a", 500, internalBody)
	f.PublishApiStage(stageOf("invalid", httpIntegration(b.URL+"/${stageVariables.none}"), "GET /a"))
	f.want(t, "GET", "/invalid/a", 500, internalBody)
}

func TestFunctionTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *dataplane.Config) { c.Invoker = hanging{} })
	i := lambdaIntegration("2.0")
	i.TimeoutInMillis = aws.Int32(50)
	f.PublishApiStage(stageOf("$default", i, "GET /a"))
	f.want(t, "GET", "/a", 503, unavailableBody)
}

func TestPrivateIntegration(t *testing.T) {
	t.Parallel()
	const listener = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/2"
	b := newBackend(t, nil)
	tests := map[string]struct {
		stage, target string
		mapping       map[string]string
		tls           *types.TlsConfig
		failure       error
		status        int
		uri, host     string
	}{
		"default stage":   {"$default", "/a/b%2Fc?q=1", nil, nil, nil, 200, "/a/b%2Fc?q=1", host},
		"named stage":     {"prod", "/prod/a", nil, nil, nil, 200, "/prod/a", host},
		"overwritten":     {"prod", "/prod/a/x%20y", map[string]string{"overwrite:path": "$request.path"}, nil, nil, 200, "/a/x%20y", host},
		"name to verify":  {"$default", "/a", nil, &types.TlsConfig{ServerNameToVerify: aws.String("lb.example")}, nil, 200, "/a", "lb.example"},
		"link is not set": {"$default", "/a", nil, nil, errors.New("set --vpc-link"), 500, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got integration.VPCLink
			f := newFixture(t, func(c *dataplane.Config) {
				c.VPCLinks = func(_ context.Context, link integration.VPCLink) (*url.URL, error) {
					got = link
					if test.failure != nil {
						return nil, test.failure
					}
					return url.Parse(b.URL + "/ignored")
				}
			})
			i := httpIntegration(listener)
			i.ConnectionType, i.ConnectionId, i.RequestParameters, i.TlsConfig = types.ConnectionTypeVpcLink, aws.String("link1"), test.mapping, test.tls
			f.PublishApiStage(stageOf(test.stage, i, "ANY /a/{proxy+}", "GET /a"))
			response := f.call("GET", test.target, "", nil)
			if response.StatusCode != test.status {
				t.Fatalf("got %d; %s", response.StatusCode, f.log)
			}
			if diff := cmp.Diff(integration.VPCLink{Account: "123456789012", Region: "us-east-1", ID: "link1", Target: listener}, got); diff != "" {
				t.Error(diff)
			}
			if test.failure == nil && (b.request.RequestURI != test.uri || b.request.Host != test.host) {
				t.Errorf("backend got %s of %s", b.request.RequestURI, b.request.Host)
			}
		})
	}
}

// TestServerName: the certificate of the backend is for the name that the integration says.
func TestServerName(t *testing.T) {
	t.Parallel()
	secure := newBackend(t, nil)
	f := newFixture(t, nil)
	for name, verified := range map[string]string{"other": "other.example", "same": "example.com"} {
		i := httpIntegration(strings.Replace(secure.URL, "http:", "https:", 1))
		i.TlsConfig = &types.TlsConfig{ServerNameToVerify: aws.String(verified)}
		f.PublishApiStage(stageOf(name, i, "GET /a"))
		f.want(t, "GET", "/"+name+"/a", 503, unavailableBody) // it speaks no TLS
	}
}
