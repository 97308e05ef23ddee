package dataplane_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// custom returns a gateway response as the control plane completes it.
func custom(responseType types.GatewayResponseType, status string, templates, parameters map[string]string) types.GatewayResponse {
	response := types.GatewayResponse{ResponseType: responseType, ResponseTemplates: templates, ResponseParameters: parameters}
	if status != "" {
		response.StatusCode = aws.String(status)
	}
	if templates == nil {
		response.ResponseTemplates = map[string]string{"application/json": `{"message":$context.error.messageString}`}
	}
	return response
}

func TestGatewayResponses(t *testing.T) {
	getMethod := lambdaMethod()
	getMethod.MethodIntegration.HttpMethod = aws.String("GET")
	validated := mockMethod("ok")
	validated.RequestValidatorId = aws.String("v1")
	validated.RequestModels = map[string]string{"application/json": "M"}
	keyed := mockMethod("ok")
	keyed.ApiKeyRequired = aws.Bool(true)
	stage := func(responses ...types.GatewayResponse) *deployed.RestStage {
		s := stageOf(
			resourceOf("/lambda", map[string]types.Method{"GET": lambdaMethod()}),
			resourceOf("/get", map[string]types.Method{"GET": getMethod}),
			resourceOf("/key/{id}", map[string]types.Method{"GET": keyed}),
			resourceOf("/validated", map[string]types.Method{"POST": validated}),
		)
		s.Stage.Variables = map[string]string{"env": "dev"}
		s.Api.RequestValidators = []types.RequestValidator{{Id: aws.String("v1"), ValidateRequestBody: true}}
		s.Api.Models = []types.Model{{Name: aws.String("M"), Schema: aws.String(`{"required":["price"]}`)}}
		s.Api.GatewayResponses = responses
		return s
	}
	json := func(text string) map[string]string { return map[string]string{"application/json": text} }
	const missing = "MISSING_AUTHENTICATION_TOKEN"
	tests := map[string]struct {
		responses    []types.GatewayResponse
		method, path string
		header       http.Header
		status       int
		body         string
		want         http.Header
	}{
		"GR-24 LP-30 status of the occurrence":  {[]types.GatewayResponse{custom("INTEGRATION_FAILURE", "504", nil, nil)}, "GET", "/get", nil, 500, `{"message":"Internal server error"}`, http.Header{"x-amzn-ErrorType": {"InternalServerErrorException"}}},
		"malformed function response":           {[]types.GatewayResponse{custom("INTEGRATION_FAILURE", "504", nil, nil)}, "GET", "/lambda", nil, 502, `{"message":"Internal server error"}`, nil},
		"not customised has the space":          {nil, "GET", "/lambda", nil, 502, internalError, nil},
		"own status":                            {[]types.GatewayResponse{custom("INTEGRATION_FAILURE", "418", nil, nil)}, "GET", "/lambda", nil, 418, `{"message":"Internal server error"}`, nil},
		"GR-03 status, template and parameters": {[]types.GatewayResponse{custom(missing, "404", json(`{"what":$context.error.messageString,"type":"$context.error.responseType"}`), map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'", "gatewayresponse.header.x-request-query": "method.request.querystring.q", "gatewayresponse.header.x-request-header": "method.request.header.Accept", "gatewayresponse.header.x-request-path": "method.request.path.petId"})}, "GET", "/none?q=1&q=2", http.Header{"Accept": {"*/*"}}, 404, `{"what":"Missing Authentication Token","type":"MISSING_AUTHENTICATION_TOKEN"}`, http.Header{"Access-Control-Allow-Origin": {"a.b.c"}, "x-request-query": {"2"}, "x-request-header": {"*/*"}, "x-request-path": nil, "x-amzn-ErrorType": {"MissingAuthenticationTokenException"}, "Content-Type": {"application/json"}}},
		"GR-12 DEFAULT_4XX":                     {[]types.GatewayResponse{custom("DEFAULT_4XX", "444", nil, nil)}, "GET", "/none", nil, 444, `{"message":"Missing Authentication Token"}`, nil},
		"GR-10 DEFAULT_5XX":                     {[]types.GatewayResponse{custom("DEFAULT_5XX", "599", json("five"), map[string]string{"gatewayresponse.header.a": "'b'"})}, "GET", "/lambda", nil, 599, `five`, http.Header{"a": {"b"}}},
		"GR-10 DEFAULT_5XX leaves 4XX alone":    {[]types.GatewayResponse{custom("DEFAULT_5XX", "599", json("five"), nil)}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, nil},
		"DEFAULT without status":                {[]types.GatewayResponse{custom("DEFAULT_4XX", "", json("four"), nil)}, "GET", "/key/1", nil, 403, `four`, nil},
		"GR-11 own inherits nothing":            {[]types.GatewayResponse{custom("DEFAULT_4XX", "444", json("four"), map[string]string{"gatewayresponse.header.a": "'b'"}), custom(missing, "403", nil, nil)}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, http.Header{"a": nil}},
		"validation error":                      {[]types.GatewayResponse{custom("BAD_REQUEST_BODY", "400", json(`$context.error.message: $context.error.validationErrorString`), nil)}, "POST", "/validated", nil, 400, `Invalid request body: [object has missing required properties (["price"])]`, nil},
		"variables":                             {[]types.GatewayResponse{custom("INVALID_API_KEY", "403", json(`$stageVariables.env-$context.stage.$context.resourcePath $method.request.path.id $method.request.header.X-A|$context.none|$context.error.validationErrorString|`), nil)}, "GET", "/key/7", http.Header{"X-A": {"head"}}, 403, `dev-stage./key/{id} 7 head|||`, nil},
		"directives are text":                   {[]types.GatewayResponse{custom(missing, "403", json(`#set($a = 1)$a $input.body $util.x $ $$context.stage`), nil)}, "GET", "/none", nil, 403, `#set($a = 1)$a $input.body $util.x $ $stage`, nil},
		"template for the accept":               {[]types.GatewayResponse{custom(missing, "403", map[string]string{"application/json": "j", "application/xml": "<x/>"}, nil)}, "GET", "/none", http.Header{"Accept": {"application/xml;q=1, */*"}}, 403, `<x/>`, http.Header{"Content-Type": {"application/xml"}}},
		"application/json for any other":        {[]types.GatewayResponse{custom(missing, "403", map[string]string{"application/json": "j", "application/atom": "<x/>"}, nil)}, "GET", "/none", http.Header{"Accept": {"text/html"}}, 403, `j`, nil},
		"first template":                        {[]types.GatewayResponse{custom(missing, "403", map[string]string{"text/html": "h", "text/plain": "t"}, nil)}, "GET", "/none", nil, 403, `h`, http.Header{"Content-Type": {"text/html"}}},
		"no template":                           {[]types.GatewayResponse{custom(missing, "403", map[string]string{}, nil)}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, nil},
		"headers are replaced, ids are not":     {[]types.GatewayResponse{custom(missing, "403", nil, map[string]string{"gatewayresponse.header.content-type": "'text/plain'", "gatewayresponse.header.x-amzn-RequestId": "'mine'", "gatewayresponse.header.Content-Length": "'1'", "gatewayresponse.header.WWW-Authenticate": "'Basic'", "gatewayresponse.header.x-id": "context.extendedRequestId"})}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, http.Header{"Content-Type": {"text/plain"}, "content-type": nil, "WWW-Authenticate": {"Basic"}, "Content-Length": {"42"}}},
		"header cannot break lines":             {[]types.GatewayResponse{custom(missing, "403", nil, map[string]string{"gatewayresponse.header.a": "method.request.querystring.q"})}, "GET", "/none?q=1%0d%0ab:c", nil, 403, `{"message":"Missing Authentication Token"}`, http.Header{"a": nil}},
		"parameter that is invalid is left out": {[]types.GatewayResponse{custom(missing, "403", nil, map[string]string{"gatewayresponse.header.a": "method.request.body", "gatewayresponse.header.b": "'b'"})}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, http.Header{"a": nil, "b": {"b"}}},
		"message that is null":                  {[]types.GatewayResponse{custom("DEFAULT_5XX", "", json(`$context.error.messageString|$context.error.message`), nil)}, "GET", "/lambda", nil, 502, `"Internal server error"|Internal server error`, nil},
		"status that cannot be sent":            {[]types.GatewayResponse{custom(missing, "100", nil, nil)}, "GET", "/none", nil, 403, `{"message":"Missing Authentication Token"}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, returning(`"malformed"`))
			f.PublishRestStage(stage(test.responses...))
			response := f.call(test.method, "/stage"+test.path, strings.Repeat("{}", len(test.method)/4), test.header)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.body {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.body)
			}
			for name, want := range test.want {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			if only(response.Header, "x-amzn-RequestId") == "mine" || only(response.Header, "x-amzn-ErrorType") == "" {
				t.Errorf("headers: %v", response.Header)
			}
		})
	}
}

// TestGatewayResponseOfUnknownStage: what belongs to no API is customised by none.
func TestGatewayResponseOfUnknownStage(t *testing.T) {
	f := newFixture(t, nil)
	stage := stageOf()
	stage.Api.GatewayResponses = []types.GatewayResponse{custom("DEFAULT_4XX", "444", nil, nil)}
	f.PublishRestStage(stage)
	if response := f.call("GET", "/other/a", "", nil); response.StatusCode != 403 {
		t.Errorf("got %d", response.StatusCode)
	}
}
