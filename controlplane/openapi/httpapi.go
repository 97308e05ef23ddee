package openapi

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// HttpApi is what a document says of an HTTP API.
type HttpApi struct {
	Name, Description, Version string
	// The following are nil or empty where the document is silent.
	Cors                      *types.Cors
	DisableExecuteApiEndpoint *bool
	IpAddressType             string
	Tags                      map[string]string

	Authorizers  []types.Authorizer
	Integrations []HttpIntegration
	// Routes are in the order of the document.
	Routes []HttpRoute

	// Infos say what of OpenAPI means nothing to HTTP APIs, Warnings what could not be
	// taken over, Errors why the document cannot be imported at all.
	Infos, Warnings, Errors []string
}

// HttpIntegration is an integration of the document.
type HttpIntegration struct {
	types.Integration

	// Of says what has the integration, for messages.
	Of string
}

// HttpRoute is an operation of the document.
type HttpRoute struct {
	types.Route

	// Authorizer is the name of one; empty for none.
	Authorizer string
	// Integration is an index of HttpApi.Integrations; -1 for none.
	Integration int
}

// integrationsName is where a document has integrations that operations refer to.
const integrationsName = extension + "integrations"

// httpImporter collects an HttpApi from a document.
type httpImporter struct {
	*importer

	out *HttpApi
	// named are the indexes of the integrations in components; -1 for those left out.
	named   map[string]int
	schemes map[string]httpScheme
}

// ImportHTTP reads an OpenAPI 3.0 document for an HTTP API. It returns [ErrInvalid],
// wrapped with the cause, for what is none. A document may lack a title.
func ImportHTTP(document []byte, options Options) (*HttpApi, error) {
	root, err := readRoot(document, options)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(root.Get("openapi").text(), "3.0") {
		return nil, fmt.Errorf("%w HTTP APIs need an openapi 3.0 document", ErrInvalid)
	}
	h := &httpImporter{
		importer: &importer{root: root, options: options, isV3: true, api: &RestApi{}},
		out:      &HttpApi{}, named: map[string]int{}, schemes: map[string]httpScheme{},
	}
	h.out.Warnings = unexpected(root, openapi3)
	h.general()
	h.cors()
	h.securitySchemes()
	for _, m := range root.at("components", integrationsName).members() {
		h.named[m.Name] = h.integration("integration '"+m.Name+"'", m.Value)
	}
	h.routes()
	// Those of the parts that both kinds of APIs read.
	h.out.Warnings = append(h.out.Warnings, h.api.Warnings...)
	return h.out, nil
}

func (h *httpImporter) info(format string, args ...any) {
	h.out.Infos = append(h.out.Infos, fmt.Sprintf(format, args...))
}

func (h *httpImporter) warn(format string, args ...any) {
	h.out.Warnings = append(h.out.Warnings, fmt.Sprintf(format, args...))
}

func (h *httpImporter) fail(format string, args ...any) {
	h.out.Errors = append(h.out.Errors, fmt.Sprintf(format, args...))
}

// general reads what concerns the API as a whole.
func (h *httpImporter) general() {
	root, out := h.root, h.out
	info := root.Get("info")
	out.Name, out.Description, out.Version = info.Get("title").text(), info.Get("description").text(), info.Get("version").text()
	if version := root.Get(extension + "importexport-version"); version != nil && version.text() != "1.0" && version.text() != "1" {
		h.fail("Invalid %simportexport-version '%s'. Only 1.0 is supported.", extension, version.text())
	}
	endpoint := root.Get(extension + "endpoint-configuration")
	for _, server := range root.Get("servers").items() {
		if found := server.Get(extension + "endpoint-configuration"); found != nil {
			endpoint = found
		}
	}
	if disable := endpoint.Get("disableExecuteApiEndpoint"); disable != nil {
		out.DisableExecuteApiEndpoint = aws.Bool(disable.isTrue())
	}
	out.IpAddressType = endpoint.Get("ipAddressType").text()
	for _, tag := range root.Get("tags").items() {
		name := tag.Get("name").text()
		if name == "" {
			continue
		}
		if out.Tags == nil {
			out.Tags = map[string]string{}
		}
		out.Tags[name] = tag.Get(extension + "tag-value").text()
	}
	if root.Get("security") != nil {
		h.info("Attribute 'security' of the document is not supported and was ignored.")
	}
	if len(root.at("components", "schemas").members()) > 0 {
		h.info("Attribute 'components.schemas' is not supported and was ignored.")
	}
	for _, m := range root.members() {
		if restOnly[m.Name] {
			h.warn("Extension '%s' is not supported for HTTP APIs and was ignored.", m.Name)
		}
	}
}

// restOnly are extensions that ask for what HTTP APIs do not have.
var restOnly = map[string]bool{
	extension + "api-key-source": true, extension + "binary-media-types": true, extension + "gateway-responses": true,
	extension + "minimum-compression-size": true, extension + "policy": true, extension + "request-validator": true,
	extension + "request-validators": true, extension + "security-policy": true, extension + "endpoint-access-mode": true,
	extension + "documentation": true,
}

// cors reads the CORS extension. AWS takes no malformed one, and says so in a warning.
func (h *httpImporter) cors() {
	v := h.root.Get(extension + "cors")
	if v == nil {
		return
	}
	cors, ok := &types.Cors{}, v.Kind == Object
	lists := map[string]*[]string{
		"allowOrigins": &cors.AllowOrigins, "allowMethods": &cors.AllowMethods, "allowHeaders": &cors.AllowHeaders, "exposeHeaders": &cors.ExposeHeaders,
	}
	for _, m := range v.members() {
		list := lists[m.Name]
		switch {
		case list != nil && m.Value.Kind == Array:
			*list = m.Value.texts()
		case m.Name == "allowCredentials" && (m.Value.Kind == Bool || m.Value.Kind == String):
			cors.AllowCredentials = aws.Bool(m.Value.isTrue())
		case m.Name == "maxAge":
			cors.MaxAge = number32(m.Value)
			ok = ok && cors.MaxAge != nil
		case m.Value.Kind == Null:
		default:
			ok = false
		}
	}
	if !ok {
		h.warn("%s", CorsMalformed)
		return
	}
	h.out.Cors = cors
}

// CorsMalformed is AWS's warning for a CORS extension that cannot be used.
const CorsMalformed = "CORS Scheme is malformed, ignoring."
