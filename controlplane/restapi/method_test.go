package restapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const (
	errAuthorizer = "400 BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."
	errValidator  = "400 BadRequestException: Invalid Request Validator identifier specified"
)

func TestPutMethod(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	resource := w.resource(api, root, "test")
	must(w, w.client.CreateModel, &apigateway.CreateModelInput{RestApiId: &api, Name: aws.String("MySchema"), ContentType: aws.String("application/json"), Schema: aws.String("{}")})
	put := func(name string, in apigateway.PutMethodInput, want string) {
		t.Helper()
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		if in.ResourceId == nil {
			in.ResourceId = &resource
		}
		if in.HttpMethod == nil {
			in.HttpMethod = aws.String("ANY")
		}
		if in.AuthorizationType == nil {
			in.AuthorizationType = aws.String("NONE")
		}
		fact(w, name, w.client.PutMethod, &in, want)
	}
	remove := func(name string) {
		t.Helper()
		fact(w, name, w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY")}, "204 ")
	}
	get := func(name, want string) {
		t.Helper()
		fact(w, name, w.client.GetMethod, &apigateway.GetMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY")}, want)
	}
	plain := `{"httpMethod":"ANY","authorizationType":"NONE","apiKeyRequired":false`

	put("RM-25 put", apigateway.PutMethodInput{}, "201 "+plain+"}")
	get("RM-25 get", "200 "+plain+"}")
	put("put again", apigateway.PutMethodInput{}, "409 ConflictException: Method already exists for this resource")
	remove("RM-26 delete")
	get("RM-27 get a deleted one", errMethod)
	fact(w, "RM-27 delete a deleted one", w.client.DeleteMethod, &apigateway.DeleteMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY")}, errMethod)
	fact(w, "RM-02 no methods member is left", w.client.GetResource, &apigateway.GetResourceInput{RestApiId: &api, ResourceId: &resource}, "200 "+resourceJSON(resource, root, "/test", "test"))

	parameters := `,"requestParameters":{"method.request.header.h_optional":false,"method.request.header.h_required":true,"method.request.querystring.q_optional":false,"method.request.querystring.q_required":true}}`
	put("RM-28 parameters", apigateway.PutMethodInput{RequestParameters: map[string]bool{
		"method.request.header.h_optional": false, "method.request.header.h_required": true,
		"method.request.querystring.q_optional": false, "method.request.querystring.q_required": true,
	}}, "201 "+plain+parameters)
	get("RM-28 get", "200 "+plain+parameters)
	remove("MI-23 delete")
	put("RM-29 one name in two places", apigateway.PutMethodInput{RequestParameters: map[string]bool{
		"method.request.querystring.optional": false, "method.request.header.optional": false,
	}}, "400 BadRequestException: Parameter names must be unique across querystring, header and path")
	put("RM-30 MI-08 wrong API", apigateway.PutMethodInput{RestApiId: aws.String("unknown"), HttpMethod: aws.String("WRONG")}, errResource)
	put("RM-31 wrong resource", apigateway.PutMethodInput{ResourceId: aws.String("unknown"), HttpMethod: aws.String("WRONG")}, errResource)
	put("RM-32 wrong verb", apigateway.PutMethodInput{HttpMethod: aws.String("WRONG")}, "400 BadRequestException: Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
	put("RM-33 no authorizer", apigateway.PutMethodInput{AuthorizationType: aws.String("CUSTOM")}, errAuthorizer)
	put("RM-34 unknown validator", apigateway.PutMethodInput{RequestValidatorId: aws.String("fake-validator")}, errValidator)
	put("RM-35 unknown model", apigateway.PutMethodInput{RequestModels: map[string]string{"application/json": "petModel"}}, "400 BadRequestException: Invalid model identifier specified: petModel")
	put("RM-36 path parameter that the path lacks", apigateway.PutMethodInput{RequestParameters: map[string]bool{"method.request.path.testPath": true}}, "201 "+plain+`,"requestParameters":{"method.request.path.testPath":true}}`)
	remove("RM-36 delete")
	put("RM-37 key that is no expression", apigateway.PutMethodInput{RequestParameters: map[string]bool{"method.request.path.testPath": true, "true": true}},
		"400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]")
	put("RM-38 model", apigateway.PutMethodInput{RequestModels: map[string]string{"application/json": "MySchema"}}, "201 "+plain+`,"requestModels":{"application/json":"MySchema"}}`)
	remove("RM-38 delete")
	put("RM-39 key required", apigateway.PutMethodInput{ApiKeyRequired: true}, "201 "+strings.Replace(plain, "false", "true", 1)+"}")
	remove("RM-39 delete")
	put("MI-28 lower case", apigateway.PutMethodInput{AuthorizationType: aws.String("none")}, "201 "+plain+"}")
}

func TestUpdateMethod(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	resource := w.resource(api, root, "test")
	w.method(api, resource, "ANY")
	must(w, w.client.CreateModel, &apigateway.CreateModelInput{RestApiId: &api, Name: aws.String("MySchema"), ContentType: aws.String("application/json"), Schema: aws.String("{}")})
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateMethod, &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("ANY"), PatchOperations: operations}, want)
	}
	method := func(members string) string {
		return `200 {"httpMethod":"ANY","authorizationType":"NONE","apiKeyRequired":false` + members + "}"
	}
	const parameter, model = "/requestParameters/method.request.querystring.optional", "/requestModels/application~1json"

	update("RM-40 add", method(`,"requestParameters":{"method.request.querystring.optional":true},"requestModels":{"application/json":"Empty"}`),
		op("add", parameter, "true"), op("add", model, "Empty"))
	update("RM-44 another model", method(`,"requestParameters":{"method.request.querystring.optional":true},"requestModels":{"application/json":"MySchema"}`), op("replace", model, "MySchema"))
	update("RM-44 back", method(`,"requestParameters":{"method.request.querystring.optional":true},"requestModels":{"application/json":"Empty"}`), op("replace", model, "Empty"))
	replaced := `200 {"apiKeyRequired":true,"authorizationType":"AWS_IAM","httpMethod":"ANY","operationName":"ReplacedOperationName","requestModels":{"application/json":"Empty"},"requestParameters":{"method.request.querystring.optional":false}}`
	update("RM-41 replace", replaced, op("replace", "/operationName", "ReplacedOperationName"), op("replace", "/apiKeyRequired", "true"),
		op("replace", "/authorizationType", "AWS_IAM"), op("replace", parameter, "false"))
	update("RM-43 RM-44 MI-27 remove", `200 {"apiKeyRequired":true,"authorizationType":"AWS_IAM","httpMethod":"ANY","operationName":"ReplacedOperationName"}`,
		op("remove", parameter, "true"), op("remove", model, "Empty"))
	update("back to the start", `200 {"apiKeyRequired":true,"authorizationType":"NONE","httpMethod":"ANY"}`, op("replace", "/authorizationType", "NONE"), op("replace", "/operationName", ""))

	unknown := func(name, api, resource, verb, want string) {
		t.Helper()
		fact(w, name, w.client.UpdateMethod, &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: &resource, HttpMethod: &verb, PatchOperations: ops()}, want)
	}
	unknown("RM-45 wrong API", "unknown", resource, "ANY", errResource)
	unknown("RM-46 wrong resource", api, "unknown", "ANY", errResource)
	unknown("RM-47 wrong method", api, resource, "GET", errMethod)
	update("RM-48 MI-15 add operationName", errReplaceOnly, op("add", "/operationName", "x"))
	update("RM-49 add requestValidatorId", errReplaceOnly, op("add", "/requestValidatorId", "wrong"))
	update("RM-50 add httpMethod", "400 BadRequestException: Invalid patch path /httpMethod", op("add", "/httpMethod", "GET"))
	update("RM-51 no name", "400 BadRequestException: Invalid patch path /requestParameters", op("replace", "/requestParameters", "true"))
	update("RM-52 slash not escaped", "400 BadRequestException: Invalid patch path /requestModels/application/json", op("add", "/requestModels/application/json", "Empty"))
	update("RM-53 MI-16 text that is not true", method(""), op("replace", "/apiKeyRequired", "whatever"))
	update("RM-54 CUSTOM without authorizer", errAuthorizer, op("replace", "/authorizationType", "CUSTOM"))
	update("RM-55 authorizer of NONE", method(""), op("replace", "/authorizerId", "abc123"))
	update("RM-56 unknown authorizer", errAuthorizer, op("replace", "/authorizationType", "CUSTOM"), op("replace", "/authorizerId", "abc123"))
	update("RM-57 unknown validator", errValidator, op("replace", "/requestValidatorId", "fake-id"))
	update("remove what is not there", "404 NotFoundException: Invalid parameter name specified", op("remove", parameter))
	update("scopes", method(`,"authorizationScopes":["a","b"]`), op("add", "/authorizationScopes", "a"), op("add", "/authorizationScopes", "b"))
	update("remove scopes", method(""), op("remove", "/authorizationScopes", "a"), op("remove", "/authorizationScopes", "b"))
}

func TestUpdateMethodReturnsAll(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	resource := w.resource(api, w.resource(api, root, "nested"), "{test}")
	validator := must(w, w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("v")})
	must(w, w.client.PutMethod, &apigateway.PutMethodInput{
		RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("POST"), AuthorizationType: aws.String("NONE"),
		RequestValidatorId: validator.Id, RequestModels: map[string]string{"application/json": "Empty"},
		RequestParameters: map[string]bool{"method.request.path.test": true},
	})
	must(w, w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("POST"), StatusCode: aws.String("200")})
	must(w, w.client.PutIntegration, &apigateway.PutIntegrationInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("POST"), Type: types.IntegrationTypeMock})
	must(w, w.client.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("POST"), StatusCode: aws.String("200")})
	fact(w, "RM-58 update", w.client.UpdateMethod, &apigateway.UpdateMethodInput{
		RestApiId: &api, ResourceId: &resource, HttpMethod: aws.String("POST"),
		PatchOperations: ops(op("add", "/requestParameters/method.request.path.issuer", "true"), op("remove", "/requestParameters/method.request.path.test", "true")),
	}, fmt.Sprintf(`200 {"httpMethod":"POST","authorizationType":"NONE","apiKeyRequired":false,"requestValidatorId":%q,
		"requestModels":{"application/json":"Empty"},"requestParameters":{"method.request.path.issuer":true},"methodResponses":{"200":{"statusCode":"200"}},
		"methodIntegration":{"type":"MOCK","passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":%q,"cacheKeyParameters":[],
		"integrationResponses":{"200":{"statusCode":"200"}}}}`, *validator.Id, resource))
}

func TestGetMethod(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	get := &apigateway.GetMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET")}
	w.method(api, root, "GET")
	must(w, w.client.PutIntegration, &apigateway.PutIntegrationInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
	})
	must(w, w.client.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		SelectionPattern: aws.String("overwrite-pattern"), ResponseTemplates: map[string]string{"application/json": "overwrite"},
	})
	integration := func(responses string) string {
		return `200 {"httpMethod":"GET","authorizationType":"NONE","apiKeyRequired":false,"methodIntegration":{"type":"MOCK","requestTemplates":{"application/json":"{\"statusCode\": 200}"},"passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"` + root + `","cacheKeyParameters":[]` + responses
	}
	fact(w, "RM-59 IN-06 with an integration response", w.client.GetMethod, get,
		integration(`,"integrationResponses":{"200":{"statusCode":"200","selectionPattern":"overwrite-pattern","responseTemplates":{"application/json":"overwrite"}}}}}`))
	must(w, w.client.DeleteIntegrationResponse, &apigateway.DeleteIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")})
	must(w, w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		ResponseModels: map[string]string{"application/json": "Empty"}, ResponseParameters: map[string]bool{"method.response.header.my-header": true},
	})
	fact(w, "RM-60 with a method response", w.client.GetMethod, get,
		integration(`},"methodResponses":{"200":{"statusCode":"200","responseModels":{"application/json":"Empty"},"responseParameters":{"method.response.header.my-header":true}}}}`))
}

func TestMethodResponses(t *testing.T) {
	w := newWorld(t)
	api, root := w.api()
	w.method(api, root, "GET")
	put := func(name, want string, models map[string]string, parameters map[string]bool) {
		t.Helper()
		fact(w, name, w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{
			RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"), ResponseModels: models, ResponseParameters: parameters,
		}, want)
	}
	remove := func(name string) {
		t.Helper()
		fact(w, name, w.client.DeleteMethodResponse, &apigateway.DeleteMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")}, "204 ")
	}
	in := apigateway.UpdateMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")}
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		in.PatchOperations = operations
		fact(w, name, w.client.UpdateMethodResponse, &in, want)
	}
	put("RM-61 empty maps", `201 {"statusCode":"200","responseModels":{},"responseParameters":{}}`, map[string]string{}, map[string]bool{})
	fact(w, "RM-61 get", w.client.GetMethodResponse, &apigateway.GetMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("GET"), StatusCode: aws.String("200")},
		`200 {"statusCode":"200","responseModels":{},"responseParameters":{}}`)
	remove("RM-67 delete")
	put("RM-62 no maps", `201 {"statusCode":"200"}`, nil, nil)
	put("put again", "409 ConflictException: Response already exists for this resource", nil, nil)

	const header, model = "/responseParameters/method.response.header.my-header", "/responseModels/application~1json"
	full := `201 {"statusCode":"200","responseModels":{"application/json":"Empty"},"responseParameters":{"method.response.header.my-header":true}}`
	update("RM-70 remove a parameter that is not there", "404 NotFoundException: Invalid parameter name specified", op("remove", header))
	update("RM-70 remove a model that is not there", "404 NotFoundException: Content-Type specified was not found", op("remove", model))
	update("RM-63 RM-64 MI-21 add", full, op("add", header, "true"), op("add", model, "Empty"))
	update("RM-65 replace", full, op("replace", header, "true"), op("replace", model, "Empty"))
	update("RM-66 remove", `201 {"statusCode":"200"}`, op("remove", header, "true"), op("remove", model, "Empty"))
	update("RM-66 add again", full, op("add", header, "true"), op("add", model, "Empty"))
	for _, o := range []types.Op{"replace", "remove"} {
		update("RM-68 wrong parameter "+string(o), "404 NotFoundException: Invalid parameter name specified", op(o, "/responseParameters/wrong", "true"))
		update("RM-69 wrong model "+string(o), "404 NotFoundException: Content-Type specified was not found", op(o, "/responseModels/wrong", "Empty"))
	}
	update("RM-71 wrong path", "400 BadRequestException: Invalid patch path /wrong/method.response.header.my-header", op("remove", "/wrong/method.response.header.my-header"))
	update("add a wrong parameter", "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: wrong]", op("add", "/responseParameters/wrong", "true"))

	wrong := func(n int) string {
		return fmt.Sprintf("Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.%d.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]", n)
	}
	const status = `Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`
	update("RM-77 wrong op on a parameter", "400 ValidationException: 1 validation error detected: "+wrong(1), op("wrong_op", header))
	update("RM-77 wrong op on a model", "400 ValidationException: 1 validation error detected: "+wrong(1), op("wrong_op", model))
	update("RM-78 two", "400 ValidationException: 2 validation errors detected: "+wrong(1)+"; "+wrong(2), op("wrong_op", header), op("wrong_op", model))
	update("RM-78 four", "400 ValidationException: 4 validation errors detected: "+wrong(1)+"; "+wrong(2)+"; "+wrong(3)+"; "+wrong(4),
		op("wrong_op", header), op("wrong_op", model), op("wrong_op", header), op("wrong_op", model))
	update("RM-79 the first and the last", "400 ValidationException: 2 validation errors detected: "+wrong(1)+"; "+wrong(3), op("wrong_op", header), op("remove", header), op("wrong_op", header))
	in.StatusCode = aws.String("wrong")
	update("RM-73 wrong status", "400 ValidationException: 1 validation error detected: "+status, op("remove", header))
	update("RM-74 wrong status and op", "400 ValidationException: 2 validation errors detected: "+wrong(1)+"; "+status, op("wrong_op", header))
	in.StatusCode = aws.String("201")
	update("RM-72 unknown status", "404 NotFoundException: Invalid Response status code specified", op("remove", header))
	in.StatusCode, in.HttpMethod = aws.String("200"), aws.String("POST")
	update("RM-76 unknown method", errMethod, op("remove", header))
	in.ResourceId = aws.String("wrong")
	update("RM-75 unknown resource", errResource, op("remove", header))
}
