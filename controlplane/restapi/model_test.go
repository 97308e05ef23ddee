package restapi_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"
)

const errNoSchema = "400 BadRequestException: Model schema must have at least 1 property or array items defined"

func TestDefaultModels(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	want := map[string][2]string{
		"Empty": {"This is a default empty schema model", `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`},
		"Error": {"This is a default error schema model", `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object","properties":{"message":{"type":"string"}}}`},
	}
	out := must(w, w.client.GetModels, &apigateway.GetModelsInput{RestApiId: &api})
	if len(out.Items) != len(want) {
		t.Fatalf("MV-03 %d models", len(out.Items))
	}
	for _, model := range out.Items {
		expected := want[*model.Name]
		if *model.Description != expected[0] || *model.ContentType != "application/json" {
			t.Errorf("MV-03 %s: %s, %s", *model.Name, *model.Description, *model.ContentType)
		}
		if diff := cmp.Diff(decoded(t, []byte(expected[1])), decoded(t, []byte(*model.Schema))); diff != "" {
			t.Errorf("MV-03 %s (-want +got):\n%s", *model.Name, diff)
		}
	}
}

func TestModels(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	const schema = `{"type":"object"}`
	create := func(name string, in apigateway.CreateModelInput, want string) {
		t.Helper()
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		if in.ContentType == nil {
			in.ContentType = aws.String("application/json")
		}
		fact(w, name, w.client.CreateModel, &in, want)
	}
	model := func(name, members string) string {
		return `{"id":"<id>","name":"` + name + `","contentType":"application/json",` + members + `"schema":"{\"type\":\"object\"}"}`
	}
	get := func(name, model, want string) {
		t.Helper()
		fact(w, name, w.client.GetModel, &apigateway.GetModelInput{RestApiId: &api, ModelName: &model}, want)
	}
	remove := func(name, model, want string) {
		t.Helper()
		fact(w, name, w.client.DeleteModel, &apigateway.DeleteModelInput{RestApiId: &api, ModelName: &model}, want)
	}
	in := apigateway.CreateModelInput{Name: aws.String("CalcOutput"), Description: aws.String("Calc output model"), Schema: aws.String(schema)}
	create("MV-01 create", in, "201 "+model("CalcOutput", `"description":"Calc output model",`))
	get("MV-01 get", "CalcOutput", "200 "+model("CalcOutput", `"description":"Calc output model",`))
	create("MV-07 taken", in, "409 ConflictException: Model name already exists for this REST API")
	create("MV-02 empty description", apigateway.CreateModelInput{Name: aws.String("MySchema"), Description: aws.String(""), Schema: aws.String(schema)}, "201 "+model("MySchema", ""))
	create("MV-14 no description", apigateway.CreateModelInput{Name: aws.String("MySchemaTwo"), Schema: aws.String(schema)}, "201 "+model("MySchemaTwo", ""))
	create("MV-05 unknown API", apigateway.CreateModelInput{RestApiId: aws.String("abcde0"), Name: aws.String("X"), Schema: aws.String(schema)}, "404 NotFoundException: Invalid API identifier specified 111111111111:abcde0")
	fact(w, "MV-05 MI-07 list of an unknown API", w.client.GetModels, &apigateway.GetModelsInput{RestApiId: aws.String("abcde0")}, "404 NotFoundException: Invalid API identifier specified 111111111111:abcde0")
	fact(w, "MV-06 MI-09 get from an unknown API", w.client.GetModel, &apigateway.GetModelInput{RestApiId: aws.String("abcde0"), ModelName: aws.String("MySchema")}, "404 NotFoundException: Invalid model name specified: MySchema")
	fact(w, "MV-06 MI-09 delete from an unknown API", w.client.DeleteModel, &apigateway.DeleteModelInput{RestApiId: aws.String("abcde0"), ModelName: aws.String("MySchema")}, "404 NotFoundException: Invalid model name specified: MySchema")
	create("MV-08 empty name", apigateway.CreateModelInput{Name: aws.String(""), Schema: aws.String(schema)}, "400 BadRequestException: Model name must be non-empty")
	create("MV-09 empty schema", apigateway.CreateModelInput{Name: aws.String("X"), Schema: aws.String("")}, errNoSchema)
	create("MV-09 no schema", apigateway.CreateModelInput{Name: aws.String("X")}, errNoSchema)
	create("MV-09 no XML schema", apigateway.CreateModelInput{Name: aws.String("X"), ContentType: aws.String("application/xml")}, errNoSchema)
	for name, text := range map[string]string{
		"list": `[]`, "unknown type": `{"type":"wrong"}`, "nothing required": `{"required":[]}`, "within": `{"properties":{"a":{"items":{"minLength":-1}}}}`,
		"not of draft-04": `{"$schema":"http://json-schema.org/draft-07/schema#","exclusiveMinimum":1}`,
	} {
		create("MV-09 "+name, apigateway.CreateModelInput{Name: aws.String("X"), Schema: aws.String(text)}, "400 BadRequestException: Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
	}
	for _, reference := range []string{"Other", "https://example.com/Other", "https://apigateway.amazonaws.com/restapis/" + api + "/Other"} {
		create("MV-13 "+reference, apigateway.CreateModelInput{Name: aws.String("X"), Schema: aws.String(`{"items":[{"$ref":"` + reference + `"}]}`)}, "400 BadRequestException: Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]")
	}
	local := `{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"pattern":"(?=x)x"}},"items":{"$ref":"#/definitions/a"}}`
	must(w, w.client.CreateModel, &apigateway.CreateModelInput{RestApiId: &api, Name: aws.String("Local"), ContentType: aws.String("application/json"), Schema: &local})
	must(w, w.client.DeleteModel, &apigateway.DeleteModelInput{RestApiId: &api, ModelName: aws.String("Local")})
	create("no JSON", apigateway.CreateModelInput{Name: aws.String("X"), Schema: aws.String("{")}, "400 BadRequestException: Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")

	resource := w.resource(api, root, "test")
	use := func(resource, model string) {
		t.Helper()
		must(w, w.client.PutMethod, &apigateway.PutMethodInput{
			RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY"), AuthorizationType: aws.String("NONE"),
			RequestModels: map[string]string{"application/json": model},
		})
	}
	locked := func(path string) string {
		return "409 ConflictException: Cannot delete model 'MySchemaTwo', is referenced in method request: " + path
	}
	use(root, "MySchemaTwo")
	remove("MV-10 RM-38 used", "MySchemaTwo", locked("//ANY"))
	use(resource, "MySchemaTwo")
	remove("MV-11 used twice", "MySchemaTwo", locked("/test/ANY"))
	must(w, w.client.UpdateMethod, &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY"), PatchOperations: ops(op("replace", "/requestModels/application~1json", "MySchema"))})
	remove("MV-12 used once", "MySchemaTwo", locked("//ANY"))
	must(w, w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY")})
	remove("MV-12 MV-04 unused", "MySchemaTwo", "202 ")

	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateModel, &apigateway.UpdateModelInput{RestApiId: &api, ModelName: aws.String("CalcOutput"), PatchOperations: operations}, want)
	}
	update("MV-15 update", `200 {"id":"<id>","name":"CalcOutput","contentType":"application/json","schema":"{}"}`, op("replace", "/schema", "{}"), op("replace", "/description", ""))
	fact(w, "MV-16 unknown API", w.client.UpdateModel, &apigateway.UpdateModelInput{RestApiId: aws.String("abcde0"), ModelName: aws.String("mySchema"), PatchOperations: ops(op("replace", "/schema", "{}"))}, "404 NotFoundException: Invalid model name specified: mySchema")
	update("MV-17 wrong path and op", "400 BadRequestException: Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations", op("add", "/wrong-path", "x"))
	update("MV-18 wrong path", "400 BadRequestException: Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]", op("replace", "/name", "x"))
	update("MV-19 empty schema", errNoSchema, op("replace", "/schema", ""))
}

func TestFlattenedModel(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	schema := `{"type":"object","properties":{"house":{"$ref":"https://apigateway.amazonaws.com/restapis/` + api + `/models/House"}}}`
	for name, text := range map[string]string{"House": `{"type":"object"}`, "Person": schema} {
		must(w, w.client.CreateModel, &apigateway.CreateModelInput{RestApiId: &api, Name: &name, ContentType: aws.String("application/json"), Schema: &text})
	}
	plain := must(w, w.client.GetModel, &apigateway.GetModelInput{RestApiId: &api, ModelName: aws.String("Person")})
	if *plain.Schema != schema {
		t.Errorf("MV-13 schema %s", *plain.Schema)
	}
	flat := must(w, w.client.GetModel, &apigateway.GetModelInput{RestApiId: &api, ModelName: aws.String("Person"), Flatten: true})
	want := `{"type":"object","properties":{"house":{"$ref":"#/definitions/House"}},"definitions":{"House":{"type":"object"}}}`
	if !json.Valid([]byte(*flat.Schema)) {
		t.Fatalf("schema %s", *flat.Schema)
	}
	if diff := cmp.Diff(decoded(t, []byte(want)), decoded(t, []byte(*flat.Schema))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRequestValidators(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	const missing = "404 NotFoundException: Invalid Request Validator identifier specified"
	shown := func(body, parameters string) string {
		return `{"id":"<id>","name":"test-validator","validateRequestBody":` + body + `,"validateRequestParameters":` + parameters + `}`
	}
	id := fact(w, "MV-20 create", w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("test-validator")}, "201 "+shown("false", "false")).Id
	get := &apigateway.GetRequestValidatorInput{RestApiId: &api, RequestValidatorId: id}
	fact(w, "MV-20 get", w.client.GetRequestValidator, get, "200 "+shown("false", "false"))
	fact(w, "MV-20 list", w.client.GetRequestValidators, &apigateway.GetRequestValidatorsInput{RestApiId: &api}, `200 {"item":[`+shown("false", "false")+`]}`)
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateRequestValidator, &apigateway.UpdateRequestValidatorInput{RestApiId: &api, RequestValidatorId: id, PatchOperations: operations}, want)
	}
	update("MV-21 true", "200 "+shown("true", "false"), op("replace", "/validateRequestBody", "true"))
	update("MV-22 MI-16 no value", "200 "+shown("false", "false"), op("replace", "/validateRequestBody"))
	fact(w, "MV-22 get", w.client.GetRequestValidator, get, "200 "+shown("false", "false"))
	update("MV-23 two", "200 "+shown("false", "false"), op("replace", "/validateRequestBody", "false"), op("replace", "/validateRequestParameters", "false"))
	update("MV-29 add", "400 BadRequestException: Invalid patch path  '/validateRequestBody' specified for op 'add'. Please choose supported operations", op("add", "/validateRequestBody", "true"))
	update("MV-30 remove", "400 BadRequestException: Invalid patch path  '/validateRequestBody' specified for op 'remove'. Please choose supported operations", op("remove", "/validateRequestBody", "true"))
	update("MV-31 wrong path", "400 BadRequestException: Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]", op("replace", "/invalidPath", "x"))
	update("MV-32 no name", "400 BadRequestException: Request Validator name cannot be blank", op("replace", "/name"))
	fact(w, "MV-25 MI-10 wrong API", w.client.GetRequestValidator, &apigateway.GetRequestValidatorInput{RestApiId: aws.String("api_id"), RequestValidatorId: id}, missing)
	fact(w, "MV-25 unknown", w.client.GetRequestValidator, &apigateway.GetRequestValidatorInput{RestApiId: &api, RequestValidatorId: aws.String("unknown")}, missing)
	fact(w, "MV-26 list of an unknown API", w.client.GetRequestValidators, &apigateway.GetRequestValidatorsInput{RestApiId: aws.String("api_id")}, "404 NotFoundException: Invalid API identifier specified 111111111111:api_id")
	remove := func(name, api, id, want string) {
		t.Helper()
		fact(w, name, w.client.DeleteRequestValidator, &apigateway.DeleteRequestValidatorInput{RestApiId: &api, RequestValidatorId: &id}, want)
	}
	remove("MV-27 wrong API", "api_id", *id, missing)
	remove("MV-27 unknown", api, "unknown", missing)
	fact(w, "MV-28 MI-12 create in an unknown API", w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: aws.String("api_id"), Name: aws.String("x")}, "400 BadRequestException: Invalid REST API identifier specified")
	taken := must(w, w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("taken")}).Id
	fact(w, "MV-20 a name twice", w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("taken")}, "400 BadRequestException: Request Validator name must be unique")
	must(w, w.client.UpdateRequestValidator, &apigateway.UpdateRequestValidatorInput{RestApiId: &api, RequestValidatorId: taken, PatchOperations: ops(op("replace", "/name", "taken"))})
	must(w, w.client.DeleteRequestValidator, &apigateway.DeleteRequestValidatorInput{RestApiId: &api, RequestValidatorId: taken})
	must(w, w.client.PutMethod, &apigateway.PutMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE"), RequestValidatorId: id})
	remove("used", api, *id, "409 ConflictException: Cannot delete request validator 'test-validator', is referenced in method request: //GET")
	must(w, w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")})
	remove("MV-24 delete", api, *id, "202 ")
	fact(w, "MV-24 get", w.client.GetRequestValidator, get, missing)
	fact(w, "MV-24 list", w.client.GetRequestValidators, &apigateway.GetRequestValidatorsInput{RestApiId: &api}, `200 {"item":[]}`)
}

func TestVpcLinks(t *testing.T) {
	w := newWorld(t)
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/n/1"
	const missing = "404 NotFoundException: Invalid Vpc Link identifier specified"
	id := fact(w, "IN-44 MI-19 create", w.client.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: aws.String("link"), TargetArns: []string{arn}}, `202 {"id":"<id>","name":"link","status":"PENDING","targetArns":["`+arn+`"]}`).Id
	ready := func(name, tags string) string {
		return `{"id":"<id>","name":"` + name + `","status":"AVAILABLE","statusMessage":"Your vpc link is ready for use",` + tags + `"targetArns":["` + arn + `"]}`
	}
	fact(w, "IN-45 MI-24 get", w.client.GetVpcLink, &apigateway.GetVpcLinkInput{VpcLinkId: id}, "200 "+ready("link", `"tags":{},`))
	fact(w, "IN-46 list", w.client.GetVpcLinks, &apigateway.GetVpcLinksInput{}, `200 {"item":[`+ready("link", "")+`]}`)
	fact(w, "IN-47 update", w.client.UpdateVpcLink, &apigateway.UpdateVpcLinkInput{VpcLinkId: id, PatchOperations: ops(op("replace", "/name", "new"))}, "200 "+ready("new", `"tags":{},`))
	fact(w, "IN-49 no ARN", w.client.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: aws.String("link"), TargetArns: []string{"invalid-arn"}}, "400 BadRequestException: Invalid ARN. ARN is not well formed invalid-arn")
	fact(w, "IN-50 no name", w.client.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: aws.String(""), TargetArns: []string{}}, "400 BadRequestException: Name cannot be empty")
	fact(w, "IN-50 two targets", w.client.CreateVpcLink, &apigateway.CreateVpcLinkInput{Name: aws.String("link"), TargetArns: []string{"arn:aws:elasticloadbalancing:x", "invalid-arn"}}, "400 BadRequestException: More than one target arn specified for vpc link.")
	fact(w, "IN-47 another target", w.client.UpdateVpcLink, &apigateway.UpdateVpcLinkInput{VpcLinkId: id, PatchOperations: ops(op("replace", "/targetArns", arn))}, "400 BadRequestException: Target arns are not allowed to be changed/added.")
	fact(w, "IN-48 delete", w.client.DeleteVpcLink, &apigateway.DeleteVpcLinkInput{VpcLinkId: id}, "202 ")
	fact(w, "IN-48 get", w.client.GetVpcLink, &apigateway.GetVpcLinkInput{VpcLinkId: id}, missing)
	fact(w, "IN-51 get unknown", w.client.GetVpcLink, &apigateway.GetVpcLinkInput{VpcLinkId: aws.String("invalid-id")}, missing)
	fact(w, "IN-52 delete unknown", w.client.DeleteVpcLink, &apigateway.DeleteVpcLinkInput{VpcLinkId: aws.String("invalid-id")}, missing)
	fact(w, "IN-53 update unknown", w.client.UpdateVpcLink, &apigateway.UpdateVpcLinkInput{VpcLinkId: aws.String("invalid-id"), PatchOperations: ops(op("replace", "/name", "x"))}, missing)
}

func TestAccount(t *testing.T) {
	w := newWorld(t)
	const rest = `"apiKeyVersion":"4","features":["UsagePlans"],"throttleSettings":{"burstLimit":5000,"rateLimit":10000}}`
	fact(w, "defaults", w.client.GetAccount, &apigateway.GetAccountInput{}, "200 {"+rest)
	update := func(value, want string) {
		t.Helper()
		fact(w, "update", w.client.UpdateAccount, &apigateway.UpdateAccountInput{PatchOperations: ops(op("replace", "/cloudwatchRoleArn", value))}, want)
	}
	update(roleARN, `200 {"cloudwatchRoleArn":"`+roleARN+`",`+rest)
	fact(w, "kept", w.client.GetAccount, &apigateway.GetAccountInput{}, `200 {"cloudwatchRoleArn":"`+roleARN+`",`+rest)
	update("", "200 {"+rest)
	update("x", "400 BadRequestException: Invalid ARN specified in the request")
}
