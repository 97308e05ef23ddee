package httpapi_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	gocmp "github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("update", false, "write the golden files")

// contents is what an API has, with names in place of ids.
type contents struct {
	Name, Description, Version string              `json:",omitempty"`
	Cors                       *types.Cors         `json:",omitempty"`
	Tags                       map[string]string   `json:",omitempty"`
	Disabled                   bool                `json:",omitempty"`
	IPAddressType              types.IpAddressType `json:",omitempty"`
	Routes                     []routeContents     `json:",omitempty"`
	// Unused are integrations that no route has.
	Unused      []types.Integration `json:",omitempty"`
	Authorizers []types.Authorizer  `json:",omitempty"`
}

type routeContents struct {
	Key, Operation, Authorizer string `json:",omitempty"`
	Authorization              types.AuthorizationType
	Scopes                     []string           `json:",omitempty"`
	Integration                *types.Integration `json:",omitempty"`
	// Shares is the first route with the same integration.
	Shares string `json:",omitempty"`
}

func (w *world) contents(id *string) contents {
	w.t.Helper()
	all := aws.String("100")
	api := must(w, w.client.GetApi, &apigatewayv2.GetApiInput{ApiId: id})
	c := contents{
		Name: aws.ToString(api.Name), Description: aws.ToString(api.Description), Version: aws.ToString(api.Version), Cors: api.CorsConfiguration, Tags: api.Tags,
		Disabled: aws.ToBool(api.DisableExecuteApiEndpoint), IPAddressType: api.IpAddressType,
	}
	names, integrations, users := map[string]string{}, map[string]*types.Integration{}, map[string]string{}
	c.Authorizers = must(w, w.client.GetAuthorizers, &apigatewayv2.GetAuthorizersInput{ApiId: id, MaxResults: all}).Items
	for i := range c.Authorizers {
		names[*c.Authorizers[i].AuthorizerId] = *c.Authorizers[i].Name
		c.Authorizers[i].AuthorizerId = nil
	}
	slices.SortFunc(c.Authorizers, func(a, b types.Authorizer) int { return cmp.Compare(*a.Name, *b.Name) })
	for _, i := range must(w, w.client.GetIntegrations, &apigatewayv2.GetIntegrationsInput{ApiId: id, MaxResults: all}).Items {
		integrations[*i.IntegrationId] = &i
	}
	routes := must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: id, MaxResults: all}).Items
	slices.SortFunc(routes, func(a, b types.Route) int { return cmp.Compare(*a.RouteKey, *b.RouteKey) })
	for _, r := range routes {
		target := strings.TrimPrefix(aws.ToString(r.Target), "integrations/")
		route := routeContents{
			Key: *r.RouteKey, Operation: aws.ToString(r.OperationName), Authorizer: names[aws.ToString(r.AuthorizerId)],
			Authorization: r.AuthorizationType, Scopes: r.AuthorizationScopes, Shares: users[target],
		}
		if route.Shares == "" && integrations[target] != nil {
			route.Integration, users[target] = integrations[target], route.Key
		}
		c.Routes = append(c.Routes, route)
	}
	for id, i := range integrations {
		i.IntegrationId = nil
		if users[id] == "" {
			c.Unused = append(c.Unused, *i)
		}
	}
	slices.SortFunc(c.Unused, func(a, b types.Integration) int { return cmp.Compare(text(a), text(b)) })
	return c
}

// text is JSON without what is empty.
func text(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		panic(err)
	}
	if encoded, err = json.MarshalIndent(filled(tree, false), "", " "); err != nil {
		panic(err)
	}
	return string(encoded)
}

func filled(v any, isTags bool) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, member any) bool { return member == nil || member == "" && !isTags })
		for name := range v {
			v[name] = filled(v[name], name == "Tags")
		}
	case []any:
		for i := range v {
			v[i] = filled(v[i], false)
		}
	}
	return v
}

// documents are the files of testdata/import.
func documents(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/import/*.[jy]*")
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		byName[strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))] = string(body)
	}
	if len(byName) < 12 {
		t.Fatalf("%d documents", len(byName))
	}
	return byName
}

func importInput(name, body string) *apigatewayv2.ImportApiInput {
	in := &apigatewayv2.ImportApiInput{Body: &body}
	if mode, ok := strings.CutPrefix(name, "basepath-"); ok {
		in.Basepath = &mode
	}
	return in
}

// TestImportDocuments imports every document and compares the API, or the error, with
// the golden file.
func TestImportDocuments(t *testing.T) {
	t.Parallel()
	for name, body := range documents(t) {
		w := newWorld(t)
		var got string
		out, err := w.client.ImportApi(t.Context(), importInput(name, body))
		if err != nil {
			var e struct{ Message string }
			_ = json.Unmarshal(w.tape.body, &e)
			got = w.tape.code + "\n" + e.Message + "\n"
			if left := must(w, w.client.GetApis, &apigatewayv2.GetApisInput{}).Items; len(left) > 0 {
				t.Errorf("%s: something was imported: %s", name, text(left))
			}
		} else {
			got = text(w.contents(out.ApiId)) + "\n"
			for _, warning := range out.Warnings {
				got += "warning: " + warning + "\n"
			}
			for _, info := range out.ImportInfo {
				got += "info: " + info + "\n"
			}
		}
		file := "testdata/import/" + name + ".golden"
		if *updateGolden {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestImportInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	docs := documents(t)
	answers(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: aws.String(docs["cors-malformed"]), FailOnWarnings: aws.Bool(true)},
		"400 BadRequestException: Warnings found during import:\n\tCORS Scheme is malformed, ignoring.")
	answers(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: aws.String(docs["lambda"]), Basepath: aws.String("x")},
		"400 BadRequestException: Invalid basepath specified. Valid options are ignore, prepend, split")
	answers(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: aws.String("nope"), Body: aws.String(docs["lambda"])},
		"404 NotFoundException: Invalid API identifier specified "+account+":nope")
	answers(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: w.webSocketAPI(), Body: aws.String(docs["lambda"])},
		"400 BadRequestException: Import and export are supported for protocol type HTTP only")
	answers(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: aws.String(`{"openapi":"3.0.1","info":{"title":"t"},"tags":[{"name":"aws:x"}]}`)},
		"400 BadRequestException: Errors found during import:\n\tUnable to create the API: "+tagMessage(w))
}

// Terraform's provider is tested with these documents on AWS.
func TestImportAsTerraformDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const paths = `"paths":{"/update":{"x":1,"get":{"y":1,"x-amazon-apigateway-integration":{"type":"HTTP_PROXY","httpMethod":"GET","payloadFormatVersion":"1.0","uri":"https://example.com"}}}}}`
	unexpected := aws.String(`{"openapi":"3.0.1","z":1,"info":{"title":"t","comment":"invalid field"},` + paths)
	answers(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: unexpected, FailOnWarnings: aws.Bool(true)},
		"400 BadRequestException: Warnings found during import:\n\tParse issue: attribute z is unexpected\n\tParse issue: attribute info.comment is unexpected"+
			"\n\tParse issue: attribute paths.'/update'.x is unexpected\n\tParse issue: attribute paths.'/update'(get).y is unexpected")
	made := must(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: unexpected})
	if len(made.Warnings) != 4 {
		t.Errorf("warnings %q", made.Warnings)
	}
	untitled := aws.String(`{"openapi":"3.0.1","info":{"description":"of the document"},"tags":[{"name":"b","x-amazon-apigateway-tag-value":"2"}],` + paths)
	answers(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: untitled}, "400 BadRequestException: Invalid OpenAPI input. There is no title")
	must(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: made.ApiId, Name: aws.String("kept")})
	must(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: aws.String("arn:aws:apigateway:" + region + "::/apis/" + *made.ApiId), Tags: map[string]string{"a": "1"}})
	again := must(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: made.ApiId, Body: untitled})
	if *again.Name != "kept" || *again.Description != "of the document" || !maps.Equal(again.Tags, map[string]string{"b": "2"}) {
		t.Errorf("%s", w.tape.body)
	}
}

// tagMessage is what the service says of a tag that begins with "aws:".
func tagMessage(w *world) string {
	_, _ = w.client.CreateApi(w.t.Context(), &apigatewayv2.CreateApiInput{Name: aws.String("x"), ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"aws:x": ""}})
	var e struct{ Message string }
	_ = json.Unmarshal(w.tape.body, &e)
	return e.Message
}

// TestReimport puts one document over another; a stage that deploys by itself serves it.
func TestReimport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	docs := documents(t)
	id := must(w, w.client.ImportApi, importInput("cors", docs["cors"])).ApiId
	must(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: id, Body: aws.String(docs["jwt"])})
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: id, StageName: aws.String("dev"), AutoDeploy: aws.Bool(true)})
	before, _ := w.publisher.get(*id + "/dev")
	if len(before.Api.Routes) != 2 || len(before.Api.Authorizers) != 2 {
		t.Fatalf("served: %s", text(before.Api))
	}
	out := must(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: id, Body: aws.String(docs["lambda"])})
	if w.tape.status != 201 || aws.ToString(out.Description) != "a shop" || out.Tags["Owner"] != "Admin" || out.CorsConfiguration != nil || !*out.DisableExecuteApiEndpoint {
		t.Errorf("%d %s", w.tape.status, w.tape.body)
	}
	after, _ := w.publisher.get(*id + "/dev")
	if len(after.Api.Authorizers) != 0 || len(after.Api.Routes) != 2 || len(after.Api.Integrations) != 2 {
		t.Errorf("served: %s", text(after.Api))
	}
	want := w.contents(id)
	answers(w, w.client.ReimportApi, &apigatewayv2.ReimportApiInput{ApiId: id, Body: aws.String(docs["errors-routes"])},
		"400 BadRequestException: Errors found during import:\n\tUnable to create route 'GET pets': "+routeKeyMessage+"\n\tUnable to create route 'GET /a{b}': "+routeKeyMessage)
	if diff := gocmp.Diff(text(want), text(w.contents(id))); diff != "" {
		t.Errorf("a document with errors changed the API (-want +got):\n%s", diff)
	}
}

const routeKeyMessage = `The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`
