package dataplane_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// TestBodyMappings maps parts of the request's body to the backend and of its answer to
// the client, while the bodies themselves pass.
func TestBodyMappings(t *testing.T) {
	b := newBackend(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Got", r.Header.Get("X-Owner")+" "+r.URL.RawQuery)
		_, _ = io.WriteString(w, `{"id": 7, "tags": ["a", "b"], "self": "/pets/7"}`)
	})
	parameters := map[string]string{
		"integration.request.header.X-Owner":      "method.request.body.owner.name",
		"integration.request.header.X-None":       "method.request.body.none",
		"integration.request.querystring.tags":    "method.request.body.tags",
		"integration.request.querystring.whole":   "method.request.body",
		"integration.request.querystring.missing": "method.request.body.owner.none",
	}
	custom := httpCustomMethod(b.URL+"/b", map[string]types.IntegrationResponse{"200": {StatusCode: aws.String("200"), ResponseParameters: map[string]string{
		"method.response.header.Location": "integration.response.body.self",
		"method.response.header.X-Tags":   "integration.response.body.tags",
		"method.response.header.X-Last":   "integration.response.body.tags[-1]",
		"method.response.header.X-Got":    "integration.response.header.X-Got",
	}}})
	custom.MethodIntegration.RequestParameters = parameters
	proxy := httpMethod(b.URL + "/b")
	proxy.MethodIntegration.RequestParameters = parameters
	proxy.MethodIntegration.HttpMethod = aws.String("POST")
	f := newFixture(t, nil)
	f.PublishRestStage(stageOf(resourceOf("/custom", map[string]types.Method{"POST": custom}), resourceOf("/proxy", map[string]types.Method{"POST": proxy})))

	const sent = `{"owner": {"name": "Ann"}, "tags": [1, 2]}`
	const got = `Ann tags=%5B1%2C2%5D&whole=%7B%22owner%22%3A+%7B%22name%22%3A+%22Ann%22%7D%2C+%22tags%22%3A+%5B1%2C+2%5D%7D`
	for path, header := range map[string]http.Header{
		"/stage/custom": {"Location": {"/pets/7"}, "X-Tags": {`["a","b"]`}, "X-Last": {"b"}, "X-Got": {got}},
		"/stage/proxy":  {"X-Got": {got}},
	} {
		response := f.call(http.MethodPost, path, sent, nil)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, response.StatusCode, bodyOf(t, response))
		}
		for name := range header {
			if want := header.Get(name); only(response.Header, name) != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, response.Header[name], want)
			}
		}
	}
}
