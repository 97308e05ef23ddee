package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func TestResponseCache(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, calls.Add(1)) }))
	t.Cleanup(backend.Close)
	ctx := t.Context()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())

	id := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("cached")}))(t).Id
	root := must(c.gateway.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: id}))(t).Items[0].Id
	must(c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{
		RestApiId: id, ResourceId: root, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE"),
		RequestParameters: map[string]bool{"method.request.querystring.a": false},
	}))(t)
	must(c.gateway.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: id, ResourceId: root, HttpMethod: aws.String("GET"), Type: apitypes.IntegrationTypeHttpProxy,
		IntegrationHttpMethod: aws.String("GET"), Uri: aws.String(backend.URL), CacheKeyParameters: []string{"method.request.querystring.a"},
	}))(t)
	deploy := func() {
		must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{
			RestApiId: id, StageName: aws.String("dev"), CacheClusterEnabled: aws.Bool(true), CacheClusterSize: apitypes.CacheClusterSizeSize0Point5Gb,
		}))(t)
	}
	deploy()
	stage := must(c.gateway.UpdateStage(ctx, &apigateway.UpdateStageInput{
		RestApiId: id, StageName: aws.String("dev"),
		PatchOperations: []apitypes.PatchOperation{{Op: apitypes.OpReplace, Path: aws.String("/*/*/caching/enabled"), Value: aws.String("true")}},
	}))(t)
	if stage.CacheClusterStatus != apitypes.CacheClusterStatusAvailable {
		t.Errorf("status %s", stage.CacheClusterStatus)
	}
	read := func(url string) string {
		t.Helper()
		response := must(c.http.Do(get(t, url)))(t)
		defer response.Body.Close()
		return string(must(io.ReadAll(response.Body))(t))
	}
	call := func(query, want string) {
		t.Helper()
		if got := read(e.InvokeURL(*id, "dev", "/") + query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	call("?a=1", "1")
	call("?a=1&b=2", "1")
	call("?a=2", "2")
	must(c.gateway.FlushStageCache(ctx, &apigateway.FlushStageCacheInput{RestApiId: id, StageName: aws.String("dev")}))(t)
	call("?a=1", "3")
	deploy() // does not empty it
	call("?a=1", "3")
	call("?a=3", "4")
	tested := must(c.gateway.TestInvokeMethod(ctx, &apigateway.TestInvokeMethodInput{
		RestApiId: id, ResourceId: root, HttpMethod: aws.String("GET"), PathWithQueryString: aws.String("/?a=1"),
	}))(t)
	if aws.ToString(tested.Body) != "5" {
		t.Errorf("test invocation: %s", aws.ToString(tested.Body))
	}
	if metrics := read(e.URL() + "/_stagedoor/metrics"); !strings.Contains(metrics, `"CacheHitCount":2,"CacheMissCount":4`) {
		t.Errorf("metrics: %s", metrics)
	}
}
