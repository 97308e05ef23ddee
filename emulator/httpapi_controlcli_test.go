package emulator_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// What people call most of `aws apigatewayv2`, with a request to what it made.
func TestHTTPAPIControlCLI(t *testing.T) {
	t.Parallel()
	backend := text(t, "from the backend")
	data := filepath.Join(t.TempDir(), "data")
	e := start(t, emulator.Config{DataDir: data})
	cli := newAWSCLI(t, e)
	v2 := func(args ...string) map[string]any { return cli.run(append([]string{"apigatewayv2"}, args...)...) }
	quick := v2("create-api", "--name", "quick", "--protocol-type", "HTTP", "--target", backend.URL)["ApiId"].(string)
	for _, kind := range []string{"routes", "integrations", "stages", "deployments"} {
		if items := v2("get-"+kind, "--api-id", quick)["Items"].([]any); len(items) != 1 {
			t.Errorf("quick create made %d %s", len(items), kind)
		}
	}
	id := v2("create-api", "--name", "a", "--protocol-type", "HTTP", "--cors-configuration", `AllowOrigins="*",AllowMethods=GET,POST`)["ApiId"].(string)
	integration := v2("create-integration", "--api-id", id, "--integration-type", "HTTP_PROXY", "--integration-uri", backend.URL, "--integration-method", "ANY", "--payload-format-version", "1.0")["IntegrationId"].(string)
	route := v2("create-route", "--api-id", id, "--route-key", "GET /a", "--target", "integrations/"+integration)["RouteId"].(string)
	v2("create-authorizer", "--api-id", id, "--name", "jwt", "--authorizer-type", "JWT", "--identity-source", "$request.header.Authorization",
		"--jwt-configuration", "Issuer=https://issuer.example,Audience=me")
	v2("create-stage", "--api-id", id, "--stage-name", "dev")
	deployment := v2("create-deployment", "--api-id", id, "--stage-name", "dev", "--description", "first")["DeploymentId"]
	v2("update-stage", "--api-id", id, "--stage-name", "dev", "--stage-variables", "a=1", "--default-route-settings", "ThrottlingBurstLimit=5,ThrottlingRateLimit=10")
	v2("tag-resource", "--resource-arn", "arn:aws:apigateway:us-east-1::/apis/"+id+"/stages/dev", "--tags", "team=x")
	stage := v2("get-stage", "--api-id", id, "--stage-name", "dev")
	delete(stage, "CreatedDate")
	delete(stage, "LastUpdatedDate")
	want := map[string]any{
		"AutoDeploy": false, "DeploymentId": deployment, "RouteSettings": map[string]any{}, "StageName": "dev", "StageVariables": map[string]any{"a": "1"}, "Tags": map[string]any{"team": "x"},
		"DefaultRouteSettings": map[string]any{"DetailedMetricsEnabled": false, "ThrottlingBurstLimit": 5.0, "ThrottlingRateLimit": 10.0},
	}
	if diff := cmp.Diff(want, stage); diff != "" {
		t.Errorf("stage (-want +got):\n%s", diff)
	}
	c := newClients(t, e.AWSConfig())
	if status, body := c.body(t, e.InvokeURL(id, "dev", "a")); status != http.StatusOK || body != "from the backendGET /" {
		t.Errorf("%d %s", status, body)
	}
	v2("update-route", "--api-id", id, "--route-id", route, "--route-key", "GET /b")
	if status, _ := c.body(t, e.InvokeURL(id, "dev", "b")); status != http.StatusNotFound { // a manual deployment is frozen
		t.Errorf("a route that is not deployed: %d", status)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	e = start(t, emulator.Config{DataDir: data})
	cli = newAWSCLI(t, e)
	if items := v2("get-apis")["Items"].([]any); len(items) != 2 {
		t.Errorf("%d APIs after the restart", len(items))
	}
	c = newClients(t, e.AWSConfig())
	if status, body := c.body(t, e.InvokeURL(id, "dev", "a")); status != http.StatusOK || body != "from the backendGET /" {
		t.Errorf("after the restart: %d %s", status, body)
	}
	v2("delete-route", "--api-id", id, "--route-id", route)
	v2("delete-integration", "--api-id", id, "--integration-id", integration)
	v2("delete-stage", "--api-id", id, "--stage-name", "dev")
	for _, api := range []string{id, quick} {
		v2("delete-api", "--api-id", api)
	}
	if items := v2("get-apis")["Items"].([]any); len(items) != 0 {
		t.Errorf("%d APIs in the end", len(items))
	}
}
