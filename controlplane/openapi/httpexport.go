package openapi

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// HttpExportOptions say what of an HTTP API goes into a document, and how.
type HttpExportOptions struct {
	// Region is that of the API.
	Region string
	// StageName is the base path of the addresses; empty for none.
	StageName string
	// Extensions asks for API Gateway's extensions.
	Extensions bool
	// HiddenTag is a tag that stays out of documents.
	HiddenTag string
}

// httpExporter makes a document of an HTTP API.
type httpExporter struct {
	HttpExportOptions

	api *deployed.Api
	// schemes are the names of security schemes by the id of the authorizer.
	schemes map[string]string
	// iamScheme is the name of the scheme for IAM, usesIAM tells that routes need it.
	iamScheme string
	usesIAM   bool
	// shared are the names of integrations that stand among the components, by id.
	shared       map[string]string
	integrations map[string]*types.Integration
}

// ExportHTTP returns the OpenAPI 3.0 document of an HTTP API.
func ExportHTTP(api *deployed.Api, options HttpExportOptions) *Value {
	e := &httpExporter{HttpExportOptions: options, api: api, schemes: map[string]string{}, shared: map[string]string{}, integrations: map[string]*types.Integration{}}
	e.nameSchemes()
	e.nameIntegrations()
	root := object().set("openapi", str("3.0.1"))
	info := object().set("title", str(aws.ToString(api.Api.Name)))
	setText(info, "description", aws.ToString(api.Api.Description))
	info.set("version", str(cmp.Or(aws.ToString(api.Api.Version), aws.ToTime(api.Api.CreatedDate).UTC().Format(httpVersionForm))))
	root.set("info", info)
	root.set("servers", arrayOf(e.server()))
	if tags := e.tags(); len(tags.Items) > 0 && e.Extensions {
		root.set("tags", tags)
	}
	root.set("paths", e.paths())
	components := object()
	setObject(components, "securitySchemes", e.securitySchemes())
	if e.Extensions {
		setObject(components, integrationsName, e.components())
	}
	setObject(root, "components", components)
	if e.Extensions {
		if cors := api.Api.CorsConfiguration; cors != nil {
			root.set(extension+"cors", exportCors(cors))
		}
		root.set(extension+"importexport-version", str("1.0"))
	}
	return root
}

const httpVersionForm = time.DateTime + "UTC"

func (e *httpExporter) server() *Value {
	host := aws.ToString(e.api.Api.ApiId) + ".execute-api." + e.Region + ".amazonaws.com"
	variables := object().set("basePath", object().set("default", str(e.StageName)))
	server := object().set("url", str("https://"+host+"/{basePath}")).set("variables", variables)
	endpoint := object()
	if aws.ToBool(e.api.Api.DisableExecuteApiEndpoint) {
		endpoint.set("disableExecuteApiEndpoint", boolean(true))
	}
	if kind := e.api.Api.IpAddressType; kind != "" && kind != types.IpAddressTypeIpv4 {
		endpoint.set("ipAddressType", str(string(kind)))
	}
	if e.Extensions {
		setObject(server, extension+"endpoint-configuration", endpoint)
	}
	return server
}

func (e *httpExporter) tags() *Value {
	list := array()
	for _, name := range slices.Sorted(maps.Keys(e.api.Api.Tags)) {
		if name != e.HiddenTag {
			list.Items = append(list.Items, object().set("name", str(name)).set(extension+"tag-value", str(e.api.Api.Tags[name])))
		}
	}
	return list
}

// nameSchemes gives the authorizers names that are theirs alone.
func (e *httpExporter) nameSchemes() {
	taken := map[string]bool{}
	unique := func(name, suffix string) string {
		for taken[name] {
			name += "_" + suffix
		}
		taken[name] = true
		return name
	}
	for i := range e.api.Authorizers {
		a := &e.api.Authorizers[i]
		e.schemes[*a.AuthorizerId] = unique(aws.ToString(a.Name), *a.AuthorizerId)
	}
	e.iamScheme = unique(iamScheme, "iam")
}

// nameIntegrations names the integrations that more than one route has, or none. Their
// order does not depend on ids, so that equal APIs have equal documents.
func (e *httpExporter) nameIntegrations() {
	uses := map[string]int{}
	var order []string
	for i := range e.api.Routes {
		uses[e.integrationOf(&e.api.Routes[i])]++
	}
	for _, route := range e.routes() {
		order = append(order, e.integrationOf(route))
	}
	for i := range e.api.Integrations {
		e.integrations[*e.api.Integrations[i].IntegrationId] = &e.api.Integrations[i]
	}
	order = append(order, slices.SortedFunc(maps.Keys(e.integrations), func(a, b string) int {
		return cmp.Compare(exportHTTPIntegration(e.integrations[a]).compact(), exportHTTPIntegration(e.integrations[b]).compact())
	})...)
	for _, id := range order {
		if id != "" && e.shared[id] == "" && uses[id] != 1 {
			e.shared[id] = "integration" + strconv.Itoa(len(e.shared)+1)
		}
	}
}

func (e *httpExporter) integrationOf(route *types.Route) string {
	return strings.TrimPrefix(aws.ToString(route.Target), "integrations/")
}

// routes are the routes by path and method.
func (e *httpExporter) routes() []*types.Route {
	list := make([]*types.Route, 0, len(e.api.Routes))
	for i := range e.api.Routes {
		list = append(list, &e.api.Routes[i])
	}
	slices.SortFunc(list, func(a, b *types.Route) int {
		verbA, pathA := splitKey(*a.RouteKey)
		verbB, pathB := splitKey(*b.RouteKey)
		return cmp.Or(cmp.Compare(pathA, pathB), cmp.Compare(verbA, verbB))
	})
	return list
}

// splitKey splits the key of a route into method and path.
func splitKey(key string) (verb, path string) {
	if key == defaultRoute {
		return "ANY", "/" + defaultRoute
	}
	verb, path, _ = strings.Cut(key, " ")
	return verb, path
}

func (e *httpExporter) paths() *Value {
	paths := object()
	var item *Value
	last := ""
	for _, route := range e.routes() {
		verb, path := splitKey(*route.RouteKey)
		if item == nil || path != last {
			e.pathParameters(item, last)
			item, last = object(), path
			paths.Members = append(paths.Members, Member{path, item})
		}
		name := strings.ToLower(verb)
		if verb == "ANY" {
			if !e.Extensions {
				continue // OpenAPI has no such thing
			}
			name = anyMethod
		}
		item.set(name, e.operation(route))
	}
	e.pathParameters(item, last)
	return paths
}

// pathParameters declares the parameters in a path.
func (e *httpExporter) pathParameters(item *Value, path string) {
	list := array()
	for segment := range strings.SplitSeq(path, "/") {
		if !strings.HasPrefix(segment, "{") || !strings.HasSuffix(segment, "}") {
			continue
		}
		name := segment[1 : len(segment)-1]
		list.Items = append(list.Items, object().set("name", str(name)).set("in", str("path")).
			set("description", str("Generated path parameter for "+name)).set("required", boolean(true)).
			set("schema", object().set("type", str("string"))))
	}
	if len(list.Items) > 0 {
		item.set("parameters", list)
	}
}

func (e *httpExporter) operation(route *types.Route) *Value {
	o := object()
	setText(o, "operationId", aws.ToString(route.OperationName))
	o.set("responses", object().set("default", object().set("description", str("Default response for "+*route.RouteKey))))
	switch route.AuthorizationType {
	case types.AuthorizationTypeAwsIam:
		e.usesIAM = true
		o.set("security", arrayOf(object().set(e.iamScheme, array())))
	case types.AuthorizationTypeJwt, types.AuthorizationTypeCustom:
		if scheme := e.schemes[aws.ToString(route.AuthorizerId)]; scheme != "" {
			o.set("security", arrayOf(object().set(scheme, textArray(route.AuthorizationScopes))))
		}
	case types.AuthorizationTypeNone:
	}
	if !e.Extensions {
		return o
	}
	if *route.RouteKey == defaultRoute {
		o.set("isDefaultRoute", boolean(true))
	}
	id := e.integrationOf(route)
	if name := e.shared[id]; name != "" {
		o.set(extension+"integration", object().set("$ref", str("#/components/"+integrationsName+"/"+name)))
	} else if i := e.integrations[id]; i != nil {
		o.set(extension+"integration", exportHTTPIntegration(i))
	}
	return o
}

func (e *httpExporter) components() *Value {
	names := make(map[string]string, len(e.shared))
	for id, name := range e.shared {
		names[name] = id
	}
	components := object()
	for n := range len(e.shared) {
		name := "integration" + strconv.Itoa(n+1)
		if i := e.integrations[names[name]]; i != nil {
			components.Members = append(components.Members, Member{name, exportHTTPIntegration(i)})
		}
	}
	return components
}
