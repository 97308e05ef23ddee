package emulator_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const importedYAML = `
openapi: "3.0.1"
info: {title: imported, version: "1.0"}
x-amazon-apigateway-request-validators:
  all: {validateRequestBody: true, validateRequestParameters: true}
x-amazon-apigateway-gateway-responses:
  BAD_REQUEST_PARAMETERS:
    statusCode: 422
    responseTemplates: {application/json: '{"wrong":$context.error.messageString}'}
paths:
  /hello/{name}:
    get:
      x-amazon-apigateway-request-validator: all
      parameters:
        - {name: name, in: path, required: true, schema: {type: string}}
        - {name: loud, in: query, required: true, schema: {type: string}}
      responses: {"200": {description: greeting}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode":200}'}
        responses:
          default:
            statusCode: "200"
            responseTemplates: {application/json: 'hello $input.params("name") VERSION'}
  /key:
    get:
      security: [{api_key: []}]
      responses: {"200": {description: greeting}}
      x-amazon-apigateway-integration: {type: mock}
components:
  securitySchemes:
    api_key: {type: apiKey, name: x-api-key, in: header}
`

// TestImport imports a document with the CLI, serves it, and puts another version over it.
func TestImport(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	cli := newAWSCLI(t, e)
	file := filepath.Join(t.TempDir(), "api.yaml")
	if err := os.WriteFile(file, []byte(importedYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	api := cli.run("apigateway", "import-rest-api", "--body", "fileb://"+file, "--parameters", "endpointConfigurationTypes=REGIONAL")
	id := api["id"].(string)
	if api["name"] != "imported" || api["endpointConfiguration"].(map[string]any)["types"].([]any)[0] != "REGIONAL" {
		t.Errorf("API %v", api)
	}
	cli.run("apigateway", "create-deployment", "--rest-api-id", id, "--stage-name", "dev")
	for path, want := range map[string]string{
		"/hello/you?loud=1": "200 hello you VERSION",
		"/hello/you":        `422 {"wrong":"Missing required request parameters: [loud]"}`,
		"/key":              `403 {"message":"Forbidden"}`,
	} {
		status, body := c.body(t, e.InvokeURL(id, "dev", path))
		if got := strconv.Itoa(status) + " " + body; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	exported := filepath.Join(t.TempDir(), "exported.yaml")
	answer := cli.run("apigateway", "get-export", "--rest-api-id", id, "--stage-name", "dev", "--export-type", "swagger", "--accepts", "application/yaml",
		"--parameters", "extensions=integrations", exported)
	content, err := os.ReadFile(exported)
	if err != nil || answer["contentType"] != "application/yaml" || !strings.HasPrefix(string(content), "---\nswagger: \"2.0\"\n") ||
		!strings.Contains(string(content), "x-amazon-apigateway-integration:") {
		t.Errorf("exported %v: %v\n%s", answer, err, content)
	}
	// As Terraform does with the body of aws_api_gateway_rest_api.
	put := must(c.gateway.PutRestApi(t.Context(), &apigateway.PutRestApiInput{
		RestApiId: &id, Mode: types.PutModeOverwrite, Body: []byte(strings.ReplaceAll(importedYAML, "VERSION", "again")),
	}))(t)
	if aws.ToString(put.Name) != "imported" {
		t.Errorf("put %+v", put)
	}
	if _, body := c.body(t, e.InvokeURL(id, "dev", "/hello/you?loud=1")); body != "hello you VERSION" {
		t.Errorf("served before it is deployed: %s", body)
	}
	must(c.gateway.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: &id, StageName: aws.String("dev")}))(t)
	if _, body := c.body(t, e.InvokeURL(id, "dev", "/hello/you?loud=1")); body != "hello you again" {
		t.Errorf("after the deployment: %s", body)
	}
}
