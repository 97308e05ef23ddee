package restapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func TestBasePathMapping(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	w.deploy(api, "dev")
	name := must(w, w.client.CreateDomainName, domain("api.example.com", types.EndpointTypeRegional)).DomainName
	create := func(name string, in apigateway.CreateBasePathMappingInput, want string) {
		if in.DomainName == nil {
			in.DomainName = aws.String("api.example.com")
		}
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		fact(w, name, w.client.CreateBasePathMapping, &in, want)
	}
	root := `{"basePath":"(none)","restApiId":"` + api + `","stage":"dev"}`
	pets := `{"basePath":"pets","restApiId":"` + api + `"}`
	create("root", apigateway.CreateBasePathMappingInput{Stage: aws.String("dev")}, "201 "+root)
	create("root, empty", apigateway.CreateBasePathMappingInput{BasePath: aws.String("")}, "409 ConflictException: Base path already exists for this domain name")
	create("root, by name", apigateway.CreateBasePathMappingInput{BasePath: aws.String("(none)")}, "409 ConflictException: Base path already exists for this domain name")
	create("without stage", apigateway.CreateBasePathMappingInput{BasePath: aws.String("pets"), Stage: aws.String("(none)")}, "201 "+pets)
	create("with slash", apigateway.CreateBasePathMappingInput{BasePath: aws.String("a/b")}, "400 BadRequestException: API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
	create("with a character it cannot have", apigateway.CreateBasePathMappingInput{BasePath: aws.String("a b")}, "400 BadRequestException: API Gateway V1 supports only letters, numbers and the characters $-_.+!*'() in base path mappings.")
	create("unknown domain name", apigateway.CreateBasePathMappingInput{DomainName: aws.String("x")}, "404 NotFoundException: Invalid domain name identifier specified")
	create("unknown API", apigateway.CreateBasePathMappingInput{BasePath: aws.String("x"), RestApiId: aws.String("x")}, "400 BadRequestException: Invalid REST API identifier specified")
	create("unknown stage", apigateway.CreateBasePathMappingInput{BasePath: aws.String("x"), Stage: aws.String("x")}, "400 BadRequestException: Invalid stage identifier specified")
	private := must(w, w.client.CreateDomainName, domain("private.example.com", types.EndpointTypePrivate))
	create("private name to public API", apigateway.CreateBasePathMappingInput{DomainName: private.DomainName, DomainNameId: private.DomainNameId},
		"400 BadRequestException: A private domain name can only be mapped to private APIs, another one only to APIs that are not private")

	get := func(name, path, want string) {
		fact(w, name, w.client.GetBasePathMapping, &apigateway.GetBasePathMappingInput{DomainName: aws.String("api.example.com"), BasePath: &path}, want)
	}
	get("get root", "(none)", "200 "+root)
	get("get", "pets", "200 "+pets)
	get("get unknown", "x", "404 NotFoundException: Invalid base path mapping identifier specified")
	fact(w, "list", w.client.GetBasePathMappings, &apigateway.GetBasePathMappingsInput{DomainName: name}, `200 {"item":[`+root+`,`+pets+`]}`)
	fact(w, "list of unknown", w.client.GetBasePathMappings, &apigateway.GetBasePathMappingsInput{DomainName: aws.String("x")}, "404 NotFoundException: Invalid domain name identifier specified")

	update := func(name, path, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateBasePathMapping, &apigateway.UpdateBasePathMappingInput{DomainName: aws.String("api.example.com"), BasePath: &path, PatchOperations: operations}, want)
	}
	update("every member", "pets", `200 {"basePath":"dogs","restApiId":"`+api+`","stage":"dev"}`, op("replace", "/basePath", "dogs"), op("replace", "/stage", "dev"), op("replace", "/restapiId", api))
	get("no more there", "pets", "404 NotFoundException: Invalid base path mapping identifier specified")
	update("path taken", "dogs", "409 ConflictException: Base path already exists for this domain name", op("replace", "/basePath", ""))
	update("unknown stage", "dogs", "400 BadRequestException: Invalid stage identifier specified", op("replace", "/stage", "x"))
	update("no stage", "dogs", `200 {"basePath":"dogs","restApiId":"`+api+`"}`, op("replace", "/stage", ""))
	update("unknown path", "dogs", "400 BadRequestException: Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/basePath, /restapiId, /stage]", op("replace", "/x", "y"))

	fact(w, "stage that is mapped", w.client.DeleteStage, &apigateway.DeleteStageInput{RestApiId: &api, StageName: aws.String("dev")},
		"400 BadRequestException: Deleting stage dev failed. Please remove all base path mappings related to the stage in your domains: api.example.com")
	remove := func(name, path, want string) {
		fact(w, name, w.client.DeleteBasePathMapping, &apigateway.DeleteBasePathMappingInput{DomainName: aws.String("api.example.com"), BasePath: &path}, want)
	}
	remove("delete", "(none)", "202 ")
	remove("delete again", "(none)", "404 NotFoundException: Invalid base path mapping identifier specified")
	fact(w, "API that is mapped", w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &api},
		"400 BadRequestException: Deleting RestApi "+api+" failed. Please remove all base path mappings related to the RestApi in your domains: api.example.com")
	must(w, w.client.UpdateDomainName, &apigateway.UpdateDomainNameInput{DomainName: name, PatchOperations: ops(op("replace", "/routingMode", "ROUTING_RULE_ONLY"))})
	create("with rules only", apigateway.CreateBasePathMappingInput{BasePath: aws.String("x")}, "400 BadRequestException: Base path mappings cannot be created for a domain name with the routing mode ROUTING_RULE_ONLY")
	must(w, w.client.DeleteDomainName, &apigateway.DeleteDomainNameInput{DomainName: name})
	must(w, w.client.DeleteRestApi, &apigateway.DeleteRestApiInput{RestApiId: &api})
}
