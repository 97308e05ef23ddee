package dataplane_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const modelBase = "https://apigateway.amazonaws.com/restapis/api1/models/"

// validatedStage has one method, ANY /nested/{test}, with a validator of both kinds.
func validatedStage(method types.Method, parameters map[string]bool, models map[string]string) *deployed.RestStage {
	method.RequestValidatorId = aws.String("v1")
	method.RequestParameters = parameters
	method.RequestModels = models
	stage := stageOf(resourceOf("/nested/{test}", map[string]types.Method{"ANY": method}))
	stage.Api.RequestValidators = []types.RequestValidator{{Id: aws.String("v1"), ValidateRequestBody: true, ValidateRequestParameters: true}}
	for name, text := range map[string]string{
		"testSchema":  `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`,
		"ListModel":   `{"type":"array","items":{"$ref":"` + modelBase + `testSchema"}}`,
		"StatusModel": `{"type":"object","properties":{"Status":{"type":"string"},"Order":{"type":"integer"}},"required":["Status","Order"]}`,
		"TestModel":   `{"type":"object","properties":{"status":{"oneOf":[{"type":"null"},{"$ref":"` + modelBase + `StatusModel"}]}},"required":["status"]}`,
		"AnyObject":   `{"type":"object"}`,
		"Broken":      `{"$ref":"` + modelBase + `Missing"}`,
	} {
		stage.Api.Models = append(stage.Api.Models, types.Model{Name: aws.String(name), Schema: aws.String(text)})
	}
	return stage
}

func TestRequestValidation(t *testing.T) {
	parameters := map[string]bool{"method.request.path.test": true, "method.request.querystring.qs1": true, "method.request.header.x-header-param": true, "method.request.header.optional": false}
	issuer := map[string]bool{"method.request.path.issuer": true, "method.request.querystring.qs1": true, "method.request.header.x-header-param": true}
	model := func(name string) map[string]string { return map[string]string{"application/json": name} }
	header := http.Header{"x-header-param": {"test"}}
	const path, query = "/stage/nested/value", "/stage/nested/value?qs1=test"
	const invalidBody = `{"message":"Invalid request body"}`
	const valid = `{"a":1,"b":2}`
	disabled := func(s *deployed.RestStage) {
		s.Api.RequestValidators[0].ValidateRequestBody, s.Api.RequestValidators[0].ValidateRequestParameters = false, false
	}
	tests := map[string]struct {
		parameters           map[string]bool
		models               map[string]string
		method, target, body string
		header               http.Header
		change               func(*deployed.RestStage)
		status               int
		want                 string
		log                  string
	}{
		"RV-01 valid":                            {parameters, model("testSchema"), "POST", query, valid, header, nil, 200, valid, ""},
		"RV-02 no body, no type":                 {parameters, model("testSchema"), "GET", query, "", header, nil, 400, invalidBody, "for content type application/json"},
		"RV-03 no body":                          {parameters, model("testSchema"), "GET", query, "", http.Header{"X-Header-Param": {"a"}, "Content-Type": {"application/json"}}, nil, 400, invalidBody, ""},
		"RV-04 header missing":                   {parameters, model("testSchema"), "GET", query, "", nil, nil, 400, `{"message":"Missing required request parameters: [x-header-param]"}`, ""},
		"RV-05 query missing":                    {parameters, model("testSchema"), "GET", path, "", header, nil, 400, `{"message":"Missing required request parameters: [qs1]"}`, ""},
		"RV-06 all missing":                      {issuer, model("testSchema"), "POST", path, `{"test":"test"}`, nil, nil, 400, `{"message":"Missing required request parameters: [x-header-param, issuer, qs1]"}`, "Missing required"},
		"RV-07 header in any case":               {parameters, model("testSchema"), "POST", query, valid, http.Header{"X-HEADER-param": {"1"}}, nil, 200, valid, ""},
		"RV-08 RV-09 wrong body":                 {parameters, model("testSchema"), "POST", query, `{"test":"test"}`, header, nil, 400, invalidBody, `object has missing required properties ([\"a\",\"b\"])`},
		"RV-10 switched off, POST":               {parameters, model("testSchema"), "POST", path, `{"test":"test"}`, nil, disabled, 200, `{"test":"test"}`, ""},
		"RV-10 switched off, GET":                {parameters, model("testSchema"), "GET", path, "", nil, disabled, 200, "null", ""},
		"RV-11 LP-21 no validator":               {parameters, model("testSchema"), "POST", path, `{}`, nil, func(s *deployed.RestStage) { s.Api.Resources[0].ResourceMethods["ANY"] = without(s) }, 200, `{}`, ""},
		"RV-12 reference":                        {nil, model("ListModel"), "POST", path, `[{"a":1,"b":2}]`, nil, nil, 200, `[{"a":1,"b":2}]`, ""},
		"RV-13 no body":                          {nil, model("ListModel"), "POST", path, ``, nil, nil, 400, invalidBody, ""},
		"RV-13 no body, an object will do":       {nil, model("AnyObject"), "GET", path, ``, nil, nil, 200, "null", ""},
		"RV-14 null":                             {nil, model("TestModel"), "POST", path, `{"status": null}`, nil, nil, 200, `{"status": null}`, ""},
		"RV-15 RV-18 object":                     {nil, model("TestModel"), "POST", path, `{"status": {"Status":"works","Order":1}}`, nil, nil, 200, `{"status": {"Status":"works","Order":1}}`, ""},
		"RV-16 no body":                          {nil, model("TestModel"), "POST", path, ``, nil, nil, 400, invalidBody, ""},
		"RV-17 wrong":                            {nil, model("TestModel"), "POST", path, `{"badFormat":"bla"}`, nil, nil, 400, invalidBody, ""},
		"blank is missing":                       {parameters, nil, "GET", "/stage/nested/value?qs1=%20", "", header, nil, 400, `{"message":"Missing required request parameters: [qs1]"}`, ""},
		"type without a model":                   {nil, model("testSchema"), "POST", path, `<a/>`, http.Header{"Content-Type": {"application/xml"}}, nil, 200, `<a/>`, ""},
		"type with parameters":                   {nil, model("testSchema"), "POST", path, `{}`, http.Header{"Content-Type": {"Application/JSON; charset=utf-8"}}, nil, 400, invalidBody, ""},
		"$default model":                         {nil, map[string]string{"$default": "testSchema"}, "POST", path, `{}`, http.Header{"Content-Type": {"text/plain"}}, nil, 400, invalidBody, ""},
		"model of another type is no check":      {nil, map[string]string{"application/xml": "testSchema"}, "POST", path, `<a/>`, http.Header{"Content-Type": {"application/xml"}}, nil, 200, `<a/>`, ""},
		"model that cannot be compiled":          {nil, model("Broken"), "POST", path, valid, nil, nil, 500, internalError, "a model of the method cannot be used"},
		"model that is not there":                {nil, model("Nowhere"), "POST", path, valid, nil, nil, 500, internalError, "has no model"},
		"broken model of another type is no 500": {nil, map[string]string{"application/json": "testSchema", "application/x-json": "Broken"}, "POST", path, valid, nil, nil, 200, valid, ""},
		"parameter that is none":                 {map[string]bool{"method.request.cookie.x": false}, nil, "POST", path, valid, nil, nil, 500, internalError, "invalid request parameter"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, echoBody)
			stage := validatedStage(lambdaMethod(), test.parameters, test.models)
			if test.change != nil {
				test.change(stage)
			}
			f.PublishRestStage(stage)
			response := f.call(test.method, test.target, test.body, test.header)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("log: %s", f.log)
			}
		})
	}
}

// without returns the stage's method less its validator.
func without(s *deployed.RestStage) types.Method {
	m := s.Api.Resources[0].ResourceMethods["ANY"]
	m.RequestValidatorId = nil
	return m
}

// TestValidatedBodyIsForwarded: a body that a validator has read still reaches an
// HTTP backend.
func TestValidatedBodyIsForwarded(t *testing.T) {
	b := newBackend(t, nil)
	f := newFixture(t, nil)
	f.PublishRestStage(validatedStage(httpMethod(b.URL), nil, map[string]string{"application/json": "testSchema"}))
	if response := f.call("POST", "/stage/nested/x", `{"a":1,"b":2}`, nil); response.StatusCode != 200 || b.body != `{"a":1,"b":2}` {
		t.Errorf("got %d, the backend %q", response.StatusCode, b.body)
	}
}
