package openapi

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// ExportOptions say what of a stage goes into a document.
type ExportOptions struct {
	// IsV3 asks for OpenAPI 3.0 instead of Swagger 2.0.
	IsV3 bool
	// Integrations, Authorizers and Documentation ask for the extensions with these things.
	Integrations, Authorizers, Documentation bool
	// Version is what the document is a version of where the API says none.
	Version time.Time
	// Parts are the documentation parts of the stage's documentation version, and
	// DocumentationVersion is its name; nil and empty when the stage shows none.
	Parts                []types.DocumentationPart
	DocumentationVersion string
	// DocumentationDate is when that version was made.
	DocumentationDate time.Time
}

// exporter makes a document of a stage.
type exporter struct {
	ExportOptions

	stage *deployed.RestStage
	api   *deployed.RestApi
	docs  documentation
	// usesKey and usesIAM tell that methods need the schemes for these.
	usesKey, usesIAM bool
	authorizers      map[string]*types.Authorizer
	validators       map[string]string
}

const (
	// apiKeyScheme and iamScheme are the names of security schemes that AWS makes.
	apiKeyScheme = "api_key"
	iamScheme    = "sigv4"
)

// Export returns the document of the deployment that a stage points to.
func Export(stage *deployed.RestStage, options ExportOptions) *Value {
	e := &exporter{ExportOptions: options, stage: stage, api: stage.Api, authorizers: map[string]*types.Authorizer{}, validators: map[string]string{}}
	e.docs = newDocumentation(options.Parts)
	for i := range e.api.Authorizers {
		e.authorizers[*e.api.Authorizers[i].Id] = &e.api.Authorizers[i]
	}
	for _, v := range e.api.RequestValidators {
		e.validators[*v.Id] = aws.ToString(v.Name)
	}
	root := object()
	if e.IsV3 {
		root.set("openapi", str("3.0.1"))
	} else {
		root.set("swagger", str("2.0"))
	}
	root.set("info", e.info())
	e.address(root)
	root.set("paths", e.paths())
	e.definitions(root)
	if e.Integrations {
		e.extensions(root)
	}
	if e.Documentation && e.DocumentationVersion != "" {
		root.set(extension+"documentation", e.documentationExtension())
	}
	return root
}

// info is in AWS's order, which Swagger 2.0 has otherwise than OpenAPI 3.0.
func (e *exporter) info() *Value {
	title := str(aws.ToString(e.api.Api.Name))
	version := str(cmp.Or(aws.ToString(e.api.Api.Version), e.Version.UTC().Format("2006-01-02T15:04:05Z")))
	info := object()
	if e.IsV3 {
		info.set("title", title)
	}
	setText(info, "description", aws.ToString(e.api.Api.Description))
	info.set("version", version)
	if !e.IsV3 {
		info.set("title", title)
	}
	for _, m := range e.docs.find(types.DocumentationPartTypeApi, "", "", "", "").Get("info").members() {
		info.set(m.Name, m.Value)
	}
	return info
}

// address says where the stage is served.
func (e *exporter) address(root *Value) {
	host := e.stage.ApiID + ".execute-api." + e.stage.Region + ".amazonaws.com"
	basePath := "/" + aws.ToString(e.stage.Stage.StageName)
	if !e.IsV3 {
		root.set("host", str(host)).set("basePath", str(basePath)).set("schemes", arrayOf(str("https")))
		return
	}
	variables := object().set("basePath", object().set("default", str(basePath)))
	server := object().set("url", str("https://"+host+"/{basePath}")).set("variables", variables)
	if e.Integrations {
		if endpoint := e.endpointConfiguration(); endpoint != nil {
			server.set(extension+"endpoint-configuration", endpoint)
		}
	}
	root.set("servers", arrayOf(server))
}

// endpointConfiguration is nil when there is nothing to say.
func (e *exporter) endpointConfiguration() *Value {
	endpoint := object()
	if e.api.Api.DisableExecuteApiEndpoint {
		endpoint.set("disableExecuteApiEndpoint", boolean(true))
	}
	if c := e.api.Api.EndpointConfiguration; c != nil && len(c.VpcEndpointIds) > 0 {
		endpoint.set("vpcEndpointIds", textArray(c.VpcEndpointIds))
	}
	if len(endpoint.Members) == 0 {
		return nil
	}
	return endpoint
}

// paths has the resources with methods, in order of their paths.
func (e *exporter) paths() *Value {
	paths := object()
	resources := slices.SortedFunc(slices.Values(e.api.Resources), func(a, b types.Resource) int { return cmp.Compare(*a.Path, *b.Path) })
	for i := range resources {
		r := &resources[i]
		if len(r.ResourceMethods) == 0 {
			continue
		}
		item := object()
		e.describe(item, types.DocumentationPartTypeResource, *r.Path, "", "", "")
		for _, verb := range slices.Sorted(maps.Keys(r.ResourceMethods)) {
			method := r.ResourceMethods[verb]
			name := strings.ToLower(verb)
			if verb == "ANY" {
				name = anyMethod
			}
			item.set(name, e.operation(r, verb, &method))
		}
		paths.Members = append(paths.Members, Member{*r.Path, item})
	}
	return paths
}

func (e *exporter) operation(r *types.Resource, verb string, m *types.Method) *Value {
	o := object()
	e.describe(o, types.DocumentationPartTypeMethod, *r.Path, verb, "", "")
	setText(o, "operationId", aws.ToString(m.OperationName))
	if !e.IsV3 {
		if len(m.RequestModels) > 0 {
			o.set("consumes", textArray(slices.Sorted(maps.Keys(m.RequestModels))))
		}
		if produces := responseTypes(m); len(produces) > 0 {
			o.set("produces", textArray(produces))
		}
	}
	if parameters := e.parameters(*r.Path, verb, m); len(parameters.Items) > 0 {
		o.set("parameters", parameters)
	}
	if e.IsV3 && len(m.RequestModels) > 0 {
		body := object()
		e.describe(body, types.DocumentationPartTypeRequestBody, *r.Path, verb, "", "")
		o.set("requestBody", body.set("content", content(m.RequestModels)).set("required", boolean(true)))
	}
	o.set("responses", e.responses(*r.Path, verb, m))
	if security := e.security(m); len(security.Items) > 0 {
		o.set("security", security)
	}
	if e.Integrations {
		if name := e.validators[aws.ToString(m.RequestValidatorId)]; name != "" {
			o.set(extension+"request-validator", str(name))
		}
		if m.MethodIntegration != nil {
			o.set(extension+"integration", exportIntegration(r, m.MethodIntegration))
		}
	}
	return o
}

// parameterPlace are the places of parameters in documents, by those in mappings.
var parameterPlace = map[string]string{"path": "path", "querystring": "query", "header": "header"}

func (e *exporter) parameters(path, verb string, m *types.Method) *Value {
	list := array()
	for _, key := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		where, name, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
		in := parameterPlace[where]
		if in == "" {
			continue
		}
		p := object().set("name", str(name)).set("in", str(in))
		e.describe(p, parameterParts[in], path, verb, "", name)
		if m.RequestParameters[key] || in == "path" {
			p.set("required", boolean(true))
		} else if !e.IsV3 {
			p.set("required", boolean(false))
		}
		typed(p, e.IsV3)
		list.Items = append(list.Items, p)
	}
	if e.IsV3 {
		return list
	}
	seen := map[string]bool{}
	for _, mediaType := range slices.Sorted(maps.Keys(m.RequestModels)) {
		model := m.RequestModels[mediaType]
		if seen[model] {
			continue
		}
		seen[model] = true
		p := object().set("in", str("body")).set("name", str(model))
		e.describe(p, types.DocumentationPartTypeRequestBody, path, verb, "", "")
		list.Items = append(list.Items, p.set("required", boolean(true)).set("schema", object().set("$ref", str(definitionsV2+model))))
	}
	return list
}

// typed gives a parameter or a header the only type that there is.
func typed(v *Value, isV3 bool) {
	if isV3 {
		v.set("schema", object().set("type", str("string")))
	} else {
		v.set("type", str("string"))
	}
}

func content(models map[string]string) *Value {
	byType := object()
	for _, mediaType := range slices.Sorted(maps.Keys(models)) {
		byType.set(mediaType, object().set("schema", object().set("$ref", str(definitionsV3+models[mediaType]))))
	}
	return byType
}

// responseTypes are the media types of all responses.
func responseTypes(m *types.Method) []string {
	all := map[string]bool{}
	for _, response := range m.MethodResponses {
		for mediaType := range response.ResponseModels {
			all[mediaType] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (e *exporter) responses(path, verb string, m *types.Method) *Value {
	responses := object()
	for _, status := range slices.Sorted(maps.Keys(m.MethodResponses)) {
		response := m.MethodResponses[status]
		o := object().set("description", str(status+" response"))
		e.describe(o, types.DocumentationPartTypeResponse, path, verb, status, "")
		headers := object()
		for _, key := range slices.Sorted(maps.Keys(response.ResponseParameters)) {
			name, ok := strings.CutPrefix(key, "method.response.header.")
			if !ok {
				continue
			}
			header := object()
			e.describe(header, types.DocumentationPartTypeResponseHeader, path, verb, status, name)
			typed(header, e.IsV3)
			headers.set(name, header)
		}
		if mediaTypes := slices.Sorted(maps.Keys(response.ResponseModels)); !e.IsV3 && len(mediaTypes) > 0 {
			model := cmp.Or(response.ResponseModels[mediaJSON], response.ResponseModels[mediaTypes[0]])
			o.set("schema", object().set("$ref", str(definitionsV2+model)))
		}
		setObject(o, "headers", headers)
		if e.IsV3 && len(response.ResponseModels) > 0 {
			o.set("content", content(response.ResponseModels))
		}
		responses.set(status, o)
	}
	return responses
}

func (e *exporter) security(m *types.Method) *Value {
	list := array()
	add := func(scheme string, scopes []string) {
		list.Items = append(list.Items, object().set(scheme, textArray(scopes)))
	}
	switch aws.ToString(m.AuthorizationType) {
	case "AWS_IAM":
		e.usesIAM = true
		add(iamScheme, nil)
	case "CUSTOM", "COGNITO_USER_POOLS":
		if a := e.authorizers[aws.ToString(m.AuthorizerId)]; a != nil {
			add(aws.ToString(a.Name), m.AuthorizationScopes)
		}
	}
	if aws.ToBool(m.ApiKeyRequired) {
		e.usesKey = true
		add(apiKeyScheme, nil)
	}
	return list
}

// definitions adds the models and the security schemes.
func (e *exporter) definitions(root *Value) {
	schemas, schemes := object(), e.schemes()
	models := slices.SortedFunc(slices.Values(e.api.Models), func(a, b types.Model) int { return cmp.Compare(*a.Name, *b.Name) })
	for i := range models {
		m := &models[i]
		if aws.ToString(m.ContentType) != mediaJSON {
			continue
		}
		schema, err := Parse([]byte(aws.ToString(m.Schema)))
		if err != nil {
			continue // no model that is taken is like this
		}
		schema = e.exportSchema(schema)
		e.describe(schema, types.DocumentationPartTypeModel, "", "", "", *m.Name)
		schemas.set(*m.Name, schema)
	}
	if !e.IsV3 {
		setObject(root, "securityDefinitions", schemes)
		setObject(root, "definitions", schemas)
		return
	}
	components := object()
	setObject(components, "schemas", schemas)
	setObject(components, "securitySchemes", schemes)
	setObject(root, "components", components)
}

// exportSchema turns references to models into references within the document.
func (e *exporter) exportSchema(v *Value) *Value {
	prefix := definitionsV2
	if e.IsV3 {
		prefix = definitionsV3
	}
	switch v.Kind {
	case Object:
		copied := object()
		for _, m := range v.Members {
			switch {
			case m.Name == "$schema" && m.Value.Kind == String:
				continue
			case m.Name == "$ref" && m.Value.Kind == String:
				if _, name, ok := strings.Cut(m.Value.Text, "/models/"); ok {
					copied.set(m.Name, str(prefix+name))
					continue
				}
			}
			copied.Members = append(copied.Members, Member{m.Name, e.exportSchema(m.Value)})
		}
		return copied
	case Array:
		copied := array()
		for _, item := range v.Items {
			copied.Items = append(copied.Items, e.exportSchema(item))
		}
		return copied
	case Null, Bool, Number, String:
	}
	return v
}

func (e *exporter) schemes() *Value {
	schemes := object()
	if e.usesKey {
		schemes.set(apiKeyScheme, keyScheme("x-api-key"))
	}
	if e.usesIAM {
		s := keyScheme("Authorization")
		if e.Authorizers || e.Integrations {
			s.set(extension+"authtype", str("awsSigv4"))
		}
		schemes.set(iamScheme, s)
	}
	for _, a := range slices.SortedFunc(slices.Values(e.api.Authorizers), func(a, b types.Authorizer) int { return cmp.Compare(*a.Name, *b.Name) }) {
		schemes.set(*a.Name, e.authorizerScheme(&a))
	}
	return schemes
}

func keyScheme(header string) *Value {
	return object().set("type", str("apiKey")).set("name", str(header)).set("in", str("header"))
}

func (e *exporter) authorizerScheme(a *types.Authorizer) *Value {
	source := aws.ToString(a.IdentitySource)
	header, isHeader := strings.CutPrefix(source, "method.request.header.")
	if !isHeader || strings.Contains(header, ",") {
		header = "Unused"
	}
	s := keyScheme(header)
	e.describe(s, types.DocumentationPartTypeAuthorizer, "", "", "", *a.Name)
	if !e.Authorizers && !e.Integrations {
		return s
	}
	setText(s, extension+"authtype", aws.ToString(a.AuthType))
	x := object()
	if len(a.ProviderARNs) > 0 {
		x.set("providerARNs", textArray(a.ProviderARNs))
	}
	setText(x, "authorizerUri", aws.ToString(a.AuthorizerUri))
	setText(x, "authorizerCredentials", aws.ToString(a.AuthorizerCredentials))
	if a.AuthorizerResultTtlInSeconds != nil {
		x.set("authorizerResultTtlInSeconds", number(strconv.Itoa(int(*a.AuthorizerResultTtlInSeconds))))
	}
	setText(x, "identityValidationExpression", aws.ToString(a.IdentityValidationExpression))
	if a.Type == types.AuthorizerTypeRequest {
		setText(x, "identitySource", source)
	}
	x.set("type", str(strings.ToLower(string(a.Type))))
	return s.set(extension+"authorizer", x)
}

// extensions adds what AWS has at the root of a document.
func (e *exporter) extensions(root *Value) {
	api := &e.api.Api
	if endpoint := e.endpointConfiguration(); endpoint != nil && !e.IsV3 {
		root.set(extension+"endpoint-configuration", endpoint)
	}
	if len(e.api.GatewayResponses) > 0 {
		responses := object()
		for _, g := range slices.SortedFunc(slices.Values(e.api.GatewayResponses), func(a, b types.GatewayResponse) int { return cmp.Compare(a.ResponseType, b.ResponseType) }) {
			o := object()
			setText(o, "statusCode", aws.ToString(g.StatusCode))
			setTexts(o, "responseParameters", g.ResponseParameters)
			setTexts(o, "responseTemplates", g.ResponseTemplates)
			responses.set(string(g.ResponseType), o)
		}
		root.set(extension+"gateway-responses", responses)
	}
	if len(e.api.RequestValidators) > 0 {
		validators := object()
		for _, v := range slices.SortedFunc(slices.Values(e.api.RequestValidators), func(a, b types.RequestValidator) int {
			return cmp.Compare(aws.ToString(a.Name), aws.ToString(b.Name))
		}) {
			validators.set(aws.ToString(v.Name), object().
				set("validateRequestParameters", boolean(v.ValidateRequestParameters)).set("validateRequestBody", boolean(v.ValidateRequestBody)))
		}
		root.set(extension+"request-validators", validators)
	}
	if api.Policy != nil {
		if policy, err := Parse([]byte(*api.Policy)); err == nil {
			root.set(extension+"policy", policy)
		}
	}
	if api.ApiKeySource != "" && api.ApiKeySource != types.ApiKeySourceTypeHeader {
		root.set(extension+"api-key-source", str(string(api.ApiKeySource)))
	}
	if len(api.BinaryMediaTypes) > 0 {
		root.set(extension+"binary-media-types", textArray(api.BinaryMediaTypes))
	}
	if api.MinimumCompressionSize != nil {
		root.set(extension+"minimum-compression-size", number(strconv.Itoa(int(*api.MinimumCompressionSize))))
	}
	setText(root, extension+"security-policy", string(api.SecurityPolicy))
	setText(root, extension+"endpoint-access-mode", string(api.EndpointAccessMode))
}

// Helpers for objects.

func arrayOf(items ...*Value) *Value { return &Value{Kind: Array, Items: items} }

func textArray(texts []string) *Value {
	list := array()
	for _, text := range texts {
		list.Items = append(list.Items, str(text))
	}
	return list
}

func setText(v *Value, name, text string) {
	if text != "" {
		v.set(name, str(text))
	}
}

func setTexts(v *Value, name string, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	o := object()
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		o.Members = append(o.Members, Member{key, str(texts[key])})
	}
	v.set(name, o)
}

func setObject(v *Value, name string, o *Value) {
	if len(o.Members) > 0 {
		v.set(name, o)
	}
}

// parseProperties reads the properties of a documentation part; nil when they are none.
func parseProperties(text string) *Value {
	if !json.Valid([]byte(text)) {
		return nil
	}
	v, err := Parse([]byte(text))
	if err != nil || v.Kind != Object {
		return nil
	}
	return v
}
