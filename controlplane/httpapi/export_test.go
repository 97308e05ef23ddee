package httpapi_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/getkin/kin-openapi/openapi3"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func (w *world) export(id *string, form string, change ...func(*apigatewayv2.ExportApiInput)) []byte {
	w.t.Helper()
	in := &apigatewayv2.ExportApiInput{ApiId: id, OutputType: &form, Specification: aws.String("OAS30")}
	for _, c := range change {
		c(in)
	}
	return must(w, w.client.ExportApi, in).Body
}

func (w *world) delete(id *string) {
	must(w, w.client.DeleteApi, &apigatewayv2.DeleteApiInput{ApiId: id})
}

func checkDocument(t *testing.T, body []byte) error {
	t.Helper()
	// The library takes an empty default for none.
	body = []byte(strings.NewReplacer(`"default" : ""`, `"default" : "x"`, `default: ""`, `default: "x"`).Replace(string(body)))
	document, err := openapi3.NewLoader().LoadFromData(body)
	if err == nil {
		err = document.Validate(t.Context())
	}
	return err
}

// TestExportRoundTrip: what is imported, exported and imported again is the same, and
// the document is one for other tools as well.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	number := 0
	for name, body := range documents(t) {
		w := newWorld(t)
		out, err := w.client.ImportApi(t.Context(), importInput(name, body))
		if err != nil {
			continue
		}
		number++
		want := w.contents(out.ApiId)
		for _, form := range []string{"JSON", "YAML"} {
			exported := w.export(out.ApiId, form)
			again, err := w.client.ImportApi(t.Context(), &apigatewayv2.ImportApiInput{Body: aws.String(string(exported)), FailOnWarnings: aws.Bool(name != "warnings")})
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, exported)
			}
			got := w.contents(again.ApiId)
			if want.Version == "" {
				got.Version = "" // the document has the date in its place
			}
			if diff := gocmp.Diff(text(want), text(got)); diff != "" {
				t.Errorf("%s as %s (-want +got):\n%s\n%s", name, form, diff, exported)
			}
			if err := checkDocument(t, exported); err != nil {
				t.Errorf("%s as %s: %v\n%s", name, form, err, exported)
			}
		}
		plain := w.export(out.ApiId, "JSON", func(in *apigatewayv2.ExportApiInput) { in.IncludeExtensions = aws.Bool(false) })
		if strings.Contains(string(plain), "x-amazon") || strings.Contains(string(plain), "isDefaultRoute") {
			t.Errorf("%s without extensions:\n%s", name, plain)
		}
		if err := checkDocument(t, plain); err != nil {
			t.Errorf("%s without extensions: %v\n%s", name, err, plain)
		}
	}
	if number < 12 {
		t.Errorf("%d documents made the round trip", number)
	}
}

// TestExport has the documents of an API in full, and the errors.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := must(w, w.client.ImportApi, &apigatewayv2.ImportApiInput{Body: aws.String(exportedShop)}).ApiId
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: id, StageName: aws.String("dev"), AutoDeploy: aws.Bool(true)})
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: id, StageName: aws.String("bare")})
	stage := func(in *apigatewayv2.ExportApiInput) { in.StageName = aws.String("dev") }
	for name, body := range map[string][]byte{
		"shop.json": w.export(id, "JSON"), "shop-stage.yaml": w.export(id, "YAML", stage),
		"shop-bare.json": w.export(id, "JSON", func(in *apigatewayv2.ExportApiInput) { in.IncludeExtensions = aws.Bool(false) }),
	} {
		file, got := "testdata/export/"+name, strings.ReplaceAll(string(body), *id, "<api>")
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
	// A deployment is exported as it was.
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: id, StageName: aws.String("old")})
	must(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: id, StageName: aws.String("old")})
	must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: id, RouteKey: aws.String("GET /late")})
	for name, wanted := range map[string]bool{"dev": true, "old": false} {
		if body := string(w.export(id, "JSON", func(in *apigatewayv2.ExportApiInput) { in.StageName = &name })); strings.Contains(body, "/late") != wanted {
			t.Errorf("stage %s: %s", name, body)
		}
	}
	fails := func(want string, change func(*apigatewayv2.ExportApiInput)) {
		t.Helper()
		in := &apigatewayv2.ExportApiInput{ApiId: id, OutputType: aws.String("JSON"), Specification: aws.String("OAS30")}
		change(in)
		answers(w, w.client.ExportApi, in, want)
	}
	fails("400 BadRequestException: Invalid exportVersion specified. Valid options are 1.0", func(in *apigatewayv2.ExportApiInput) { in.ExportVersion = aws.String("2.0") })
	fails("404 NotFoundException: Invalid stage identifier specified", func(in *apigatewayv2.ExportApiInput) { in.StageName = aws.String("prod") })
	fails("400 BadRequestException: The stage has no deployment to export", func(in *apigatewayv2.ExportApiInput) { in.StageName = aws.String("bare") })
	fails("400 BadRequestException: Import and export are supported for protocol type HTTP only", func(in *apigatewayv2.ExportApiInput) { in.ApiId = w.webSocketAPI() })
}

const exportedShop = `{"openapi":"3.0.1","info":{"title":"shop","description":"pets"},
"tags":[{"name":"Owner","x-amazon-apigateway-tag-value":"Admin"}],
"paths":{"/$default":{"x-amazon-apigateway-any-method":{"isDefaultRoute":true,"x-amazon-apigateway-integration":{"$ref":"#/components/x-amazon-apigateway-integrations/f"}}},
"/pets/{petId}":{"get":{"operationId":"getPet","security":[{"auth":["read"]}],"x-amazon-apigateway-integration":{"$ref":"#/components/x-amazon-apigateway-integrations/f"}},
"put":{"security":[{"sigv4":[]}],"x-amazon-apigateway-integration":{"type":"http_proxy","httpMethod":"ANY","uri":"https://example.com/{petId}","payloadFormatVersion":"1.0"}}}},
"components":{"securitySchemes":{"auth":{"type":"oauth2","flows":{},"x-amazon-apigateway-authorizer":{"type":"jwt","jwtConfiguration":{"issuer":"https://issuer.example.com","audience":["web"]}}},
"sigv4":{"type":"apiKey","name":"Authorization","in":"header","x-amazon-apigateway-authtype":"awsSigv4"}},
"x-amazon-apigateway-integrations":{"f":{"type":"aws_proxy","httpMethod":"POST","uri":"` + functionARN + `","payloadFormatVersion":"2.0"}}},
"x-amazon-apigateway-cors":{"allowOrigins":["*"],"allowMethods":["GET"]}}`

// TestExportGenerated: an API that was made by operations, of any kind, is the same
// after an export and an import.
func TestExportGenerated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		id := generateAPI(w, rt)
		defer w.delete(id)
		form := rapid.SampledFrom([]string{"JSON", "YAML"}).Draw(rt, "form")
		want, exported := w.contents(id), w.export(id, form)
		again, err := w.client.ImportApi(t.Context(), &apigatewayv2.ImportApiInput{Body: aws.String(string(exported))})
		if err != nil {
			rt.Fatalf("%v\n%s", err, exported)
		}
		defer w.delete(again.ApiId)
		got := w.contents(again.ApiId)
		if want.Version == "" {
			got.Version = ""
		}
		if diff := gocmp.Diff(text(want), text(got)); diff != "" {
			rt.Fatalf("(-want +got):\n%s\n%s", diff, exported)
		}
		// Documents do not depend on ids, which are others now.
		if twice := w.export(again.ApiId, form); strings.ReplaceAll(string(twice), *again.ApiId, *id) != string(exported) && want.Version != "" {
			rt.Fatalf("another document:\n%s\n%s", exported, twice)
		}
		if err := checkDocument(t, exported); err != nil && !conflictingPaths(err) {
			rt.Fatalf("%v\n%s", err, exported)
		}
	})
}

// conflictingPaths: OpenAPI does not allow /a/{b} beside /a/{c}, HTTP APIs do.
func conflictingPaths(err error) bool { return strings.Contains(err.Error(), "conflicting paths") }

func generateAPI(w *world, rt *rapid.T) *string {
	chance := func(name string) bool { return rapid.Bool().Draw(rt, name) }
	word := rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9 :#'"\\é-]{0,8}`)
	in := &apigatewayv2.CreateApiInput{Name: aws.String(word.Draw(rt, "name")), ProtocolType: types.ProtocolTypeHttp, DisableExecuteApiEndpoint: aws.Bool(chance("disabled"))}
	if chance("described") {
		in.Description, in.Version = aws.String(word.Draw(rt, "description")), aws.String(word.Draw(rt, "version"))
		in.Tags = map[string]string{"a": word.Draw(rt, "tag"), "b": ""}
	}
	if chance("cors") {
		in.CorsConfiguration = &types.Cors{AllowOrigins: []string{"https://a.example"}, AllowMethods: []string{"GET", "*"}, AllowHeaders: []string{"x-a"}, MaxAge: aws.Int32(int32(rapid.IntRange(0, 100).Draw(rt, "age")))}
	}
	id := must(w, w.client.CreateApi, in).ApiId
	var jwt, custom []*string
	for i := range rapid.IntRange(0, 2).Draw(rt, "authorizers") {
		a := &apigatewayv2.CreateAuthorizerInput{ApiId: id, Name: aws.String(fmt.Sprintf("auth%d", i)), AuthorizerType: types.AuthorizerTypeJwt}
		if chance("jwt") {
			a.IdentitySource, a.JwtConfiguration = []string{"$request.header.Authorization"}, &types.JWTConfiguration{Issuer: aws.String("https://i.example"), Audience: []string{"x", "y"}}
			jwt = append(jwt, must(w, w.client.CreateAuthorizer, a).AuthorizerId)
			continue
		}
		a.AuthorizerType, a.AuthorizerUri, a.AuthorizerPayloadFormatVersion = types.AuthorizerTypeRequest, aws.String(invokeARN), aws.String("2.0")
		a.EnableSimpleResponses, a.AuthorizerResultTtlInSeconds = aws.Bool(chance("simple")), aws.Int32(0)
		a.IdentitySource = rapid.SampledFrom([][]string{{}, {"$request.header.A"}, {"$request.querystring.q", "$context.path"}}).Draw(rt, "sources")
		custom = append(custom, must(w, w.client.CreateAuthorizer, a).AuthorizerId)
	}
	var targets []*string
	for range rapid.IntRange(1, 3).Draw(rt, "integrations") {
		i := &apigatewayv2.CreateIntegrationInput{ApiId: id, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(functionARN), PayloadFormatVersion: aws.String("2.0")}
		if chance("http") {
			i.IntegrationType, i.IntegrationUri, i.IntegrationMethod, i.PayloadFormatVersion = types.IntegrationTypeHttpProxy, aws.String("https://e.example/"+fmt.Sprint(len(targets))), aws.String("ANY"), aws.String("1.0")
			i.RequestParameters = map[string]string{"append:header.x": word.Draw(rt, "mapped")}
			i.TimeoutInMillis = aws.Int32(int32(rapid.IntRange(50, 30000).Draw(rt, "timeout")))
		}
		targets = append(targets, aws.String("integrations/"+*must(w, w.client.CreateIntegration, i).IntegrationId))
	}
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"$default", "GET /", "ANY /", "POST /a", "GET /a/{b}", "ANY /a/{b}", "DELETE /a/{c}", "GET /p/{proxy+}", "HEAD /x/", "PATCH /~y"}), 1, 6, rapid.ID[string]).Draw(rt, "keys")
	slices.Sort(keys)
	for _, key := range keys {
		r := &apigatewayv2.CreateRouteInput{ApiId: id, RouteKey: &key, Target: rapid.SampledFrom(append([]*string{nil}, targets...)).Draw(rt, "target")}
		switch kind := rapid.IntRange(0, 3).Draw(rt, "authorization"); {
		case kind == 1:
			r.AuthorizationType = types.AuthorizationTypeAwsIam
		case kind == 2 && len(jwt) > 0:
			r.AuthorizationType, r.AuthorizerId, r.AuthorizationScopes = types.AuthorizationTypeJwt, jwt[0], rapid.SampledFrom([][]string{nil, {"a", "b"}}).Draw(rt, "scopes")
		case kind == 3 && len(custom) > 0:
			r.AuthorizationType, r.AuthorizerId = types.AuthorizationTypeCustom, custom[0]
		}
		must(w, w.client.CreateRoute, r)
	}
	return id
}
