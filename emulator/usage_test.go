package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// createMockAPI makes an API whose method GET / answers 200 with text, not deployed yet.
func (c *clients) createMockAPI(ctx context.Context, t *testing.T, text string, keyed bool) (apiID, rootID string) {
	t.Helper()
	api := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("mock")}))(t)
	c.putMock(ctx, t, *api.Id, *api.RootResourceId, text, keyed)
	return *api.Id, *api.RootResourceId
}

func (c *clients) putMock(ctx context.Context, t *testing.T, apiID, resourceID, text string, keyed bool) {
	t.Helper()
	must(c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{
		RestApiId: &apiID, ResourceId: &resourceID, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE"), ApiKeyRequired: keyed,
	}))(t)
	must(c.gateway.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{
		RestApiId: &apiID, ResourceId: &resourceID, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
	}))(t)
	must(c.gateway.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: &apiID, ResourceId: &resourceID, HttpMethod: aws.String("GET"), Type: types.IntegrationTypeMock,
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
	}))(t)
	must(c.gateway.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{
		RestApiId: &apiID, ResourceId: &resourceID, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		ResponseTemplates: map[string]string{"application/json": text},
	}))(t)
}

// must returns what gives a call's output, or ends the test.
func must[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// TestAPIKeys walks a key through its life: UP-15, UP-16, UP-17, the quota of its plan,
// and the use that GetUsage reports, also after a restart.
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := func() time.Time { return time.Date(2024, 5, 15, 12, 0, 0, 0, time.UTC) }
	dir := t.TempDir()
	e, err := emulator.Start(ctx, emulator.Config{Listen: "127.0.0.1:0", DataDir: dir, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	c := newClients(t, e.AWSConfig())
	apiID, _ := c.createMockAPI(ctx, t, "ok", true)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	key := must(c.gateway.CreateApiKey(ctx, &apigateway.CreateApiKeyInput{Name: aws.String("k"), Enabled: true}))(t)
	call := func(e *emulator.Emulator, key *string) string {
		t.Helper()
		request := get(t, e.InvokeURL(apiID, "dev", "/"))
		if key != nil {
			request.Header.Set("x-api-key", *key)
		}
		response, err := c.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return fmt.Sprint(response.StatusCode, " ", response.Header.Get("x-amzn-ErrorType"))
	}
	want := func(what, want string, e *emulator.Emulator, key *string) {
		t.Helper()
		if got := call(e, key); got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	const refused = "403 ForbiddenException"
	want("UP-15 no key", refused, e, nil)
	want("a key in no plan", refused, e, key.Value)
	plan := must(c.gateway.CreateUsagePlan(ctx, &apigateway.CreateUsagePlanInput{
		Name: aws.String("p"), ApiStages: []types.ApiStage{{ApiId: &apiID, Stage: aws.String("dev")}},
		Quota: &types.QuotaSettings{Limit: 3, Period: types.QuotaPeriodTypeDay},
	}))(t)
	must(c.gateway.CreateUsagePlanKey(ctx, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: plan.Id, KeyId: key.Id, KeyType: aws.String("API_KEY")}))(t)
	want("UP-16 a key in the plan", "200 ", e, key.Value)

	enable := func(value string) {
		t.Helper()
		must(c.gateway.UpdateApiKey(ctx, &apigateway.UpdateApiKeyInput{ApiKey: key.Id, PatchOperations: []types.PatchOperation{
			{Op: types.OpReplace, Path: aws.String("/enabled"), Value: &value},
		}}))(t)
	}
	enable("false")
	want("UP-17 disabled", refused, e, key.Value)
	enable("true")
	want("enabled again", "200 ", e, key.Value)

	usage := func(c *clients) map[string][][]int64 {
		t.Helper()
		return must(c.gateway.GetUsage(ctx, &apigateway.GetUsageInput{
			UsagePlanId: plan.Id, StartDate: aws.String("2024-05-15"), EndDate: aws.String("2024-05-15"),
		}))(t).Items
	}
	if diff := cmp.Diff(map[string][][]int64{*key.Id: {{2, 1}}}, usage(c)); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	e = start(t, emulator.Config{DataDir: dir, Now: now})
	c = newClients(t, e.AWSConfig())
	want("after a restart", "200 ", e, key.Value)
	want("quota used up", "429 LimitExceededException", e, key.Value)
	if diff := cmp.Diff(map[string][][]int64{*key.Id: {{3, 0}}}, usage(c)); diff != "" {
		t.Errorf("usage after a restart (-want +got):\n%s", diff)
	}
	must(c.gateway.UpdateUsage(ctx, &apigateway.UpdateUsageInput{UsagePlanId: plan.Id, KeyId: key.Id, PatchOperations: []types.PatchOperation{
		{Op: types.OpReplace, Path: aws.String("/remaining"), Value: aws.String("1")},
	}}))(t)
	want("a granted request", "200 ", e, key.Value)
	want("and no more", "429 LimitExceededException", e, key.Value)
	must(c.gateway.DeleteApiKey(ctx, &apigateway.DeleteApiKeyInput{ApiKey: key.Id}))(t)
	want("deleted", refused, e, key.Value)
}

// TestCanaryServesItsDeployment proves that a canary's requests get its deployment.
func TestCanaryServesItsDeployment(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	apiID, rootID := c.createMockAPI(ctx, t, "old", false)
	stage := aws.String("dev")
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: stage}))(t)
	must(c.gateway.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{
		RestApiId: &apiID, ResourceId: &rootID, HttpMethod: aws.String("GET"), StatusCode: aws.String("200"),
		ResponseTemplates: map[string]string{"application/json": "new"},
	}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{
		RestApiId: &apiID, StageName: stage, CanarySettings: &types.DeploymentCanarySettings{PercentTraffic: 100},
	}))(t)
	want := func(percent, text string) {
		t.Helper()
		must(c.gateway.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: &apiID, StageName: stage, PatchOperations: []types.PatchOperation{
			{Op: types.OpReplace, Path: aws.String("/canarySettings/percentTraffic"), Value: &percent},
		}}))(t)
		for range 20 {
			if status, body := c.body(t, e.InvokeURL(apiID, "dev", "/")); status != http.StatusOK || body != text {
				t.Fatalf("%s percent: got %d %q, want %q", percent, status, body, text)
			}
		}
	}
	want("100.0", "new")
	want("0.0", "old")
}
