package openapi

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

const defaultRoute = "$default"

// routes reads the paths with their operations.
func (h *httpImporter) routes() {
	base := h.basePath()
	for _, m := range h.root.Get("paths").members() {
		if strings.HasPrefix(m.Name, "x-") {
			continue
		}
		item := h.resolve(m.Value)
		path := base + m.Name
		if m.Name == "/" && base != "" {
			path = base
		}
		if item.Get("parameters") != nil {
			h.info("Attribute 'parameters' of path '%s' is not supported and was ignored.", path)
		}
		for _, operation := range item.members() {
			verb := verbs[operation.Name]
			switch {
			case operation.Name == "trace":
				h.warn("Method 'TRACE' of path '%s' is not supported and was ignored.", path)
			case verb == "":
			case operation.Value == nil || operation.Value.Kind != Object:
				h.fail("Unable to create route '%s %s': the operation is no object", verb, path)
			case operation.Value.Get("isDefaultRoute").isTrue():
				h.route(defaultRoute, operation.Value)
			default:
				h.route(verb+" "+path, operation.Value)
			}
		}
	}
}

// ignoredByRoutes are attributes of operations that HTTP APIs have no use for.
var ignoredByRoutes = []string{"parameters", "requestBody", "callbacks", "deprecated", extension + "request-validator"}

func (h *httpImporter) route(key string, operation *Value) {
	route := HttpRoute{Integration: -1}
	route.RouteKey, route.AuthorizationType, route.ApiKeyRequired = &key, types.AuthorizationTypeNone, aws.Bool(false)
	if name := operation.Get("operationId").text(); name != "" {
		route.OperationName = &name
	}
	for _, name := range ignoredByRoutes {
		if operation.Get(name) != nil {
			h.info("Attribute '%s' of route '%s' is not supported and was ignored.", name, key)
		}
	}
	for _, response := range operation.Get("responses").members() {
		if len(response.Value.Get("content").members())+len(response.Value.Get("headers").members()) > 0 {
			h.info("Attribute 'responses' of route '%s' is not supported and was ignored.", key)
			break
		}
	}
	h.routeSecurity(&route, operation)
	if v := operation.Get(extension + "integration"); v != nil {
		route.Integration = h.routeIntegration(key, v)
	} else {
		h.warn("Route '%s' has no integration.", key)
	}
	h.out.Routes = append(h.out.Routes, route)
}

// routeIntegration returns the index of a route's integration.
func (h *httpImporter) routeIntegration(key string, v *Value) int {
	if ref := v.Get("$ref").text(); ref != "" {
		if name, ok := strings.CutPrefix(ref, "#/components/"+integrationsName+"/"); ok {
			if index, there := h.named[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]; there {
				return index
			}
		}
		h.fail("Unable to create integration for route '%s': unable to resolve reference '%s'", key, ref)
		return -1
	}
	return h.integration("route '"+key+"'", v)
}

// ignoredByIntegrations are members of integrations that only REST APIs have.
var ignoredByIntegrations = []string{
	"responses", "requestTemplates", "contentHandling", "cacheNamespace", "cacheKeyParameters", "integrationTarget", "responseTransferMode",
}

// integration reads an integration and returns its index; -1 for one that is left out.
func (h *httpImporter) integration(of string, v *Value) int {
	text := func(member string) *string {
		if value := v.Get(member).text(); value != "" {
			return &value
		}
		return nil
	}
	i := HttpIntegration{Of: of}
	i.IntegrationType = types.IntegrationType(strings.ToUpper(v.Get("type").text()))
	switch i.IntegrationType {
	case types.IntegrationTypeAwsProxy, types.IntegrationTypeHttpProxy:
	case types.IntegrationTypeAws, types.IntegrationTypeHttp, types.IntegrationTypeMock:
		h.warn("Integration type '%s' of %s is not supported for HTTP APIs. Ignoring.", i.IntegrationType, of)
		return -1
	default:
		h.fail("Unable to create integration for %s: Invalid integration type specified", of)
		return -1
	}
	i.IntegrationUri, i.CredentialsArn, i.IntegrationSubtype, i.Description = text("uri"), text("credentials"), text("integrationSubtype"), text("description")
	i.PayloadFormatVersion, i.ConnectionId = text("payloadFormatVersion"), text("connectionId")
	i.ConnectionType = types.ConnectionType(strings.ToUpper(v.Get("connectionType").text()))
	if i.ConnectionType == "" {
		i.ConnectionType = types.ConnectionTypeInternet
	}
	if method := strings.ToUpper(v.Get("httpMethod").text()); method != "" {
		if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
			method = "ANY"
		}
		i.IntegrationMethod = &method
	}
	if timeout := v.Get("timeoutInMillis"); timeout != nil {
		if i.TimeoutInMillis = number32(timeout); i.TimeoutInMillis == nil {
			h.fail("Unable to create integration for %s: Invalid timeoutInMillis specified", of)
		}
	}
	i.RequestParameters = v.Get("requestParameters").textMap()
	for _, m := range v.Get("responseParameters").members() {
		if i.ResponseParameters == nil {
			i.ResponseParameters = map[string]map[string]string{}
		}
		i.ResponseParameters[m.Name] = m.Value.textMap()
	}
	if name := v.at("tlsConfig", "serverNameToVerify").text(); name != "" {
		i.TlsConfig = &types.TlsConfig{ServerNameToVerify: &name}
	}
	for _, name := range ignoredByIntegrations {
		if v.Get(name) != nil {
			h.info("Attribute '%s' of the integration of %s is not supported and was ignored.", name, of)
		}
	}
	h.out.Integrations = append(h.out.Integrations, i)
	return len(h.out.Integrations) - 1
}

// number32 reads a number; nil when it is none.
func number32(v *Value) *int32 {
	n, err := strconv.ParseInt(v.text(), 10, 32)
	if err != nil {
		return nil
	}
	return aws.Int32(int32(n))
}
