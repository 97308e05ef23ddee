package restapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const (
	errIntegration = "404 NotFoundException: Invalid Integration identifier specified"
	errStatusCode  = "404 NotFoundException: Invalid Response status code specified"
	errPathAction  = "400 BadRequestException: AWS ARN for integration must contain path or action"
	errProxy       = "400 BadRequestException: Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
	functionARN    = "arn:aws:lambda:eu-west-1:111111111111:function:f"
	invocation     = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations"
	roleARN        = "arn:aws:iam::111111111111:role/r"
)

// integrations makes an API with a method and returns a function that puts an
// integration to it.
func integrations(t *testing.T) (w *world, api, root string, put func(name string, in apigateway.PutIntegrationInput, want string)) {
	t.Helper()
	w = newWorld(t)
	api, root = w.api()
	w.method(api, root, "ANY", "method.request.header.foobar", "method.request.querystring.testVar", "method.request.querystring.q")
	return w, api, root, func(name string, in apigateway.PutIntegrationInput, want string) {
		t.Helper()
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		if in.ResourceId == nil {
			in.ResourceId = &root
		}
		if in.HttpMethod == nil {
			in.HttpMethod = aws.String("ANY")
		}
		fact(w, name, w.client.PutIntegration, &in, want)
	}
}

func TestPutIntegration(t *testing.T) {
	w, api, root, put := integrations(t)
	rest := `"passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"` + root + `","cacheKeyParameters":[]`
	lambda := `{"type":"AWS","httpMethod":"POST","uri":"` + invocation + `","credentials":"` + roleARN + `",` + rest
	get := &apigateway.GetIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY")}
	fact(w, "IN-14 none yet", w.client.GetIntegration, get, errIntegration)
	put("IN-01 MI-05 wrong type before the lookup", apigateway.PutIntegrationInput{HttpMethod: aws.String("GET"), Type: "HTTPS_PROXY"},
		"400 ValidationException: 1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]")
	put("IN-02 no such method", apigateway.PutIntegrationInput{HttpMethod: aws.String("GET"), Type: "MOCK"}, errMethod)
	put("IN-03 no such resource", apigateway.PutIntegrationInput{ResourceId: aws.String("unknown"), Type: "MOCK"}, errResource)
	put("IN-04 lambda", apigateway.PutIntegrationInput{Type: "AWS", IntegrationHttpMethod: aws.String("POST"), Uri: aws.String(invocation), Credentials: aws.String(roleARN)}, "201 "+lambda+"}")
	put("IN-05 with templates", apigateway.PutIntegrationInput{
		Type: "AWS", IntegrationHttpMethod: aws.String("POST"), Uri: aws.String(invocation), Credentials: aws.String(roleARN),
		RequestTemplates: map[string]string{"application/json": "{}"},
	}, "201 "+lambda+`,"requestTemplates":{"application/json":"{}"}}`)
	linked := func(id string) string {
		return `{"type":"HTTP_PROXY","httpMethod":"GET","uri":"http://nlb.example.com","connectionType":"VPC_LINK","connectionId":"${stageVariables.` + id + `}",` + rest + "}"
	}
	put("IN-07 VPC link by stage variable", apigateway.PutIntegrationInput{
		Type: "HTTP_PROXY", IntegrationHttpMethod: aws.String("GET"), Uri: aws.String("http://nlb.example.com"),
		ConnectionType: "VPC_LINK", ConnectionId: aws.String("${stageVariables.vpcLinkId}"),
	}, "201 "+linked("vpcLinkId"))
	fact(w, "IN-07 get", w.client.GetIntegration, get, "200 "+linked("vpcLinkId"))
	fact(w, "IN-08 update", w.client.UpdateIntegration, &apigateway.UpdateIntegrationInput{
		RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), PatchOperations: ops(op("replace", "/connectionId", "${stageVariables.vpcLinkIdBeta}")),
	}, "200 "+linked("vpcLinkIdBeta"))
	fact(w, "IN-08 get", w.client.GetIntegration, get, "200 "+linked("vpcLinkIdBeta"))

	path := "/restapis/" + api + "/resources/" + root + "/methods/ANY/integration"
	w.raw("IN-09 boolean under a boolean key", "PUT", path, `{"type":"HTTP_PROXY","httpMethod":"GET","uri":"http://example.com","requestParameters":{"true":true}}`,
		"400 SerializationException: class java.lang.Boolean can not be converted to an String")
	w.raw("IN-10 boolean", "PUT", path, `{"type":"HTTP_PROXY","httpMethod":"GET","uri":"http://example.com","requestParameters":{"integration.request.path.testPath":true}}`,
		"400 SerializationException: class java.lang.Boolean can not be converted to an String")

	wrong := *get
	wrong.RestApiId = aws.String("unknown")
	fact(w, "IN-11 MI-08 unknown API", w.client.GetIntegration, &wrong, errResource)
	wrong = *get
	wrong.ResourceId = aws.String("unknown")
	fact(w, "IN-12 unknown resource", w.client.GetIntegration, &wrong, errResource)
	wrong = *get
	wrong.HttpMethod = aws.String("GET")
	fact(w, "IN-13 no method", w.client.GetIntegration, &wrong, errMethod)
	fact(w, "IN-15 delete", w.client.DeleteIntegration, &apigateway.DeleteIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY")}, "204 ")
	fact(w, "IN-15 get", w.client.GetIntegration, get, errIntegration)
}

func TestIntegrationRules(t *testing.T) {
	_, _, root, put := integrations(t)
	proxy := func(uri string) apigateway.PutIntegrationInput {
		return apigateway.PutIntegrationInput{Type: "AWS_PROXY", IntegrationHttpMethod: aws.String("POST"), Uri: aws.String(uri), Credentials: aws.String(roleARN)}
	}
	put("IN-17 bare function", proxy(functionARN), errPathAction)
	put("IN-18 no ARN", proxy("bad-arn:lambda:path/2015-03-31/functions/"+functionARN+"/invocations"), "400 BadRequestException: Invalid ARN specified in the request")
	put("IN-19 neither path nor action", proxy("arn:aws:apigateway:eu-west-1:lambda:test/2015-03-31/functions/"+functionARN+"/invocations"), errPathAction)
	noRole := proxy("arn:aws:apigateway:eu-west-1:sqs:path/111111111111/queue")
	noRole.Type, noRole.Credentials = types.IntegrationTypeAws, nil
	put("IN-17 a service without a role", noRole, "400 BadRequestException: Role ARN must be specified for AWS integrations")
	put("IN-20 firehose", proxy("arn:aws:apigateway:eu-west-1:firehose:path/2015-03-31/functions/"+functionARN+"/invocations"), errProxy)
	put("IN-21 random path", proxy("arn:aws:apigateway:eu-west-1:lambda:path/random/value/"+functionARN+"/invocations"), errProxy)

	rest := `"passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"` + root + `","cacheKeyParameters":[]`
	get := proxy(invocation)
	get.IntegrationHttpMethod = aws.String("GET")
	put("IN-22 GET", get, `201 {"type":"AWS_PROXY","httpMethod":"GET","uri":"`+invocation+`","credentials":"`+roleARN+`",`+rest+"}")
	mapped := proxy(invocation)
	mapped.RequestParameters = map[string]string{
		"integration.request.header.headerVar": "method.request.header.foobar",
		"integration.request.path.qsVar":       "method.request.querystring.testVar",
		"integration.request.querystring.q":    "method.request.querystring.q",
	}
	put("IN-16 mappings", mapped, `201 {"type":"AWS_PROXY","httpMethod":"POST","uri":"`+invocation+`","credentials":"`+roleARN+`",`+rest+
		`,"requestParameters":{"integration.request.header.headerVar":"method.request.header.foobar","integration.request.path.qsVar":"method.request.querystring.testVar","integration.request.querystring.q":"method.request.querystring.q"}}`)

	http := func(change func(*apigateway.PutIntegrationInput)) apigateway.PutIntegrationInput {
		in := apigateway.PutIntegrationInput{Type: "HTTP", IntegrationHttpMethod: aws.String("GET"), Uri: aws.String("https://example.com/{x}")}
		change(&in)
		return in
	}
	mapping := func(target, source string) apigateway.PutIntegrationInput {
		return http(func(in *apigateway.PutIntegrationInput) { in.RequestParameters = map[string]string{target: source} })
	}
	const result = "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : ["
	put("undeclared source", mapping("integration.request.header.x", "method.request.header.X"), result+"Invalid mapping expression parameter specified: method.request.header.X]")
	put("wrong target", mapping("integration.request.cookie.x", "'x'"), result+"Invalid mapping expression specified: integration.request.cookie.x]")
	put("wrong source", mapping("integration.request.header.x", "x"), result+"Invalid mapping expression specified: x]")
	for _, source := range []string{"'literal'", "stageVariables.x", "context.requestId", "method.request.body", "method.request.body.a.b[0]", "method.request.multivaluequerystring.q"} {
		put("source "+source, mapping("integration.request.header.x", source),
			fmt.Sprintf(`201 {"type":"HTTP","httpMethod":"GET","uri":"https://example.com/{x}",%s,"requestParameters":{"integration.request.header.x":%q}}`, rest, source))
	}
	put("no verb", http(func(in *apigateway.PutIntegrationInput) { in.IntegrationHttpMethod = nil }), "400 BadRequestException: Enumeration value for HttpMethod must be non-empty")
	put("no address", http(func(in *apigateway.PutIntegrationInput) { in.Uri = nil }), "400 BadRequestException: Invalid HTTP endpoint specified for URI")
	put("wrong scheme", http(func(in *apigateway.PutIntegrationInput) { in.Uri = aws.String("ftp://x") }), "400 BadRequestException: Invalid HTTP endpoint specified for URI")
	put("too fast", http(func(in *apigateway.PutIntegrationInput) { in.TimeoutInMillis = aws.Int32(49) }), "400 BadRequestException: Timeout should be between 50 ms and 29000 ms")
	put("too slow", http(func(in *apigateway.PutIntegrationInput) { in.TimeoutInMillis = aws.Int32(29001) }), "400 BadRequestException: Timeout should be between 50 ms and 29000 ms")
	put("wrong passthrough", http(func(in *apigateway.PutIntegrationInput) { in.PassthroughBehavior = aws.String("x") }), "400 BadRequestException: Invalid PassthroughBehavior specified. Valid options are WHEN_NO_MATCH,NEVER,WHEN_NO_TEMPLATES")
	put("wrong credentials", http(func(in *apigateway.PutIntegrationInput) { in.Credentials = aws.String("x") }), "400 BadRequestException: Invalid ARN specified in the request")
	put("wrong content type", http(func(in *apigateway.PutIntegrationInput) { in.RequestTemplates = map[string]string{"123": "x"} }), "400 BadRequestException: Validation Result: warnings : [], errors : [Invalid content type specified: 123]")
}

func TestUpdateIntegration(t *testing.T) {
	w, api, root, put := integrations(t)
	rest := `"timeoutInMillis":%d,"cacheNamespace":"` + root + `","cacheKeyParameters":[%s],"passthroughBehavior":"%s"}`
	shown := func(members string, timeout int, keys, passthrough string) string {
		return `200 {"type":"HTTP","httpMethod":"POST","uri":"https://example.org",` + members + fmt.Sprintf(rest, timeout, keys, passthrough)
	}
	put("put", apigateway.PutIntegrationInput{Type: "HTTP", IntegrationHttpMethod: aws.String("GET"), Uri: aws.String("https://example.com")},
		`201 {"type":"HTTP","httpMethod":"GET","uri":"https://example.com",`+fmt.Sprintf(rest, 29000, "", "WHEN_NO_MATCH"))
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateIntegration, &apigateway.UpdateIntegrationInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), PatchOperations: operations}, want)
	}
	update("scalars", shown(`"contentHandling":"CONVERT_TO_TEXT","tlsConfig":{"insecureSkipVerification":true},"credentials":"`+roleARN+`",`, 1000, "", "NEVER"),
		op("replace", "/httpMethod", "POST"), op("replace", "/uri", "https://example.org"), op("replace", "/timeoutInMillis", "1000"),
		op("replace", "/passthroughBehavior", "NEVER"), op("replace", "/contentHandling", "CONVERT_TO_TEXT"),
		op("replace", "/tlsConfig/insecureSkipVerification", "true"), op("replace", "/credentials", roleARN))
	update("clear", shown("", 1000, "", "NEVER"), op("replace", "/contentHandling", ""), op("replace", "/credentials", ""), op("remove", "/tlsConfig"))
	update("maps", shown(`"requestParameters":{"integration.request.header.x":"'y'"},"requestTemplates":{"application/json":"{}"},`, 1000, `"method.request.querystring.q"`, "NEVER"),
		op("add", "/requestParameters/integration.request.header.x", "'y'"), op("add", "/requestTemplates/application~1json", "{}"), op("add", "/cacheKeyParameters/method.request.querystring.q", ""))
	update("MI-27 empty maps vanish, the list stays", shown("", 1000, "", "NEVER"),
		op("remove", "/requestParameters/integration.request.header.x"), op("remove", "/requestTemplates/application~1json"), op("remove", "/cacheKeyParameters/method.request.querystring.q"))
	update("missing parameter", "404 NotFoundException: Invalid parameter name specified", op("replace", "/requestParameters/integration.request.header.x", "'y'"))
	update("missing template", "404 NotFoundException: Content-Type specified was not found", op("remove", "/requestTemplates/application~1json"))
	for _, key := range []string{"method.request.querystring.z", "integration.request.header.z", "z"} {
		update("undeclared cache key "+key, "400 BadRequestException: Invalid cache key parameter specified", op("add", "/cacheKeyParameters/"+key))
	}
	update("missing cache key", "404 NotFoundException: Invalid parameter name specified", op("remove", "/cacheKeyParameters/method.request.querystring.q"))
	update("a mapping as a key", shown(`"requestParameters":{"integration.request.header.x":"'y'"},`, 1000, `"integration.request.header.x","method.request.querystring.q"`, "NEVER"),
		op("add", "/requestParameters/integration.request.header.x", "'y'"), op("add", "/cacheKeyParameters/integration.request.header.x"), op("add", "/cacheKeyParameters/method.request.querystring.q"))
	update("goes with the mapping", shown("", 1000, `"method.request.querystring.q"`, "NEVER"), op("remove", "/requestParameters/integration.request.header.x"))
	for _, o := range []types.Op{types.OpReplace, types.OpRemove} {
		if _, err := w.client.UpdateMethod(t.Context(), &apigateway.UpdateMethodInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), PatchOperations: []types.PatchOperation{op(o, "/requestParameters/method.request.querystring.q", "true")}}); err != nil {
			t.Fatal(err)
		}
		update("and with the method's parameter", shown("", 1000, "", "NEVER"))
		if o == types.OpReplace {
			update("back again", shown("", 1000, `"method.request.querystring.q"`, "NEVER"), op("add", "/cacheKeyParameters/method.request.querystring.q"))
		}
	}
	update("type stays", "400 BadRequestException: Invalid patch path /type", op("replace", "/type", "MOCK"))
	update("wrong op", errReplaceOnly, op("add", "/uri", "x"))
	update("no number", "400 BadRequestException: Invalid timeoutInMillis specified. It must be a number.", op("replace", "/timeoutInMillis", "x"))
}

func TestIntegrationResponses(t *testing.T) {
	w, api, root, put := integrations(t)
	get := &apigateway.GetIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), StatusCode: aws.String("200")}
	fact(w, "IN-39 no integration", w.client.GetIntegrationResponse, get, errIntegration)
	put("integration", apigateway.PutIntegrationInput{Type: "MOCK"}, `201 {"type":"MOCK","passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"`+root+`","cacheKeyParameters":[]}`)
	respond := func(name string, in apigateway.PutIntegrationResponseInput, want string) {
		t.Helper()
		if in.RestApiId == nil {
			in.RestApiId = &api
		}
		if in.ResourceId == nil {
			in.ResourceId = &root
		}
		if in.HttpMethod == nil {
			in.HttpMethod = aws.String("ANY")
		}
		if in.StatusCode == nil {
			in.StatusCode = aws.String("200")
		}
		fact(w, name, w.client.PutIntegrationResponse, &in, want)
	}
	empty := aws.String("")
	created := `{"statusCode":"200","selectionPattern":"","responseTemplates":{"application/json":"\"created\""}}`
	respond("IN-23 IN-25 put", apigateway.PutIntegrationResponseInput{SelectionPattern: empty, ResponseTemplates: map[string]string{"application/json": `"created"`}}, "201 "+created)
	fact(w, "IN-23 get", w.client.GetIntegrationResponse, get, "200 "+created)
	update := func(name, want string, operations ...types.PatchOperation) {
		t.Helper()
		fact(w, name, w.client.UpdateIntegrationResponse, &apigateway.UpdateIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), StatusCode: aws.String("200"), PatchOperations: operations}, want)
	}
	update("IN-26 update", `200 {"statusCode":"200","selectionPattern":"updated-pattern","responseTemplates":{"application/json":"\"created\""}}`, op("replace", "/selectionPattern", "updated-pattern"))
	respond("IN-24 IN-27 status only", apigateway.PutIntegrationResponseInput{}, `201 {"statusCode":"200"}`)
	respond("IN-24 with an empty pattern", apigateway.PutIntegrationResponseInput{SelectionPattern: empty}, `201 {"selectionPattern":"","statusCode":"200"}`)
	null := `201 {"responseTemplates":{"application/json":null},"selectionPattern":"","statusCode":"200"}`
	// The Go SDK does not take a null in a map, so these two go without it.
	path := "/restapis/" + api + "/resources/" + root + "/methods/ANY/integration/responses/200"
	w.raw("IN-29 empty template", "PUT", path, `{"selectionPattern":"","responseTemplates":{"application/json":""}}`, null)
	w.raw("IN-29 null template", "PUT", path, `{"selectionPattern":"","responseTemplates":{"application/json":null}}`, null)
	respond("IN-30 put without templates", apigateway.PutIntegrationResponseInput{SelectionPattern: empty}, `201 {"selectionPattern":"","statusCode":"200"}`)
	respond("IN-31 no method", apigateway.PutIntegrationResponseInput{HttpMethod: aws.String("POST")}, errMethod)
	respond("IN-32 IN-34 no resource", apigateway.PutIntegrationResponseInput{ResourceId: aws.String("unknown")}, errResource)
	respond("IN-33 MI-08 no API", apigateway.PutIntegrationResponseInput{RestApiId: aws.String("unknown"), ResourceId: aws.String("unknown")}, errResource)
	respond("IN-35 wrong verb", apigateway.PutIntegrationResponseInput{HttpMethod: aws.String("wrong-method")}, errMethod)
	const status = `400 ValidationException: 1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`
	bare := w.resource(api, root, "bare")
	respond("IN-36 wrong status", apigateway.PutIntegrationResponseInput{ResourceId: &bare, StatusCode: aws.String("wrong")}, status)
	w.raw("IN-37 number template", "PUT", path, `{"responseTemplates":{"application/json":123}}`, "400 SerializationException: class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")
	respond("IN-38 wrong content type", apigateway.PutIntegrationResponseInput{ResponseTemplates: map[string]string{"123": "x"}}, "400 BadRequestException: Validation Result: warnings : [], errors : [Invalid content type specified: 123]")
	respond("second default", apigateway.PutIntegrationResponseInput{StatusCode: aws.String("400")}, "409 ConflictException: Integration response with selection pattern default already exists")

	read := func(name, want string, change func(*apigateway.GetIntegrationResponseInput)) {
		t.Helper()
		in := *get
		change(&in)
		fact(w, name, w.client.GetIntegrationResponse, &in, want)
	}
	read("IN-33 get, no API", errResource, func(in *apigateway.GetIntegrationResponseInput) {
		in.RestApiId, in.ResourceId = aws.String("unknown"), aws.String("unknown")
	})
	read("IN-34 get, no resource", errResource, func(in *apigateway.GetIntegrationResponseInput) { in.ResourceId = aws.String("unknown") })
	read("IN-35 get, wrong verb", errMethod, func(in *apigateway.GetIntegrationResponseInput) { in.HttpMethod = aws.String("wrong-method") })
	read("IN-36 get, wrong status", status, func(in *apigateway.GetIntegrationResponseInput) {
		in.ResourceId, in.StatusCode = &bare, aws.String("wrong")
	})
	read("IN-40 get, status not defined", errStatusCode, func(in *apigateway.GetIntegrationResponseInput) { in.StatusCode = aws.String("201") })

	remove := func(name, want string, change func(*apigateway.DeleteIntegrationResponseInput)) {
		t.Helper()
		in := apigateway.DeleteIntegrationResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), StatusCode: aws.String("200")}
		change(&in)
		fact(w, name, w.client.DeleteIntegrationResponse, &in, want)
	}
	remove("IN-41 no resource", errResource, func(in *apigateway.DeleteIntegrationResponseInput) { in.ResourceId = aws.String("unknown") })
	remove("IN-41 no API", errResource, func(in *apigateway.DeleteIntegrationResponseInput) { in.RestApiId = aws.String("unknown") })
	remove("IN-42 no method", errIntegration, func(in *apigateway.DeleteIntegrationResponseInput) { in.HttpMethod = aws.String("POST") })
	remove("IN-42 impossible verb", errIntegration, func(in *apigateway.DeleteIntegrationResponseInput) { in.HttpMethod = aws.String("WRONG") })
	remove("IN-43 status not defined", errStatusCode, func(in *apigateway.DeleteIntegrationResponseInput) { in.StatusCode = aws.String("201") })
	remove("IN-28 delete", "204 ", func(*apigateway.DeleteIntegrationResponseInput) {})
}

func TestResponseMappings(t *testing.T) {
	w, api, root, put := integrations(t)
	put("integration", apigateway.PutIntegrationInput{Type: "MOCK"}, `201 {"type":"MOCK","passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheNamespace":"`+root+`","cacheKeyParameters":[]}`)
	respond := func(name, target, source, want string) {
		t.Helper()
		fact(w, name, w.client.PutIntegrationResponse, &apigateway.PutIntegrationResponseInput{
			RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), StatusCode: aws.String("200"), ResponseParameters: map[string]string{target: source},
		}, want)
	}
	const result = "400 BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : ["
	respond("no method response", "method.response.header.a", "'x'", result+"No method response exists for method.]")
	must(w, w.client.PutMethodResponse, &apigateway.PutMethodResponseInput{RestApiId: &api, ResourceId: &root, HttpMethod: aws.String("ANY"), StatusCode: aws.String("200"), ResponseParameters: map[string]bool{"method.response.header.a": false}})
	respond("undeclared header", "method.response.header.b", "'x'", result+"Invalid mapping expression parameter specified: method.response.header.b]")
	respond("wrong target", "b", "'x'", result+"Invalid mapping expression specified: b]")
	respond("wrong source", "method.response.header.a", "method.request.header.x", result+"Invalid mapping expression specified: method.request.header.x]")
	for _, source := range []string{"'x'", "integration.response.header.X-A", "integration.response.multivalueheader.a", "integration.response.body", "integration.response.body.a[0].b", "stageVariables.v", "context.requestId"} {
		respond("source "+source, "method.response.header.a", source, fmt.Sprintf(`201 {"statusCode":"200","responseParameters":{"method.response.header.a":%q}}`, source))
	}
}
