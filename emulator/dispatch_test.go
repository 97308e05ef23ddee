package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// fakeService answers with its name, and owns the paths with a prefix.
type fakeService struct{ name, prefix string }

func (f fakeService) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(f.name))
}

func (f fakeService) Matches(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, f.prefix) }

var fakes = services{
	apiGateway:   fakeService{"v1", "/restapis"},
	apiGatewayV2: fakeService{"v2", "/v2/apis"},
	management:   fakeService{"management", "/@connections"},
	lambda:       fakeService{"lambda", "/2015-03-31/functions"},
}

// signed is the Authorization header of a request to service.
func signed(service string) string {
	return "AWS4-HMAC-SHA256 Credential=123456789012/20261123/us-east-1/" + service +
		"/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
}

func TestDispatchInvokeAddresses(t *testing.T) {
	t.Parallel()
	byHost := func(host, path string) target {
		return target{kind: invokeTarget, address: dataplane.Address{ApiID: "abc123", Path: path, DomainName: host, DomainPrefix: "abc123"}}
	}
	const local = "abc123.execute-api.localhost:4566"
	byDefault := func(path string) target {
		t := byHost(local, path)
		t.address.Stage = "$default"
		return t
	}
	tests := map[string]struct {
		host, uri, authorization string
		want                     target
	}{
		"host form":                     {host: local, uri: "/dev/pets?a=b", want: byHost(local, "/dev/pets")},
		"host form is case-insensitive": {host: "ABC123.Execute-API.localhost:4566", uri: "/dev", want: byHost("ABC123.Execute-API.localhost:4566", "/dev")},
		"AWS host":                      {host: "abc123.execute-api.eu-west-1.amazonaws.com", uri: "/dev/pets", want: byHost("abc123.execute-api.eu-west-1.amazonaws.com", "/dev/pets")},
		"localstack host":               {host: "abc123.execute-api.localhost.localstack.cloud:4566", uri: "/dev/pets", want: byHost("abc123.execute-api.localhost.localstack.cloud:4566", "/dev/pets")},
		"signed call of an API":         {host: local, uri: "/dev/pets", authorization: signed("execute-api"), want: byHost(local, "/dev/pets")},
		"host form wins over paths":     {host: local, uri: "/restapis", want: byHost(local, "/restapis")},
		"LP-07 double slash":            {host: local, uri: "/stage/proxy-value//double-slash", want: byHost(local, "/stage/proxy-value//double-slash")},
		"LP-08 double slash first":      {host: local, uri: "//stage/proxy-value", want: byHost(local, "//stage/proxy-value")},
		"LP-13 nothing is decoded":      {host: local, uri: "/stage/a%2Fb/test%2Balias@gmail.com/x+y/%7e/../.", want: byHost(local, "/stage/a%2Fb/test%2Balias@gmail.com/x+y/%7e/../.")},
		"nothing is encoded":            {host: local, uri: `/stage/a|b"`, want: byHost(local, `/stage/a|b"`)},
		"path form":                     {host: "localhost:4566", uri: "/_aws/execute-api/abc123/dev/pets%2F1//x", want: byHost(local, "/dev/pets%2F1//x")},
		"path form, default stage":      {host: "localhost:4566", uri: "/_aws/execute-api/abc123/$default//a%2F", want: byDefault("/$default//a%2F")},
		"path form, default, encoded":   {host: "localhost:4566", uri: "/_aws/execute-api/abc123/%24default", want: byDefault("/$default")},
		"path form, another case":       {host: "localhost:4566", uri: "/_aws/execute-api/abc123/$Default/a", want: byHost(local, "/$Default/a")},
		"user request form, default":    {host: "localhost:4566", uri: "/restapis/abc123/$default/_user_request_/a", want: byDefault("/$default/a")},
		"host form, default stage":      {host: local, uri: "/$default/a", want: byHost(local, "/$default/a")},
		"path form without a stage":     {host: "localhost:4566", uri: "/_aws/execute-api/abc123", want: byHost(local, "/")},
		"user request form":             {host: "127.0.0.1:4566", uri: "/restapis/abc123/dev/_user_request_/pets%2F1?x=/", want: byHost(local, "/dev/pets%2F1")},
		"user request form, root":       {host: "127.0.0.1:4566", uri: "/restapis/abc123/dev/_user_request_/", want: byHost(local, "/dev/")},
		"user request form, bare":       {host: "127.0.0.1:4566", uri: "/restapis/abc123/dev/_user_request_", want: byHost(local, "/dev")},
		"user request form, signed":     {host: "127.0.0.1:4566", uri: "/restapis/abc123/dev/_user_request_/a", authorization: signed("execute-api"), want: byHost(local, "/dev/a")},
		"a stage of that name":          {host: "127.0.0.1:4566", uri: "/restapis/abc123/stages/_user_request_", authorization: signed("apigateway"), want: target{kind: serviceTarget, service: "apigateway", handler: fakes.apiGateway}},
	}
	known, d := newHosts("127.0.0.1", nil), &dispatch{services: fakes, domain: localDomain(4566)}
	for name, tt := range tests {
		r := httptest.NewRequest(http.MethodGet, "http://x/", nil)
		r.Host, r.RequestURI = tt.host, tt.uri
		r.Header.Set("Authorization", tt.authorization)
		r.URL.Path, _, _ = strings.Cut(tt.uri, "?")
		got := d.of(r, known.of(r))
		if isAWS := strings.HasSuffix(got.address.DomainName, ".amazonaws.com"); isAWS != (got.address.LocalName == "abc123.execute-api.localhost:4566") {
			t.Errorf("%s: local name %q", name, got.address.LocalName)
		}
		got.address.LocalName = ""
		if !cmp.Equal(got, tt.want, compareTargets) {
			t.Errorf("%s: %s", name, cmp.Diff(tt.want, got, compareTargets))
		}
	}
}

var compareTargets = cmp.AllowUnexported(target{}, fakeService{})

func TestDispatchServices(t *testing.T) {
	t.Parallel()
	service := func(name string, handler matcher) target {
		return target{kind: serviceTarget, service: name, handler: handler}
	}
	tests := map[string]struct {
		host, path, scope string
		fallback          bool
		want              target
	}{
		"REST APIs by scope":      {path: "/restapis", scope: "apigateway", want: service("apigateway", fakes.apiGateway)},
		"v2 shares the scope":     {path: "/v2/apis", scope: "apigateway", want: service("apigateway", fakes.apiGatewayV2)},
		"tags of v1":              {path: "/tags/arn", scope: "apigateway", want: service("apigateway", fakes.apiGateway)},
		"unknown path of a scope": {path: "/nothing", scope: "lambda", want: service("lambda", fakes.lambda)},
		"management":              {path: "/@connections/x", scope: "execute-api", want: service("execute-api", fakes.management)},
		"STS":                     {path: "/", scope: "sts", want: target{kind: stsTarget, service: "sts"}},
		"another service":         {path: "/", scope: "dynamodb", want: target{kind: foreignTarget, service: "dynamodb"}},
		"scope wins over path":    {path: "/restapis", scope: "s3", want: target{kind: foreignTarget, service: "s3"}},
		"by host":                 {host: "lambda.us-east-1.amazonaws.com", path: "/x", want: service("lambda", fakes.lambda)},
		"STS by host":             {host: "sts.amazonaws.com", path: "/", want: target{kind: stsTarget, service: "sts"}},
		"unsigned v1":             {path: "/restapis/x", want: service("apigateway", fakes.apiGateway)},
		"unsigned v2":             {path: "/v2/apis", want: service("apigateway", fakes.apiGatewayV2)},
		"unsigned lambda":         {path: "/2015-03-31/functions", want: service("lambda", fakes.lambda)},
		"unsigned bucket":         {path: "/bucket/key", fallback: true, want: target{kind: foreignTarget}},
		"nothing":                 {path: "/bucket/key", want: target{}},
		"health":                  {path: "/_stagedoor/health", want: target{kind: healthTarget}},
		"own path, unknown":       {path: "/_stagedoor/else", fallback: true, want: target{}},
	}
	known := newHosts("127.0.0.1", nil)
	for name, tt := range tests {
		d := &dispatch{services: fakes, domain: localDomain(4566), fallback: tt.fallback}
		r := httptest.NewRequest(http.MethodPost, tt.path, nil)
		r.Host = tt.host
		if tt.host == "" {
			r.Host = "localhost:4566"
		}
		if tt.scope != "" {
			r.Header.Set("Authorization", signed(tt.scope))
		}
		got := d.of(r, known.of(r))
		if isAWS := strings.HasSuffix(got.address.DomainName, ".amazonaws.com"); isAWS != (got.address.LocalName == "abc123.execute-api.localhost:4566") {
			t.Errorf("%s: local name %q", name, got.address.LocalName)
		}
		got.address.LocalName = ""
		if !cmp.Equal(got, tt.want, compareTargets) {
			t.Errorf("%s: %s", name, cmp.Diff(tt.want, got, compareTargets))
		}
	}
}

func FuzzCutUserRequest(f *testing.F) {
	f.Add("/restapis/a/b/_user_request_/c//d")
	f.Add("/restapis//b/_user_request_")
	f.Fuzz(func(t *testing.T, path string) {
		apiID, stagePath, ok := cutUserRequest(path)
		if !ok {
			return
		}
		stage, rest, more := strings.Cut(stagePath[1:], "/")
		whole := "/restapis/" + apiID + "/" + stage + "/_user_request_"
		if more {
			whole += "/" + rest
		}
		if whole != path {
			t.Errorf("%q became API %q, path %q", path, apiID, stagePath)
		}
	})
}
