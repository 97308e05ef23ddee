package emulator_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/emulator"
)

// register notes which operations a client has called with success.
type register struct {
	mu     sync.Mutex
	called map[string]bool
}

// option has a client's operations noted.
func (r *register) option(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("register", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if err == nil {
			r.mu.Lock()
			r.called[awsmiddleware.GetOperationName(ctx)] = true
			r.mu.Unlock()
		}
		return out, metadata, err
	}), middleware.Before)
}

// missing are the operations of a service that nobody has called.
func (r *register) missing(service wire.Service) []string {
	var names []string
	for _, operation := range service.Operations() {
		if !r.called[operation.Name] {
			names = append(names, operation.Name)
		}
	}
	return names
}

// TestRestOperations calls every operation of REST APIs with the SDK.
func TestRestOperations(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	calls := &register{called: map[string]bool{}}
	g := apigateway.NewFromConfig(c.config, func(o *apigateway.Options) { o.APIOptions = append(o.APIOptions, calls.option) })
	arn := c.createFunction(t.Context(), t, echoFunction(t))
	all := &restOperations{t: t, g: g, functionURI: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + arn + "/invocations"}
	all.api()
	all.resources()
	all.method()
	all.documentation()
	all.deploy()
	all.plans()
	all.domains()
	all.rest()
	all.remove()
	if missing := calls.missing(wire.APIGateway); len(missing) > 0 {
		t.Errorf("not called: %v (%d called)", missing, len(slices.Collect(maps.Keys(calls.called))))
	}
}

// restOperations makes the calls, one group after another.
type restOperations struct {
	t           *testing.T
	g           *apigateway.Client
	functionURI string

	id, root, resource, validator, authorizer, deployment, part string
	key, plan, link, certificate                                string
}

func patch(path, value string) []types.PatchOperation {
	return []types.PatchOperation{{Op: types.OpReplace, Path: &path, Value: &value}}
}

func (o *restOperations) api() {
	t, g, ctx := o.t, o.g, o.t.Context()
	api := must(g.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("all")}))(t)
	o.id, o.root = *api.Id, *api.RootResourceId
	must(g.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &o.id}))(t)
	must(g.GetRestApis(ctx, &apigateway.GetRestApisInput{}))(t)
	must(g.UpdateRestApi(ctx, &apigateway.UpdateRestApiInput{RestApiId: &o.id, PatchOperations: patch("/description", "all of it")}))(t)
	must(g.CreateModel(ctx, &apigateway.CreateModelInput{RestApiId: &o.id, Name: aws.String("M"), ContentType: aws.String("application/json"), Schema: aws.String(`{"type":"object"}`)}))(t)
	must(g.GetModel(ctx, &apigateway.GetModelInput{RestApiId: &o.id, ModelName: aws.String("M")}))(t)
	must(g.GetModels(ctx, &apigateway.GetModelsInput{RestApiId: &o.id}))(t)
	must(g.GetModelTemplate(ctx, &apigateway.GetModelTemplateInput{RestApiId: &o.id, ModelName: aws.String("M")}))(t)
	must(g.UpdateModel(ctx, &apigateway.UpdateModelInput{RestApiId: &o.id, ModelName: aws.String("M"), PatchOperations: patch("/description", "a model")}))(t)
	o.validator = *must(g.CreateRequestValidator(ctx, &apigateway.CreateRequestValidatorInput{RestApiId: &o.id, Name: aws.String("v")}))(t).Id
	must(g.GetRequestValidator(ctx, &apigateway.GetRequestValidatorInput{RestApiId: &o.id, RequestValidatorId: &o.validator}))(t)
	must(g.GetRequestValidators(ctx, &apigateway.GetRequestValidatorsInput{RestApiId: &o.id}))(t)
	must(g.UpdateRequestValidator(ctx, &apigateway.UpdateRequestValidatorInput{RestApiId: &o.id, RequestValidatorId: &o.validator, PatchOperations: patch("/name", "w")}))(t)
	o.authorizer = *must(g.CreateAuthorizer(ctx, &apigateway.CreateAuthorizerInput{
		RestApiId: &o.id, Name: aws.String("a"), Type: types.AuthorizerTypeToken, AuthorizerUri: &o.functionURI, IdentitySource: aws.String("method.request.header.A"),
	}))(t).Id
	must(g.GetAuthorizer(ctx, &apigateway.GetAuthorizerInput{RestApiId: &o.id, AuthorizerId: &o.authorizer}))(t)
	must(g.GetAuthorizers(ctx, &apigateway.GetAuthorizersInput{RestApiId: &o.id}))(t)
	must(g.UpdateAuthorizer(ctx, &apigateway.UpdateAuthorizerInput{RestApiId: &o.id, AuthorizerId: &o.authorizer, PatchOperations: patch("/name", "b")}))(t)
	must(g.TestInvokeAuthorizer(ctx, &apigateway.TestInvokeAuthorizerInput{RestApiId: &o.id, AuthorizerId: &o.authorizer, Headers: map[string]string{"A": "t"}}))(t)
	const kind = types.GatewayResponseTypeDefault4xx
	must(g.PutGatewayResponse(ctx, &apigateway.PutGatewayResponseInput{RestApiId: &o.id, ResponseType: kind}))(t)
	must(g.GetGatewayResponse(ctx, &apigateway.GetGatewayResponseInput{RestApiId: &o.id, ResponseType: kind}))(t)
	must(g.GetGatewayResponses(ctx, &apigateway.GetGatewayResponsesInput{RestApiId: &o.id}))(t)
	must(g.UpdateGatewayResponse(ctx, &apigateway.UpdateGatewayResponseInput{RestApiId: &o.id, ResponseType: kind, PatchOperations: patch("/statusCode", "418")}))(t)
	must(g.DeleteGatewayResponse(ctx, &apigateway.DeleteGatewayResponseInput{RestApiId: &o.id, ResponseType: kind}))(t)
}

func (o *restOperations) resources() {
	t, g, ctx := o.t, o.g, o.t.Context()
	o.resource = *must(g.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: &o.id, ParentId: &o.root, PathPart: aws.String("a")}))(t).Id
	must(g.GetResource(ctx, &apigateway.GetResourceInput{RestApiId: &o.id, ResourceId: &o.resource}))(t)
	must(g.GetResources(ctx, &apigateway.GetResourcesInput{RestApiId: &o.id}))(t)
	must(g.UpdateResource(ctx, &apigateway.UpdateResourceInput{RestApiId: &o.id, ResourceId: &o.resource, PatchOperations: patch("/pathPart", "b")}))(t)
}

func (o *restOperations) method() {
	t, g, ctx, get, ok := o.t, o.g, o.t.Context(), aws.String("GET"), aws.String("200")
	must(g.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, AuthorizationType: aws.String("NONE")}))(t)
	must(g.GetMethod(ctx, &apigateway.GetMethodInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get}))(t)
	must(g.UpdateMethod(ctx, &apigateway.UpdateMethodInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, PatchOperations: patch("/operationName", "op")}))(t)
	must(g.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.GetMethodResponse(ctx, &apigateway.GetMethodResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.UpdateMethodResponse(ctx, &apigateway.UpdateMethodResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok, PatchOperations: []types.PatchOperation{
		{Op: types.OpAdd, Path: aws.String("/responseParameters/method.response.header.X"), Value: aws.String("true")},
	}}))(t)
	must(g.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, Type: types.IntegrationTypeMock, RequestTemplates: map[string]string{"application/json": `{"statusCode":200}`},
	}))(t)
	must(g.GetIntegration(ctx, &apigateway.GetIntegrationInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get}))(t)
	must(g.UpdateIntegration(ctx, &apigateway.UpdateIntegrationInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, PatchOperations: patch("/timeoutInMillis", "1000")}))(t)
	must(g.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.GetIntegrationResponse(ctx, &apigateway.GetIntegrationResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.UpdateIntegrationResponse(ctx, &apigateway.UpdateIntegrationResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok, PatchOperations: patch("/selectionPattern", "2..")}))(t)
	must(g.TestInvokeMethod(ctx, &apigateway.TestInvokeMethodInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get}))(t)
}

func (o *restOperations) documentation() {
	t, g, ctx := o.t, o.g, o.t.Context()
	o.part = *must(g.CreateDocumentationPart(ctx, &apigateway.CreateDocumentationPartInput{
		RestApiId: &o.id, Location: &types.DocumentationPartLocation{Type: types.DocumentationPartTypeApi}, Properties: aws.String(`{"description":"d"}`),
	}))(t).Id
	must(g.GetDocumentationPart(ctx, &apigateway.GetDocumentationPartInput{RestApiId: &o.id, DocumentationPartId: &o.part}))(t)
	must(g.GetDocumentationParts(ctx, &apigateway.GetDocumentationPartsInput{RestApiId: &o.id}))(t)
	must(g.UpdateDocumentationPart(ctx, &apigateway.UpdateDocumentationPartInput{RestApiId: &o.id, DocumentationPartId: &o.part, PatchOperations: patch("/properties", `{"description":"e"}`)}))(t)
	must(g.ImportDocumentationParts(ctx, &apigateway.ImportDocumentationPartsInput{RestApiId: &o.id, Body: []byte(
		`{"swagger":"2.0","info":{"title":"t"},"x-amazon-apigateway-documentation":{"documentationParts":[{"location":{"type":"RESOURCE","path":"/b"},"properties":{"description":"b"}}]}}`)}))(t)
	must(g.CreateDocumentationVersion(ctx, &apigateway.CreateDocumentationVersionInput{RestApiId: &o.id, DocumentationVersion: aws.String("1")}))(t)
	must(g.GetDocumentationVersion(ctx, &apigateway.GetDocumentationVersionInput{RestApiId: &o.id, DocumentationVersion: aws.String("1")}))(t)
	must(g.GetDocumentationVersions(ctx, &apigateway.GetDocumentationVersionsInput{RestApiId: &o.id}))(t)
	must(g.UpdateDocumentationVersion(ctx, &apigateway.UpdateDocumentationVersionInput{RestApiId: &o.id, DocumentationVersion: aws.String("1"), PatchOperations: patch("/description", "one")}))(t)
	must(g.DeleteDocumentationVersion(ctx, &apigateway.DeleteDocumentationVersionInput{RestApiId: &o.id, DocumentationVersion: aws.String("1")}))(t)
	must(g.DeleteDocumentationPart(ctx, &apigateway.DeleteDocumentationPartInput{RestApiId: &o.id, DocumentationPartId: &o.part}))(t)
}

func (o *restOperations) deploy() {
	t, g, ctx, dev := o.t, o.g, o.t.Context(), aws.String("dev")
	o.deployment = *must(g.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &o.id, StageName: dev}))(t).Id
	must(g.GetDeployment(ctx, &apigateway.GetDeploymentInput{RestApiId: &o.id, DeploymentId: &o.deployment}))(t)
	must(g.GetDeployments(ctx, &apigateway.GetDeploymentsInput{RestApiId: &o.id}))(t)
	must(g.UpdateDeployment(ctx, &apigateway.UpdateDeploymentInput{RestApiId: &o.id, DeploymentId: &o.deployment, PatchOperations: patch("/description", "first")}))(t)
	must(g.CreateStage(ctx, &apigateway.CreateStageInput{RestApiId: &o.id, StageName: aws.String("test"), DeploymentId: &o.deployment}))(t)
	must(g.GetStage(ctx, &apigateway.GetStageInput{RestApiId: &o.id, StageName: dev}))(t)
	must(g.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: &o.id}))(t)
	must(g.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: &o.id, StageName: dev, PatchOperations: patch("/variables/v", "1")}))(t)
	must(g.FlushStageCache(ctx, &apigateway.FlushStageCacheInput{RestApiId: &o.id, StageName: dev}))(t)
	must(g.FlushStageAuthorizersCache(ctx, &apigateway.FlushStageAuthorizersCacheInput{RestApiId: &o.id, StageName: dev}))(t)
	export := must(g.GetExport(ctx, &apigateway.GetExportInput{RestApiId: &o.id, StageName: dev, ExportType: aws.String("oas30"), Parameters: map[string]string{"extensions": "apigateway"}}))(t)
	must(g.PutRestApi(ctx, &apigateway.PutRestApiInput{RestApiId: &o.id, Body: export.Body, Mode: types.PutModeMerge}))(t)
	imported := must(g.ImportRestApi(ctx, &apigateway.ImportRestApiInput{Body: export.Body}))(t)
	must(g.DeleteRestApi(ctx, &apigateway.DeleteRestApiInput{RestApiId: imported.Id}))(t)
	must(g.GetSdk(ctx, &apigateway.GetSdkInput{RestApiId: &o.id, StageName: dev, SdkType: aws.String("javascript")}))(t)
	must(g.GetSdkType(ctx, &apigateway.GetSdkTypeInput{Id: aws.String("javascript")}))(t)
	must(g.GetSdkTypes(ctx, &apigateway.GetSdkTypesInput{}))(t)
	stage := aws.String("arn:aws:apigateway:us-east-1::/restapis/" + o.id + "/stages/dev")
	must(g.TagResource(ctx, &apigateway.TagResourceInput{ResourceArn: stage, Tags: map[string]string{"k": "v"}}))(t)
	must(g.GetTags(ctx, &apigateway.GetTagsInput{ResourceArn: stage}))(t)
	must(g.UntagResource(ctx, &apigateway.UntagResourceInput{ResourceArn: stage, TagKeys: []string{"k"}}))(t)
}

func (o *restOperations) plans() {
	t, g, ctx := o.t, o.g, o.t.Context()
	o.key = *must(g.CreateApiKey(ctx, &apigateway.CreateApiKeyInput{Name: aws.String("k"), Enabled: true}))(t).Id
	must(g.GetApiKey(ctx, &apigateway.GetApiKeyInput{ApiKey: &o.key}))(t)
	must(g.GetApiKeys(ctx, &apigateway.GetApiKeysInput{}))(t)
	must(g.UpdateApiKey(ctx, &apigateway.UpdateApiKeyInput{ApiKey: &o.key, PatchOperations: patch("/description", "key")}))(t)
	must(g.ImportApiKeys(ctx, &apigateway.ImportApiKeysInput{Format: types.ApiKeysFormatCsv, Body: []byte("name,key\nimported,0123456789abcdef0123\n")}))(t)
	o.plan = *must(g.CreateUsagePlan(ctx, &apigateway.CreateUsagePlanInput{
		Name: aws.String("p"), ApiStages: []types.ApiStage{{ApiId: &o.id, Stage: aws.String("dev")}}, Quota: &types.QuotaSettings{Limit: 10, Period: types.QuotaPeriodTypeDay},
	}))(t).Id
	must(g.GetUsagePlan(ctx, &apigateway.GetUsagePlanInput{UsagePlanId: &o.plan}))(t)
	must(g.GetUsagePlans(ctx, &apigateway.GetUsagePlansInput{}))(t)
	must(g.UpdateUsagePlan(ctx, &apigateway.UpdateUsagePlanInput{UsagePlanId: &o.plan, PatchOperations: patch("/description", "plan")}))(t)
	must(g.CreateUsagePlanKey(ctx, &apigateway.CreateUsagePlanKeyInput{UsagePlanId: &o.plan, KeyId: &o.key, KeyType: aws.String("API_KEY")}))(t)
	must(g.GetUsagePlanKey(ctx, &apigateway.GetUsagePlanKeyInput{UsagePlanId: &o.plan, KeyId: &o.key}))(t)
	must(g.GetUsagePlanKeys(ctx, &apigateway.GetUsagePlanKeysInput{UsagePlanId: &o.plan}))(t)
	must(g.GetUsage(ctx, &apigateway.GetUsageInput{UsagePlanId: &o.plan, StartDate: aws.String("2026-01-01"), EndDate: aws.String("2026-01-02")}))(t)
	must(g.UpdateUsage(ctx, &apigateway.UpdateUsageInput{UsagePlanId: &o.plan, KeyId: &o.key, PatchOperations: patch("/remaining", "5")}))(t)
	must(g.DeleteUsagePlanKey(ctx, &apigateway.DeleteUsagePlanKeyInput{UsagePlanId: &o.plan, KeyId: &o.key}))(t)
	must(g.UpdateUsagePlan(ctx, &apigateway.UpdateUsagePlanInput{UsagePlanId: &o.plan, PatchOperations: []types.PatchOperation{
		{Op: types.OpRemove, Path: aws.String("/apiStages"), Value: aws.String(o.id + ":dev")},
	}}))(t)
	must(g.DeleteUsagePlan(ctx, &apigateway.DeleteUsagePlanInput{UsagePlanId: &o.plan}))(t)
	must(g.DeleteApiKey(ctx, &apigateway.DeleteApiKeyInput{ApiKey: &o.key}))(t)
}

func (o *restOperations) domains() {
	t, g, ctx, name := o.t, o.g, o.t.Context(), aws.String("all.example.com")
	certificate := aws.String("arn:aws:acm:us-east-1:000000000000:certificate/c")
	must(g.CreateDomainName(ctx, &apigateway.CreateDomainNameInput{
		DomainName: name, RegionalCertificateArn: certificate, EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeRegional}},
	}))(t)
	must(g.GetDomainName(ctx, &apigateway.GetDomainNameInput{DomainName: name}))(t)
	must(g.GetDomainNames(ctx, &apigateway.GetDomainNamesInput{}))(t)
	must(g.UpdateDomainName(ctx, &apigateway.UpdateDomainNameInput{DomainName: name, PatchOperations: patch("/securityPolicy", "TLS_1_2")}))(t)
	must(g.CreateBasePathMapping(ctx, &apigateway.CreateBasePathMappingInput{DomainName: name, RestApiId: &o.id, Stage: aws.String("dev"), BasePath: aws.String("b")}))(t)
	must(g.GetBasePathMapping(ctx, &apigateway.GetBasePathMappingInput{DomainName: name, BasePath: aws.String("b")}))(t)
	must(g.GetBasePathMappings(ctx, &apigateway.GetBasePathMappingsInput{DomainName: name}))(t)
	must(g.UpdateBasePathMapping(ctx, &apigateway.UpdateBasePathMappingInput{DomainName: name, BasePath: aws.String("b"), PatchOperations: patch("/basePath", "c")}))(t)
	must(g.DeleteBasePathMapping(ctx, &apigateway.DeleteBasePathMappingInput{DomainName: name, BasePath: aws.String("c")}))(t)
	must(g.DeleteDomainName(ctx, &apigateway.DeleteDomainNameInput{DomainName: name}))(t)
	private := must(g.CreateDomainName(ctx, &apigateway.CreateDomainNameInput{
		DomainName: aws.String("private.example.com"), CertificateArn: certificate, EndpointConfiguration: &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypePrivate}},
	}))(t)
	access := func() *string {
		return must(g.CreateDomainNameAccessAssociation(ctx, &apigateway.CreateDomainNameAccessAssociationInput{
			DomainNameArn: private.DomainNameArn, AccessAssociationSource: aws.String("vpce-0123456789abcdef0"), AccessAssociationSourceType: types.AccessAssociationSourceTypeVpce,
		}))(t).DomainNameAccessAssociationArn
	}
	first := access()
	must(g.GetDomainNameAccessAssociations(ctx, &apigateway.GetDomainNameAccessAssociationsInput{}))(t)
	must(g.DeleteDomainNameAccessAssociation(ctx, &apigateway.DeleteDomainNameAccessAssociationInput{DomainNameAccessAssociationArn: first}))(t)
	must(g.RejectDomainNameAccessAssociation(ctx, &apigateway.RejectDomainNameAccessAssociationInput{DomainNameArn: private.DomainNameArn, DomainNameAccessAssociationArn: access()}))(t)
}

func (o *restOperations) rest() {
	t, g, ctx := o.t, o.g, o.t.Context()
	o.link = *must(g.CreateVpcLink(ctx, &apigateway.CreateVpcLinkInput{Name: aws.String("l"), TargetArns: []string{"arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"}}))(t).Id
	must(g.GetVpcLink(ctx, &apigateway.GetVpcLinkInput{VpcLinkId: &o.link}))(t)
	must(g.GetVpcLinks(ctx, &apigateway.GetVpcLinksInput{}))(t)
	must(g.UpdateVpcLink(ctx, &apigateway.UpdateVpcLinkInput{VpcLinkId: &o.link, PatchOperations: patch("/name", "m")}))(t)
	must(g.DeleteVpcLink(ctx, &apigateway.DeleteVpcLinkInput{VpcLinkId: &o.link}))(t)
	o.certificate = *must(g.GenerateClientCertificate(ctx, &apigateway.GenerateClientCertificateInput{}))(t).ClientCertificateId
	must(g.GetClientCertificate(ctx, &apigateway.GetClientCertificateInput{ClientCertificateId: &o.certificate}))(t)
	must(g.GetClientCertificates(ctx, &apigateway.GetClientCertificatesInput{}))(t)
	must(g.UpdateClientCertificate(ctx, &apigateway.UpdateClientCertificateInput{ClientCertificateId: &o.certificate, PatchOperations: patch("/description", "c")}))(t)
	must(g.DeleteClientCertificate(ctx, &apigateway.DeleteClientCertificateInput{ClientCertificateId: &o.certificate}))(t)
	must(g.GetAccount(ctx, &apigateway.GetAccountInput{}))(t)
	must(g.UpdateAccount(ctx, &apigateway.UpdateAccountInput{PatchOperations: patch("/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/r")}))(t)
}

func (o *restOperations) remove() {
	t, g, ctx, get, ok := o.t, o.g, o.t.Context(), aws.String("GET"), aws.String("200")
	must(g.DeleteIntegrationResponse(ctx, &apigateway.DeleteIntegrationResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.DeleteIntegration(ctx, &apigateway.DeleteIntegrationInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get}))(t)
	must(g.DeleteMethodResponse(ctx, &apigateway.DeleteMethodResponseInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get, StatusCode: ok}))(t)
	must(g.DeleteMethod(ctx, &apigateway.DeleteMethodInput{RestApiId: &o.id, ResourceId: &o.resource, HttpMethod: get}))(t)
	must(g.DeleteResource(ctx, &apigateway.DeleteResourceInput{RestApiId: &o.id, ResourceId: &o.resource}))(t)
	must(g.DeleteAuthorizer(ctx, &apigateway.DeleteAuthorizerInput{RestApiId: &o.id, AuthorizerId: &o.authorizer}))(t)
	must(g.DeleteRequestValidator(ctx, &apigateway.DeleteRequestValidatorInput{RestApiId: &o.id, RequestValidatorId: &o.validator}))(t)
	must(g.DeleteModel(ctx, &apigateway.DeleteModelInput{RestApiId: &o.id, ModelName: aws.String("M")}))(t)
	must(g.DeleteStage(ctx, &apigateway.DeleteStageInput{RestApiId: &o.id, StageName: aws.String("dev")}))(t)
	must(g.DeleteStage(ctx, &apigateway.DeleteStageInput{RestApiId: &o.id, StageName: aws.String("test")}))(t)
	must(g.DeleteDeployment(ctx, &apigateway.DeleteDeploymentInput{RestApiId: &o.id, DeploymentId: &o.deployment}))(t)
	must(g.DeleteRestApi(ctx, &apigateway.DeleteRestApiInput{RestApiId: &o.id}))(t)
}
