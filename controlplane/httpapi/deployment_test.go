package httpapi_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

// routeKeysOf are the keys of the routes that a published stage serves.
func routeKeysOf(stage *deployed.ApiStage) []string {
	keys := []string{}
	if stage != nil && stage.Api != nil {
		for i := range stage.Api.Routes {
			keys = append(keys, *stage.Api.Routes[i].RouteKey)
		}
	}
	return keys
}

func TestAutoDeploy(t *testing.T) {
	t.Parallel()
	s := memory.New()
	t.Cleanup(func() { _ = s.Close() })
	w := newWorldOn(t, s, httpapi.Limits{})
	api := w.httpAPI()
	key := *api + "/$default"
	stage := must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)})
	if got := aws.ToString(stage.LastDeploymentStatusMessage); got != "Deployment attempt failed: Unable to deploy API because no routes exist in this API" || stage.DeploymentId != nil {
		t.Errorf("first stage has message %q, deployment %v", got, stage.DeploymentId)
	}
	if published, _ := w.publisher.get(key); published == nil || published.Api != nil {
		t.Errorf("published %+v", published)
	}

	var routeIDs []*string
	for i := range 20 {
		want := fmt.Sprintf("GET /%d", i)
		routeIDs = append(routeIDs, w.route(api, want))
		published, _ := w.publisher.get(key)
		if got := routeKeysOf(published); len(got) != i+1 {
			t.Fatalf("after %d routes, published %v", i+1, got)
		}
		if *published.Stage.DeploymentId != published.Api.DeploymentID {
			t.Errorf("stage has deployment %s, its API %s", *published.Stage.DeploymentId, published.Api.DeploymentID)
		}
	}
	before, publications := w.publisher.get(key)
	got := must(w, w.client.GetStage, &apigatewayv2.GetStageInput{ApiId: api, StageName: aws.String("$default")})
	if aws.ToString(got.DeploymentId) != before.Api.DeploymentID ||
		aws.ToString(got.LastDeploymentStatusMessage) != "Successfully deployed stage with deployment ID '"+before.Api.DeploymentID+"'" {
		t.Errorf("stage %s, message %s, want deployment %s", *got.DeploymentId, *got.LastDeploymentStatusMessage, before.Api.DeploymentID)
	}
	deployments := must(w, w.client.GetDeployments, &apigatewayv2.GetDeploymentsInput{ApiId: api}).Items
	if len(deployments) != 1 || !*deployments[0].AutoDeployed || *deployments[0].DeploymentId != before.Api.DeploymentID {
		t.Errorf("deployments %+v", deployments)
	}
	if after, n := w.publisher.get(key); after.Api != before.Api || n != publications {
		t.Errorf("storing the deployment published %d times", n-publications)
	}

	// A restart serves what is pending.
	w.route(api, "POST /")
	again := newWorldOn(t, s, httpapi.Limits{})
	if published, _ := again.publisher.get(key); len(routeKeysOf(published)) != 21 {
		t.Errorf("after a restart, published %v", routeKeysOf(published))
	}

	// Without routes the former deployment stays.
	for _, route := range must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api}).Items[1:] {
		must(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route.RouteId})
	}
	last := must(w, w.client.GetStage, &apigatewayv2.GetStageInput{ApiId: api, StageName: aws.String("$default")})
	only := must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api}).Items[0]
	must(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: only.RouteId})
	published, _ := w.publisher.get(key)
	if diff := cmp.Diff([]string{*only.RouteKey}, routeKeysOf(published)); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
	failed := must(w, w.client.GetStage, &apigatewayv2.GetStageInput{ApiId: api, StageName: aws.String("$default")})
	if *failed.DeploymentId != *last.DeploymentId || *failed.LastDeploymentStatusMessage != "Deployment attempt failed: Unable to deploy API because no routes exist in this API" {
		t.Errorf("stage %s, message %q", *failed.DeploymentId, *failed.LastDeploymentStatusMessage)
	}
	answers(w, w.client.DeleteDeployment, &apigatewayv2.DeleteDeploymentInput{ApiId: api, DeploymentId: failed.DeploymentId},
		"409 ConflictException: Active stages pointing to this deployment must be moved or deleted: $default")
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), DeploymentId: deployments[0].DeploymentId},
		"400 BadRequestException: Deployment ID cannot be set on a stage that has autoDeploy enabled")

	// Without auto-deploy changes are not served, with it again they are.
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(false)})
	w.route(api, "PUT /")
	if published, _ := w.publisher.get(key); !cmp.Equal([]string{*only.RouteKey}, routeKeysOf(published)) {
		t.Errorf("without auto-deploy, published %v", routeKeysOf(published))
	}
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)})
	if published, _ := w.publisher.get(key); !cmp.Equal([]string{"PUT /"}, routeKeysOf(published)) {
		t.Errorf("with auto-deploy again, published %v", routeKeysOf(published))
	}
	_ = routeIDs
	must(w, w.client.DeleteApi, &apigatewayv2.DeleteApiInput{ApiId: api})
	if published, _ := w.publisher.get(key); published != nil {
		t.Error("a deleted API is published")
	}
}

func TestManualDeployment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.webSocketAPI()
	answers(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: api},
		"400 BadRequestException: Unable to deploy API because no routes exist in this API")
	w.route(api, "join")
	answers(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: api, StageName: aws.String("prod")},
		"404 NotFoundException: Invalid stage identifier specified")
	first := answers(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: api, Description: aws.String("first")},
		`201 {"autoDeployed":false,"createdDate":"2023-11-14T22:13:20Z","deploymentId":"*","deploymentStatus":"DEPLOYED","description":"first"}`)
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("prod"), DeploymentId: aws.String("nope")},
		"400 BadRequestException: Deployment id does not exist")
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("prod"), DeploymentId: first.DeploymentId},
		`201 {"autoDeploy":false,"createdDate":"2023-11-14T22:13:20Z","defaultRouteSettings":{"dataTraceEnabled":false,"detailedMetricsEnabled":false,
		"loggingLevel":"OFF"},"deploymentId":"*","lastUpdatedDate":"2023-11-14T22:13:20Z",
		"routeSettings":{},"stageName":"prod","stageVariables":{},"tags":{}}`)
	w.route(api, "leave")
	key := *api + "/prod"
	if published, _ := w.publisher.get(key); !cmp.Equal([]string{"join"}, routeKeysOf(published)) {
		t.Errorf("published %v", routeKeysOf(published))
	}
	second := must(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: api, StageName: aws.String("prod")})
	if published, _ := w.publisher.get(key); len(routeKeysOf(published)) != 2 {
		t.Errorf("published %v", routeKeysOf(published))
	}
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("prod"), DeploymentId: first.DeploymentId})
	if published, _ := w.publisher.get(key); !cmp.Equal([]string{"join"}, routeKeysOf(published)) {
		t.Errorf("rolled back, published %v", routeKeysOf(published))
	}
	answers(w, w.client.UpdateDeployment, &apigatewayv2.UpdateDeploymentInput{ApiId: api, DeploymentId: second.DeploymentId, Description: aws.String("second")},
		`200 {"autoDeployed":false,"createdDate":"*","deploymentId":"*","deploymentStatus":"DEPLOYED","description":"second"}`)
	must(w, w.client.DeleteDeployment, &apigatewayv2.DeleteDeploymentInput{ApiId: api, DeploymentId: second.DeploymentId})
	answers(w, w.client.GetDeployment, &apigatewayv2.GetDeploymentInput{ApiId: api, DeploymentId: second.DeploymentId},
		"404 NotFoundException: Invalid Deployment identifier specified")
	must(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: aws.String("prod")})
	if published, _ := w.publisher.get(key); published != nil {
		t.Error("a deleted stage is published")
	}
}
