package httpapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
)

func TestApi(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answers(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("a"), ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"_custom_id_": "mine"}},
		`201 {"apiEndpoint":"https://mine.execute-api.eu-west-1.amazonaws.com","apiId":"mine","apiKeySelectionExpression":"$request.header.x-api-key",
		"createdDate":"2023-11-14T22:13:20Z","disableExecuteApiEndpoint":false,"ipAddressType":"ipv4","name":"a","protocolType":"HTTP",
		"routeSelectionExpression":"$request.method $request.path","tags":{"_custom_id_":"mine"}}`)
	answers(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("b"), ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"_custom_id_": "mine"}},
		"409 ConflictException: API id mine already exists")
	answers(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{
		Name: aws.String("w"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"), Description: aws.String(""),
	}, `201 {"apiEndpoint":"*","apiId":"*","apiKeySelectionExpression":"$request.header.x-api-key","createdDate":"*","disableExecuteApiEndpoint":false,
		"disableSchemaValidation":false,"ipAddressType":"ipv4","name":"w","protocolType":"WEBSOCKET","routeSelectionExpression":"$request.body.action","tags":{}}`)
	if !strings.Contains(string(w.tape.body), `"wss://`) {
		t.Errorf("endpoint in %s", w.tape.body)
	}
	id := aws.String("mine")
	answers(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: id, Description: aws.String("d"), Version: aws.String("1"), CorsConfiguration: &types.Cors{
		AllowOrigins: []string{"https://a.example", "http://localhost:3000"}, AllowMethods: []string{"get", "POST"}, AllowHeaders: []string{"x-a"}, MaxAge: aws.Int32(5), AllowCredentials: aws.Bool(true),
	}}, `200 {"apiEndpoint":"*","apiId":"mine","apiKeySelectionExpression":"$request.header.x-api-key","createdDate":"*","description":"d","disableExecuteApiEndpoint":false,
		"corsConfiguration":{"allowCredentials":true,"allowHeaders":["x-a"],"allowMethods":["GET","POST"],"allowOrigins":["https://a.example","http://localhost:3000"],"maxAge":5},
		"ipAddressType":"ipv4","name":"a","protocolType":"HTTP","routeSelectionExpression":"$request.method $request.path","tags":{"_custom_id_":"mine"},"version":"1"}`)
	must(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: id, Description: aws.String(""), DisableExecuteApiEndpoint: aws.Bool(true)})
	must(w, w.client.DeleteCorsConfiguration, &apigatewayv2.DeleteCorsConfigurationInput{ApiId: id})
	answers(w, w.client.GetApi, &apigatewayv2.GetApiInput{ApiId: id},
		`200 {"apiEndpoint":"*","apiId":"mine","apiKeySelectionExpression":"$request.header.x-api-key","createdDate":"*","disableExecuteApiEndpoint":true,
		"ipAddressType":"ipv4","name":"a","protocolType":"HTTP","routeSelectionExpression":"$request.method $request.path","tags":{"_custom_id_":"mine"},"version":"1"}`)
	first := must(w, w.client.GetApis, &apigatewayv2.GetApisInput{MaxResults: aws.String("1")})
	second := must(w, w.client.GetApis, &apigatewayv2.GetApisInput{MaxResults: aws.String("1"), NextToken: first.NextToken})
	if len(first.Items) != 1 || len(second.Items) != 1 || second.NextToken != nil || *first.Items[0].ApiId == *second.Items[0].ApiId {
		t.Errorf("pages %+v and %+v", first, second)
	}
	answers(w, w.client.GetApis, &apigatewayv2.GetApisInput{MaxResults: aws.String("x")},
		"400 BadRequestException: Invalid value for maxResults, it must be a positive integer")
	answers(w, w.client.GetApis, &apigatewayv2.GetApisInput{NextToken: aws.String("?")}, "400 BadRequestException: Invalid nextToken specified")
	must(w, w.client.DeleteApi, &apigatewayv2.DeleteApiInput{ApiId: id})
	answers(w, w.client.GetApi, &apigatewayv2.GetApiInput{ApiId: id}, "404 NotFoundException: Invalid API identifier specified 111111111111:mine")
	must(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("b"), ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"_custom_id_": "mine"}})
}

func TestApiRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := aws.String("n")
	for want, in := range map[string]*apigatewayv2.CreateApiInput{
		"RouteSelectionExpression is a required parameter for protocol type WEBSOCKET":                                           {Name: name, ProtocolType: types.ProtocolTypeWebsocket},
		"Invalid RouteSelectionExpression specified":                                                                             {Name: name, ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("${nope")},
		"Invalid RouteSelectionExpression. For HTTP APIs it must be ${request.method} ${request.path}":                           {Name: name, ProtocolType: types.ProtocolTypeHttp, RouteSelectionExpression: aws.String("$request.body.a")},
		"CorsConfiguration, target, routeKey and credentialsArn are supported for protocol type HTTP only":                       {Name: name, ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.a"), CorsConfiguration: &types.Cors{}},
		"Invalid format for origin a.example. Origin must be * or of the form scheme://host[:port]":                              {Name: name, ProtocolType: types.ProtocolTypeHttp, CorsConfiguration: &types.Cors{AllowOrigins: []string{"a.example"}}},
		"Allow credentials is not supported with the wildcard origin *":                                                          {Name: name, ProtocolType: types.ProtocolTypeHttp, CorsConfiguration: &types.Cors{AllowOrigins: []string{"*"}, AllowCredentials: aws.Bool(true)}},
		"Invalid method FETCH in CORS configuration":                                                                             {Name: name, ProtocolType: types.ProtocolTypeHttp, CorsConfiguration: &types.Cors{AllowMethods: []string{"FETCH"}}},
		"Target must be specified when routeKey or credentialsArn is":                                                            {Name: name, ProtocolType: types.ProtocolTypeHttp, RouteKey: aws.String("GET /")},
		"Target must be the ARN of a Lambda function or a URL":                                                                   {Name: name, ProtocolType: types.ProtocolTypeHttp, Target: aws.String("nowhere")},
		"Name must be between 1 and 128 characters":                                                                              {Name: aws.String(strings.Repeat("n", 129)), ProtocolType: types.ProtocolTypeHttp},
		"Invalid ApiKeySelectionExpression. It must be " + "$request.header.x-api-key or $context.authorizer.usageIdentifierKey": {Name: name, ProtocolType: types.ProtocolTypeHttp, ApiKeySelectionExpression: aws.String("$request.header.key")},
		"Tag keys cannot start with aws:":                                                                                        {Name: name, ProtocolType: types.ProtocolTypeHttp, Tags: map[string]string{"aws:x": "y"}},
	} {
		answers(w, w.client.CreateApi, in, "400 BadRequestException: "+want)
	}
	if apis := must(w, w.client.GetApis, &apigatewayv2.GetApisInput{}).Items; len(apis) != 0 {
		t.Errorf("refused APIs exist: %+v", apis)
	}
}

func TestQuickCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := must(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("q"), ProtocolType: types.ProtocolTypeHttp, Target: aws.String(functionARN)}).ApiId
	answers(w, w.client.GetIntegrations, &apigatewayv2.GetIntegrationsInput{ApiId: api},
		`200 {"items":[{"apiGatewayManaged":true,"connectionType":"INTERNET","integrationId":"*","integrationMethod":"POST","integrationType":"AWS_PROXY",
		"integrationUri":"`+functionARN+`","payloadFormatVersion":"2.0","timeoutInMillis":30000}]}`)
	integration := must(w, w.client.GetIntegrations, &apigatewayv2.GetIntegrationsInput{ApiId: api}).Items[0]
	route := answers(w, w.client.GetRoutes, &apigatewayv2.GetRoutesInput{ApiId: api},
		`200 {"items":[{"apiGatewayManaged":true,"apiKeyRequired":false,"authorizationType":"NONE","routeId":"*","routeKey":"$default","target":"integrations/`+*integration.IntegrationId+`"}]}`).Items[0]
	stage := answers(w, w.client.GetStages, &apigatewayv2.GetStagesInput{ApiId: api},
		`200 {"items":[{"apiGatewayManaged":true,"autoDeploy":true,"createdDate":"*","defaultRouteSettings":{"detailedMetricsEnabled":false},"deploymentId":"*",
		"lastDeploymentStatusMessage":"*","lastUpdatedDate":"*","routeSettings":{},"stageName":"$default","stageVariables":{},"tags":{}}]}`).Items[0]
	if published, _ := w.publisher.get(*api + "/$default"); published == nil || published.Api.DeploymentID != *stage.DeploymentId {
		t.Errorf("published %+v", published)
	}
	const managed = "400 BadRequestException: Managed resources of an API that was created with quick create cannot be deleted"
	answers(w, w.client.DeleteIntegration, &apigatewayv2.DeleteIntegrationInput{ApiId: api, IntegrationId: integration.IntegrationId}, managed)
	answers(w, w.client.DeleteRoute, &apigatewayv2.DeleteRouteInput{ApiId: api, RouteId: route.RouteId}, managed)
	answers(w, w.client.DeleteStage, &apigatewayv2.DeleteStageInput{ApiId: api, StageName: aws.String("$default")}, managed)
	answers(w, w.client.UpdateRoute, &apigatewayv2.UpdateRouteInput{ApiId: api, RouteId: route.RouteId, RouteKey: aws.String("GET /")},
		"400 BadRequestException: This property of a resource that is managed by API Gateway cannot be updated")
	answers(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), AutoDeploy: aws.Bool(false)},
		"400 BadRequestException: This property of a resource that is managed by API Gateway cannot be updated")
	must(w, w.client.UpdateStage, &apigatewayv2.UpdateStageInput{ApiId: api, StageName: aws.String("$default"), StageVariables: map[string]string{"a": "b"}})
	must(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: api, Target: aws.String("https://a.example/x"), RouteKey: aws.String("GET /{proxy+}")})
	answers(w, w.client.GetIntegration, &apigatewayv2.GetIntegrationInput{ApiId: api, IntegrationId: integration.IntegrationId},
		`200 {"apiGatewayManaged":true,"connectionType":"INTERNET","integrationId":"*","integrationMethod":"ANY","integrationType":"HTTP_PROXY",
		"integrationUri":"https://a.example/x","payloadFormatVersion":"1.0","timeoutInMillis":30000}`)
	if published, _ := w.publisher.get(*api + "/$default"); routeKeysOf(published)[0] != "GET /{proxy+}" || *published.Api.Integrations[0].IntegrationUri != "https://a.example/x" {
		t.Errorf("published %+v", published.Api)
	}
	answers(w, w.client.UpdateApi, &apigatewayv2.UpdateApiInput{ApiId: w.httpAPI(), Target: aws.String("https://a.example")},
		"400 BadRequestException: Target, routeKey and credentialsArn can be updated for an API that was created with quick create only")
	must(w, w.client.DeleteApi, &apigatewayv2.DeleteApiInput{ApiId: api})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := memory.New()
	t.Cleanup(func() { _ = s.Close() })
	w := newWorldOn(t, s, httpapi.Limits{APIs: 1, RoutesPerAPI: 1, IntegrationsPerAPI: 1, AuthorizersPerAPI: 1, StagesPerAPI: 1})
	api := w.httpAPI()
	answers(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("n"), ProtocolType: types.ProtocolTypeHttp},
		"429 TooManyRequestsException: Maximum number of APIs has been reached. Please contact AWS if you need additional APIs.")
	w.route(api, "GET /")
	answers(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String("PUT /")},
		"429 TooManyRequestsException: Maximum number of Routes for this API has been reached. Please contact AWS if you need additional Routes.")
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("a")})
	answers(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("b")},
		"429 TooManyRequestsException: Maximum number of Stages for this API has been reached. Please contact AWS if you need additional Stages.")
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	api := w.httpAPI()
	must(w, w.client.CreateStage, &apigatewayv2.CreateStageInput{ApiId: api, StageName: aws.String("$default"), Tags: map[string]string{"a": "1"}})
	for _, arn := range []string{"arn:aws:apigateway:eu-west-1::/apis/" + *api, "arn:aws:apigateway:eu-west-1::/apis/" + *api + "/stages/$default"} {
		must(w, w.client.TagResource, &apigatewayv2.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "2", "b": "3"}})
		must(w, w.client.UntagResource, &apigatewayv2.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"b", "c"}})
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, `200 {"tags":{"a":"2"}}`)
	}
	for _, arn := range []string{"arn:aws:apigateway:us-east-1::/apis/" + *api, "arn:aws:apigateway:eu-west-1::/routes/" + *api, "nonsense"} {
		answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &arn}, "400 BadRequestException: Invalid ARN specified in the request")
	}
	missing := "arn:aws:apigateway:eu-west-1::/apis/" + *api + "/stages/none"
	answers(w, w.client.GetTags, &apigatewayv2.GetTagsInput{ResourceArn: &missing}, "404 NotFoundException: Invalid stage identifier specified")
}
