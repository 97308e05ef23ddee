package restapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const gatewayTemplates = `{"application/json":"{\"message\":$context.error.messageString}"}`

// gatewayStatuses is GR-02, in alphabetical order.
var gatewayStatuses = [][2]string{
	{"ACCESS_DENIED", "403"},
	{"API_CONFIGURATION_ERROR", "500"},
	{"AUTHORIZER_CONFIGURATION_ERROR", "500"},
	{"AUTHORIZER_FAILURE", "500"},
	{"BAD_REQUEST_BODY", "400"},
	{"BAD_REQUEST_PARAMETERS", "400"},
	{"DEFAULT_4XX", ""},
	{"DEFAULT_5XX", ""},
	{"EXPIRED_TOKEN", "403"},
	{"INTEGRATION_FAILURE", "504"},
	{"INTEGRATION_TIMEOUT", "504"},
	{"INVALID_API_KEY", "403"},
	{"INVALID_SIGNATURE", "403"},
	{"MISSING_AUTHENTICATION_TOKEN", "403"},
	{"QUOTA_EXCEEDED", "429"},
	{"REQUEST_TOO_LARGE", "413"},
	{"RESOURCE_NOT_FOUND", "404"},
	{"THROTTLED", "429"},
	{"UNAUTHORIZED", "401"},
	{"UNSUPPORTED_MEDIA_TYPE", "415"},
	{"WAF_FILTERED", "403"},
}

// gatewayJSON is a gateway response as it is shown; without a status there is no such member.
func gatewayJSON(responseType, status, parameters, templates string, isDefault bool) string {
	if status != "" {
		status = `"statusCode":"` + status + `",`
	}
	return fmt.Sprintf(`{"responseType":"%s",%s"responseParameters":%s,"responseTemplates":%s,"defaultResponse":%t}`, responseType, status, parameters, templates, isDefault)
}

// gatewayList is the list of all types, those in changed replaced.
func gatewayList(changed map[string]string) string {
	var items []string
	for _, entry := range gatewayStatuses {
		item := gatewayJSON(entry[0], entry[1], "{}", gatewayTemplates, true)
		if replaced, ok := changed[entry[0]]; ok {
			item = replaced
		}
		items = append(items, item)
	}
	return `200 {"item":[` + strings.Join(items, ",") + `]}`
}

const missingToken = types.GatewayResponseTypeMissingAuthenticationToken

func TestPutGatewayResponse(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	untouched := gatewayJSON("MISSING_AUTHENTICATION_TOKEN", "403", "{}", gatewayTemplates, true)
	get := func(name, want string) {
		fact(w, name, w.client.GetGatewayResponse, &apigateway.GetGatewayResponseInput{RestApiId: &api, ResponseType: missingToken}, "200 "+want)
	}
	list := func(name, want string) {
		fact(w, name, w.client.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: &api}, want)
	}
	get("GR-01 never put", untouched)
	list("GR-02 all types", gatewayList(nil))
	put := func(name string, in apigateway.PutGatewayResponseInput, want string) {
		in.RestApiId = &api
		if in.ResponseType == "" {
			in.ResponseType = missingToken
		}
		fact(w, name, w.client.PutGatewayResponse, &in, want)
	}
	parameters := map[string]string{
		"gatewayresponse.header.x-request-path": "method.request.path.petId", "gatewayresponse.header.x-request-query": "method.request.querystring.q",
		"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'", "gatewayresponse.header.x-request-header": "method.request.header.Accept",
	}
	const parametersJSON = `{"gatewayresponse.header.x-request-path":"method.request.path.petId","gatewayresponse.header.x-request-query":"method.request.querystring.q",` +
		`"gatewayresponse.header.Access-Control-Allow-Origin":"'a.b.c'","gatewayresponse.header.x-request-header":"method.request.header.Accept"}`
	const template, templateJSON = "{\n     \"message\": $context.error.messageString,\n \"type\":  \"$context.error.responseType\"\n}", `{"application/json":"{\n     \"message\": $context.error.messageString,\n \"type\":  \"$context.error.responseType\"\n}"}`
	templates := map[string]string{"application/json": template}
	custom := gatewayJSON("MISSING_AUTHENTICATION_TOKEN", "404", parametersJSON, templateJSON, false)
	put("GR-03 MI-18 put", apigateway.PutGatewayResponseInput{StatusCode: aws.String("404"), ResponseParameters: parameters, ResponseTemplates: templates}, "201 "+custom)
	get("GR-04 get", custom)
	list("GR-04 list", gatewayList(map[string]string{"MISSING_AUTHENTICATION_TOKEN": custom}))
	fact(w, "GR-05 MI-22 delete", w.client.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: &api, ResponseType: missingToken}, "202 ")
	get("GR-05 default again", untouched)
	put("GR-06 status only", apigateway.PutGatewayResponseInput{StatusCode: aws.String("404")}, "201 "+gatewayJSON("MISSING_AUTHENTICATION_TOKEN", "404", "{}", gatewayTemplates, false))
	put("GR-07 parameters only", apigateway.PutGatewayResponseInput{ResponseParameters: parameters}, "201 "+gatewayJSON("MISSING_AUTHENTICATION_TOKEN", "403", parametersJSON, gatewayTemplates, false))
	put("GR-08 templates only", apigateway.PutGatewayResponseInput{ResponseTemplates: templates}, "201 "+gatewayJSON("MISSING_AUTHENTICATION_TOKEN", "403", "{}", templateJSON, false))

	const bad = "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: "
	put("target that is no header", apigateway.PutGatewayResponseInput{ResponseParameters: map[string]string{"gatewayresponse.body.a": "'b'"}}, bad+"gatewayresponse.body.a]")
	put("source that is none", apigateway.PutGatewayResponseInput{ResponseParameters: map[string]string{"gatewayresponse.header.a": "b"}}, bad+"b]")
	put("empty source", apigateway.PutGatewayResponseInput{ResponseParameters: map[string]string{"gatewayresponse.header.a": ""}}, "400 BadRequestException: Invalid null or empty value in responseParameters")
	put("empty template", apigateway.PutGatewayResponseInput{ResponseTemplates: map[string]string{"application/json": ""}}, "400 BadRequestException: Invalid null or empty value in responseTemplates")
	put("no content type", apigateway.PutGatewayResponseInput{ResponseTemplates: map[string]string{"x": "y"}}, "400 BadRequestException: Validation Result: warnings : [], errors : [Invalid content type specified: x]")
}

func TestGatewayResponseInheritance(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	const parameters, templates = `{"gatewayresponse.header.a":"'b'"}`, `{"application/xml":"<x/>"}`
	sent := map[string]string{"gatewayresponse.header.a": "'b'"}
	def := gatewayJSON("DEFAULT_5XX", "599", parameters, templates, false)
	fact(w, "GR-09 put the default", w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{
		RestApiId: &api, ResponseType: types.GatewayResponseTypeDefault5xx, StatusCode: aws.String("599"),
		ResponseParameters: sent, ResponseTemplates: map[string]string{"application/xml": "<x/>"},
	}, "201 "+def)
	changed := map[string]string{"DEFAULT_5XX": def}
	for _, responseType := range []string{"API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"} {
		changed[responseType] = gatewayJSON(responseType, "599", parameters, templates, true)
	}
	list := func(name string) {
		fact(w, name, w.client.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: &api}, gatewayList(changed))
	}
	list("GR-10 inherited")
	changed["AUTHORIZER_FAILURE"] = gatewayJSON("AUTHORIZER_FAILURE", "500", `{"gatewayresponse.header.foo":"'bar'"}`, gatewayTemplates, false)
	fact(w, "GR-11 put inherits nothing", w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{
		RestApiId: &api, ResponseType: types.GatewayResponseTypeAuthorizerFailure, ResponseParameters: map[string]string{"gatewayresponse.header.foo": "'bar'"},
	}, "201 "+changed["AUTHORIZER_FAILURE"])
	list("GR-11 list")
	fact(w, "default back without status", w.client.UpdateGatewayResponse, &apigateway.UpdateGatewayResponseInput{
		RestApiId: &api, ResponseType: types.GatewayResponseTypeDefault5xx, PatchOperations: ops(op("replace", "/statusCode", "")),
	}, "200 "+gatewayJSON("DEFAULT_5XX", "", parameters, templates, false))
	fact(w, "each its own status then", w.client.GetGatewayResponse, &apigateway.GetGatewayResponseInput{RestApiId: &api, ResponseType: types.GatewayResponseTypeIntegrationTimeout},
		"200 "+gatewayJSON("INTEGRATION_TIMEOUT", "504", parameters, templates, true))

	two := int32(20)
	first := must(w, w.client.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: &api, Limit: &two})
	second := must(w, w.client.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: &api, Limit: &two, Position: first.Position})
	if len(first.Items) != 20 || len(second.Items) != 1 || second.Items[0].ResponseType != types.GatewayResponseTypeWafFiltered || second.Position != nil {
		t.Errorf("pages of %d and %d", len(first.Items), len(second.Items))
	}
}

func TestUpdateGatewayResponse(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	update := func(name string, responseType types.GatewayResponseType, want string, operations ...types.PatchOperation) {
		fact(w, name, w.client.UpdateGatewayResponse, &apigateway.UpdateGatewayResponseInput{RestApiId: &api, ResponseType: responseType, PatchOperations: operations}, want)
	}
	const default4xx, default5xx = types.GatewayResponseTypeDefault4xx, types.GatewayResponseTypeDefault5xx
	made := gatewayJSON("DEFAULT_4XX", "444", "{}", gatewayTemplates, false)
	update("GR-12 never put", default4xx, "200 "+made, op("replace", "/statusCode", "444"))
	fact(w, "GR-12 get", w.client.GetGatewayResponse, &apigateway.GetGatewayResponseInput{RestApiId: &api, ResponseType: default4xx}, "200 "+made)
	must(w, w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: &api, ResponseType: default4xx, StatusCode: aws.String("404"), ResponseParameters: map[string]string{
		"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'", "gatewayresponse.header.x": "'y'",
	}})
	const origin = "/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin"
	const parameters = `{"gatewayresponse.header.Access-Control-Allow-Origin":"'example.com'","gatewayresponse.header.x":"'y'"}`
	const templates = `{"application/json":"{\"message\":$context.error.messageString}","application/xml":"<x/>"}`
	several := gatewayJSON("DEFAULT_4XX", "444", parameters, templates, false)
	update("GR-13 MI-20 several", default4xx, "200 "+several, op("replace", "/statusCode", "444"), op("replace", origin, "'example.com'"), op("add", "/responseTemplates/application~1xml", "<x/>"))
	fact(w, "GR-13 get", w.client.GetGatewayResponse, &apigateway.GetGatewayResponseInput{RestApiId: &api, ResponseType: default4xx}, "200 "+several)
	update("GR-14 add status", default4xx, "400 BadRequestException: Invalid patch path /statusCode", op("add", "/statusCode", "404"))
	update("GR-14 remove status", default4xx, "400 BadRequestException: Invalid patch path /statusCode", op("remove", "/statusCode", "404"))
	update("GR-15 replace what is not set", default5xx, "404 NotFoundException: Invalid parameter name specified", op("replace", origin, "'example.com'"))
	update("GR-16 no path", default4xx, "400 BadRequestException: Invalid patch path null", types.PatchOperation{Op: types.OpAdd})
	update("GR-17 wrong op", default4xx, "400 ValidationException: 1 validation error detected: Value 'wrong-op' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: "+
		"Member must satisfy enum value set: [add, remove, move, test, replace, copy]", op("wrong-op", "/statusCode", "1"))
	update("GR-18 wrong path", default4xx, "400 BadRequestException: Invalid patch path /wrongPath", op("add", "/wrongPath", "1"))
	update("GR-19 null template", default4xx, "400 BadRequestException: Invalid null or empty value in responseTemplates", op("replace", "/responseTemplates/application~1xml"))
	update("GR-20 null parameter", default4xx, "400 BadRequestException: Invalid null or empty value in responseParameters", op("replace", origin))
	update("status that is none", default4xx, "400 BadRequestException: Invalid status code specified", op("replace", "/statusCode", "600"))
	update("template that is not set", default4xx, "404 NotFoundException: Content-Type specified was not found", op("replace", "/responseTemplates/a~1b", "x"))
	update("remove", default4xx, "200 "+gatewayJSON("DEFAULT_4XX", "444", `{"gatewayresponse.header.x":"'y'"}`, `{"application/xml":"<x/>"}`, false), op("remove", origin), op("remove", "/responseTemplates/application~1json"))
	update("nothing", default5xx, "200 "+gatewayJSON("DEFAULT_5XX", "", "{}", gatewayTemplates, true))
}

func TestGatewayResponseErrors(t *testing.T) {
	w := newWorld(t)
	api, _ := w.api()
	for _, test := range []struct {
		name         string
		api          string
		responseType types.GatewayResponseType
		want         string
	}{
		{"GR-21 MI-07 unknown API", "unknown", missingToken, "404 NotFoundException: Invalid API identifier specified 111111111111:unknown"},
		{"GR-23 MI-03 unknown type", api, "FAKE_RESPONSE_TYPE", "400 ValidationException: 1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: " +
			"[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, " +
			"AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]"},
	} {
		fact(w, test.name+" get", w.client.GetGatewayResponse, &apigateway.GetGatewayResponseInput{RestApiId: &test.api, ResponseType: test.responseType}, test.want)
		fact(w, test.name+" put", w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: &test.api, ResponseType: test.responseType}, test.want)
		fact(w, test.name+" update", w.client.UpdateGatewayResponse, &apigateway.UpdateGatewayResponseInput{RestApiId: &test.api, ResponseType: test.responseType, PatchOperations: ops()}, test.want)
		fact(w, test.name+" delete", w.client.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: &test.api, ResponseType: test.responseType}, test.want)
	}
	fact(w, "GR-21 list", w.client.GetGatewayResponses, &apigateway.GetGatewayResponsesInput{RestApiId: aws.String("unknown")}, "404 NotFoundException: Invalid API identifier specified 111111111111:unknown")
	fact(w, "GR-22 delete what was never put", w.client.DeleteGatewayResponse, &apigateway.DeleteGatewayResponseInput{RestApiId: &api, ResponseType: missingToken}, "404 NotFoundException: Gateway response type not defined on api")
}

// A deployment freezes what its methods refer to, and the gateway responses that were put.
func TestDeploymentFreezes(t *testing.T) {
	w := newWorld(t)
	api, _ := w.deployable()
	authorizer := must(w, w.client.CreateAuthorizer, tokenAuthorizer(api, "auth"))
	validator := must(w, w.client.CreateRequestValidator, &apigateway.CreateRequestValidatorInput{RestApiId: &api, Name: aws.String("v"), ValidateRequestBody: true})
	must(w, w.client.PutGatewayResponse, &apigateway.PutGatewayResponseInput{RestApiId: &api, ResponseType: missingToken, StatusCode: aws.String("404")})
	w.deploy(api, "dev")
	must(w, w.client.DeleteAuthorizer, &apigateway.DeleteAuthorizerInput{RestApiId: &api, AuthorizerId: authorizer.Id})
	snapshot := w.publisher.get(api + "/dev").Api
	if len(snapshot.Models) != 2 || len(snapshot.RequestValidators) != 1 || len(snapshot.Authorizers) != 1 || len(snapshot.GatewayResponses) != 1 {
		t.Fatalf("%d models, %d validators, %d authorizers, %d gateway responses", len(snapshot.Models), len(snapshot.RequestValidators), len(snapshot.Authorizers), len(snapshot.GatewayResponses))
	}
	if *snapshot.Authorizers[0].Id != *authorizer.Id || *snapshot.RequestValidators[0].Id != *validator.Id || *snapshot.GatewayResponses[0].StatusCode != "404" || *snapshot.Models[0].Name != "Empty" {
		t.Errorf("%+v", snapshot)
	}
}
