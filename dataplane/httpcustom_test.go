package dataplane_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"
)

// httpCustomMethod is a method with an HTTP integration that answers 200 by default.
func httpCustomMethod(uri string, responses map[string]types.IntegrationResponse) types.Method {
	m := types.Method{AuthorizationType: aws.String("NONE"), MethodResponses: map[string]types.MethodResponse{}, MethodIntegration: &types.Integration{
		Type: types.IntegrationTypeHttp, HttpMethod: aws.String("POST"), Uri: aws.String(uri), TimeoutInMillis: 29000, IntegrationResponses: responses,
	}}
	for code := range responses {
		m.MethodResponses[code] = types.MethodResponse{}
	}
	return m
}

func TestHTTPCustomRequest(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "answer") })
	standard := http.Header{
		"Accept": {"application/json"}, "Content-Type": {"application/json"}, "User-Agent": {"AmazonAPIGateway_api1"}, "X-Amzn-Apigateway-Api-Id": {"api1"},
	}
	with := func(extra http.Header) http.Header {
		all := standard.Clone()
		maps.Copy(all, extra)
		return all
	}
	tests := map[string]struct {
		change               func(*types.Integration)
		method, target, body string
		header               http.Header
		wantMethod, wantURI  string
		wantBody             string
		wantHeader           http.Header
	}{
		"RT-07 mapped headers": {func(i *types.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.testHeader": "method.request.header.customHeader", "integration.request.header.contextHeader": "context.resourceId"}
		}, "GET", "/stage/a/x", "", http.Header{"CUSTOMHEADER": {"test"}}, "POST", "/b", "", with(http.Header{"Testheader": {"test"}, "Contextheader": {"id-a-id"}})},
		"RT-08 only what is mapped": {nil, "POST", "/stage/a/x?q=1", `{"a":1}`, http.Header{"X-Custom": {"1"}, "Authorization": {"a"}}, "POST", "/b", `{"a":1}`, standard},
		"type is passed through":    {nil, "POST", "/stage/a/x", `<a/>`, http.Header{"Content-Type": {"application/xml; charset=utf-8"}}, "POST", "/b", `<a/>`, with(http.Header{"Content-Type": {"application/xml; charset=utf-8"}})},
		"template and its type":     {func(i *types.Integration) { i.RequestTemplates = map[string]string{"text/plain": "fixed"} }, "POST", "/stage/a/x", `sent`, http.Header{"Content-Type": {"text/plain; a=b"}}, "POST", "/b", `fixed`, with(http.Header{"Content-Type": {"text/plain"}})},
		"mapped header replaces": {func(i *types.Integration) {
			i.RequestParameters = map[string]string{"integration.request.header.accept": "'*/*'", "integration.request.header.Content-Length": "method.request.header.missing"}
		}, "POST", "/stage/a/x", `1`, nil, "POST", "/b", `1`, with(http.Header{"Accept": {"*/*"}})},
		"query and path": {func(i *types.Integration) {
			i.Uri = aws.String(*i.Uri + "/{id}?own=1")
			i.RequestParameters = map[string]string{"integration.request.path.id": "method.request.path.id", "integration.request.querystring.m": "method.request.multivaluequerystring.q"}
		}, "GET", "/stage/a/x%2Fy?q=1&q=2&r=3", "", nil, "POST", "/b/x%2Fy?own=1&m=1&m=2", "", standard},
		"the client's verb":          {func(i *types.Integration) { i.HttpMethod = aws.String("ANY") }, "PUT", "/stage/a/x", "1", nil, "PUT", "/b", "1", standard},
		"content handling to binary": {func(i *types.Integration) { i.ContentHandling = "CONVERT_TO_BINARY" }, "POST", "/stage/a/x", "aGk=", nil, "POST", "/b", "hi", standard},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			method := httpCustomMethod(b.URL+"/b", map[string]types.IntegrationResponse{"200": {}})
			if test.change != nil {
				test.change(method.MethodIntegration)
			}
			f.PublishRestStage(stageOf(resourceOf("/a/{id}", map[string]types.Method{"ANY": method})))
			response := f.call(test.method, test.target, test.body, test.header)
			if body := bodyOf(t, response); response.StatusCode != 200 || body != "answer" || only(response.Header, "Content-Type") != "application/json" {
				t.Fatalf("got %d %s; %s", response.StatusCode, body, f.log)
			}
			if b.request.Method != test.wantMethod || b.request.RequestURI != test.wantURI || b.body != test.wantBody {
				t.Errorf("backend got %s %s %q", b.request.Method, b.request.RequestURI, b.body)
			}
			header := b.request.Header.Clone()
			if trace := header.Get("X-Amzn-Trace-Id"); !strings.HasPrefix(trace, "Root=1-") || response.Header.Get("X-Amzn-Trace-Id") != trace {
				t.Errorf("RT-31 trace id %q, of the response %q", trace, response.Header.Get("X-Amzn-Trace-Id"))
			}
			for _, name := range []string{"X-Amzn-Trace-Id", "Content-Length"} {
				delete(header, name)
			}
			if diff := cmp.Diff(test.wantHeader, header); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHTTPCustomResponse(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			w.Header()["X-Backend"] = []string{"1", "2"}
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `{"data":1}`)
		case "/teapot":
			w.WriteHeader(418)
			_, _ = io.WriteString(w, "short and stout")
		case "/redirect":
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(302)
		case "/image":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0xff, 0x00})
		}
	})
	pattern := func(p string) types.IntegrationResponse {
		return types.IntegrationResponse{SelectionPattern: aws.String(p)}
	}
	twoHundred := func(change func(*types.IntegrationResponse)) map[string]types.IntegrationResponse {
		response := pattern(`2\d{2}`)
		response.ResponseTemplates = map[string]string{}
		change(&response)
		return map[string]types.IntegrationResponse{"200": response}
	}
	images := []string{"image/png"}
	png := http.Header{"Accept": {"image/png"}}
	tests := map[string]struct {
		path      string
		responses map[string]types.IntegrationResponse
		binary    []string
		accept    http.Header
		status    int
		body      string
		want      http.Header
	}{
		"RT-08 selected by status": {"/ok", twoHundred(func(*types.IntegrationResponse) {}), nil, nil, 200, `{"data":1}`, http.Header{"Content-Type": {"application/json"}, "X-Backend": nil}},
		"mapped headers": {"/ok", twoHundred(func(r *types.IntegrationResponse) {
			r.ResponseParameters = map[string]string{"method.response.header.one": "integration.response.header.x-backend", "method.response.header.all": "integration.response.multivalueheader.X-Backend", "method.response.header.none": "integration.response.header.none", "method.response.header.Content-Type": "integration.response.header.Content-Type"}
		}), nil, nil, 200, `{"data":1}`, http.Header{"one": {"1"}, "all": {"1", "2"}, "none": nil, "Content-Type": {"text/html"}}},
		"status of a pattern":    {"/teapot", map[string]types.IntegrationResponse{"200": pattern(`200`), "404": pattern(`4\d\d`)}, nil, nil, 404, "short and stout", nil},
		"default":                {"/teapot", map[string]types.IntegrationResponse{"200": pattern(``), "404": pattern(`404`)}, nil, nil, 200, "short and stout", nil},
		"no match, no default":   {"/teapot", map[string]types.IntegrationResponse{"200": pattern(`2..`)}, nil, nil, 500, internalError, nil},
		"redirect":               {"/redirect", map[string]types.IntegrationResponse{"302": {SelectionPattern: aws.String(`302`), ResponseParameters: map[string]string{"method.response.header.Location": "integration.response.header.Location"}}}, nil, nil, 302, "", http.Header{"Location": {"/elsewhere"}}},
		"literal template":       {"/ok", twoHundred(func(r *types.IntegrationResponse) { r.ResponseTemplates["text/plain"] = "made" }), nil, nil, 200, "made", http.Header{"Content-Type": {"text/plain"}}},
		"template that computes": {"/ok", twoHundred(func(r *types.IntegrationResponse) { r.ResponseTemplates["text/plain"] = "$input.json('$')" }), nil, nil, 200, `{"data":1}`, nil},
		"image as text":          {"/image", twoHundred(func(*types.IntegrationResponse) {}), images, nil, 200, "/wA=", nil},
		"image accepted":         {"/image", twoHundred(func(*types.IntegrationResponse) {}), images, png, 200, "\xff\x00", nil},
		"image to binary":        {"/image", twoHundred(func(r *types.IntegrationResponse) { r.ContentHandling = "CONVERT_TO_BINARY" }), images, nil, 200, "\xff\x00", nil},
		"image to text":          {"/image", twoHundred(func(r *types.IntegrationResponse) { r.ContentHandling = "CONVERT_TO_TEXT" }), images, png, 200, "/wA=", nil},
		"image and a template":   {"/image", twoHundred(func(r *types.IntegrationResponse) { r.ResponseTemplates["text/plain"] = "made" }), images, nil, 500, internalError, nil},
		"no binary types":        {"/image", twoHundred(func(*types.IntegrationResponse) {}), nil, png, 200, "\ufffd\x00", nil},
		"text that is no base64": {"/ok", twoHundred(func(*types.IntegrationResponse) {}), images, png, 500, internalError, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": httpCustomMethod(b.URL+test.path, test.responses)}))
			stage.Api.Api.BinaryMediaTypes = test.binary
			f.PublishRestStage(stage)
			response := f.call("GET", "/stage/a", "", test.accept)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %q, want %d %q; %s", response.StatusCode, body, test.status, test.body, f.log)
			}
			for name, want := range test.want {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// TestHTTPProxyContentHandling: a proxied request is converted as any other.
func TestHTTPProxyContentHandling(t *testing.T) {
	b := newBackend(t, nil)
	tests := map[string]struct {
		handling types.ContentHandlingStrategy
		header   http.Header
		body     string
		status   int
		want     string
	}{
		"text to binary":   {"CONVERT_TO_BINARY", nil, "aGk=", 200, "hi"},
		"no base64":        {"CONVERT_TO_BINARY", nil, "!", 500, ""},
		"text to text":     {"CONVERT_TO_TEXT", nil, "hi", 200, "hi"},
		"binary to text":   {"CONVERT_TO_TEXT", http.Header{"Content-Type": {"image/png"}}, "hi", 200, "aGk="},
		"binary to binary": {"CONVERT_TO_BINARY", http.Header{"Content-Type": {"image/png"}}, "hi", 200, "hi"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			method := httpMethod(b.URL)
			method.MethodIntegration.ContentHandling = test.handling
			stage := stageOf(resourceOf("/a", map[string]types.Method{"POST": method}))
			stage.Api.Api.BinaryMediaTypes = []string{"image/*"}
			f.PublishRestStage(stage)
			response := f.call("POST", "/stage/a", test.body, test.header)
			if response.StatusCode != test.status || test.status == 200 && b.body != test.want {
				t.Errorf("got %d, the backend %q; %s", response.StatusCode, b.body, f.log)
			}
		})
	}
}
