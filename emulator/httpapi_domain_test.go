package emulator_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// byHost sends a GET request with a host of its own.
func (a *httpAPI) byHost(t *testing.T, host, path string, header http.Header) (int, string) {
	t.Helper()
	request := get(t, a.e.URL()+path)
	request.Host = host
	maps.Copy(request.Header, header)
	return a.do(t, request)
}

// TestHTTPAPIDomain: custom domain names of the second version with mappings of several
// levels, seen by the first version as well, and routing rules.
func TestHTTPAPIDomain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	data := t.TempDir()
	e := start(t, emulator.Config{DataDir: data})
	a := createHTTPAPI(t, e, nil)
	backend := text(t, "http: ").URL
	a.integrate(ctx, t, proxyTo(backend+"/{proxy}"), "ANY /{proxy+}")
	a.integrate(ctx, t, proxyTo(backend), "GET /")
	restID, _ := a.createMockAPI(ctx, t, "rest", false)
	must(a.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &restID, StageName: aws.String("dev")}))(t)

	const name = "api.example.com"
	domain := must(a.v2.CreateDomainName(ctx, &apigatewayv2.CreateDomainNameInput{
		DomainName: aws.String(name), Tags: map[string]string{"k": "v"}, DomainNameConfigurations: []types.DomainNameConfiguration{{
			CertificateArn: aws.String("arn:aws:acm:us-east-1:000000000000:certificate/c"), EndpointType: types.EndpointTypeRegional, SecurityPolicy: types.SecurityPolicyTls12,
		}},
	}))(t)
	if c := domain.DomainNameConfigurations[0]; aws.ToString(domain.ApiMappingSelectionExpression) != "$request.basepath" || domain.RoutingMode != types.RoutingModeApiMappingOnly ||
		c.EndpointType != types.EndpointTypeRegional || c.DomainNameStatus != types.DomainNameStatusAvailable || aws.ToString(c.ApiGatewayDomainName) == "" || domain.Tags["k"] != "v" {
		t.Errorf("domain %+v", domain)
	}
	mapTo := func(key, api, stage string) string {
		t.Helper()
		return *must(a.v2.CreateApiMapping(ctx, &apigatewayv2.CreateApiMappingInput{DomainName: aws.String(name), ApiId: &api, Stage: &stage, ApiMappingKey: &key}))(t).ApiMappingId
	}
	deep := mapTo("shop/v1", a.id, "$default")
	mapTo("old", restID, "dev")
	for path, want := range map[string]string{
		"/shop/v1/items/1": "http: GET /items/1", "/shop/v1": "http: GET /", "/old": "rest", "/shop": `{"message":"Forbidden"}`, "/shop/v1x": `{"message":"Forbidden"}`,
	} {
		if status, body := a.byHost(t, name, path, nil); body != want {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
	_, err := a.v2.CreateApiMapping(ctx, &apigatewayv2.CreateApiMappingInput{DomainName: aws.String(name), ApiId: &a.id, Stage: aws.String("$default"), ApiMappingKey: aws.String("old")})
	if errorCode(err) != "ConflictException" {
		t.Errorf("a key twice: %v", err)
	}
	if _, err := a.v2.DeleteApi(ctx, &apigatewayv2.DeleteApiInput{ApiId: &a.id}); errorCode(err) != "BadRequestException" {
		t.Errorf("a mapped API is deleted: %v", err)
	}
	// The first version shows the same.
	paths := must(a.gateway.GetBasePathMappings(ctx, &apigateway.GetBasePathMappingsInput{DomainName: aws.String(name)}))(t)
	if len(paths.Items) != 2 || *paths.Items[0].BasePath != "old" || *paths.Items[1].BasePath != "shop/v1" {
		t.Errorf("base paths %+v", paths.Items)
	}
	must(a.gateway.CreateBasePathMapping(ctx, &apigateway.CreateBasePathMappingInput{DomainName: aws.String(name), RestApiId: &restID, Stage: aws.String("dev")}))(t)
	mappings := must(a.v2.GetApiMappings(ctx, &apigatewayv2.GetApiMappingsInput{DomainName: aws.String(name)}))(t)
	for _, m := range mappings.Items {
		got := must(a.v2.GetApiMapping(ctx, &apigatewayv2.GetApiMappingInput{DomainName: aws.String(name), ApiMappingId: m.ApiMappingId}))(t)
		if aws.ToString(got.ApiMappingKey) != aws.ToString(m.ApiMappingKey) {
			t.Errorf("mapping %+v", got)
		}
	}
	if len(mappings.Items) != 3 {
		t.Errorf("mappings %+v", mappings.Items)
	}
	updated := must(a.v2.UpdateApiMapping(ctx, &apigatewayv2.UpdateApiMappingInput{DomainName: aws.String(name), ApiMappingId: &deep, ApiId: &a.id, ApiMappingKey: aws.String("shop")}))(t)
	if *updated.ApiMappingId != deep {
		t.Errorf("updated %+v", updated)
	}
	if _, body := a.byHost(t, name, "/shop/v1", nil); body != "http: GET /v1" {
		t.Errorf("after the update: %s", body)
	}
	must(a.v2.DeleteApiMapping(ctx, &apigatewayv2.DeleteApiMappingInput{DomainName: aws.String(name), ApiMappingId: &deep}))(t)

	// Routing rules, to REST APIs.
	must(a.v2.UpdateDomainName(ctx, &apigatewayv2.UpdateDomainNameInput{DomainName: aws.String(name), RoutingMode: types.RoutingModeRoutingRuleThenApiMapping}))(t)
	otherID, _ := a.createMockAPI(ctx, t, "other", false)
	must(a.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: &otherID, StageName: aws.String("dev")}))(t)
	rule := must(a.v2.CreateRoutingRule(ctx, &apigatewayv2.CreateRoutingRuleInput{
		DomainName: aws.String(name), Priority: aws.Int32(10),
		Conditions: []types.RoutingRuleCondition{{MatchHeaders: &types.RoutingRuleMatchHeaders{AnyOf: []types.RoutingRuleMatchHeaderValue{{Header: aws.String("x-to"), ValueGlob: aws.String("oth*")}}}}},
		Actions:    []types.RoutingRuleAction{{InvokeApi: &types.RoutingRuleActionInvokeApi{ApiId: &otherID, Stage: aws.String("dev")}}},
	}))(t)
	if _, body := a.byHost(t, name, "/", http.Header{"X-To": {"other"}}); body != "other" {
		t.Errorf("rule: %s", body)
	}
	if _, body := a.byHost(t, name, "/", nil); body != "rest" {
		t.Errorf("no rule: %s", body)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	a = &httpAPI{clients: nil, e: start(t, emulator.Config{DataDir: data})}
	a.clients = newClients(t, a.e.AWSConfig())
	a.v2 = apigatewayv2.NewFromConfig(a.config)
	if _, body := a.byHost(t, name, "/", http.Header{"X-To": {"other"}}); body != "other" {
		t.Errorf("rule after a restart: %s", body)
	}
	rules := must(a.v2.ListRoutingRules(ctx, &apigatewayv2.ListRoutingRulesInput{DomainName: aws.String(name)}))(t)
	if len(rules.RoutingRules) != 1 || *rules.RoutingRules[0].RoutingRuleArn != *rule.RoutingRuleArn {
		t.Errorf("rules %+v", rules.RoutingRules)
	}
	must(a.v2.DeleteRoutingRule(ctx, &apigatewayv2.DeleteRoutingRuleInput{DomainName: aws.String(name), RoutingRuleId: rule.RoutingRuleId}))(t)
	must(a.v2.DeleteDomainName(ctx, &apigatewayv2.DeleteDomainNameInput{DomainName: aws.String(name)}))(t)
	if _, err := a.v2.GetDomainName(ctx, &apigatewayv2.GetDomainNameInput{DomainName: aws.String(name)}); errorCode(err) != "NotFoundException" {
		t.Errorf("deleted: %v", err)
	}
}

// TestHTTPAPIVPCLink: a private integration through a link of the second version.
func TestHTTPAPIVPCLink(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	backend := text(t, "private ")
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	link := must(a.v2.CreateVpcLink(ctx, &apigatewayv2.CreateVpcLinkInput{Name: aws.String("link"), SubnetIds: []string{"subnet-1"}, Tags: map[string]string{"stagedoor:target": backend.URL}}))(t)
	if link.VpcLinkStatus != types.VpcLinkStatusPending {
		t.Errorf("new link %+v", link)
	}
	got := must(a.v2.GetVpcLink(ctx, &apigatewayv2.GetVpcLinkInput{VpcLinkId: link.VpcLinkId}))(t)
	if got.VpcLinkStatus != types.VpcLinkStatusAvailable || got.VpcLinkVersion != types.VpcLinkVersionV2 || len(got.SubnetIds) != 1 {
		t.Errorf("link %+v", got)
	}
	in := proxyTo("arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/1/2")
	in.ConnectionType, in.ConnectionId, in.IntegrationMethod = types.ConnectionTypeVpcLink, link.VpcLinkId, aws.String("ANY")
	a.integrate(ctx, t, in, "GET /p")
	a.want(t, "GET", "/p", nil, 200, "private GET /p")
	if _, err := a.v2.DeleteVpcLink(ctx, &apigatewayv2.DeleteVpcLinkInput{VpcLinkId: link.VpcLinkId}); errorCode(err) != "ConflictException" {
		t.Errorf("a link in use is deleted: %v", err)
	}
	must(a.v2.UpdateVpcLink(ctx, &apigatewayv2.UpdateVpcLinkInput{VpcLinkId: link.VpcLinkId, Name: aws.String("renamed")}))(t)
	links := must(a.v2.GetVpcLinks(ctx, &apigatewayv2.GetVpcLinksInput{}))(t)
	if len(links.Items) != 1 || *links.Items[0].Name != "renamed" || links.Items[0].Tags["stagedoor:target"] != backend.URL {
		t.Errorf("links %+v", links.Items)
	}
}
