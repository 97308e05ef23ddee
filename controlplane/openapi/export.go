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
	// usesKey and usesIAM tell that methods need the schemes for these, which have names.
	usesKey, usesIAM     bool
	keyScheme, iamScheme string
	authorizers          map[string]*types.Authorizer
	validators           map[string]string
	// jsonModels are the models that documents can have.
	jsonModels map[string]bool
}

// NonJSONModelsError is a method whose body has models, but none of JSON: AWS does not
// export these.
type NonJSONModelsError struct{ Method, Path string }

// Error is AWS's message.
//
// Unverified: what follows "for".
func (e *NonJSONModelsError) Error() string {
	return "Only found non-JSON body models for " + e.Method + " " + e.Path
}

const (
	// apiKeyScheme and iamScheme are the names of security schemes that AWS makes.
	apiKeyScheme = "api_key"
	iamScheme    = "sigv4"
)

// nameSchemes gives these schemes other names where authorizers have theirs.
func (e *exporter) nameSchemes() {
	e.keyScheme, e.iamScheme = apiKeyScheme, iamScheme
	taken := func(name string) bool {
		return slices.ContainsFunc(e.api.Authorizers, func(a types.Authorizer) bool { return aws.ToString(a.Name) == name })
	}
	for taken(e.keyScheme) {
		e.keyScheme += "_"
	}
	for taken(e.iamScheme) {
		e.iamScheme += "_"
	}
}

// Export returns the document of the deployment that a stage points to. The error is a
// [NonJSONModelsError].
func Export(stage *deployed.RestStage, options ExportOptions) (*Value, error) {
	e := &exporter{ExportOptions: options, stage: stage, api: stage.Api, authorizers: map[string]*types.Authorizer{}, validators: map[string]string{}}
	e.docs = newDocumentation(options.Parts)
	for i := range e.api.Authorizers {
		e.authorizers[*e.api.Authorizers[i].Id] = &e.api.Authorizers[i]
	}
	for _, v := range e.api.RequestValidators {
		e.validators[*v.Id] = aws.ToString(v.Name)
	}
	e.jsonModels = map[string]bool{}
	for i := range e.api.Models {
		e.jsonModels[*e.api.Models[i].Name] = aws.ToString(e.api.Models[i].ContentType) == mediaJSON
	}
	e.nameSchemes()
	if err := e.checkModels(); err != nil {
		return nil, err
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
	return root, nil
}

// checkModels looks for methods whose body has models that documents cannot have.
func (e *exporter) checkModels() error {
	for i := range e.api.Resources {
		r := &e.api.Resources[i]
		for _, verb := range slices.Sorted(maps.Keys(r.ResourceMethods)) {
			models := r.ResourceMethods[verb].RequestModels
			if len(models) > 0 && len(e.known(models)) == 0 {
				return &NonJSONModelsError{Method: verb, Path: *r.Path}
			}
		}
	}
	return nil
}

// known are the models by media type that the document has.
func (e *exporter) known(models map[string]string) map[string]string {
	known := maps.Clone(models)
	maps.DeleteFunc(known, func(_, model string) bool { return !e.jsonModels[model] })
	return known
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
