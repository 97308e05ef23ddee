package dataplane_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"
)

func TestMock(t *testing.T) {
	xml := http.Header{"Content-Type": {"application/xml"}}
	const unsupportedType = `{"message":"Unsupported Media Type"}`
	template := func(text string) func(*types.Method) {
		return func(m *types.Method) {
			m.MethodIntegration.RequestTemplates = map[string]string{"application/json": text}
		}
	}
	passthrough := func(behaviour string, templates map[string]string) func(*types.Method) {
		return func(m *types.Method) {
			m.MethodIntegration.PassthroughBehavior = aws.String(behaviour)
			m.MethodIntegration.RequestTemplates = templates
		}
	}
	jsonTemplate := map[string]string{"application/json": `{"statusCode": 200}`}
	xmlTemplate := map[string]string{"application/xml": `{"statusCode": 200}`}
	respond := func(code string, change func(*types.IntegrationResponse)) func(*types.Method) {
		return func(m *types.Method) {
			response := types.IntegrationResponse{ResponseTemplates: map[string]string{"application/json": code}}
			if change != nil {
				change(&response)
			}
			m.MethodIntegration.IntegrationResponses[code] = response
			m.MethodResponses[code] = types.MethodResponse{}
		}
	}
	pattern := func(p string) func(*types.IntegrationResponse) {
		return func(r *types.IntegrationResponse) { r.SelectionPattern = aws.String(p) }
	}
	tests := map[string]struct {
		change []func(*types.Method)
		header http.Header
		body   string
		status int
		want   string
		log    string
	}{
		"RT-03 literal template":                {nil, nil, "", 200, `{"a":1}`, ""},
		"template without quotes":               {[]func(*types.Method){template("{statusCode:200}")}, nil, "", 200, `{"a":1}`, ""},
		"SD-31 no request template":             {[]func(*types.Method){passthrough("WHEN_NO_MATCH", nil)}, nil, "", 500, internalError, "Unable to parse statusCode"},
		"no statusCode":                         {[]func(*types.Method){template(`{}`)}, nil, "", 500, internalError, "Unable to parse statusCode"},
		"statusCode is text":                    {[]func(*types.Method){template(`{"statusCode":"abc"}`)}, nil, "", 500, internalError, "Unable to parse statusCode"},
		"template has references":               {[]func(*types.Method){template(`{"statusCode": $context.none}`)}, nil, "", 500, internalError, "Unable to parse statusCode"},
		"empty template":                        {[]func(*types.Method){template(``)}, nil, "", 500, internalError, "Unable to parse statusCode"},
		"json template, xml, WHEN_NO_MATCH":     {[]func(*types.Method){passthrough("WHEN_NO_MATCH", jsonTemplate)}, xml, `{"statusCode":200}`, 200, `{"a":1}`, ""},
		"json template, xml without statusCode": {[]func(*types.Method){passthrough("WHEN_NO_MATCH", jsonTemplate)}, xml, `<a/>`, 500, internalError, "Unable to parse statusCode"},
		"json template, xml, WHEN_NO_TEMPLATES": {[]func(*types.Method){passthrough("WHEN_NO_TEMPLATES", jsonTemplate)}, xml, "", 415, unsupportedType, "WHEN_NO_TEMPLATES"},
		"json template, xml, NEVER":             {[]func(*types.Method){passthrough("NEVER", jsonTemplate)}, xml, "", 415, unsupportedType, "NEVER"},
		"json template with charset":            {[]func(*types.Method){passthrough("NEVER", jsonTemplate)}, http.Header{"Content-Type": {"application/json;charset=utf-8"}}, "", 200, `{"a":1}`, ""},
		"xml template, no type, NEVER":          {[]func(*types.Method){passthrough("NEVER", xmlTemplate)}, nil, "", 415, unsupportedType, ""},
		"xml template, xml":                     {[]func(*types.Method){passthrough("NEVER", xmlTemplate)}, xml, "", 200, `{"a":1}`, ""},
		"no template, WHEN_NO_TEMPLATES":        {[]func(*types.Method){passthrough("WHEN_NO_TEMPLATES", nil)}, nil, `{"statusCode":200}`, 200, `{"a":1}`, ""},
		"no template, NEVER":                    {[]func(*types.Method){passthrough("NEVER", nil)}, nil, "", 415, unsupportedType, ""},
		"RT-08 selection by status":             {[]func(*types.Method){template(`{"statusCode":201}`), respond("404", pattern(`2\d{2}`))}, nil, "", 404, "404", ""},
		"pattern matches the whole status":      {[]func(*types.Method){template(`{"statusCode":201}`), respond("404", pattern(`20`))}, nil, "", 200, `{"a":1}`, ""},
		"first pattern by status":               {[]func(*types.Method){template(`{"statusCode":404}`), respond("405", pattern(`4.*`)), respond("404", pattern(`.+`))}, nil, "", 404, "404", ""},
		"the pattern of the own status first":   {[]func(*types.Method){template(`{"statusCode":404}`), respond("403", pattern(`4.*`)), respond("404", pattern(`.*4`))}, nil, "", 404, "404", ""},
		"a pattern of another status":           {[]func(*types.Method){template(`{"statusCode":404}`), respond("403", pattern(`4.*`)), respond("404", pattern(`5.*`))}, nil, "", 403, "403", ""},
		"a negative status":                     {[]func(*types.Method){template(`{"statusCode":-1}`), respond("404", pattern(`-1`))}, nil, "", 404, "404", ""},
		"empty pattern is the default":          {[]func(*types.Method){respond("200", pattern(""))}, nil, "", 200, "200", ""},
		"no match and no default":               {[]func(*types.Method){respond("200", pattern("404"))}, nil, "", 500, internalError, "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200"},
		"no method response":                    {[]func(*types.Method){func(m *types.Method) { m.MethodResponses = nil }}, nil, "", 500, internalError, "Output mapping refers to an invalid method response: 200"},
		"no integration response":               {[]func(*types.Method){func(m *types.Method) { m.MethodIntegration.IntegrationResponses = nil }}, nil, "", 500, internalError, "No match for output mapping"},
		"pattern with look-around":              {[]func(*types.Method){respond("404", pattern(`(?!4).*`))}, nil, "", 404, "404", ""},
		"pattern that no engine has":            {[]func(*types.Method){respond("404", pattern(`2*+`))}, nil, "", 500, internalError, "selectionPattern"},
		"response template has directives":      {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) { r.ResponseTemplates["application/json"] = "#set($a=1)$a" })}, nil, "", 200, "1", ""},
		"response template is broken":           {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) { r.ResponseTemplates["application/json"] = "#if(" })}, nil, "", 500, internalError, "Unable to transform response"},
		"response template for the accept":      {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) { r.ResponseTemplates["application/xml"] = "<a/>" })}, http.Header{"Accept": {"application/xml, */*"}}, "", 200, "<a/>", ""},
		"empty response template":               {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) { r.ResponseTemplates["application/json"] = "" })}, nil, "", 200, "", ""},
		"response reads the body": {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) {
			r.ResponseParameters = map[string]string{"method.response.header.A": "integration.response.body.a"}
		})}, nil, "", 200, "200", ""},
		"response is converted to binary": {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) {
			r.ContentHandling = types.ContentHandlingStrategyConvertToBinary
			r.ResponseTemplates["application/json"] = "aGk="
		})}, nil, "", 200, "hi", ""},
		"response cannot be converted to binary": {[]func(*types.Method){respond("200", func(r *types.IntegrationResponse) {
			r.ContentHandling = types.ContentHandlingStrategyConvertToBinary
			r.ResponseTemplates["application/json"] = "{}"
		})}, nil, "", 500, internalError, "base64"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, nil)
			method := mockMethod(`{"a":1}`)
			for _, change := range test.change {
				change(&method)
			}
			f.PublishRestStage(stageOf(resourceOf("/a", map[string]types.Method{"ANY": method})))
			response := f.call("POST", "/stage/a", test.body, test.header)
			if body := bodyOf(t, response); response.StatusCode != test.status || body != test.want {
				t.Errorf("got %d %s, want %d %s; log: %s", response.StatusCode, body, test.status, test.want, f.log)
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("log: %s", f.log)
			}
			if _, ok := response.Header["X-Amzn-Trace-Id"]; ok {
				t.Error("RT-29 MOCK has no trace header")
			}
		})
	}
}

func TestMockHeaders(t *testing.T) {
	f := newFixture(t, nil)
	method := mockMethod("")
	response := method.MethodIntegration.IntegrationResponses["200"]
	response.ResponseParameters = map[string]string{
		"method.response.header.Access-Control-Allow-Origin": "'*'",
		"method.response.header.x-stage":                     "stageVariables.env",
		"method.response.header.x-resource":                  "context.resourcePath",
		"method.response.header.x-missing":                   "stageVariables.missing",
		"method.response.header.x-backend":                   "integration.response.header.x",
		"method.response.header.Content-Type":                "'text/plain'",
	}
	method.MethodIntegration.IntegrationResponses["200"] = response
	stage := stageOf(resourceOf("/a", map[string]types.Method{"OPTIONS": method}))
	stage.Stage.Variables = map[string]string{"env": "dev"}
	f.PublishRestStage(stage)
	got := f.call("OPTIONS", "/stage/a", "", http.Header{"X-Amzn-Trace-Id": {"Root=1-3152b799-8954dae64eda91bc9a23a7e8"}}).Header
	for _, name := range []string{"x-amz-apigw-id", "x-amzn-RequestId"} {
		if len(got[name]) != 1 {
			t.Errorf("RT-29 %s is %q", name, got[name])
		}
		delete(got, name)
	}
	want := http.Header{
		"Access-Control-Allow-Origin": {"*"}, "x-stage": {"dev"}, "x-resource": {"/a"}, "Content-Type": {"text/plain"},
		"Connection": {"keep-alive"}, "Content-Length": {"0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("RT-30: %s", diff)
	}
}

// TestMockBinary: with every type binary, a preflight breaks unless its payload is
// converted to text.
func TestMockBinary(t *testing.T) {
	for handling, want := range map[types.ContentHandlingStrategy]int{"": 500, types.ContentHandlingStrategyConvertToText: 200} {
		f := newFixture(t, nil)
		method := mockMethod("")
		method.MethodIntegration.ContentHandling = handling
		stage := stageOf(resourceOf("/a", map[string]types.Method{"OPTIONS": method}))
		stage.Api.Api.BinaryMediaTypes = []string{"*/*"}
		f.PublishRestStage(stage)
		if response := f.call("OPTIONS", "/stage/a", "", nil); response.StatusCode != want {
			t.Errorf("contentHandling %q: got %d, want %d", handling, response.StatusCode, want)
		}
	}
}
