package emulator_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const (
	v2Function = "arn:aws:lambda:us-east-1:000000000000:function:f"
	v2Invoke   = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + v2Function + "/invocations"
	v2Log      = "arn:aws:logs:us-east-1:000000000000:log-group:/access"
)

// v2Client returns a client of apigatewayv2.
func v2Client(t *testing.T, e *emulator.Emulator) *apigatewayv2.Client {
	t.Helper()
	return apigatewayv2.NewFromConfig(newClients(t, e.AWSConfig()).config)
}

// shown is an answer as JSON, without what belongs to the one call.
func shown(t *testing.T, out any) string {
	t.Helper()
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, "ResultMetadata")
	delete(members, "ApiEndpoint") // has the port of the emulator
	text, err = json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// same compares what was written with what is read back.
func same(t *testing.T, what string, written, read any) {
	t.Helper()
	if diff := cmp.Diff(shown(t, written), shown(t, read)); diff != "" {
		t.Errorf("%s (-written +read):\n%s", what, diff)
	}
}

// Every operation on HTTP APIs through the SDK; what a restart keeps; and deletion.
func TestHTTPAPIOperations(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	e := start(t, emulator.Config{DataDir: data})
	c, ctx := v2Client(t, e), t.Context()
	api := must(c.CreateApi(ctx, &apigatewayv2.CreateApiInput{
		Name: aws.String("a"), ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"team": "x"}, CorsConfiguration: &types.Cors{AllowOrigins: []string{"*"}},
	}))(t).ApiId
	must(c.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: api, Description: aws.String("d")}))(t)
	must(c.DeleteCorsConfiguration(ctx, &apigatewayv2.DeleteCorsConfigurationInput{ApiId: api}))(t)
	integration := must(c.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(v2Function), PayloadFormatVersion: aws.String("2.0"),
	}))(t).IntegrationId
	must(c.UpdateIntegration(ctx, &apigatewayv2.UpdateIntegrationInput{ApiId: api, IntegrationId: integration, TimeoutInMillis: aws.Int32(1000)}))(t)
	authorizer := must(c.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: api, Name: aws.String("z"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(v2Invoke), AuthorizerPayloadFormatVersion: aws.String("2.0"), IdentitySource: []string{"$request.header.a"},
	}))(t).AuthorizerId
	must(c.UpdateAuthorizer(ctx, &apigatewayv2.UpdateAuthorizerInput{ApiId: api, AuthorizerId: authorizer, EnableSimpleResponses: aws.Bool(true)}))(t)
	route := must(c.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{
		ApiId: api, RouteKey: aws.String("GET /"), Target: aws.String("integrations/" + *integration), AuthorizationType: types.AuthorizationTypeCustom, AuthorizerId: authorizer,
	}))(t).RouteId
	must(c.UpdateRoute(ctx, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route, OperationName: aws.String("root")}))(t)
	name := aws.String("$default")
	must(c.CreateStage(ctx, &apigatewayv2.CreateStageInput{
		ApiId: api, StageName: name, AutoDeploy: aws.Bool(true), AccessLogSettings: &types.AccessLogSettings{DestinationArn: aws.String(v2Log), Format: aws.String("$context.requestId")},
		RouteSettings: map[string]types.RouteSettings{"GET /": {ThrottlingBurstLimit: aws.Int32(1)}},
	}))(t)
	must(c.UpdateStage(ctx, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: name, StageVariables: map[string]string{"a": "1"}}))(t)
	must(c.DeleteAccessLogSettings(ctx, &apigatewayv2.DeleteAccessLogSettingsInput{ApiId: api, StageName: name}))(t)
	must(c.DeleteRouteSettings(ctx, &apigatewayv2.DeleteRouteSettingsInput{ApiId: api, StageName: name, RouteKey: aws.String("GET /")}))(t)
	must(c.ResetAuthorizersCache(ctx, &apigatewayv2.ResetAuthorizersCacheInput{ApiId: api, StageName: name}))(t)
	manual := must(c.CreateDeployment(ctx, &apigatewayv2.CreateDeploymentInput{ApiId: api}))(t).DeploymentId
	must(c.UpdateDeployment(ctx, &apigatewayv2.UpdateDeploymentInput{ApiId: api, DeploymentId: manual, Description: aws.String("m")}))(t)
	arn := aws.String("arn:aws:apigateway:us-east-1::/apis/" + *api)
	must(c.TagResource(ctx, &apigatewayv2.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": "2"}}))(t)
	must(c.UntagResource(ctx, &apigatewayv2.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}))(t)

	everything := func(c *apigatewayv2.Client) map[string]string {
		t.Helper()
		return map[string]string{
			"api":          shown(t, must(c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: api}))(t)),
			"integration":  shown(t, must(c.GetIntegration(ctx, &apigatewayv2.GetIntegrationInput{ApiId: api, IntegrationId: integration}))(t)),
			"integrations": shown(t, must(c.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: api}))(t)),
			"authorizer":   shown(t, must(c.GetAuthorizer(ctx, &apigatewayv2.GetAuthorizerInput{ApiId: api, AuthorizerId: authorizer}))(t)),
			"authorizers":  shown(t, must(c.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: api}))(t)),
			"route":        shown(t, must(c.GetRoute(ctx, &apigatewayv2.GetRouteInput{ApiId: api, RouteId: route}))(t)),
			"routes":       shown(t, must(c.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: api}))(t)),
			"stage":        shown(t, must(c.GetStage(ctx, &apigatewayv2.GetStageInput{ApiId: api, StageName: name}))(t)),
			"stages":       shown(t, must(c.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: api}))(t)),
			"deployment":   shown(t, must(c.GetDeployment(ctx, &apigatewayv2.GetDeploymentInput{ApiId: api, DeploymentId: manual}))(t)),
			"deployments":  shown(t, must(c.GetDeployments(ctx, &apigatewayv2.GetDeploymentsInput{ApiId: api}))(t)),
			"tags":         shown(t, must(c.GetTags(ctx, &apigatewayv2.GetTagsInput{ResourceArn: arn}))(t)),
		}
	}
	before := everything(c)
	if want := `{"Tags":{"b":"2","team":"x"}}`; before["tags"] != want {
		t.Errorf("tags %s, want %s", before["tags"], want)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	c = v2Client(t, start(t, emulator.Config{DataDir: data}))
	if diff := cmp.Diff(before, everything(c)); diff != "" {
		t.Errorf("after the restart (-want +got):\n%s", diff)
	}
	if apis := must(c.GetApis(ctx, &apigatewayv2.GetApisInput{}))(t).Items; len(apis) != 1 {
		t.Errorf("%d APIs after the restart", len(apis))
	}

	_, err := c.DeleteIntegration(ctx, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration})
	if errorCode(err) != "ConflictException" {
		t.Errorf("an integration in use: %v", err)
	}
	_, err = c.DeleteAuthorizer(ctx, &apigatewayv2.DeleteAuthorizerInput{ApiId: api, AuthorizerId: authorizer})
	if errorCode(err) != "ConflictException" {
		t.Errorf("an authorizer in use: %v", err)
	}
	must(c.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route}))(t)
	must(c.DeleteIntegration(ctx, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration}))(t)
	must(c.DeleteAuthorizer(ctx, &apigatewayv2.DeleteAuthorizerInput{ApiId: api, AuthorizerId: authorizer}))(t)
	must(c.DeleteDeployment(ctx, &apigatewayv2.DeleteDeploymentInput{ApiId: api, DeploymentId: manual}))(t)
	must(c.DeleteStage(ctx, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: name}))(t)
	must(c.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: api}))(t)
	if _, err := c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: api}); errorCode(err) != "NotFoundException" {
		t.Errorf("a deleted API: %v", err)
	}
}

// The operations that only WebSocket APIs have.
func TestWebSocketOperations(t *testing.T) {
	t.Parallel()
	c, ctx := v2Client(t, start(t, emulator.Config{})), t.Context()
	api := must(c.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("w"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action")}))(t).ApiId
	model := must(c.CreateModel(ctx, &apigatewayv2.CreateModelInput{ApiId: api, Name: aws.String("M"), ContentType: aws.String("application/json"), Schema: aws.String(`{"type":"object"}`)}))(t).ModelId
	updated := must(c.UpdateModel(ctx, &apigatewayv2.UpdateModelInput{ApiId: api, ModelId: model, Description: aws.String("d")}))(t)
	same(t, "model", updated, must(c.GetModel(ctx, &apigatewayv2.GetModelInput{ApiId: api, ModelId: model}))(t))
	if got := must(c.GetModels(ctx, &apigatewayv2.GetModelsInput{ApiId: api}))(t).Items; len(got) != 1 {
		t.Errorf("%d models", len(got))
	}
	must(c.GetModelTemplate(ctx, &apigatewayv2.GetModelTemplateInput{ApiId: api, ModelId: model}))(t)
	integration := must(c.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{ApiId: api, IntegrationType: types.IntegrationTypeMock}))(t).IntegrationId
	response := must(c.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseKey: aws.String("$default")}))(t).IntegrationResponseId
	changed := must(c.UpdateIntegrationResponse(ctx, &apigatewayv2.UpdateIntegrationResponseInput{
		ApiId: api, IntegrationId: integration, IntegrationResponseId: response, ResponseTemplates: map[string]string{"$default": "{}"},
	}))(t)
	same(t, "integration response", changed, must(c.GetIntegrationResponse(ctx, &apigatewayv2.GetIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: response}))(t))
	if got := must(c.GetIntegrationResponses(ctx, &apigatewayv2.GetIntegrationResponsesInput{ApiId: api, IntegrationId: integration}))(t).Items; len(got) != 1 {
		t.Errorf("%d integration responses", len(got))
	}
	route := must(c.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{
		ApiId: api, RouteKey: aws.String("$connect"), Target: aws.String("integrations/" + *integration),
		RequestParameters: map[string]types.ParameterConstraints{"route.request.querystring.a": {Required: aws.Bool(true)}},
	}))(t).RouteId
	must(c.DeleteRouteRequestParameter(ctx, &apigatewayv2.DeleteRouteRequestParameterInput{ApiId: api, RouteId: route, RequestParameterKey: aws.String("route.request.querystring.a")}))(t)
	answer := must(c.CreateRouteResponse(ctx, &apigatewayv2.CreateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseKey: aws.String("$default")}))(t).RouteResponseId
	given := must(c.UpdateRouteResponse(ctx, &apigatewayv2.UpdateRouteResponseInput{ApiId: api, RouteId: route, RouteResponseId: answer, ResponseModels: map[string]string{"a": "M"}, ModelSelectionExpression: aws.String("a")}))(t)
	same(t, "route response", given, must(c.GetRouteResponse(ctx, &apigatewayv2.GetRouteResponseInput{ApiId: api, RouteId: route, RouteResponseId: answer}))(t))
	if got := must(c.GetRouteResponses(ctx, &apigatewayv2.GetRouteResponsesInput{ApiId: api, RouteId: route}))(t).Items; len(got) != 1 {
		t.Errorf("%d route responses", len(got))
	}
	must(c.DeleteRouteResponse(ctx, &apigatewayv2.DeleteRouteResponseInput{ApiId: api, RouteId: route, RouteResponseId: answer}))(t)
	must(c.DeleteIntegrationResponse(ctx, &apigatewayv2.DeleteIntegrationResponseInput{ApiId: api, IntegrationId: integration, IntegrationResponseId: response}))(t)
	must(c.DeleteModel(ctx, &apigatewayv2.DeleteModelInput{ApiId: api, ModelId: model}))(t)
	must(c.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: api}))(t)
}
