package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const importedHTTP = `
openapi: "3.0.1"
info: {title: shop, version: "1.0"}
paths:
  /pets/{petId}:
    get:
      responses: {default: {description: all}}
      x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/back'}
  /signed:
    get:
      x-amazon-apigateway-auth: {type: AWS_IAM}
      x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/back'}
components:
  x-amazon-apigateway-integrations:
    back: {type: http_proxy, httpMethod: ANY, uri: 'UPSTREAM/VERSION', payloadFormatVersion: "1.0"}
x-amazon-apigateway-cors: {allowOrigins: ['https://example.com'], allowMethods: [GET]}
`

// TestImportHTTP imports a document as an HTTP API with the CLI, serves it, puts another
// version over it, and exports it.
func TestImportHTTP(t *testing.T) {
	t.Parallel()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("upstream " + r.URL.Path))
	}))
	defer upstream.Close()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	cli := newAWSCLI(t, e)
	document := strings.ReplaceAll(importedHTTP, "UPSTREAM", upstream.URL)
	dir := t.TempDir()
	file := filepath.Join(dir, "api.yaml")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	api := cli.run("apigatewayv2", "import-api", "--body", "file://"+file, "--fail-on-warnings")
	id := api["ApiId"].(string)
	cli.run("apigatewayv2", "create-stage", "--api-id", id, "--stage-name", "$default", "--auto-deploy")
	a := &httpAPI{clients: c, v2: apigatewayv2.NewFromConfig(c.config), e: e, id: id}
	a.want(t, "GET", "/pets/7", nil, 200, "upstream /VERSION")
	a.want(t, "GET", "/signed", nil, 403, `{"message":"Forbidden"}`)
	a.want(t, "GET", "/other", nil, 404, `{"message":"Not Found"}`)
	v2 := a.v2
	must(v2.ReimportApi(t.Context(), &apigatewayv2.ReimportApiInput{ApiId: &id, Body: aws.String(strings.ReplaceAll(document, "VERSION", "again"))}))(t)
	a.want(t, "GET", "/pets/7", nil, 200, "upstream /again")
	exported := filepath.Join(dir, "exported.yaml")
	cli.run("apigatewayv2", "export-api", "--api-id", id, "--specification", "OAS30", "--output-type", "YAML", "--stage-name", "$default", exported)
	body, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	again := must(v2.ImportApi(t.Context(), &apigatewayv2.ImportApiInput{Body: aws.String(string(body))}))(t)
	routes := must(v2.GetRoutes(t.Context(), &apigatewayv2.GetRoutesInput{ApiId: again.ApiId}))(t)
	if len(routes.Items) != 2 || aws.ToString(again.Name) != "shop" || again.CorsConfiguration == nil {
		t.Errorf("imported again: %+v\n%s", again, body)
	}
}
