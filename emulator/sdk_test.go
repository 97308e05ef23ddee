package emulator_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const sdkAPI = `
openapi: "3.0.1"
info: {title: pets}
paths:
  /pets/{petId}:
    get:
      parameters:
        - {name: petId, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, required: true, schema: {type: string}}
        - {name: X-Mark, in: header, schema: {type: string}}
      security: [{sigv4: []}]
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'UPSTREAM/{petId}', requestParameters: {integration.request.path.petId: method.request.path.petId}}
  /files/{proxy+}:
    put:
      parameters: [{name: proxy, in: path, required: true, schema: {type: string}}]
      security: [{sigv4: []}]
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: PUT, uri: 'UPSTREAM/f'}
  /key:
    get:
      security: [{api_key: []}]
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'UPSTREAM/key'}
components:
  securitySchemes:
    sigv4: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
    api_key: {type: apiKey, name: x-api-key, in: header}
`

const sdkScript = `
const factory = require('./apiGateway-js-sdk/apigClient.js');
const client = factory.newClient({accessKey: 'test', secretKey: 'test'});
const stranger = factory.newClient({accessKey: 'test', secretKey: 'wrong'});
const show = (promise) => promise.then((r) => [r.status, r.data], (e) => e.response ? [e.response.status, String(e.response.data.message).slice(0, 40)] : [0, e.message]);
const wrap = (f) => { try { return show(f()); } catch (e) { return [0, e.message]; } };
(async () => {
  console.log(JSON.stringify([
    await wrap(() => client.petsPetIdGet({petId: 'a b/é', q: "x&y*'", 'X-Mark': 'm  n', ignored: 1}, {}, {queryParams: {more: ['2', '1']}, headers: {'X-Extra': 'e'}})),
    await wrap(() => client.filesProxyPut({proxy: 'a/b c'}, {'ключ': 1})),
    await wrap(() => stranger.filesProxyPut({proxy: 'a'}, 'text', {headers: {'Content-Type': 'text/plain'}})),
    await wrap(() => client.keyGet()),
    await wrap(() => client.petsPetIdGet({petId: '1'})),
  ]));
})();
`

// TestSdk has the JavaScript client of GetSdk call a stage.
func TestSdk(t *testing.T) {
	t.Parallel()
	requireTool(t, "node")
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode([]string{
			r.Method, r.URL.RequestURI(), r.Header.Get("X-Mark"), r.Header.Get("X-Extra"), r.Header.Get("Content-Type"), string(body),
		})
	}))
	defer backend.Close()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	api := must(c.gateway.ImportRestApi(t.Context(), &apigateway.ImportRestApiInput{Body: []byte(strings.ReplaceAll(sdkAPI, "UPSTREAM", backend.URL))}))(t)
	must(c.gateway.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")}))(t)
	sdk := must(c.gateway.GetSdk(t.Context(), &apigateway.GetSdkInput{RestApiId: api.Id, StageName: aws.String("dev"), SdkType: aws.String("javascript")}))(t)
	dir := t.TempDir()
	archive, err := zip.NewReader(bytes.NewReader(sdk.Body), int64(len(sdk.Body)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, archive); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "run.js"), []byte(sdkScript), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "run.js"))
	cmd.Env = append(os.Environ(), "http_proxy=", "https_proxy=", "NODE_USE_ENV_PROXY=")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var got any
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	want := []any{
		[]any{200.0, []any{"GET", "/a%20b%2F%C3%A9?more=1&more=2&q=x%26y%2A%27", "m  n", "e", "", ""}},
		[]any{200.0, []any{"PUT", "/f", "", "", "application/json", `{"ключ":1}`}},
		[]any{403.0, "The request signature we calculated does"},
		[]any{403.0, "Forbidden"},
		[]any{0.0, "Missing required parameter 'q'"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
