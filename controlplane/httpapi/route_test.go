package httpapi_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

func TestRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	integration := must(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{
		ApiId: api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(functionARN), PayloadFormatVersion: aws.String("2.0"),
	}).IntegrationId
	target := aws.String("integrations/" + *integration)
	route := answers(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("GET /pets/{id}"), Target: target},
		`201 {"apiKeyRequired":false,"authorizationType":"NONE","routeId":"*","routeKey":"GET /pets/{id}","target":"`+*target+`"}`).RouteId
	answers(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("GET /pets/{id}")},
		"409 ConflictException: Route with key GET /pets/{id} already exists for this API")
	other := w.route(api, "$default")
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: other, RouteKey: aws.String("GET /pets/{id}")},
		"409 ConflictException: Route with key GET /pets/{id} already exists for this API")
	answers(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration},
		"409 ConflictException: Cannot delete Integration '"+*integration+"' used by Route 'GET /pets/{id}'")
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route, RouteKey: aws.String("ANY /pets"), OperationName: aws.String("pets"), AuthorizationType: types.AuthorizationTypeAwsIam},
		`200 {"apiKeyRequired":false,"authorizationType":"AWS_IAM","operationName":"pets","routeId":"*","routeKey":"ANY /pets","target":"`+*target+`"}`)
	must(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: other, RouteKey: aws.String("GET /pets/{id}")})
	must(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route, Target: aws.String("")})
	answers(w, w.client.GetRoute, &apigatewayv2.GetRouteInput{ApiId: api, RouteId: route},
		`200 {"apiKeyRequired":false,"authorizationType":"AWS_IAM","operationName":"pets","routeId":"*","routeKey":"ANY /pets"}`)
	must(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration})
	must(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route})
	answers(w, w.client.GetRoute, &apigatewayv2.GetRouteInput{ApiId: api, RouteId: route}, "404 NotFoundException: Invalid Route identifier specified")
	w.route(api, "ANY /pets")
}

func TestRouteRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	http, socket := w.httpAPI(), w.webSocketAPI()
	jwt := w.jwtAuthorizer(http)
	request := must(w, w.client.CreateAuthorizer, &apigatewayv2.CreateAuthorizerInput{
		ApiId: socket, Name: aws.String("a"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), IdentitySource: []string{"route.request.header.A"},
	}).AuthorizerId
	const keys = `The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`
	const socketKeys = "The provided route key is not formatted properly for WEBSOCKET protocol. It must be $connect, $disconnect, $default or not start with $"
	key := aws.String
	for _, test := range []struct {
		want string
		in   apigatewayv2.CreateRouteInput
	}{
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("$connect")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("get /")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET  /")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /a//b")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /{a+}/b")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /{a}/{a}")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /x{a}")}},
		{keys, apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /{}")}},
		{socketKeys, apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("$other")}},
		{"ApiKeyRequired is not supported for protocol type HTTP", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), ApiKeyRequired: aws.Bool(true)}},
		{"ModelSelectionExpression, requestModels, requestParameters and routeResponseSelectionExpression are not supported for protocol type HTTP", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), RequestModels: map[string]string{"a": "b"}}},
		{"Authorization type JWT is not supported for protocol type WEBSOCKET", apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("$connect"), AuthorizationType: types.AuthorizationTypeJwt}},
		{"Authorization is supported on the $connect route only", apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("join"), AuthorizationType: types.AuthorizationTypeCustom, AuthorizerId: request}},
		{"AuthorizerId is required for authorization types CUSTOM and JWT", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), AuthorizationType: types.AuthorizationTypeJwt}},
		{"AuthorizerId is supported for authorization types CUSTOM and JWT only", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), AuthorizerId: jwt}},
		{"Invalid authorizer type for the authorization type of the route", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), AuthorizationType: types.AuthorizationTypeCustom, AuthorizerId: jwt}},
		{"Authorization scopes are supported for authorization type JWT only", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), AuthorizationScopes: []string{"a"}}},
		{"A route cannot have more than 10 authorization scopes", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), AuthorizationType: types.AuthorizationTypeJwt, AuthorizerId: jwt, AuthorizationScopes: make([]string, 11)}},
		{"Invalid target specified. It must be of the form integrations/<integration-id>", apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), Target: aws.String("abc")}},
		{"RouteResponseSelectionExpression must be $default", apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("join"), RouteResponseSelectionExpression: aws.String("$request.body.a")}},
		{"Invalid request parameter specified. Keys must be of the form route.request.{querystring|header}.{name}", apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("join"), RequestParameters: map[string]types.ParameterConstraints{"a": {}}}},
		{"Invalid model identifier specified: M", apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: key("join"), RequestModels: map[string]string{"$default": "M"}}},
	} {
		answers(w, w.client.CreateRoute, &test.in, "400 BadRequestException: "+test.want)
	}
	answers(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: http, RouteKey: key("GET /"), Target: aws.String("integrations/none")},
		"404 NotFoundException: Invalid Integration identifier specified")
	for _, good := range []string{"$default", "ANY /", "GET /a/", "OPTIONS /{proxy+}", "PATCH /a.b/{c-d.e}/~f", "HEAD /{a}/{b+}"} {
		w.route(http, good)
	}
}

// An authorizer goes with the authorization type that uses it.
func TestRouteAuthorizer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	jwt := w.jwtAuthorizer(api)
	route := must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{
		ApiId: api, RouteKey: aws.String("GET /"), AuthorizationType: types.AuthorizationTypeJwt, AuthorizerId: jwt, AuthorizationScopes: []string{"read"},
	}).RouteId
	answers(w, w.client.DeleteAuthorizer, &apigatewayv2.DeleteAuthorizerInput{ApiId: api, AuthorizerId: jwt},
		"409 ConflictException: Cannot delete authorizer '"+*jwt+"', is referenced in route: GET /")
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route, AuthorizationType: types.AuthorizationTypeNone},
		`200 {"apiKeyRequired":false,"authorizationType":"NONE","routeId":"*","routeKey":"GET /"}`)
	must(w, w.client.DeleteAuthorizer, &apigatewayv2.DeleteAuthorizerInput{ApiId: api, AuthorizerId: jwt})
}

func TestWebSocketRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.webSocketAPI()
	model := answers(w, w.client.CreateModel, &apigatewayv2.CreateModelInput{ApiId: api, Name: aws.String("M"), ContentType: aws.String("application/json"), Schema: aws.String(`{"type":"object","properties":{"a":{"type":"string"}}}`)},
		`201 {"contentType":"application/json","modelId":"*","name":"M","schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"}`).ModelId
	route := must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{
		ApiId: api, RouteKey: aws.String("$connect"), ApiKeyRequired: aws.Bool(true), RequestModels: map[string]string{"$default": "M"},
		RequestParameters: map[string]types.ParameterConstraints{"route.request.querystring.a": {Required: aws.Bool(true)}},
	}).RouteId
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route, RequestParameters: map[string]types.ParameterConstraints{"route.request.header.b": {Required: aws.Bool(false)}}},
		`200 {"apiKeyRequired":true,"authorizationType":"NONE","requestModels":{"$default":"M"},
		"requestParameters":{"route.request.querystring.a":{"required":true},"route.request.header.b":{"required":false}},"routeId":"*","routeKey":"$connect"}`)
	must(w, w.client.DeleteRouteRequestParameter, &apigatewayv2.DeleteRouteRequestParameterInput{ApiId: api, RouteId: route, RequestParameterKey: aws.String("route.request.querystring.a")})
	answers(w, w.client.DeleteRouteRequestParameter, &apigatewayv2.DeleteRouteRequestParameterInput{ApiId: api, RouteId: route, RequestParameterKey: aws.String("route.request.querystring.a")},
		"404 NotFoundException: Invalid request parameter key specified")
	answers(w, w.client.DeleteModel, &apigatewayv2.DeleteModelInput{ApiId: api, ModelId: model},
		"409 ConflictException: Cannot delete model 'M', is referenced in route: $connect")
	answers(w, w.client.UpdateModel, &apigatewayv2.UpdateModelInput{ApiId: api, ModelId: model, Name: aws.String("N")},
		"409 ConflictException: Cannot rename model 'M', is referenced in route: $connect")
	answers(w, w.client.CreateModel, &apigatewayv2.CreateModelInput{ApiId: api, Name: aws.String("M"), Schema: aws.String("{}")},
		"409 ConflictException: Model name already exists for this API")
	answers(w, w.client.CreateModel, &apigatewayv2.CreateModelInput{ApiId: api, Name: aws.String("O"), Schema: aws.String("{")},
		"400 BadRequestException: Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
	answers(w, w.client.CreateModel, &apigatewayv2.CreateModelInput{ApiId: w.httpAPI(), Name: aws.String("O"), Schema: aws.String("{}")},
		"400 BadRequestException: Models, route responses and integration responses are supported for protocol type WEBSOCKET only")
	if got := must(w, w.client.GetModelTemplate, &apigatewayv2.GetModelTemplateInput{ApiId: api, ModelId: model}).Value; *got != "#set($inputRoot = $input.path('$'))\n{\n  \"a\" : \"$inputRoot.a\"\n}" {
		t.Errorf("template %q", *got)
	}

	answers(w, w.client.CreateRouteResponse, &apigatewayv2.CreateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseKey: aws.String("200")},
		"400 BadRequestException: RouteResponseKey must be $default")
	response := answers(w, w.client.CreateRouteResponse, &apigatewayv2.CreateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseKey: aws.String("$default")},
		`201 {"routeResponseId":"*","routeResponseKey":"$default"}`).RouteResponseId
	answers(w, w.client.CreateRouteResponse, &apigatewayv2.CreateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseKey: aws.String("$default")},
		"409 ConflictException: RouteResponse with key $default already exists for this route")
	answers(w, w.client.UpdateRouteResponse, &apigatewayv2.UpdateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseId: response, ModelSelectionExpression: aws.String("action"), ResponseModels: map[string]string{"action": "M"}},
		`200 {"modelSelectionExpression":"action","responseModels":{"action":"M"},"routeResponseId":"*","routeResponseKey":"$default"}`)
	must(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route})
	answers(w, w.client.GetRouteResponses, &apigatewayv2.GetRouteResponsesInput{ApiId: api, RouteId: route}, "404 NotFoundException: Invalid Route identifier specified")
	must(w, w.client.DeleteModel, &apigatewayv2.DeleteModelInput{ApiId: api, ModelId: model})
}

func (w *world) jwtAuthorizer(api *string) *string {
	w.t.Helper()
	return must(w, w.client.CreateAuthorizer, &apigatewayv2.CreateAuthorizerInput{
		ApiId: api, Name: aws.String("jwt"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Issuer: aws.String("https://issuer.example"), Audience: []string{"me"}},
	}).AuthorizerId
}
