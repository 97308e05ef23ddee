package wire

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	opSet       = "Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
	typesFault  = "Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"
	ipFault     = "Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]"
	statusFault = `Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`
	gatewayType = "1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]"
	booleanText = "class java.lang.Boolean can not be converted to an String"
	methodPath  = "/restapis/a/resources/r/methods/GET"
)

// opFaults lists violations of patch operations with the given 1-based indexes.
func opFaults(input, value string, indexes ...string) string {
	faults := make([]string, len(indexes))
	for i, index := range indexes {
		faults[i] = "Value '" + value + "' at '" + input + ".patchOperations." + index + ".member.op' failed to satisfy constraint: " + opSet
	}
	return strings.Join(faults, "; ")
}

// answerOf sends a request to a service whose operations all succeed.
func answerOf(t *testing.T, service Service, method, target, body string) (*http.Response, string) {
	t.Helper()
	h, err := NewHandlerFunc(service, func(context.Context, *Operation, any) (any, error) { return nil, nil }, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, h, method, target, body)
}

func send(t *testing.T, h http.Handler, method, target, body string) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body)))
	r := w.Result()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(data)
}

type refusal struct {
	service              Service
	method, target, body string
	code, message        string
}

func TestConstraints(t *testing.T) {
	t.Parallel()
	const v, s = "ValidationException", "SerializationException"
	response := methodPath + "/responses/"
	integration := methodPath + "/integration/responses/"
	tests := map[string]refusal{
		"RA-28 two wrong ops":               {APIGateway, "PATCH", "/restapis/a", `{"patchOperations":[{"op":"wrong","path":"/endpointConfiguration/ipAddressType"},{"op":"wrong","path":"/endpointConfiguration/ipAddressType"}]}`, v, "2 validation errors detected: " + opFaults("updateRestApiInput", "wrong", "1", "2")},
		"RA-29 path plays no part":          {APIGateway, "PATCH", "/restapis/a", `{"patchOperations":[{"op":"wrong","path":"/endpointConfiguration/types/0"},{"op":"wrong","path":"/endpointConfiguration/types/0"}]}`, v, "2 validation errors detected: " + opFaults("updateRestApiInput", "wrong", "1", "2")},
		"RA-30 three wrong ops":             {APIGateway, "PATCH", "/restapis/a", `{"patchOperations":[{"op":"wrong"},{"op":"wrong"},{"op":"wrong","path":"/binaryMediaTypes"}]}`, v, "3 validation errors detected: " + opFaults("updateRestApiInput", "wrong", "1", "2", "3")},
		"RA-38 ipAddressType":               {APIGateway, "POST", "/restapis", `{"name":"n","endpointConfiguration":{"types":["EDGE"],"ipAddressType":"wrong"}}`, v, "1 validation error detected: " + ipFault},
		"RA-39 types":                       {APIGateway, "POST", "/restapis", `{"name":"n","endpointConfiguration":{"types":["wrong"],"ipAddressType":"ipv4"}}`, v, "1 validation error detected: " + typesFault},
		"RA-40 types first":                 {APIGateway, "POST", "/restapis", `{"name":"n","endpointConfiguration":{"ipAddressType":"wrong","types":["wrong"]}}`, v, "2 validation errors detected: " + typesFault + "; " + ipFault},
		"RA-41 before business rules":       {APIGateway, "POST", "/restapis", `{"name":"n","description":"","minimumCompressionSize":-1,"endpointConfiguration":{"types":["wrong"],"ipAddressType":"wrong"}}`, v, "2 validation errors detected: " + typesFault + "; " + ipFault},
		"RA-48 private":                     {APIGateway, "POST", "/restapis", `{"name":"n","endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"wrong"}}`, v, "1 validation error detected: " + ipFault},
		"RA-51 types and description":       {APIGateway, "POST", "/restapis", `{"name":"n","description":"","endpointConfiguration":{"types":["wrong"]}}`, v, "1 validation error detected: " + typesFault},
		"RM-73 status code":                 {APIGateway, "PATCH", response + "wrong", `{"patchOperations":[]}`, v, "1 validation error detected: " + statusFault},
		"RM-74 body before path":            {APIGateway, "PATCH", response + "wrong", `{"patchOperations":[{"op":"wrong_op"}]}`, v, "2 validation errors detected: " + opFaults("updateMethodResponseInput", "wrong_op", "1") + "; " + statusFault},
		"RM-77 one op":                      {APIGateway, "PATCH", response + "200", `{"patchOperations":[{"op":"wrong_op","path":"/responseModels/application~1json"}]}`, v, "1 validation error detected: " + opFaults("updateMethodResponseInput", "wrong_op", "1")},
		"RM-78 four ops":                    {APIGateway, "PATCH", response + "200", `{"patchOperations":[{"op":"wrong_op"},{"op":"wrong_op"},{"op":"wrong_op"},{"op":"wrong_op"}]}`, v, "4 validation errors detected: " + opFaults("updateMethodResponseInput", "wrong_op", "1", "2", "3", "4")},
		"RM-79 the valid one between":       {APIGateway, "PATCH", response + "200", `{"patchOperations":[{"op":"wrong_op"},{"op":"remove"},{"op":"wrong_op"}]}`, v, "2 validation errors detected: " + opFaults("updateMethodResponseInput", "wrong_op", "1", "3")},
		"IN-01 integration type":            {APIGateway, "PUT", methodPath + "/integration", `{"type":"HTTPS_PROXY"}`, v, "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]"},
		"IN-09 boolean parameter":           {APIGateway, "PUT", methodPath + "/integration", `{"type":"HTTP_PROXY","requestParameters":{"true":true}}`, s, booleanText},
		"IN-10 boolean for string":          {APIGateway, "PUT", methodPath + "/integration", `{"type":"HTTP_PROXY","requestParameters":{"integration.request.path.testPath":true}}`, s, booleanText},
		"IN-36 status code, put":            {APIGateway, "PUT", integration + "wrong", `{}`, v, "1 validation error detected: " + statusFault},
		"IN-36 status code, get":            {APIGateway, "GET", integration + "wrong", ``, v, "1 validation error detected: " + statusFault},
		"IN-37 number template":             {APIGateway, "PUT", integration + "200", `{"responseTemplates":{"application/json":123}}`, s, "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"},
		"GR-17 gateway response op":         {APIGateway, "PATCH", "/restapis/a/gatewayresponses/DEFAULT_4XX", `{"patchOperations":[{"op":"wrong-op"}]}`, v, "1 validation error detected: " + opFaults("updateGatewayResponseInput", "wrong-op", "1")},
		"GR-23 type, get":                   {APIGateway, "GET", "/restapis/a/gatewayresponses/FAKE_RESPONSE_TYPE", ``, v, gatewayType},
		"GR-23 type, delete":                {APIGateway, "DELETE", "/restapis/a/gatewayresponses/FAKE_RESPONSE_TYPE", ``, v, gatewayType},
		"GR-23 type, update":                {APIGateway, "PATCH", "/restapis/a/gatewayresponses/FAKE_RESPONSE_TYPE", `{}`, v, gatewayType},
		"GR-23 type, put":                   {APIGateway, "PUT", "/restapis/a/gatewayresponses/FAKE_RESPONSE_TYPE", `{}`, v, gatewayType},
		"DO-12 location type":               {APIGateway, "POST", "/restapis/a/documentation/parts", `{"location":{"type":"INVALID"},"properties":"{}"}`, v, "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]"},
		"required member":                   {APIGateway, "POST", "/restapis", `{}`, v, "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null"},
		"required members, no body":         {APIGateway, "POST", "/restapis/a/documentation/parts", ``, v, "2 validation errors detected: Value null at 'createDocumentationPartInput.location' failed to satisfy constraint: Member must not be null; Value null at 'createDocumentationPartInput.properties' failed to satisfy constraint: Member must not be null"},
		"empty enum string is sent":         {APIGateway, "PATCH", "/restapis/a", `{"patchOperations":[{"op":"add"},{"op":""}]}`, v, "1 validation error detected: " + opFaults("updateRestApiInput", "", "2")},
		"v2 says BadRequestException":       {APIGatewayV2, "POST", "/v2/apis", `{"name":"n"}`, "BadRequestException", "1 validation error detected: Value null at 'createApiInput.protocolType' failed to satisfy constraint: Member must not be null"},
		"lambda has no prefix":              {Lambda, "POST", "/2015-03-31/functions", `{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{},"MemorySize":1}`, v, "1 validation error detected: Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"},
		"lambda lookahead in pattern":       {Lambda, "POST", "/2015-03-31/functions/f/aliases", `{"Name":"123","FunctionVersion":"1"}`, v, `1 validation error detected: Value '123' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`},
		"lambda query bound":                {Lambda, "GET", "/2015-03-31/functions?MaxItems=0", ``, v, "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		"lambda query of wrong type":        {Lambda, "GET", "/2015-03-31/functions?MaxItems=x", ``, s, "class java.lang.String can not be converted to an Integer"},
		"lambda sensitive map is not shown": {Lambda, "POST", "/2015-03-31/functions", `{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{},"Environment":{"Variables":{"1":"x"}}}`, v, "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"},
		"malformed JSON":                    {APIGateway, "POST", "/restapis", `{"name":`, s, "Request body is not valid JSON"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := answerOf(t, tt.service, tt.method, tt.target, tt.body)
			var got struct{ Message string }
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%v in %q", err, body)
			}
			if diff := cmp.Diff(tt.message, got.Message); diff != "" {
				t.Error(diff)
			}
			if code := r.Header.Get(errorTypeHeader); r.StatusCode != http.StatusBadRequest || code != tt.code {
				t.Errorf("status %d, error type %q", r.StatusCode, code)
			}
		})
	}
}

func TestConstraintsPass(t *testing.T) {
	t.Parallel()
	tests := map[string]refusal{
		"RM-32 the verb is a plain string":            {service: APIGateway, method: "PUT", target: "/restapis/a/resources/r/methods/WRONG", body: `{"authorizationType":"NONE"}`},
		"IN-50 an empty name is a business rule":      {service: APIGateway, method: "POST", target: "/vpclinks", body: `{"name":"","targetArns":[]}`},
		"GR-16 a patch operation without path":        {service: APIGateway, method: "PATCH", target: "/restapis/a/gatewayresponses/DEFAULT_4XX", body: `{"patchOperations":[{"op":"add"}]}`},
		"MI-28 authorizationType in lower case":       {service: APIGateway, method: "PUT", target: methodPath, body: `{"authorizationType":"none"}`},
		"a lambda runtime is the service's to check":  {service: Lambda, method: "POST", target: "/2015-03-31/functions", body: `{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{},"Runtime":"cobol"}`},
		"a large message is the service's to refuse":  {service: APIGatewayManagement, method: "POST", target: "/@connections/c", body: strings.Repeat("x", 200_000)},
		"an enum value that only the SDK knows":       {service: APIGateway, method: "POST", target: "/restapis", body: `{"name":"n","securityPolicy":"SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09"}`},
		"a handler with text of any script in UTF-16": {service: Lambda, method: "POST", target: "/2015-03-31/functions", body: `{"FunctionName":"f","Role":"arn:aws:iam::123456789012:role/r","Code":{},"Handler":"a.😀"}`},
		"null members count as absent":                {service: APIGateway, method: "POST", target: "/restapis", body: `{"name":"n","endpointConfiguration":null,"apiKeySource":null}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r, body := answerOf(t, tt.service, tt.method, tt.target, tt.body); r.StatusCode >= 300 {
				t.Errorf("%d %s", r.StatusCode, body)
			}
		})
	}
}

func TestTablesAreSound(t *testing.T) {
	t.Parallel()
	for service := range operationCounts {
		p, _ := service.protocol()
		for i, c := range p.constraints.shapes {
			if c.pattern != "" {
				matches(c.pattern, "x")
			}
			for _, m := range c.members {
				if m.shape >= len(p.constraints.shapes) || m.name == "" {
					t.Errorf("%s: shape %d has a bad member %+v", service, i, m)
				}
			}
		}
		names := map[string]bool{}
		for _, o := range service.Operations() {
			names[o.Name] = true
			compiled, err := o.plans()
			if err != nil {
				t.Errorf("%s: %v", o, err)
				continue
			}
			// A member that the model constrains and the SDK lacks would go unchecked.
			if c := p.constraints.input(o.Name); c != nil {
				for _, m := range c.members {
					if compiled.input.byMember[m.name] == nil {
						t.Errorf("%s has no member %s", o, m.name)
					}
				}
			}
		}
		for _, input := range p.constraints.inputs {
			if !names[input.operation] {
				t.Errorf("%s has no operation %s", service, input.operation)
			}
		}
	}
}

func TestLookaroundPatterns(t *testing.T) {
	t.Parallel()
	for text := range lookarounds {
		for value, want := range map[string]map[string]bool{
			`(?!^[0-9]+$)([a-zA-Z0-9-_]+)`:              {"1a": true, "12": false, "": false},
			`((?!^\d+$)^[0-9a-zA-Z-_]+$)`:               {"v1": true, "1": false},
			`(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)`: {"system": true, "system.x": false, "$": false},
			`[0-9A-Za-z\.\-_]*(?<!\.)`:                  {"a.b": true, "a.": false, "": true},
		}[text] {
			if matches(text, value) != want {
				t.Errorf("%s on %q: want %t", text, value, want)
			}
		}
	}
}

func TestJavaOrderOfLargeSets(t *testing.T) {
	t.Parallel()
	values := make([]string, 25)
	for i := range values {
		values[i] = string(rune('a' + i))
	}
	// 97 & 63 = 33: in 64 buckets "a" to "y" keep their order.
	if diff := cmp.Diff(values, javaOrder(values)); diff != "" {
		t.Error(diff)
	}
}
