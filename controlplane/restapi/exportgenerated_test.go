package restapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestExportGenerated: a generated document, exported in any form and imported again,
// gives the same API and the same document.
func TestExportGenerated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := generator{rt}
		document, err := json.Marshal(g.document())
		if err != nil {
			rt.Fatal(err)
		}
		api := g.imported(w, document)
		defer w.remove(api)
		f := rapid.SampledFrom(forms).Draw(rt, "form")
		want, exported := w.text(api)+w.settings(api), w.export(api, f, "integrations,authorizers").Body
		again := g.imported(w, exported)
		defer w.remove(again)
		// A policy keeps the ARN of the API that it was written for, as on AWS.
		if diff := cmp.Diff(want, w.text(again)+w.settings(again, api)); diff != "" {
			rt.Fatalf("as %v (-want +got):\n%s\n%s\n%s", f, diff, document, exported)
		}
		twice := w.export(again, f, "integrations,authorizers").Body
		if diff := cmp.Diff(string(exported), strings.ReplaceAll(string(twice), again, api)); diff != "" {
			rt.Fatalf("as %v, another document (-want +got):\n%s", f, diff)
		}
		// The library takes the plus as part of the name, AWS does not.
		body := strings.ReplaceAll(string(w.export(api, forms[0], "apigateway").Body), "{proxy+}", "{proxy}")
		valid, err := openapi3.NewLoader().LoadFromData([]byte(body))
		if err == nil {
			err = valid.Validate(t.Context())
		}
		if err != nil {
			rt.Fatalf("%v\n%s", err, document)
		}
	})
}

// imported imports and deploys a document.
func (g generator) imported(w *world, document []byte) string {
	out, err := w.client.ImportRestApi(w.t.Context(), &apigateway.ImportRestApiInput{Body: document, Parameters: map[string]string{"ignore": "documentation"}, FailOnWarnings: true})
	if err == nil {
		_, err = w.client.CreateDeployment(w.t.Context(), &apigateway.CreateDeploymentInput{RestApiId: out.Id, StageName: aws.String("dev")})
	}
	if err != nil {
		g.rt.Fatalf("%v\n%s", err, document)
	}
	return *out.Id
}

func (w *world) remove(api string) {
	if _, err := w.client.DeleteRestApi(w.t.Context(), &apigateway.DeleteRestApiInput{RestApiId: &api}); err != nil {
		w.t.Error(err)
	}
}

// settings are those of the API as a whole.
func (w *world) settings(api string, others ...string) string {
	w.t.Helper()
	if _, err := w.client.GetRestApi(w.t.Context(), &apigateway.GetRestApiInput{RestApiId: &api}); err != nil {
		w.t.Fatal(err)
	}
	var settings map[string]any
	if err := json.Unmarshal(w.tape.body, &settings); err != nil {
		w.t.Fatal(err)
	}
	delete(settings, "rootResourceId")
	text, err := json.MarshalIndent(settings, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	named := strings.ReplaceAll(string(text), api, "<api>")
	for _, other := range others {
		named = strings.ReplaceAll(named, other, "<api>")
	}
	return named
}

// generator draws OpenAPI 3.0 documents.
type generator struct{ rt *rapid.T }

type tree = map[string]any

func (g generator) chance(name string) bool { return rapid.Bool().Draw(g.rt, name) }

func (g generator) word(name string) string {
	return rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9 :#'"\\{}é$-]{0,8}`).Draw(g.rt, name)
}

func (g generator) document() tree {
	root := tree{"openapi": "3.0.1", "info": tree{"title": g.word("title"), "version": g.word("version")}}
	if g.chance("settings") {
		root["info"].(tree)["description"] = g.word("description")
		root["x-amazon-apigateway-binary-media-types"] = []string{"image/png", "*/*"}
		root["x-amazon-apigateway-minimum-compression-size"] = rapid.IntRange(0, 1000).Draw(g.rt, "size")
		root["x-amazon-apigateway-api-key-source"] = rapid.SampledFrom([]string{"HEADER", "AUTHORIZER"}).Draw(g.rt, "source")
		root["x-amazon-apigateway-policy"] = tree{"Version": "2012-10-17", "Statement": []any{tree{
			"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
		}}}
	}
	if g.chance("responses") {
		root["x-amazon-apigateway-gateway-responses"] = tree{
			"DEFAULT_4XX": tree{"responseParameters": tree{"gatewayresponse.header.X": "'" + rapid.StringMatching(`[a-z]{1,5}`).Draw(g.rt, "value") + "'"}},
			"THROTTLED":   tree{"statusCode": "420", "responseTemplates": tree{"application/json": g.word("template")}},
		}
	}
	root["x-amazon-apigateway-request-validators"] = tree{"all": tree{"validateRequestBody": true, "validateRequestParameters": true}, "body": tree{"validateRequestBody": true}}
	schemas := tree{}
	for i := range rapid.IntRange(1, 3).Draw(g.rt, "models") {
		schemas[fmt.Sprintf("Model%d", i)] = g.schema(i)
	}
	root["components"] = tree{"schemas": schemas, "securitySchemes": g.schemes()}
	paths := tree{}
	for _, path := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"/", "/a", "/a/{b}", "/a/{b}/c", "/deep/er/x-y", "/p/{proxy+}", "/_.~"}), 1, 4, rapid.ID[string]).Draw(g.rt, "paths") {
		if path == "/_.~" {
			path = "/_.-"
		}
		item := tree{}
		for _, verb := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"get", "post", "delete", "options", "x-amazon-apigateway-any-method"}), 1, 2, rapid.ID[string]).Draw(g.rt, "verbs") {
			item[verb] = g.operation(path, slices.Sorted(maps.Keys(schemas)))
		}
		paths[path] = item
	}
	root["paths"] = paths
	return root
}

func (g generator) schema(number int) tree {
	properties := tree{
		"id":   tree{"type": "integer", "minimum": rapid.IntRange(0, 9).Draw(g.rt, "minimum")},
		"self": tree{"$ref": fmt.Sprintf("#/components/schemas/Model%d", number)},
		"list": tree{"type": "array", "items": tree{"$ref": "#/components/schemas/Model0"}},
		"name": tree{"type": "string", "enum": []string{g.word("enum"), "x"}},
	}
	return tree{"type": "object", "title": g.word("title"), "required": []string{"id"}, "properties": properties}
}

func (g generator) schemes() tree {
	uri := "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations"
	authorizer := func(header string, members tree) tree {
		return tree{"type": "apiKey", "name": header, "in": "header", "x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": members}
	}
	return tree{
		"api_key": tree{"type": "apiKey", "name": "x-api-key", "in": "header"},
		"sigv4":   tree{"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
		"token":   authorizer("X-Token", tree{"type": "token", "authorizerUri": uri, "authorizerResultTtlInSeconds": rapid.IntRange(0, 3600).Draw(g.rt, "ttl"), "identityValidationExpression": "^x-[a-z]+$"}),
		"request": authorizer("Unused", tree{"type": "request", "authorizerUri": uri, "identitySource": "method.request.header.A, context.path"}),
		"pool":    authorizer("Authorization", tree{"type": "cognito_user_pools", "providerARNs": []string{"arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_abc"}}),
	}
}

func (g generator) operation(path string, models []string) tree {
	ref := func(name string) tree {
		return tree{"schema": tree{"$ref": "#/components/schemas/" + rapid.SampledFrom(models).Draw(g.rt, name)}}
	}
	o := tree{}
	var parameters []any
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			parameters = append(parameters, tree{"name": strings.Trim(segment, "{}+"), "in": "path", "required": true, "schema": tree{"type": "string"}})
		}
	}
	for _, in := range []string{"query", "header"} {
		if g.chance(in) {
			parameters = append(parameters, tree{"name": "x-" + in, "in": in, "required": g.chance("required"), "schema": tree{"type": "string"}})
		}
	}
	o["parameters"] = parameters
	if g.chance("named") {
		o["operationId"] = rapid.StringMatching(`[a-zA-Z]{1,8}[0-9]{12}`).Draw(g.rt, "operation")
	}
	if g.chance("body") {
		o["requestBody"] = tree{"content": tree{"application/json": ref("request")}}
	}
	if validator := rapid.SampledFrom([]string{"", "all", "body"}).Draw(g.rt, "validator"); validator != "" {
		o["x-amazon-apigateway-request-validator"] = validator
	}
	o["security"] = rapid.SampledFrom([][]any{
		{},
		{tree{"api_key": []string{}}},
		{tree{"sigv4": []string{}}},
		{tree{"token": []string{}}},
		{tree{"request": []string{}, "api_key": []string{}}},
		{tree{"pool": []string{"a/read", "b"}}},
	}).Draw(g.rt, "security")
	ok := tree{"description": "200 response", "headers": tree{"X-A": tree{"schema": tree{"type": "string"}}}}
	if g.chance("model") {
		ok["content"] = tree{"application/json": ref("response")}
	}
	o["responses"] = tree{"200": ok, "404": tree{"description": "404 response"}}
	o["x-amazon-apigateway-integration"] = g.integration(parameters)
	return o
}

func (g generator) integration(parameters []any) tree {
	i := tree{"passthroughBehavior": rapid.SampledFrom([]string{"when_no_match", "when_no_templates", "never"}).Draw(g.rt, "passthrough")}
	mapped := tree{}
	var keys []string
	for _, p := range parameters {
		p := p.(tree)
		place := map[any]string{"path": "path", "query": "querystring", "header": "header"}[p["in"]]
		name := place + "." + p["name"].(string)
		mapped["integration.request."+name] = "method.request." + name
		keys = append(keys, "method.request."+name)
	}
	switch kind := rapid.SampledFrom([]string{"mock", "http", "http_proxy", "aws_proxy", "aws"}).Draw(g.rt, "type"); kind {
	case "mock":
		i["type"], i["requestTemplates"] = kind, tree{"application/json": `{"statusCode":200}`}
	case "http", "http_proxy":
		i["type"], i["httpMethod"], i["uri"] = kind, "ANY", "https://example.com/x"
		i["requestParameters"], i["cacheKeyParameters"] = mapped, keys
		i["timeoutInMillis"] = rapid.IntRange(50, 29000).Draw(g.rt, "timeout")
	default:
		i["type"], i["httpMethod"] = kind, "POST"
		i["uri"] = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:f/invocations"
		if g.chance("role") {
			i["credentials"] = "arn:aws:iam::111111111111:role/r"
		}
		if g.chance("handling") {
			i["contentHandling"] = rapid.SampledFrom([]string{"CONVERT_TO_TEXT", "CONVERT_TO_BINARY"}).Draw(g.rt, "contentHandling")
		}
		if kind == "aws" {
			i["requestTemplates"] = tree{"application/json": g.word("template"), "text/plain": "$input.body"}
		}
	}
	if i["type"] == "http_proxy" || i["type"] == "aws_proxy" {
		return i
	}
	responses := tree{"default": tree{"statusCode": "200", "responseParameters": tree{"method.response.header.X-A": "'a'"}, "responseTemplates": tree{"application/json": g.word("template")}}}
	if g.chance("pattern") {
		responses[`4\d{2}`] = tree{"statusCode": "404"}
	}
	i["responses"] = responses
	return i
}
