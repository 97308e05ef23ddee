package restapi_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// importInput is the import of a document of testdata: what stands in its name before the
// first dash chooses the parameters.
func importInput(name string, body []byte) *apigateway.ImportRestApiInput {
	in := &apigateway.ImportRestApiInput{Body: body, Parameters: map[string]string{}}
	switch {
	case strings.HasPrefix(name, "basepath-"):
		in.Parameters["basepath"] = strings.Split(name, "-")[1]
	case name == "ignore-documentation":
		in.Parameters["ignore"] = "documentation"
	case name == "private":
		in.Parameters["endpointConfigurationTypes"] = "PRIVATE"
	case name == "fail-on-warnings":
		in.FailOnWarnings = true
	}
	return in
}

// list is the items of the latest answer, in the order of one of their members.
func (w *world) list(by string) []any {
	var page struct {
		Item json.RawMessage
	}
	if err := json.Unmarshal(w.tape.body, &page); err != nil {
		w.t.Fatal(err)
	}
	var items []any
	if len(page.Item) == 0 {
		return items
	}
	if page.Item[0] == '[' {
		_ = json.Unmarshal(page.Item, &items)
	} else {
		var one any
		_ = json.Unmarshal(page.Item, &one)
		items = []any{one}
	}
	slices.SortStableFunc(items, func(a, b any) int {
		return cmp.Compare(fmt.Sprint(a.(map[string]any)[by]), fmt.Sprint(b.(map[string]any)[by]))
	})
	return items
}

// contents are all that an API has, without what is the same for each.
func (w *world) contents(api string) map[string]any {
	ctx := w.t.Context()
	all := map[string]any{}
	add := func(name, by string, err error) {
		if err != nil {
			w.t.Fatal(err)
		}
		if items := w.list(by); len(items) > 0 {
			all[name] = items
		}
	}
	_, err := w.client.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: &api, Embed: []string{"methods"}, Limit: aws.Int32(500)})
	add("resources", "path", err)
	_, err = w.client.GetModels(ctx, &apigateway.GetModelsInput{RestApiId: &api, Limit: aws.Int32(500)})
	add("models", "name", err)
	_, err = w.client.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: &api, Limit: aws.Int32(500)})
	add("authorizers", "name", err)
	_, err = w.client.GetRequestValidators(ctx, &apigateway.GetRequestValidatorsInput{RestApiId: &api})
	add("requestValidators", "name", err)
	_, err = w.client.GetDocumentationParts(ctx, &apigateway.GetDocumentationPartsInput{RestApiId: &api, Limit: aws.Int32(500)})
	add("documentationParts", "", err)
	_, err = w.client.GetGatewayResponses(ctx, &apigateway.GetGatewayResponsesInput{RestApiId: &api})
	if err != nil {
		w.t.Fatal(err)
	}
	own := slices.DeleteFunc(w.list("responseType"), func(item any) bool { return item.(map[string]any)["defaultResponse"] == true })
	if len(own) > 0 {
		all["gatewayResponses"] = own
	}
	return all
}

// named returns the text with the ids of an API replaced by what has them.
func named(text, api string, contents map[string]any) string {
	replace := []string{`"` + api + `"`, `"<api>"`, api, "<api>"}
	for kind, key := range map[string]string{"resources": "path", "models": "name", "authorizers": "name", "requestValidators": "name"} {
		items, _ := contents[kind].([]any)
		for _, item := range items {
			members := item.(map[string]any)
			replace = append(replace, fmt.Sprintf("%q", members["id"]), fmt.Sprintf("\"<%s %s>\"", strings.TrimSuffix(kind, "s"), members[key]))
		}
	}
	parts, _ := contents["documentationParts"].([]any)
	for _, part := range parts {
		replace = append(replace, fmt.Sprintf("%q", part.(map[string]any)["id"]), `"<part>"`)
	}
	return strings.NewReplacer(replace...).Replace(text)
}

// imported is what becomes of a document, as text.
func (w *world) imported(in *apigateway.ImportRestApiInput) string {
	out, err := w.client.ImportRestApi(w.t.Context(), in)
	if err != nil {
		if w.tape.status != http.StatusBadRequest {
			w.t.Fatalf("%v", err)
		}
		if apis, err := w.client.GetRestApis(w.t.Context(), &apigateway.GetRestApisInput{}); err != nil || len(apis.Items) != 0 {
			w.t.Errorf("something is imported: %v %v", apis, err)
		}
		_, message, _ := strings.Cut(err.Error(), "BadRequestException: ")
		return "400 BadRequestException: " + message + "\n"
	}
	var api map[string]any
	if err := json.Unmarshal(w.tape.body, &api); err != nil {
		w.t.Fatal(err)
	}
	all := w.contents(*out.Id)
	all["api"] = api
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(all); err != nil {
		w.t.Fatal(err)
	}
	return named(text.String(), *out.Id, all)
}

// TestImportGolden imports documents and compares all that they become.
func TestImportGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/import/*.*")
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	for _, file := range files {
		extension := filepath.Ext(file)
		if extension == ".golden" {
			continue
		}
		number++
		name := strings.TrimSuffix(filepath.Base(file), extension)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := newWorld(t).imported(importInput(name, body))
			golden := strings.TrimSuffix(file, extension) + ".golden"
			if *updateGolden {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	if number < 40 {
		t.Errorf("%d documents", number)
	}
}

// TestPutRestApi brings a document into an API in both modes.
func TestPutRestApi(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	document := func(path, model string) []byte {
		return []byte(`{"swagger":"2.0","info":{"title":"` + path + `","version":"1"},"x-amazon-apigateway-binary-media-types":["image/` + model + `"],` +
			`"definitions":{"` + model + `":{"type":"object"}},"paths":{"/` + path + `/sub":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/` + model + `"}}},` +
			`"x-amazon-apigateway-integration":{"type":"mock"}}},"/shared":{"post":{"responses":{},"x-amazon-apigateway-integration":{"type":"mock"}}}}}`)
	}
	first, err := w.client.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: document("one", "A")})
	if err != nil {
		t.Fatal(err)
	}
	api := *first.Id
	ids := func() map[string]string {
		found := map[string]string{}
		out, err := w.client.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: &api, Limit: aws.Int32(500)})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			found[*item.Path] = *item.Id
		}
		return found
	}
	before := ids()
	put := func(mode types.PutMode, body []byte) *apigateway.PutRestApiOutput {
		t.Helper()
		out, err := w.client.PutRestApi(ctx, &apigateway.PutRestApiInput{RestApiId: &api, Body: body, Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	merged := put(types.PutModeMerge, document("two", "B"))
	if !strings.Contains(string(w.tape.body), `"tags":{}`) {
		t.Errorf("MI-24 an update shows that there are no tags: %s", w.tape.body)
	}
	after := ids()
	if want := []string{"/", "/one", "/one/sub", "/shared", "/two", "/two/sub"}; !slices.Equal(slices.Sorted(maps.Keys(after)), want) {
		t.Errorf("merged paths %v", after)
	}
	if *merged.Name != "two" || !slices.Equal(merged.BinaryMediaTypes, []string{"image/A", "image/B"}) {
		t.Errorf("merged %s %v", *merged.Name, merged.BinaryMediaTypes)
	}
	for path, id := range before {
		if after[path] != id {
			t.Errorf("%s has another id", path)
		}
	}
	over := put(types.PutModeOverwrite, document("three", "C"))
	last := ids()
	if want := []string{"/", "/shared", "/three", "/three/sub"}; !slices.Equal(slices.Sorted(maps.Keys(last)), want) {
		t.Errorf("paths %v", last)
	}
	if !slices.Equal(over.BinaryMediaTypes, []string{"image/C"}) || last["/shared"] != before["/shared"] || last["/"] != *first.RootResourceId {
		t.Errorf("overwritten %v %v", over.BinaryMediaTypes, last)
	}
	models, err := w.client.GetModels(ctx, &apigateway.GetModelsInput{RestApiId: &api})
	if err != nil || len(models.Items) != 1 || *models.Items[0].Name != "C" {
		t.Errorf("models %v %v", models, err)
	}
	// What was imported can be changed as what was made in other ways.
	created, err := w.client.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &api, ParentId: aws.String(last["/three"]), PathPart: aws.String("sub")})
	if err == nil || w.tape.status != http.StatusConflict {
		t.Errorf("a path twice: %v %v", created, err)
	}
	if _, err := w.client.DeleteResource(ctx, &apigateway.DeleteResourceInput{RestApiId: &api, ResourceId: aws.String(last["/three"])}); err != nil {
		t.Error(err)
	}

	_, err = w.client.PutRestApi(ctx, &apigateway.PutRestApiInput{RestApiId: &api, Body: []byte(`{"swagger":"2.0","info":{"title":"bad"},"paths":{"/a b":{}}}`), Mode: types.PutModeOverwrite})
	w.check("an error", "400 BadRequestException: Errors found during import:\n\tUnable to create resource at path '/a b': Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	if still := ids(); err == nil || !slices.Equal(slices.Sorted(maps.Keys(still)), []string{"/", "/shared"}) {
		t.Errorf("after an error: %v", still)
	}
	_, _ = w.client.PutRestApi(ctx, &apigateway.PutRestApiInput{RestApiId: aws.String("nope"), Body: document("x", "X")})
	w.check("no API", "404 NotFoundException: Invalid API identifier specified "+account+":nope")
}

// largeDocument has that many operations, four for each path.
func largeDocument(operations int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"openapi":"3.0.1","info":{"title":"large","version":"1"},"components":{"schemas":{"M":{"type":"object"}}},"paths":{`)
	for i := range operations / 4 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"/group%d/item%d/{id}":{`, i/50, i)
		for j, verb := range []string{"get", "put", "post", "delete"} {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"%s":{"operationId":"op%d%s","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"name":"q","in":"query","schema":{"type":"string"}}],`+
				`"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/M"}}}},"responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/M"}}}}},`+
				`"x-amazon-apigateway-integration":{"type":"http_proxy","httpMethod":"ANY","uri":"http://example.com/{id}","requestParameters":{"integration.request.path.id":"method.request.path.id"},"responses":{"default":{"statusCode":"200"}}}}`, verb, i, verb)
		}
		b.WriteByte('}')
	}
	b.WriteString("}}")
	return b.Bytes()
}

// FuzzImport: whatever is imported, there is an API or an error of the client's, and
// importing again over what was made changes nothing of it.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/import/*.[jy]*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	service, err := restapi.New(restapi.Config{Store: memory.New()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(service.Close)
	f.Fuzz(func(t *testing.T, body []byte) {
		out, err := service.ImportRestApi(t.Context(), &apigateway.ImportRestApiInput{Body: body})
		if err != nil {
			if known, ok := errors.AsType[*wire.Error](err); !ok || known.Status >= http.StatusInternalServerError {
				t.Fatalf("%v", err)
			}
			return
		}
		get := &apigateway.GetResourcesInput{RestApiId: out.Id, Embed: []string{"methods"}, Limit: aws.Int32(500)}
		before, err := service.GetResources(t.Context(), get)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := service.PutRestApi(t.Context(), &apigateway.PutRestApiInput{RestApiId: out.Id, Body: body, Mode: types.PutModeOverwrite}); err != nil {
			t.Fatal(err)
		}
		after, err := service.GetResources(t.Context(), get)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before.Items, after.Items) {
			t.Errorf("not the same again: %v %v", before.Items, after.Items)
		}
		if _, err := service.DeleteRestApi(t.Context(), &apigateway.DeleteRestApiInput{RestApiId: out.Id}); err != nil {
			t.Fatal(err)
		}
	})
}
