package httpapi_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/bolt"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestLimitsOfEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, memory.New(), httpapi.Limits{APIs: 1, RoutesPerAPI: 1, IntegrationsPerAPI: 1, AuthorizersPerAPI: 1, StagesPerAPI: 1})
	api := w.httpAPI()
	answers(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("b"), ProtocolType: types.ProtocolTypeHttp},
		"429 TooManyRequestsException: Maximum number of APIs has been reached. Please contact AWS if you need additional APIs.")
	for range 2 { // what was refused counts for nothing
		route := w.route(api, "GET /")
		answers(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("PUT /")},
			"429 TooManyRequestsException: Maximum number of Routes for this API has been reached. Please contact AWS if you need additional Routes.")
		must(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route})
	}
	integration := apigatewayv2.CreateIntegrationInput{ApiId: api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(functionARN), PayloadFormatVersion: aws.String("2.0")}
	must(w, w.client.CreateIntegration, &integration)
	answers(w, w.client.CreateIntegration, &integration,
		"429 TooManyRequestsException: Maximum number of Integrations for this API has been reached. Please contact AWS if you need additional Integrations.")
	w.jwtAuthorizer(api)
	answers(w, w.client.CreateAuthorizer, &apigatewayv2.CreateAuthorizerInput{
		ApiId: api, Name: aws.String("a"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(invokeARN), IdentitySource: []string{}, AuthorizerPayloadFormatVersion: aws.String("2.0"),
	}, "429 TooManyRequestsException: Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.")
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("a")})
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("b")},
		"429 TooManyRequestsException: Maximum number of Stages for this API has been reached. Please contact AWS if you need additional Stages.")
}

// Pages together are the whole, each item once.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	want := map[string]bool{}
	for i := range 7 {
		want[*w.route(api, fmt.Sprint("GET /", i))] = true
	}
	for _, size := range []string{"1", "2", "3", "7", "8", "100000"} {
		got, pages := map[string]bool{}, 0
		for token := (*string)(nil); pages < 8; pages++ {
			page := must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api, MaxResults: &size, NextToken: token})
			for _, route := range page.Items {
				if got[*route.RouteId] {
					t.Errorf("size %s: route %s comes twice", size, *route.RouteId)
				}
				got[*route.RouteId] = true
			}
			if token = page.NextToken; token == nil {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("size %s (-want +got):\n%s", size, diff)
		}
	}
	for _, size := range []string{"0", "-1", "x"} {
		answers(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api, MaxResults: &size}, "400 BadRequestException: Invalid value for maxResults, it must be a positive integer")
	}
}

// Writers at the same time lose no update, and the last of them is served.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	w.route(api, "GET /")
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true)})
	client := apigatewayv2.New(w.client.Options(), func(o *apigatewayv2.Options) { o.HTTPClient = w.plain() })
	const writers, each = 4, 10
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				name := fmt.Sprintf("v%d_%d", writer, i)
				if _, err := client.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), StageVariables: map[string]string{name: "1"}}); err != nil {
					t.Error(err)
				}
				if _, err := client.CreateRoute(t.Context(), &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("GET /" + name)}); err != nil {
					t.Error(err)
				}
				// One of the writers gets the key, the others a conflict.
				_, _ = client.CreateRoute(t.Context(), &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String(fmt.Sprint("PUT /", i))})
			}
		})
	}
	group.Wait()
	stage := must(w, w.client.GetStage, &apigatewayv2.GetStageInput{ApiId: api, StageName: aws.String("$default")})
	if len(stage.StageVariables) != writers*each {
		t.Errorf("%d variables", len(stage.StageVariables))
	}
	const routes = 1 + writers*each + each
	if got := must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api}).Items; len(got) != routes {
		t.Errorf("%d routes, want %d", len(got), routes)
	}
	published, _ := w.publisher.get(*api + "/$default")
	if len(published.Api.Routes) != routes || len(published.Stage.StageVariables) != writers*each || *published.Stage.DeploymentId != *stage.DeploymentId {
		t.Errorf("served: %d routes, %d variables, deployment %s; want %s", len(published.Api.Routes), len(published.Stage.StageVariables), *published.Stage.DeploymentId, *stage.DeploymentId)
	}
}

// All that was made is there after a restart on the same file, and is served again.
func TestRestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	open := func() store.Store {
		s, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	w := newWorldOn(t, s, httpapi.Limits{})
	http, socket := w.httpAPI(), w.webSocketAPI()
	w.jwtAuthorizer(http)
	must(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: http, CorsConfiguration: &types.Cors{AllowOrigins: []string{"*"}, MaxAge: aws.Int32(0)}})
	w.route(http, "GET /")
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: http, StageName: aws.String("$default"), AutoDeploy: aws.Bool(true), Tags: map[string]string{"a": "b"}})
	integration := must(w, w.client.CreateIntegration, &apigatewayv2.CreateIntegrationInput{ApiId: socket, IntegrationType: types.IntegrationTypeMock}).IntegrationId
	must(w, w.client.CreateIntegrationResponse, &apigatewayv2.CreateIntegrationResponseInput{ApiId: socket, IntegrationId: integration, IntegrationResponseKey: aws.String("$default")})
	must(w, w.client.CreateModel, &apigatewayv2.CreateModelInput{ApiId: socket, Name: aws.String("M"), Schema: aws.String("{}")})
	route := must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: socket, RouteKey: aws.String("join"), Target: aws.String("integrations/" + *integration)}).RouteId
	must(w, w.client.CreateRouteResponse, &apigatewayv2.CreateRouteResponseInput{ApiId: socket, RouteId: route, RouteResponseKey: aws.String("$default")})
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: socket, StageName: aws.String("prod")})
	must(w, w.client.CreateDeployment, &apigatewayv2.CreateDeploymentInput{ApiId: socket, StageName: aws.String("prod")})
	everything := func(w *world) []string {
		var got []string
		take := func(op func() error) {
			if err := op(); err != nil {
				t.Fatal(err)
			}
			got = append(got, string(w.tape.body))
		}
		ctx := t.Context()
		take(func() error { _, err := w.client.GetApis(ctx, &apigatewayv2.GetApisInput{}); return err })
		take(func() error {
			_, err := w.client.GetIntegrationResponses(ctx, &apigatewayv2.GetIntegrationResponsesInput{ApiId: socket, IntegrationId: integration})
			return err
		})
		take(func() error {
			_, err := w.client.GetRouteResponses(ctx, &apigatewayv2.GetRouteResponsesInput{ApiId: socket, RouteId: route})
			return err
		})
		for _, api := range []*string{http, socket} {
			take(func() error { _, err := w.client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: api}); return err })
			take(func() error {
				_, err := w.client.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: api})
				return err
			})
			take(func() error {
				_, err := w.client.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: api})
				return err
			})
			take(func() error { _, err := w.client.GetModels(ctx, &apigatewayv2.GetModelsInput{ApiId: api}); return err })
			take(func() error { _, err := w.client.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: api}); return err })
			take(func() error {
				_, err := w.client.GetDeployments(ctx, &apigatewayv2.GetDeploymentsInput{ApiId: api})
				return err
			})
		}
		return got
	}
	before := everything(w)
	w.route(http, "PUT /") // pending when the store is closed
	w.stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	t.Cleanup(func() { _ = s.Close() })
	again := newWorldOn(t, s, httpapi.Limits{})
	if published, _ := again.publisher.get(*http + "/$default"); published == nil || len(published.Api.Routes) != 2 || *published.Api.Api.CorsConfiguration.MaxAge != 0 {
		t.Errorf("served HTTP stage %+v", published)
	}
	if published, _ := again.publisher.get(*socket + "/prod"); published == nil || len(published.Api.RouteResponses) != 1 || len(published.Api.IntegrationResponses) != 1 || len(published.Api.Models) != 1 {
		t.Errorf("served WebSocket stage %+v", published)
	}
	put := must(again, again.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: http}).Items
	for _, route := range put {
		if *route.RouteKey == "PUT /" {
			must(again, again.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: http, RouteId: route.RouteId})
		}
	}
	after := everything(again)
	for i := range before {
		if i == 7 || i == 8 { // the stage and the deployments of the HTTP API, which was deployed again
			continue
		}
		if diff := cmp.Diff(decoded(t, []byte(before[i])), decoded(t, []byte(after[i]))); diff != "" {
			t.Errorf("answer %d after the restart (-want +got):\n%s", i, diff)
		}
	}
}
