package restapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestDocumentationPart(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	const sample = `{ "description": "Sample API description" }`
	create := func(name, api string, location types.DocumentationPartLocation, properties, want string) *apigateway.CreateDocumentationPartOutput {
		return fact(w, name, w.client.CreateDocumentationPart, &apigateway.CreateDocumentationPartInput{RestApiId: &api, Location: &location, Properties: &properties}, want)
	}
	shown := func(id, properties string) string {
		return fmt.Sprintf(`{"id":"%s","location":{"type":"API"},"properties":%q}`, id, properties)
	}
	ofAPI := types.DocumentationPartLocation{Type: types.DocumentationPartTypeApi}
	id := create("DO-01 MI-18 create", api, ofAPI, sample, "201 "+shown("<id>", sample)).Id
	fact(w, "DO-02 get", w.client.GetDocumentationPart, &apigateway.GetDocumentationPartInput{RestApiId: &api, DocumentationPartId: id}, "200 "+shown(*id, sample))
	fact(w, "DO-02 list", w.client.GetDocumentationParts, &apigateway.GetDocumentationPartsInput{RestApiId: &api}, `200 {"item":[`+shown(*id, sample)+`]}`)
	create("location taken", api, ofAPI, sample, "409 ConflictException: Documentation part already exists for the specified location: type 'API', name 'null', method 'null', path 'null', statusCode 'null'.")
	const unknown = "404 NotFoundException: Invalid API identifier specified 111111111111:"
	create("DO-05 MI-07 unknown API", "test-fake-rest-id", ofAPI, sample, unknown+"test-fake-rest-id")
	create("DO-05 unknown API with underscore", "api_id", ofAPI, sample, unknown+"api_id")
	for _, wrong := range []string{"test-fake-rest-id", "api_id"} {
		fact(w, "DO-06 MI-07 list of "+wrong, w.client.GetDocumentationParts, &apigateway.GetDocumentationPartsInput{RestApiId: &wrong}, unknown+wrong)
	}
	const noPart = "404 NotFoundException: Invalid Documentation part identifier specified"
	fact(w, "DO-07 MI-11 get of unknown API", w.client.GetDocumentationPart, &apigateway.GetDocumentationPartInput{RestApiId: aws.String("api_id"), DocumentationPartId: id}, noPart)
	fact(w, "DO-07 get unknown", w.client.GetDocumentationPart, &apigateway.GetDocumentationPartInput{RestApiId: &api, DocumentationPartId: aws.String("part")}, noPart)
	update := func(name, api string, operation types.PatchOperation, want string) {
		fact(w, name, w.client.UpdateDocumentationPart, &apigateway.UpdateDocumentationPartInput{RestApiId: &api, DocumentationPartId: id, PatchOperations: ops(operation)}, want)
	}
	update("DO-08 MI-11 update of unknown API", "api_id", op("replace", "/properties", "{}"), noPart)
	update("DO-10 MI-14 add", api, op("add", "/properties", "{}"), "400 BadRequestException: Invalid patch path  '/properties' specified for op 'add'. Please choose supported operations")
	update("DO-11 MI-14 unknown path", api, op("replace", "/invalidPath", "{}"), "400 BadRequestException: Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/properties]")
	update("properties that are no object", api, op("replace", "/properties", "x"), "400 BadRequestException: Invalid documentation part properties specified. The properties must be a JSON object")
	update("DO-03 DO-19 update", api, op("replace", "/properties", `{"foo":"bar"}`), "200 "+shown(*id, `{"foo":"bar"}`))
	fact(w, "DO-03 get", w.client.GetDocumentationPart, &apigateway.GetDocumentationPartInput{RestApiId: &api, DocumentationPartId: id}, "200 "+shown(*id, `{"foo":"bar"}`))
	remove := func(name, api, want string) {
		fact(w, name, w.client.DeleteDocumentationPart, &apigateway.DeleteDocumentationPartInput{RestApiId: &api, DocumentationPartId: id}, want)
	}
	remove("DO-09 MI-07 delete of unknown API", "api_id", unknown+"api_id")
	remove("DO-04 MI-22 delete", api, "202 ")
	remove("DO-04 delete again", api, noPart)
	create("DO-19 any keys", api, ofAPI, `{"foo":"bar"}`, "201 "+shown("<id>", `{"foo":"bar"}`))
	create("DO-12 MI-03 wrong type", api, types.DocumentationPartLocation{Type: "INVALID"}, sample, "400 ValidationException: 1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' "+
		"failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]")
}

func TestDocumentationLocations(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	w.method(api, root, "GET", "method.request.header.h")
	must(w, w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		ResponseModels: map[string]string{"application/json": "Empty"}, ResponseParameters: map[string]bool{"method.response.header.r": true},
	})
	create := func(name string, location types.DocumentationPartLocation, want string) {
		if want[0] == '{' {
			want = `201 {"id":"<id>","location":` + want + `,"properties":"{}"}`
		}
		fact(w, name, w.client.CreateDocumentationPart, &apigateway.CreateDocumentationPartInput{RestApiId: &api, Location: &location, Properties: aws.String("{}")}, want)
	}
	create("DO-14 path of a method", types.DocumentationPartLocation{Type: "METHOD", Method: aws.String("GET")}, `{"type":"METHOD","path":"/","method":"GET"}`)
	create("DO-14 path of a response", types.DocumentationPartLocation{Type: "RESPONSE", Method: aws.String("GET"), StatusCode: aws.String("200")}, `{"type":"RESPONSE","path":"/","method":"GET","statusCode":"200"}`)
	create("model", types.DocumentationPartLocation{Type: "MODEL", Name: aws.String("Empty")}, `{"type":"MODEL","name":"Empty"}`)
	create("header", types.DocumentationPartLocation{Type: "REQUEST_HEADER", Path: aws.String("/a"), Name: aws.String("Accept")}, `{"type":"REQUEST_HEADER","path":"/a","name":"Accept"}`)
	const wrong = "400 BadRequestException: Invalid documentation part location specified. The member "
	create("member too many", types.DocumentationPartLocation{Type: "API", Path: aws.String("/")}, wrong+"path is not valid for type API")
	create("member missing", types.DocumentationPartLocation{Type: "QUERY_PARAMETER"}, wrong+"name is required for type QUERY_PARAMETER")

	names := func(in apigateway.GetDocumentationPartsInput) []string {
		t.Helper()
		in.RestApiId = &api
		var locations []string
		for _, part := range must(w, w.client.GetDocumentationParts, &in).Items {
			l := part.Location
			locations = append(locations, strings.TrimSpace(fmt.Sprint(l.Type, " ", aws.ToString(l.Path), aws.ToString(l.Method), aws.ToString(l.StatusCode), aws.ToString(l.Name))))
		}
		return locations
	}
	for _, test := range []struct {
		name string
		in   apigateway.GetDocumentationPartsInput
		want []string
	}{
		{"by type", apigateway.GetDocumentationPartsInput{Type: types.DocumentationPartTypeMethod}, []string{"METHOD /GET"}},
		{"by path", apigateway.GetDocumentationPartsInput{Path: aws.String("/a")}, []string{"REQUEST_HEADER /aAccept"}},
		{"by name", apigateway.GetDocumentationPartsInput{NameQuery: aws.String("mpt"), LocationStatus: types.LocationStatusTypeDocumented}, []string{"MODEL Empty"}},
		{"undocumented", apigateway.GetDocumentationPartsInput{LocationStatus: types.LocationStatusTypeUndocumented}, []string{
			"API", "MODEL Error", "REQUEST_HEADER /GETh", "RESOURCE /", "RESPONSE_BODY /GET200", "RESPONSE_HEADER /GET200r",
		}},
	} {
		if diff := cmp.Diff(test.want, names(test.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// documented is an OpenAPI definition with four documentation parts (DO-13).
const documented = `{"openapi":"3.0.0","info":{"title":"documented","version":"1"},"paths":{},"x-amazon-apigateway-documentation":{"version":"1.0.3","documentationParts":[
	{"location":{"type":"API"},"properties":{"description":"API description","info":{"description":"API info description 4","version":"API info version 3"}}},
	{"location":{"type":"METHOD","method":"GET"},"properties":{"description":"Method description."}},
	{"location":{"type":"MODEL","name":"Pet"},"properties":{"title":"Pet Schema"}},
	{"location":{"type":"RESPONSE","method":"GET","statusCode":"200"},"properties":{"description":"200 response"}}]}}`

func TestImportDocumentationParts(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	load := func(name, body string, mode types.PutMode, failOnWarnings bool, want string) *apigateway.ImportDocumentationPartsOutput {
		return fact(w, name, w.client.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: &api, Body: []byte(body), Mode: mode, FailOnWarnings: failOnWarnings}, want)
	}
	list := func(name string, ids []string) {
		item := func(i int, location, properties string) string {
			return fmt.Sprintf(`{"id":"%s","location":%s,"properties":%q}`, ids[i], location, properties)
		}
		fact(w, name, w.client.GetDocumentationParts, &apigateway.GetDocumentationPartsInput{RestApiId: &api}, `200 {"item":[`+strings.Join([]string{
			item(0, `{"type":"API"}`, `{"description":"API description","info":{"description":"API info description 4","version":"API info version 3"}}`),
			item(1, `{"type":"METHOD","path":"/","method":"GET"}`, `{"description":"Method description."}`),
			item(2, `{"type":"MODEL","name":"Pet"}`, `{"title":"Pet Schema"}`),
			item(3, `{"type":"RESPONSE","path":"/","method":"GET","statusCode":"200"}`, `{"description":"200 response"}`),
		}, ",")+`]}`)
	}
	first := load("DO-15 MI-20 overwrite", documented, types.PutModeOverwrite, true, `200 {"ids":["<id>","<id>","<id>","<id>"]}`)
	list("DO-15 DO-14 in order", first.Ids)
	second := load("DO-15 overwrite again", documented, types.PutModeOverwrite, true, `200 {"ids":["<id>","<id>","<id>","<id>"]}`)
	list("DO-15 new ids", second.Ids)
	load("merge", `{"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"API"},"properties":{"a":1}},{"location":{"type":"RESOURCE"},"properties":"{\"b\":2}"}]}}`, types.PutModeMerge, false, `200 {"ids":["<id>","<id>"]}`)
	if n := len(must(w, w.client.GetDocumentationParts, &apigateway.GetDocumentationPartsInput{RestApiId: &api}).Items); n != 5 {
		t.Errorf("%d parts", n)
	}
	const flawed = `{"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"X"},"properties":{}},{"location":{"type":"API"},"properties":1},{"location":{"type":"API"},"properties":{}}]}}`
	const one, two = "Documentation part 1: Invalid documentation part location specified. The location must have a type", "Documentation part 2: Invalid documentation part properties specified. The properties must be a JSON object"
	load("failonwarnings", flawed, types.PutModeOverwrite, true, "400 BadRequestException: Warnings found during import:\n\t"+one+"\n\t"+two)
	load("warnings", flawed, types.PutModeOverwrite, false, `200 {"ids":["<id>"],"warnings":["`+one+`","`+two+`"]}`)
	for _, body := range []string{"swagger: 2.0\n-a", `{'key:value}`, "[]", `{"x-amazon-apigateway-documentation":1}`} {
		load("DO-16 unparsable "+body, body, types.PutModeOverwrite, false, "400 BadRequestException: Unable to build importer with provided input.")
	}
	fact(w, "unknown API", w.client.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: aws.String("x"), Body: []byte(documented)}, "404 NotFoundException: Invalid API identifier specified 111111111111:x")
}

func TestDocumentationVersion(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	w.deploy(api, "dev")
	version := aws.String("v123")
	create := func(name string, in apigateway.CreateDocumentationVersionInput, want string) {
		in.RestApiId = &api
		fact(w, name, w.client.CreateDocumentationVersion, &in, want)
	}
	create("DO-17 MI-18 create", apigateway.CreateDocumentationVersionInput{DocumentationVersion: version}, `201 {"version":"v123","createdDate":"<date>"}`)
	create("taken", apigateway.CreateDocumentationVersionInput{DocumentationVersion: version}, "409 ConflictException: Documentation version already exists")
	create("for an unknown stage", apigateway.CreateDocumentationVersionInput{DocumentationVersion: aws.String("w"), StageName: aws.String("x")}, "404 NotFoundException: Invalid stage identifier specified")
	create("for a stage", apigateway.CreateDocumentationVersionInput{DocumentationVersion: aws.String("w"), StageName: aws.String("dev"), Description: aws.String("d")}, `201 {"version":"w","createdDate":"<date>","description":"d"}`)
	if got := must(w, w.client.GetStage, &apigateway.GetStageInput{RestApiId: &api, StageName: aws.String("dev")}).DocumentationVersion; aws.ToString(got) != "w" {
		t.Errorf("stage shows version %q", aws.ToString(got))
	}
	const changed = `200 {"version":"v123","createdDate":"<date>","description":"doc version new"}`
	fact(w, "DO-18 update", w.client.UpdateDocumentationVersion, &apigateway.UpdateDocumentationVersionInput{RestApiId: &api, DocumentationVersion: version, PatchOperations: ops(op("replace", "/description", "doc version new"))}, changed)
	fact(w, "DO-18 get", w.client.GetDocumentationVersion, &apigateway.GetDocumentationVersionInput{RestApiId: &api, DocumentationVersion: version}, changed)
	fact(w, "list", w.client.GetDocumentationVersions, &apigateway.GetDocumentationVersionsInput{RestApiId: &api},
		`200 {"item":[{"version":"v123","createdDate":"<date>","description":"doc version new"},{"version":"w","createdDate":"<date>","description":"d"}]}`)
	remove := func(name, want string) {
		fact(w, name, w.client.DeleteDocumentationVersion, &apigateway.DeleteDocumentationVersionInput{RestApiId: &api, DocumentationVersion: version}, want)
	}
	remove("delete", "202 ")
	remove("delete again", "404 NotFoundException: Invalid Documentation version specified")
}

func TestDocumentationPartLimit(t *testing.T) {
	w := newWorldOn(t, memory.New(), restapi.Limits{DocumentationPartsPerAPI: 1})
	api, _ := w.api()
	part := func(partType types.DocumentationPartType) *apigateway.CreateDocumentationPartInput {
		return &apigateway.CreateDocumentationPartInput{RestApiId: &api, Location: &types.DocumentationPartLocation{Type: partType}, Properties: aws.String("{}")}
	}
	const full = "429 LimitExceededException: Maximum number of Documentation parts for this API has been reached. Please contact AWS if you need additional Documentation parts."
	must(w, w.client.CreateDocumentationPart, part("API"))
	fact(w, "full", w.client.CreateDocumentationPart, part("RESOURCE"), full)
	fact(w, "full for an import", w.client.ImportDocumentationParts, &apigateway.ImportDocumentationPartsInput{RestApiId: &api, Body: []byte(documented)}, full)
}
