package restapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// fuzzed is the whole handler of the service, over an API that has one of each resource
// that the seeds name.
type fuzzed struct {
	handler  http.Handler
	api      string
	resource string
}

func newFuzzed(f *testing.F) *fuzzed {
	f.Helper()
	records := memory.New()
	service, err := restapi.New(restapi.Config{Store: records, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		service.Close()
		if err := records.Close(); err != nil {
			f.Error(err)
		}
	})
	handler, err := wire.NewHandler(wire.APIGateway, service, wire.Options{DefaultAccount: account, DefaultRegion: region})
	if err != nil {
		f.Fatal(err)
	}
	ctx := wire.WithCaller(f.Context(), wire.Caller{Account: account, Region: region})
	api, err := service.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("fuzz"), Tags: map[string]string{"k": "v"}})
	if err != nil {
		f.Fatal(err)
	}
	get := aws.String("GET")
	if _, err := service.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: get, AuthorizationType: aws.String("NONE")}); err != nil {
		f.Fatal(err)
	}
	if _, err := service.PutIntegration(ctx, &apigateway.PutIntegrationInput{RestApiId: api.Id, ResourceId: api.RootResourceId, HttpMethod: get, Type: "MOCK"}); err != nil {
		f.Fatal(err)
	}
	if _, err := service.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")}); err != nil {
		f.Fatal(err)
	}
	return &fuzzed{handler, *api.Id, *api.RootResourceId}
}

// ask sends a request and fails unless the answer is one that AWS could give: below 500,
// and every error a JSON object with a type.
func (z *fuzzed) ask(t *testing.T, method, path, query, body string) {
	t.Helper()
	path = strings.NewReplacer("{api}", z.api, "{resource}", z.resource).Replace(path)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(body))
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return // net/http refuses it
	}
	r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery = method, decoded, path, query
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	z.handler.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		t.Fatalf("%s %q?%q %q: %d %s", method, path, query, body, w.Code, w.Body)
	}
	if w.Code >= http.StatusBadRequest {
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %q?%q %q: %d %v: %q", method, path, query, body, w.Code, err, w.Body)
		}
		if w.Header().Get("X-Amzn-ErrorType") == "" {
			t.Fatalf("%s %q: %d without a type", method, path, w.Code)
		}
	}
}

// FuzzHandlerPatch changes every kind of resource with any operation, path and value.
func FuzzHandlerPatch(f *testing.F) {
	z := newFuzzed(f)
	const api = "/restapis/{api}"
	paths := []string{
		api, api + "/stages/dev", api + "/resources/{resource}", api + "/resources/{resource}/methods/GET",
		api + "/resources/{resource}/methods/GET/integration", api + "/models/Empty", api + "/gatewayresponses/DEFAULT_4XX", "/account",
	}
	f.Add(uint8(0), "replace", "/name", "x", true)
	f.Add(uint8(0), "add", "/binaryMediaTypes/image~1png", "", false)
	f.Add(uint8(0), "replace", "/policy", `{"Version":"2012-10-17","Statement":[]}`, true)
	f.Add(uint8(1), "replace", "/*/*/throttling/burstLimit", "12", true)
	f.Add(uint8(1), "replace", "/canarySettings/percentTraffic", "1e400", true)
	f.Add(uint8(2), "replace", "/parentId", "{resource}", true)
	f.Add(uint8(3), "add", "/requestParameters/method.request.header.X", "true", true)
	f.Add(uint8(4), "replace", "/timeoutInMillis", "-1", true)
	f.Add(uint8(5), "replace", "/schema", "{}", true)
	f.Add(uint8(6), "add", "/responseParameters/gatewayresponse.header.X", "'x'", true)
	f.Add(uint8(7), "replace", "/cloudwatchRoleArn", "arn", true)
	f.Fuzz(func(t *testing.T, target uint8, op, path, value string, valued bool) {
		operation := map[string]string{"op": op, "path": path}
		if valued {
			operation["value"] = value
		}
		body, err := json.Marshal(map[string]any{"patchOperations": []any{operation}})
		if err != nil {
			t.Fatal(err)
		}
		z.ask(t, http.MethodPatch, paths[int(target)%len(paths)], "", string(body))
	})
}

// FuzzHandlerTags asks for the tags of any ARN, sets and removes them.
func FuzzHandlerTags(f *testing.F) {
	z := newFuzzed(f)
	f.Add("arn:aws:apigateway:eu-west-1::/restapis/"+z.api, "k", "v")
	f.Add("arn:aws:apigateway:eu-west-1::/restapis/"+z.api+"/stages/dev", "aws:k", "")
	f.Add("arn:aws:apigateway:::/domainnames/a", "", "v")
	f.Add("arn:aws:apigateway:eu-west-1:111111111111:/domainnames/p+abc", "k", "v")
	f.Add("arn:::::", "k", "v")
	f.Fuzz(func(t *testing.T, arn, key, value string) {
		path := "/tags/" + url.PathEscape(arn)
		body, err := json.Marshal(map[string]any{"tags": map[string]string{key: value}})
		if err != nil {
			t.Fatal(err)
		}
		z.ask(t, http.MethodPut, path, "", string(body))
		z.ask(t, http.MethodGet, path, "limit=1&position="+url.QueryEscape(value), "")
		z.ask(t, http.MethodDelete, path, url.Values{"tagKeys": {key}}.Encode(), "")
	})
}

// FuzzHandler sends any method, path, query string and body.
func FuzzHandler(f *testing.F) {
	z := newFuzzed(f)
	f.Add("GET", "/restapis", "limit=2&position=x", "")
	f.Add("GET", "/restapis/{api}/resources", "embed=methods&limit=-1", "")
	f.Add("POST", "/restapis", "", `{"name":"x","tags":{"a":"b"},"endpointConfiguration":{"types":["REGIONAL"]}}`)
	f.Add("POST", "/restapis", "mode=import", `{"swagger":"2.0","info":{"title":"t"},"paths":{"/a":{"get":{}}}}`)
	f.Add("PUT", "/restapis/{api}", "mode=merge&failonwarnings=true", `{"openapi":"3.0.1","info":{"title":"t"},"paths":{}}`)
	f.Add("POST", "/apikeys", "mode=import&format=csv", "name,key\na,0123456789abcdef0123\n")
	f.Add("PUT", "/restapis/{api}/resources/{resource}/methods/GET", "", `{"authorizationType":"NONE","requestParameters":{"method.request.path.x":true}}`)
	f.Add("PUT", "/restapis/{api}/resources/{resource}/methods/GET/integration", "", `{"type":"AWS","uri":"arn:aws:apigateway:eu-west-1:sqs:path/x"}`)
	f.Add("POST", "/restapis/{api}/deployments", "", `{"stageName":"dev","variables":{"a":"b"}}`)
	f.Add("GET", "/restapis/{api}/stages/dev/exports/oas30", "extensions=integrations", "")
	f.Add("GET", "/restapis/{api}/stages/dev/sdks/javascript", "", "")
	f.Add("GET", "/usageplans/x/usage", "startDate=2026-01-01&endDate=2026-13-01", "")
	f.Add("POST", "/domainnames", "", `{"domainName":"*.example.com"}`)
	f.Add("POST", "/usageplans", "", `{"name":"p","throttle":{"rateLimit":1e999},"quota":{"limit":1,"period":"DAY"}}`)
	f.Add("POST", "/restapis/{api}/documentation/parts", "", `{"location":{"type":"METHOD","path":"/a"},"properties":"{}"}`)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if method == http.MethodDelete && len(strings.Split(path, "/")) == 3 {
			return // the API is for the next input
		}
		z.ask(t, method, path, query, body)
	})
}
