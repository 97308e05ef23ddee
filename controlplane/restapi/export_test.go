package restapi_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

// form is a way to export.
type form struct{ kind, accepts string }

var forms = []form{
	{"oas30", "application/json"}, {"oas30", "application/yaml"}, {"swagger", "application/json"}, {"swagger", "application/yaml"},
}

// export exports stage dev of an API.
func (w *world) export(api string, f form, extensions string) *apigateway.GetExportOutput {
	w.t.Helper()
	in := &apigateway.GetExportInput{RestApiId: &api, StageName: aws.String("dev"), ExportType: &f.kind, Accepts: &f.accepts}
	if extensions != "" {
		in.Parameters = map[string]string{"extensions": extensions}
	}
	w.tape.accept = f.accepts // the SDK asks for JSON whatever the input says
	defer func() { w.tape.accept = "" }()
	out, err := w.client.GetExport(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// text is what an API has, documentation and names of APIs left out.
func (w *world) text(api string) string {
	all := w.contents(api)
	delete(all, "documentationParts")
	encoded, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		w.t.Fatal(err)
	}
	return named(string(encoded), api, all)
}

// TestExportRoundTrip: what is imported, exported and imported again is the same.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/import/*.[jy]*")
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t)
		out, err := w.client.ImportRestApi(t.Context(), importInput(name, body))
		if err != nil {
			continue
		}
		if _, err := w.client.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: out.Id, StageName: aws.String("dev")}); err != nil {
			continue // it has methods without an integration, or none at all
		}
		number++
		want := w.text(*out.Id)
		for _, f := range forms {
			if f.kind == "swagger" && strings.HasPrefix(name, "inline") {
				continue // Swagger has one model for all media types
			}
			exported := w.export(*out.Id, f, "integrations,authorizers")
			again, err := w.client.ImportRestApi(t.Context(), &apigateway.ImportRestApiInput{Body: exported.Body, Parameters: map[string]string{"ignore": "documentation"}})
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, exported.Body)
			}
			if difference := cmp.Diff(want, w.text(*again.Id)); difference != "" {
				t.Errorf("%s as %v is another API: %s\n%s", name, f, difference, exported.Body)
			}
		}
		w.checkDocument(name, *out.Id)
	}
	if number < 15 {
		t.Errorf("%d documents made the round trip", number)
	}
}

// checkDocument has a library of OpenAPI say whether an export is valid.
func (w *world) checkDocument(name, api string) {
	w.t.Helper()
	body := w.export(api, forms[0], "integrations").Body
	document, err := openapi3.NewLoader().LoadFromData(body)
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", name, err, body)
	}
	// AWS leaves out path parameters that the method does not declare, and knows methods
	// without responses.
	if err := document.Validate(w.t.Context()); err != nil && !strings.Contains(err.Error(), "path parameter") && !strings.Contains(err.Error(), "must have exactly all path parameters") &&
		!strings.Contains(err.Error(), "at least one response") {
		w.t.Errorf("%s: %v\n%s", name, err, body)
	}
}

const exportedPets = `{"swagger":"2.0","info":{"title":"pets","version":"7","description":"a shop"},
"x-amazon-apigateway-binary-media-types":["image/png"],
"securityDefinitions":{"api_key":{"type":"apiKey","name":"x-api-key","in":"header"}},
"paths":{"/pets/{id}":{"get":{"operationId":"getPet","security":[{"api_key":[]}],"summary":"one pet","parameters":[{"name":"id","in":"path","required":true,"type":"string","description":"which"}],
"responses":{"200":{"description":"found","schema":{"$ref":"#/definitions/Pet"},"headers":{"X-A":{"type":"string"}}}},
"x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\":200}"},"responses":{"default":{"statusCode":"200"}}}}}},
"definitions":{"Pet":{"type":"object","properties":{"parent":{"$ref":"#/definitions/Pet"}}}}}`

// TestExport has the documents of one API in full.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	out, err := w.client.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: []byte(exportedPets)})
	if err != nil {
		t.Fatal(err)
	}
	api := *out.Id
	if _, err := w.client.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")}); err != nil {
		t.Fatal(err)
	}
	exports := map[string]*apigateway.GetExportOutput{
		"oas30.json":        w.export(api, forms[0], ""),
		"oas30.yaml":        w.export(api, forms[1], "apigateway"),
		"swagger.json":      w.export(api, forms[2], "integrations,authorizers"),
		"swagger-bare.yaml": w.export(api, forms[3], ""),
	}
	if _, err := w.client.CreateDocumentationVersion(ctx, &apigateway.CreateDocumentationVersionInput{RestApiId: &api, DocumentationVersion: aws.String("v1"), StageName: aws.String("dev")}); err != nil {
		t.Fatal(err)
	}
	exports["documented.json"] = w.export(api, forms[0], "documentation")
	for name, exported := range exports {
		file := filepath.Join("testdata/export", name)
		got := strings.ReplaceAll(string(exported.Body), api, "<api>")
		if *updateGolden {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if difference := cmp.Diff(string(want), got); difference != "" {
			t.Errorf("%s (-want +got): %s", name, difference)
		}
	}
	if got := exports["oas30.yaml"]; aws.ToString(got.ContentType) != "application/yaml" || aws.ToString(got.ContentDisposition) != `attachment; filename="oas30_7.yaml"` {
		t.Errorf("%s %s", aws.ToString(got.ContentType), aws.ToString(got.ContentDisposition))
	}

	fails := func(name string, in apigateway.GetExportInput, want string) {
		t.Helper()
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		if in.StageName == nil {
			in.StageName = aws.String("dev")
		}
		fact(w, name, w.client.GetExport, &in, want)
	}
	fails("type", apigateway.GetExportInput{ExportType: aws.String("wsdl")}, "400 BadRequestException: Invalid export type specified. Valid options are oas30,swagger")
	fails("stage", apigateway.GetExportInput{ExportType: aws.String("oas30"), StageName: aws.String("prod")}, "404 NotFoundException: Invalid stage identifier specified")
	fails("API", apigateway.GetExportInput{ExportType: aws.String("oas30"), RestApiId: aws.String("nope")}, "404 NotFoundException: Invalid API identifier specified "+account+":nope")
	w.tape.accept = "text/html"
	fails("form", apigateway.GetExportInput{ExportType: aws.String("oas30"), Accepts: aws.String("text/html")}, "400 BadRequestException: Invalid accepts specified. Valid options are application/json,application/yaml")
	w.tape.accept = ""
	fails("extensions", apigateway.GetExportInput{ExportType: aws.String("oas30"), Parameters: map[string]string{"extensions": "magic"}}, "400 BadRequestException: Invalid extensions specified. Valid options are integrations,authorizers,documentation,postman,apigateway")

	// Documents have models of JSON only.
	must(w, w.client.CreateModel, &apigateway.CreateModelInput{RestApiId: &api, Name: aws.String("Xml"), ContentType: aws.String("application/xml"), Schema: aws.String("{}")})
	var resource *string
	for _, r := range must(w, w.client.GetResources, &apigateway.GetResourcesInput{RestApiId: &api}).Items {
		if *r.Path == "/pets/{id}" {
			resource = r.Id
		}
	}
	method := &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: resource, HttpMethod: aws.String("GET"), PatchOperations: []types.PatchOperation{
		{Op: types.OpAdd, Path: aws.String("/requestModels/application~1xml"), Value: aws.String("Xml")},
	}}
	must(w, w.client.UpdateMethod, method)
	must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")})
	fails("models", apigateway.GetExportInput{ExportType: aws.String("oas30")}, "400 BadRequestException: Only found non-JSON body models for GET /pets/{id}")
	method.PatchOperations = []types.PatchOperation{{Op: types.OpAdd, Path: aws.String("/requestModels/application~1json"), Value: aws.String("Pet")}}
	must(w, w.client.UpdateMethod, method)
	must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: &api, StageName: aws.String("dev")})
	for _, f := range forms {
		if body := string(w.export(api, f, "").Body); strings.Contains(body, "xml") || strings.Contains(body, "Xml") {
			t.Errorf("%v: %s", f, body)
		}
	}
}

// TestExportSchemes: authorizers may have the names that AWS gives its own schemes.
func TestExportSchemes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const authorizer = `{"type":"apiKey","name":"Authorization","in":"header","x-amazon-apigateway-authorizer":{"type":"cognito_user_pools","providerARNs":["arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_abc"]}}`
	const integration = `"x-amazon-apigateway-integration":{"type":"mock"}`
	out := must(w, w.client.ImportRestApi, &apigateway.ImportRestApiInput{Body: []byte(`{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{"/":{
"get":{"security":[{"sigv4":[]}],` + integration + `},"put":{"security":[{"key":[],"api_key":[]}],` + integration + `},"post":{"x-amazon-apigateway-auth":{"type":"AWS_IAM"},` + integration + `}}},
"components":{"securitySchemes":{"sigv4":` + authorizer + `,"api_key":` + authorizer + `,"key":{"type":"apiKey","name":"x-api-key","in":"header"}}}}`)})
	must(w, w.client.CreateDeployment, &apigateway.CreateDeploymentInput{RestApiId: out.Id, StageName: aws.String("dev")})
	want := w.text(*out.Id)
	for _, f := range forms {
		again := must(w, w.client.ImportRestApi, &apigateway.ImportRestApiInput{Body: w.export(*out.Id, f, "apigateway").Body})
		if diff := cmp.Diff(want, w.text(*again.Id)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", f, diff)
		}
	}
}
