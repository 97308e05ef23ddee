package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestRestartOfAll: a record of every kind is the same after a restart, and is served.
func TestRestartOfAll(t *testing.T) {
	t.Parallel()
	ctx, data := t.Context(), filepath.Join(t.TempDir(), "data")
	e := start(t, emulator.Config{DataDir: data})
	c := newClients(t, e.AWSConfig())
	g, v2 := c.gateway, apigatewayv2.NewFromConfig(c.config)

	api := must(g.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: []byte(importedYAML)}))(t)
	id, dev := api.Id, aws.String("dev")
	must(g.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: id, StageName: dev, Variables: map[string]string{"a": "b"}}))(t)
	must(g.CreateDocumentationPart(ctx, &apigateway.CreateDocumentationPartInput{
		RestApiId: id, Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeMethod, Path: aws.String("/x")}, Properties: aws.String(`{}`),
	}))(t)
	must(g.CreateDocumentationVersion(ctx, &apigateway.CreateDocumentationVersionInput{RestApiId: id, DocumentationVersion: aws.String("1"), StageName: dev}))(t)
	arn := aws.ToString(must(c.lambda.CreateFunction(ctx, echoFunction(t)))(t).FunctionArn)
	must(g.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{
		RestApiId: id, Name: aws.String("a"), Type: types.AuthorizerTypeToken, IdentitySource: aws.String("method.request.header.A"),
		AuthorizerUri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + arn + "/invocations"),
	}))(t)
	key := must(g.CreateApiKey(ctx, &apigateway.CreateApiKeyInput{Name: aws.String("k"), Enabled: true}))(t)
	plan := must(g.CreateUsagePlan(ctx, &apigateway.CreateUsagePlanInput{Name: aws.String("p"), ApiStages: []types.ApiStage{{ApiId: id, Stage: dev}}, Tags: map[string]string{"t": "1"}}))(t)
	must(g.CreateUsagePlanKey(ctx, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: plan.Id, KeyId: key.Id, KeyType: aws.String("API_KEY")}))(t)
	must(g.GenerateClientCertificate(ctx, &apigateway.GenerateClientCertificateInput{}))(t)
	must(g.CreateVpcLink(ctx, &apigateway.CreateVpcLinkInput{Name: aws.String("l"), TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"}}))(t)
	must(g.UpdateAccount(ctx, &apigateway.UpdateAccountInput{PatchOperations: patch("/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/r")}))(t)
	name := aws.String("restart.example.com")
	must(g.CreateDomainName(ctx, &apigateway.CreateDomainNameInput{DomainName: name, CertificateArn: aws.String("arn:aws:acm:us-east-1:000000000000:certificate/c")}))(t)
	must(g.CreateBasePathMapping(ctx, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: id, Stage: dev}))(t)

	quick := must(v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("quick"), ProtocolType: v2types.ProtocolTypeHttp, Target: &arn, RouteKey: aws.String("GET /q")}))(t)
	must(v2.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
		ApiId: quick.ApiId, Name: aws.String("j"), AuthorizerType: v2types.AuthorizerTypeJwt, IdentitySource: []string{"$request.header.Authorization"},
		JwtConfiguration: &v2types.JWTConfiguration{Issuer: aws.String("https://issuer.example.com"), Audience: []string{"a"}},
	}))(t)
	socket := must(v2.CreateApi(ctx, &apigatewayv2.CreateApiInput{Name: aws.String("socket"), ProtocolType: v2types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.a")}))(t)
	route := must(v2.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{ApiId: socket.ApiId, RouteKey: aws.String("$default")}))(t)
	must(v2.CreateRouteResponse(ctx, &apigatewayv2.CreateRouteResponseInput{ApiId: socket.ApiId, RouteId: route.RouteId, RouteResponseKey: aws.String("$default")}))(t)
	must(v2.CreateModel(ctx, &apigatewayv2.CreateModelInput{ApiId: socket.ApiId, Name: aws.String("M"), Schema: aws.String(`{}`), ContentType: aws.String("application/json")}))(t)
	mock := must(v2.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{ApiId: socket.ApiId, IntegrationType: v2types.IntegrationTypeMock}))(t)
	must(v2.CreateIntegrationResponse(ctx, &apigatewayv2.CreateIntegrationResponseInput{ApiId: socket.ApiId, IntegrationId: mock.IntegrationId, IntegrationResponseKey: aws.String("$default")}))(t)
	must(v2.CreateVpcLink(ctx, &apigatewayv2.CreateVpcLinkInput{Name: aws.String("l"), SubnetIds: []string{"s"}}))(t)

	must(c.lambda.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &arn}))(t)
	must(c.lambda.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: &arn, Name: aws.String("live"), FunctionVersion: aws.String("1")}))(t)
	must(c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{FunctionName: &arn, StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("apigateway.amazonaws.com")}))(t)
	must(c.lambda.PublishLayerVersion(ctx, &lambda.PublishLayerVersionInput{LayerName: aws.String("layer"), Content: &lambdatypes.LayerVersionContentInput{ZipFile: zipOf(t, "x", "y")}}))(t)
	must(c.lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: &arn, ReservedConcurrentExecutions: aws.Int32(7)}))(t)
	must(c.lambda.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: &arn, MaximumRetryAttempts: aws.Int32(1)}))(t)
	must(c.lambda.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{FunctionName: &arn, AuthType: lambdatypes.FunctionUrlAuthTypeNone}))(t)
	waitFor(t, "function", func() bool {
		got, err := c.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &arn})
		return err == nil && got.State == lambdatypes.StateActive
	})

	// everything is what all kinds of records are read as.
	everything := func(c *clients) map[string]string {
		g, v2 := c.gateway, apigatewayv2.NewFromConfig(c.config)
		all := map[string]string{}
		keep := func(kind string, out any, err error) {
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			text, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			var members map[string]any
			_ = json.Unmarshal(text, &members)
			delete(members, "ResultMetadata")
			delete(members, "FunctionUrl") // has the port
			delete(members, "ApiEndpoint")
			text, _ = json.Marshal(members)
			all[kind] = string(text)
		}
		keepOf := func(kind string) func(out any, err error) { return func(out any, err error) { keep(kind, out, err) } }
		rest := func(out any, err error) (any, error) { return out, err }
		keepOf("api")(rest(g.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: id})))
		keepOf("resources")(rest(g.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: id, Embed: []string{"methods"}})))
		keepOf("models")(rest(g.GetModels(ctx, &apigateway.GetModelsInput{RestApiId: id})))
		keepOf("validators")(rest(g.GetRequestValidators(ctx, &apigateway.GetRequestValidatorsInput{RestApiId: id})))
		keepOf("authorizers")(rest(g.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: id})))
		keepOf("gateway responses")(rest(g.GetGatewayResponses(ctx, &apigateway.GetGatewayResponsesInput{RestApiId: id})))
		keepOf("stages")(rest(g.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: id})))
		keepOf("deployments")(rest(g.GetDeployments(ctx, &apigateway.GetDeploymentsInput{RestApiId: id})))
		keepOf("parts")(rest(g.GetDocumentationParts(ctx, &apigateway.GetDocumentationPartsInput{RestApiId: id})))
		keepOf("versions")(rest(g.GetDocumentationVersions(ctx, &apigateway.GetDocumentationVersionsInput{RestApiId: id})))
		keepOf("keys")(rest(g.GetApiKeys(ctx, &apigateway.GetApiKeysInput{IncludeValues: aws.Bool(true)})))
		keepOf("plans")(rest(g.GetUsagePlans(ctx, &apigateway.GetUsagePlansInput{})))
		keepOf("plan keys")(rest(g.GetUsagePlanKeys(ctx, &apigateway.GetUsagePlanKeysInput{UsagePlanId: plan.Id})))
		keepOf("certificates")(rest(g.GetClientCertificates(ctx, &apigateway.GetClientCertificatesInput{})))
		keepOf("links")(rest(g.GetVpcLinks(ctx, &apigateway.GetVpcLinksInput{})))
		keepOf("account")(rest(g.GetAccount(ctx, &apigateway.GetAccountInput{})))
		keepOf("domains")(rest(g.GetDomainNames(ctx, &apigateway.GetDomainNamesInput{})))
		keepOf("mappings")(rest(g.GetBasePathMappings(ctx, &apigateway.GetBasePathMappingsInput{DomainName: name})))
		keepOf("v2 mappings")(rest(v2.GetApiMappings(ctx, &apigatewayv2.GetApiMappingsInput{DomainName: name})))
		keepOf("v2 links")(rest(v2.GetVpcLinks(ctx, &apigatewayv2.GetVpcLinksInput{})))
		for kind, id := range map[string]*string{"quick ": quick.ApiId, "socket ": socket.ApiId} {
			keepOf(kind + "api")(rest(v2.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: id})))
			keepOf(kind + "routes")(rest(v2.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: id})))
			keepOf(kind + "integrations")(rest(v2.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: id})))
			keepOf(kind + "stages")(rest(v2.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: id})))
			keepOf(kind + "deployments")(rest(v2.GetDeployments(ctx, &apigatewayv2.GetDeploymentsInput{ApiId: id})))
			keepOf(kind + "authorizers")(rest(v2.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: id})))
		}
		keepOf("socket models")(rest(v2.GetModels(ctx, &apigatewayv2.GetModelsInput{ApiId: socket.ApiId})))
		keepOf("route responses")(rest(v2.GetRouteResponses(ctx, &apigatewayv2.GetRouteResponsesInput{ApiId: socket.ApiId, RouteId: route.RouteId})))
		keepOf("integration responses")(rest(v2.GetIntegrationResponses(ctx, &apigatewayv2.GetIntegrationResponsesInput{ApiId: socket.ApiId, IntegrationId: mock.IntegrationId})))
		keepOf("functions")(rest(c.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{FunctionVersion: lambdatypes.FunctionVersionAll})))
		keepOf("aliases")(rest(c.lambda.ListAliases(ctx, &lambda.ListAliasesInput{FunctionName: &arn})))
		keepOf("policy")(rest(c.lambda.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: &arn})))
		keepOf("layers")(rest(c.lambda.ListLayers(ctx, &lambda.ListLayersInput{})))
		keepOf("concurrency")(rest(c.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: &arn})))
		keepOf("invoke config")(rest(c.lambda.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &arn})))
		keepOf("URL")(rest(c.lambda.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{FunctionName: &arn})))
		return all
	}
	before := everything(c)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = start(t, emulator.Config{DataDir: data})
	c = newClients(t, e.AWSConfig())
	after := everything(c)
	for kind, text := range before {
		if after[kind] != text {
			t.Errorf("%s: before\n%s\nafter\n%s", kind, text, after[kind])
		}
	}
	if status, body := c.body(t, e.InvokeURL(*id, "dev", "/hello/you?loud=1")); status != http.StatusOK {
		t.Errorf("REST API: %d %s", status, body)
	}
	if status, body := c.body(t, e.URL()+"/_aws/execute-api/"+*quick.ApiId+"/q"); status != http.StatusOK {
		t.Errorf("HTTP API: %d %s", status, body)
	}
	if len(before) < 40 {
		t.Error(fmt.Sprint(len(before), " kinds"))
	}
}
