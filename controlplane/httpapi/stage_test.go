package httpapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

const logARN = "arn:aws:logs:eu-west-1:111111111111:log-group:access"

func TestStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api, name := w.httpAPI(), aws.String("dev")
	w.route(api, "GET /")
	w.route(api, "PUT /")
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{
		ApiId: api, StageName: name, Description: aws.String("d"), StageVariables: map[string]string{"a": "1", "b": "2"}, Tags: map[string]string{"t": "1"},
		AccessLogSettings:    &types.AccessLogSettings{DestinationArn: aws.String(logARN), Format: aws.String("$context.requestId")},
		DefaultRouteSettings: &types.RouteSettings{ThrottlingBurstLimit: aws.Int32(5), ThrottlingRateLimit: aws.Float64(2.5)},
		RouteSettings:        map[string]types.RouteSettings{"GET /": {DetailedMetricsEnabled: aws.Bool(true)}},
	}, `201 {"accessLogSettings":{"destinationArn":"`+logARN+`","format":"$context.requestId"},"autoDeploy":false,"createdDate":"2023-11-14T22:13:20Z",
		"defaultRouteSettings":{"detailedMetricsEnabled":false,"throttlingBurstLimit":5,"throttlingRateLimit":2.5},"description":"d","lastUpdatedDate":"2023-11-14T22:13:20Z",
		"routeSettings":{"GET /":{"detailedMetricsEnabled":true}},"stageName":"dev","stageVariables":{"a":"1","b":"2"},"tags":{"t":"1"}}`)
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: name}, "409 ConflictException: Stage already exists")
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{
		ApiId: api, StageName: name, Description: aws.String(""), StageVariables: map[string]string{"a": "", "c": "3"},
		DefaultRouteSettings: &types.RouteSettings{ThrottlingBurstLimit: aws.Int32(6)},
		RouteSettings:        map[string]types.RouteSettings{"GET /": {ThrottlingRateLimit: aws.Float64(1)}, "PUT /": {ThrottlingBurstLimit: aws.Int32(1)}},
	}, `200 {"accessLogSettings":{"destinationArn":"`+logARN+`","format":"$context.requestId"},"autoDeploy":false,"createdDate":"*",
		"defaultRouteSettings":{"detailedMetricsEnabled":false,"throttlingBurstLimit":6,"throttlingRateLimit":2.5},"lastUpdatedDate":"*",
		"routeSettings":{"GET /":{"detailedMetricsEnabled":true,"throttlingRateLimit":1},"PUT /":{"throttlingBurstLimit":1}},"stageName":"dev","stageVariables":{"b":"2","c":"3"},"tags":{"t":"1"}}`)
	must(w, w.client.DeleteAccessLogSettings, &apigatewayv2.DeleteAccessLogSettingsInput{ApiId: api, StageName: name})
	if none := must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: name, AccessLogSettings: &types.AccessLogSettings{}}); none.AccessLogSettings != nil {
		t.Errorf("access log settings %+v", none.AccessLogSettings)
	}
	must(w, w.client.DeleteRouteSettings, &apigatewayv2.DeleteRouteSettingsInput{ApiId: api, StageName: name, RouteKey: aws.String("GET /")})
	answers(w, w.client.GetStage, &apigatewayv2.GetStageInput{ApiId: api, StageName: name},
		`200 {"autoDeploy":false,"createdDate":"*","defaultRouteSettings":{"detailedMetricsEnabled":false,"throttlingBurstLimit":6,"throttlingRateLimit":2.5},"lastUpdatedDate":"*",
		"routeSettings":{"PUT /":{"throttlingBurstLimit":1}},"stageName":"dev","stageVariables":{"b":"2","c":"3"},"tags":{"t":"1"}}`)
	answers(w, w.client.DeleteRouteSettings, &apigatewayv2.DeleteRouteSettingsInput{ApiId: api, StageName: name, RouteKey: aws.String("GET /")},
		"404 NotFoundException: Unable to find route settings by this route key")
	answers(w, w.client.DeleteAccessLogSettings, &apigatewayv2.DeleteAccessLogSettingsInput{ApiId: api, StageName: name}, "404 NotFoundException: The stage has no access log settings")
	must(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: name})
	answers(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: name}, "404 NotFoundException: Invalid stage identifier specified")
}

func TestStageRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	http, socket, name := w.httpAPI(), w.webSocketAPI(), aws.String("s")
	log := func(arn, format string) *types.AccessLogSettings {
		return &types.AccessLogSettings{DestinationArn: &arn, Format: &format}
	}
	for _, test := range []struct {
		want string
		in   apigatewayv2.CreateStageInput
	}{
		{"400 BadRequestException: Stage name must be $default or consist of 1 to 128 characters a-zA-Z0-9_-", apigatewayv2.CreateStageInput{ApiId: http, StageName: aws.String("a b")}},
		{"400 BadRequestException: Stage name must be $default or consist of 1 to 128 characters a-zA-Z0-9_-", apigatewayv2.CreateStageInput{ApiId: socket, StageName: aws.String("$default")}},
		{"400 BadRequestException: Deployment ID cannot be set on a stage that has autoDeploy enabled", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, AutoDeploy: aws.Bool(true), DeploymentId: aws.String("a")}},
		{"400 BadRequestException: Deployment id does not exist", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, DeploymentId: aws.String("a")}},
		{"400 BadRequestException: Execution logs are not supported on protocolType HTTP", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, DefaultRouteSettings: &types.RouteSettings{LoggingLevel: types.LoggingLevelInfo}}},
		{"400 BadRequestException: Execution logs are not supported on protocolType HTTP", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, DefaultRouteSettings: &types.RouteSettings{DataTraceEnabled: aws.Bool(true)}}},
		{"400 BadRequestException: Throttling limits must not be negative", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, DefaultRouteSettings: &types.RouteSettings{ThrottlingBurstLimit: aws.Int32(-2)}}},
		{"400 BadRequestException: ClientCertificateId is not supported for protocol type HTTP", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, ClientCertificateId: aws.String("a")}},
		{"400 BadRequestException: Access log settings must have a destinationArn and a format", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, AccessLogSettings: log(logARN, "")}},
		{"400 BadRequestException: Invalid ARN specified in the request. ARN must be that of a CloudWatch Logs log group or a Firehose delivery stream", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, AccessLogSettings: log(functionARN, "a")}},
		{"400 BadRequestException: The access log format must not be longer than 3 KB", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, AccessLogSettings: log(logARN, strings.Repeat("a", 3<<10+1))}},
		{"400 BadRequestException: Access Log format must contain at least $context.requestId or $context.extendedRequestId", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, AccessLogSettings: log(logARN, "$context.status $context.requestIds")}},
		{"400 BadRequestException: Access Log format must contain at least $context.requestId or $context.extendedRequestId", apigatewayv2.CreateStageInput{ApiId: socket, StageName: name, AccessLogSettings: log(logARN, "$context.status")}},
		{"404 NotFoundException: Unable to find Route by key GET /x within the provided RouteSettings", apigatewayv2.CreateStageInput{ApiId: http, StageName: name, RouteSettings: map[string]types.RouteSettings{"GET /x": {ThrottlingBurstLimit: aws.Int32(1)}}}},
	} {
		answers(w, w.client.CreateStage, &test.in, test.want)
	}
	for _, api := range []*string{http, socket} {
		if stages := must(w, w.client.GetStages, &apigatewayv2.GetStagesInput{ApiId: api}).Items; len(stages) != 0 {
			t.Errorf("refused stages exist: %+v", stages)
		}
	}
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: http, StageName: aws.String("logged"), AccessLogSettings: log(logARN, "<$context.extendedRequestId>")})
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: http, StageName: name})
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: http, StageName: name, RouteSettings: map[string]types.RouteSettings{"GET /x": {}}},
		"404 NotFoundException: Unable to find Route by key GET /x within the provided RouteSettings")
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: http, StageName: name, RouteSettings: map[string]types.RouteSettings{"$default": {ThrottlingBurstLimit: aws.Int32(1)}}})
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: http, StageName: aws.String("none")}, "404 NotFoundException: Invalid stage identifier specified")
}

// What quick create made cannot be deleted, and changes only in what AWS lets one.
func TestManaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := must(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{
		Name: aws.String("q"), ProtocolType: types.ProtocolTypeHttp, Target: aws.String("https://a.example"), RouteKey: aws.String("GET /a"),
	}).ApiId
	integration := must(w, w.client.GetIntegrations, &apigatewayv2.GetIntegrationsInput{ApiId: api}).Items[0]
	route := must(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api}).Items[0]
	const refused = "400 BadRequestException: Managed resources of an API that was created with quick create cannot be deleted"
	answers(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration.IntegrationId}, refused)
	answers(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route.RouteId}, refused)
	answers(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: aws.String("$default")}, refused)
	const fixed = "400 BadRequestException: This property of a resource that is managed by API Gateway cannot be updated"
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route.RouteId, RouteKey: aws.String("GET /b")}, fixed)
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(false)}, fixed)
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), StageVariables: map[string]string{"a": "1"}})
	must(w, w.client.UpdateIntegration, &apigatewayv2.UpdateIntegrationInput{ApiId: api, IntegrationId: integration.IntegrationId, TimeoutInMillis: aws.Int32(1000)})
	must(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: api, Target: aws.String("http://b.example"), RouteKey: aws.String("GET /b")})
	if got := must(w, w.client.GetIntegrations, &apigatewayv2.GetIntegrationsInput{ApiId: api}).Items[0]; *got.IntegrationUri != "http://b.example" || *got.TimeoutInMillis != 1000 {
		t.Errorf("integration %+v", got)
	}
	published, _ := w.publisher.get(*api + "/$default")
	if key := *published.Api.Routes[0].RouteKey; key != "GET /b" {
		t.Errorf("published route %s", key)
	}
	must(w, w.client.DeleteApi, &apigatewayv2.DeleteApiInput{ApiId: api})
}

// A $default stage that somebody made can be deleted, and made again.
func TestDeleteDefaultStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api, name := w.httpAPI(), aws.String("$default")
	w.route(api, "GET /")
	for range 2 {
		must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: name, AutoDeploy: aws.Bool(true)})
		if published, _ := w.publisher.get(*api + "/$default"); published == nil || published.Api == nil {
			t.Error("the stage is not served")
		}
		must(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: name})
		if published, _ := w.publisher.get(*api + "/$default"); published != nil {
			t.Error("the deleted stage is served")
		}
	}
}
