package emulator_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// The calls that Terraform's provider makes for aws_apigatewayv2_api, _integration,
// _authorizer, _route, _stage and _deployment of an HTTP API: create with its defaults,
// read back, update, destroy. What is read has to be what was written, or a plan is not
// clean.
func TestTerraformHTTPAPI(t *testing.T) {
	t.Parallel()
	c, ctx := v2Client(t, start(t, emulator.Config{})), t.Context()
	api := must(c.CreateApi(ctx, &apigatewayv2.CreateApiInput{
		Name: aws.String("tf"), ProtocolType: types.ProtocolTypeHttp, ApiKeySelectionExpression: aws.String("$request.header.x-api-key"),
		RouteSelectionExpression: aws.String("$request.method $request.path"), DisableExecuteApiEndpoint: aws.Bool(false), Tags: map[string]string{},
		CorsConfiguration: &types.Cors{AllowCredentials: aws.Bool(false), AllowMethods: []string{"GET"}, AllowOrigins: []string{"https://a.example"}, MaxAge: aws.Int32(300)},
	}))(t)
	id := api.ApiId
	same(t, "API", api, must(c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: id}))(t))
	cors := api.CorsConfiguration
	if *cors.AllowCredentials || *cors.MaxAge != 300 || len(cors.AllowHeaders) != 0 || len(cors.ExposeHeaders) != 0 || aws.ToString(api.Description)+aws.ToString(api.Version) != "" {
		t.Errorf("API %s", shown(t, api))
	}

	integration := must(c.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: id, ConnectionType: types.ConnectionTypeInternet, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String(v2Invoke),
		PayloadFormatVersion: aws.String("2.0"), PassthroughBehavior: types.PassthroughBehaviorWhenNoMatch, RequestParameters: map[string]string{"append:header.a": "1"},
		ResponseParameters: map[string]map[string]string{"403": {"append:header.auth": "$context.authorizer.a"}},
	}))(t)
	readIntegration := func() *apigatewayv2.GetIntegrationOutput {
		return must(c.GetIntegration(ctx, &apigatewayv2.GetIntegrationInput{ApiId: id, IntegrationId: integration.IntegrationId}))(t)
	}
	same(t, "integration", integration, readIntegration())
	authorizer := must(c.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: id, Name: aws.String("z"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: aws.String(v2Invoke), AuthorizerPayloadFormatVersion: aws.String("2.0"),
		AuthorizerResultTtlInSeconds: aws.Int32(300), IdentitySource: []string{"$request.header.Authorization"},
	}))(t)
	same(t, "authorizer", authorizer, must(c.GetAuthorizer(ctx, &apigatewayv2.GetAuthorizerInput{ApiId: id, AuthorizerId: authorizer.AuthorizerId}))(t))
	jwt := must(c.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: id, Name: aws.String("j"), AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &types.JWTConfiguration{Audience: []string{"me"}, Issuer: aws.String("https://issuer.example")},
	}))(t)
	same(t, "JWT authorizer", jwt, must(c.GetAuthorizer(ctx, &apigatewayv2.GetAuthorizerInput{ApiId: id, AuthorizerId: jwt.AuthorizerId}))(t))
	if jwt.AuthorizerResultTtlInSeconds != nil || jwt.EnableSimpleResponses != nil {
		t.Errorf("JWT authorizer %s", shown(t, jwt))
	}
	route := must(c.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{
		ApiId: id, RouteKey: aws.String("GET /"), ApiKeyRequired: aws.Bool(false), AuthorizationType: types.AuthorizationTypeJwt, AuthorizerId: jwt.AuthorizerId,
		AuthorizationScopes: []string{"read"}, Target: aws.String("integrations/" + *integration.IntegrationId),
	}))(t)
	readRoute := func() *apigatewayv2.GetRouteOutput {
		return must(c.GetRoute(ctx, &apigatewayv2.GetRouteInput{ApiId: id, RouteId: route.RouteId}))(t)
	}
	same(t, "route", route, readRoute())

	deployment := must(c.CreateDeployment(ctx, &apigatewayv2.CreateDeploymentInput{ApiId: id, Description: aws.String("first")}))(t)
	got := must(c.GetDeployment(ctx, &apigatewayv2.GetDeploymentInput{ApiId: id, DeploymentId: deployment.DeploymentId}))(t)
	same(t, "deployment", deployment, got)
	if got.DeploymentStatus != types.DeploymentStatusDeployed || *got.AutoDeployed {
		t.Errorf("deployment %s", shown(t, got))
	}
	name := aws.String("prod")
	stage := must(c.CreateStage(ctx, &apigatewayv2.CreateStageInput{
		ApiId: id, StageName: name, AutoDeploy: aws.Bool(false), DeploymentId: deployment.DeploymentId, StageVariables: map[string]string{"a": "1", "b": "2"},
		AccessLogSettings:    &types.AccessLogSettings{DestinationArn: aws.String(v2Log), Format: aws.String("$context.requestId")},
		DefaultRouteSettings: &types.RouteSettings{DetailedMetricsEnabled: aws.Bool(false), ThrottlingBurstLimit: aws.Int32(1), ThrottlingRateLimit: aws.Float64(2)},
		RouteSettings:        map[string]types.RouteSettings{"GET /": {DetailedMetricsEnabled: aws.Bool(true)}},
	}))(t)
	readStage := func() *apigatewayv2.GetStageOutput {
		return must(c.GetStage(ctx, &apigatewayv2.GetStageInput{ApiId: id, StageName: name}))(t)
	}
	same(t, "stage", stage, readStage())

	// Updates: what the configuration has no more goes with empty values and deletions.
	must(c.DeleteCorsConfiguration(ctx, &apigatewayv2.DeleteCorsConfigurationInput{ApiId: id}))(t)
	must(c.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: id, Description: aws.String("d"), Version: aws.String("v")}))(t)
	must(c.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: id, Description: aws.String(""), Version: aws.String("")}))(t)
	if api := must(c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: id}))(t); api.CorsConfiguration != nil || aws.ToString(api.Description)+aws.ToString(api.Version) != "" {
		t.Errorf("API %s", shown(t, api))
	}
	must(c.UpdateIntegration(ctx, &apigatewayv2.UpdateIntegrationInput{
		ApiId: id, IntegrationId: integration.IntegrationId, RequestParameters: map[string]string{"append:header.a": ""}, ResponseParameters: map[string]map[string]string{"403": {}}, IntegrationMethod: aws.String("POST"),
	}))(t)
	if got := readIntegration(); len(got.RequestParameters)+len(got.ResponseParameters) != 0 {
		t.Errorf("integration %s", shown(t, got))
	}
	must(c.UpdateRoute(ctx, &apigatewayv2.UpdateRouteInput{ApiId: id, RouteId: route.RouteId, AuthorizationType: types.AuthorizationTypeCustom, AuthorizerId: authorizer.AuthorizerId, AuthorizationScopes: []string{}}))(t)
	if got := readRoute(); len(got.AuthorizationScopes) != 0 || *got.AuthorizerId != *authorizer.AuthorizerId {
		t.Errorf("route %s", shown(t, got))
	}
	must(c.DeleteAccessLogSettings(ctx, &apigatewayv2.DeleteAccessLogSettingsInput{ApiId: id, StageName: name}))(t)
	must(c.DeleteRouteSettings(ctx, &apigatewayv2.DeleteRouteSettingsInput{ApiId: id, StageName: name, RouteKey: aws.String("GET /")}))(t)
	must(c.UpdateStage(ctx, &apigatewayv2.UpdateStageInput{ApiId: id, StageName: name, StageVariables: map[string]string{"a": "", "b": "3"}}))(t)
	if got := readStage(); got.AccessLogSettings != nil || len(got.RouteSettings) != 0 || len(got.StageVariables) != 1 || got.StageVariables["b"] != "3" {
		t.Errorf("stage %s", shown(t, got))
	}

	must(c.DeleteStage(ctx, &apigatewayv2.DeleteStageInput{ApiId: id, StageName: name}))(t)
	must(c.DeleteDeployment(ctx, &apigatewayv2.DeleteDeploymentInput{ApiId: id, DeploymentId: deployment.DeploymentId}))(t)
	must(c.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: id, RouteId: route.RouteId}))(t)
	must(c.DeleteAuthorizer(ctx, &apigatewayv2.DeleteAuthorizerInput{ApiId: id, AuthorizerId: jwt.AuthorizerId}))(t)
	must(c.DeleteAuthorizer(ctx, &apigatewayv2.DeleteAuthorizerInput{ApiId: id, AuthorizerId: authorizer.AuthorizerId}))(t)
	must(c.DeleteIntegration(ctx, &apigatewayv2.DeleteIntegrationInput{ApiId: id, IntegrationId: integration.IntegrationId}))(t)
	must(c.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: id}))(t)
	if _, err := c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: id}); errorCode(err) != "NotFoundException" {
		t.Errorf("destroyed API: %v", err)
	}
}

// The same for _model, _integration_response and _route_response, and for what a
// WebSocket API has besides.
func TestTerraformWebSocketAPI(t *testing.T) {
	t.Parallel()
	c, ctx := v2Client(t, start(t, emulator.Config{})), t.Context()
	api := must(c.CreateApi(ctx, &apigatewayv2.CreateApiInput{
		Name: aws.String("tf"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"), ApiKeySelectionExpression: aws.String("$request.header.x-api-key"),
	}))(t)
	id := api.ApiId
	same(t, "API", api, must(c.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: id}))(t))
	model := must(c.CreateModel(ctx, &apigatewayv2.CreateModelInput{ApiId: id, Name: aws.String("M"), ContentType: aws.String("application/json"), Schema: aws.String(`{"type":"object"}`)}))(t)
	same(t, "model", model, must(c.GetModel(ctx, &apigatewayv2.GetModelInput{ApiId: id, ModelId: model.ModelId}))(t))
	integration := must(c.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: id, ConnectionType: types.ConnectionTypeInternet, IntegrationType: types.IntegrationTypeMock, PassthroughBehavior: types.PassthroughBehaviorWhenNoMatch, PayloadFormatVersion: aws.String("1.0"),
		RequestTemplates: map[string]string{"$default": "{}"}, TemplateSelectionExpression: aws.String("$request.body.a"),
	}))(t)
	same(t, "integration", integration, must(c.GetIntegration(ctx, &apigatewayv2.GetIntegrationInput{ApiId: id, IntegrationId: integration.IntegrationId}))(t))
	response := must(c.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: id, IntegrationId: integration.IntegrationId, IntegrationResponseKey: aws.String("/200/"), ResponseTemplates: map[string]string{"application/json": ""},
	}))(t)
	same(t, "integration response", response, must(c.GetIntegrationResponse(ctx, &apigatewayv2.GetIntegrationResponseInput{
		ApiId: id, IntegrationId: integration.IntegrationId, IntegrationResponseId: response.IntegrationResponseId,
	}))(t))
	route := must(c.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{
		ApiId: id, RouteKey: aws.String("$connect"), ApiKeyRequired: aws.Bool(true), AuthorizationType: types.AuthorizationTypeAwsIam, RouteResponseSelectionExpression: aws.String("$default"),
		ModelSelectionExpression: aws.String("action"), RequestModels: map[string]string{"test": "M"}, Target: aws.String("integrations/" + *integration.IntegrationId),
		RequestParameters: map[string]types.ParameterConstraints{"route.request.header.authorization": {Required: aws.Bool(true)}},
	}))(t)
	same(t, "route", route, must(c.GetRoute(ctx, &apigatewayv2.GetRouteInput{ApiId: id, RouteId: route.RouteId}))(t))
	answer := must(c.CreateRouteResponse(ctx, &apigatewayv2.CreateRouteResponseInput{ApiId: id, RouteId: route.RouteId, RouteResponseKey: aws.String("$default"), ResponseModels: map[string]string{"test": "M"}, ModelSelectionExpression: aws.String("action")}))(t)
	same(t, "route response", answer, must(c.GetRouteResponse(ctx, &apigatewayv2.GetRouteResponseInput{ApiId: id, RouteId: route.RouteId, RouteResponseId: answer.RouteResponseId}))(t))
	stage := must(c.CreateStage(ctx, &apigatewayv2.CreateStageInput{
		ApiId: id, StageName: aws.String("prod"), AutoDeploy: aws.Bool(true),
		DefaultRouteSettings: &types.RouteSettings{DataTraceEnabled: aws.Bool(true), DetailedMetricsEnabled: aws.Bool(true), LoggingLevel: types.LoggingLevelError, ThrottlingBurstLimit: aws.Int32(1), ThrottlingRateLimit: aws.Float64(2)},
	}))(t)
	same(t, "stage", stage, must(c.GetStage(ctx, &apigatewayv2.GetStageInput{ApiId: id, StageName: aws.String("prod")}))(t))

	updated := must(c.UpdateRoute(ctx, &apigatewayv2.UpdateRouteInput{
		ApiId: id, RouteId: route.RouteId, ApiKeyRequired: aws.Bool(false), AuthorizationType: types.AuthorizationTypeNone, ModelSelectionExpression: aws.String(""), RequestModels: map[string]string{},
		RouteResponseSelectionExpression: aws.String(""), Target: aws.String(""), OperationName: aws.String("o"),
	}))(t)
	if *updated.ApiKeyRequired || len(updated.RequestModels) != 0 || aws.ToString(updated.Target)+aws.ToString(updated.ModelSelectionExpression)+aws.ToString(updated.RouteResponseSelectionExpression) != "" {
		t.Errorf("route %s", shown(t, updated))
	}
	must(c.DeleteStage(ctx, &apigatewayv2.DeleteStageInput{ApiId: id, StageName: aws.String("prod")}))(t)
	must(c.DeleteRouteResponse(ctx, &apigatewayv2.DeleteRouteResponseInput{ApiId: id, RouteId: route.RouteId, RouteResponseId: answer.RouteResponseId}))(t)
	must(c.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: id, RouteId: route.RouteId}))(t)
	must(c.DeleteIntegrationResponse(ctx, &apigatewayv2.DeleteIntegrationResponseInput{ApiId: id, IntegrationId: integration.IntegrationId, IntegrationResponseId: response.IntegrationResponseId}))(t)
	must(c.DeleteIntegration(ctx, &apigatewayv2.DeleteIntegrationInput{ApiId: id, IntegrationId: integration.IntegrationId}))(t)
	must(c.DeleteModel(ctx, &apigatewayv2.DeleteModelInput{ApiId: id, ModelId: model.ModelId}))(t)
	must(c.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: id}))(t)
}
