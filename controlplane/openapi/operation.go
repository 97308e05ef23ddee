package openapi

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

const anyMethod = extension + "any-method"

// verbs are the operations of a path item, in no order: that of the document counts.
var verbs = map[string]string{
	"get": "GET", "put": "PUT", "post": "POST", "delete": "DELETE", "options": "OPTIONS", "head": "HEAD", "patch": "PATCH", anyMethod: "ANY",
}

// paths reads the paths with their operations.
func (im *importer) paths() {
	base := im.basePath()
	if base != "" {
		im.api.Paths = append(im.api.Paths, Path{Path: base})
	}
	for _, m := range im.root.Get("paths").members() {
		if strings.HasPrefix(m.Name, "x-") {
			continue
		}
		item := im.resolve(m.Value)
		if item == nil {
			continue
		}
		path := Path{Path: joined(base, m.Name)}
		im.document(item, types.DocumentationPartLocation{Type: types.DocumentationPartTypeResource, Path: &path.Path}, "summary", "description")
		for _, operation := range item.members() {
			if verb := verbs[operation.Name]; verb != "" && operation.Value.Kind == Object {
				path.Methods = append(path.Methods, im.operation(path.Path, verb, item, operation.Value))
			} else if operation.Name == "trace" {
				im.warn("Method 'TRACE' for resource at path '%s' is not supported.", path.Path)
			}
		}
		im.api.Paths = append(im.api.Paths, path)
	}
}

// joined puts a path behind a base path; the root of the former adds nothing.
func joined(base, path string) string {
	path = "/" + strings.Trim(path, "/")
	if path == "/" && base != "" {
		return base
	}
	return base + path
}

// operation reads one operation of a path item.
func (im *importer) operation(path, verb string, item, operation *Value) Method {
	m := Method{path: path}
	m.HttpMethod = aws.String(verb)
	if id := operation.Get("operationId").text(); id != "" {
		m.OperationName = &id
	}
	im.documentMethod(&m, operation)
	im.authorize(&m, operation)
	m.Validator = im.validator
	if own := operation.Get(extension + "request-validator").text(); own != "" {
		m.Validator = own
	}
	im.parameters(&m, item, operation)
	if body := im.resolve(operation.Get("requestBody")); im.isV3 && body != nil {
		im.bodyModels(&m, body.Get("content"))
		im.document(body, m.location(types.DocumentationPartTypeRequestBody), "description")
	}
	im.responses(&m, operation)
	im.integration(&m, operation.Get(extension+"integration"))
	return m
}

// location is the place of documentation of a method.
func (m *Method) location(of types.DocumentationPartType) types.DocumentationPartLocation {
	return types.DocumentationPartLocation{Type: of, Path: &m.path, Method: m.HttpMethod}
}

var (
	parameterPlaces = map[string]string{"path": "path", "query": "querystring", "header": "header"}
	parameterParts  = map[string]types.DocumentationPartType{
		"path": types.DocumentationPartTypePathParameter, "query": types.DocumentationPartTypeQueryParameter, "header": types.DocumentationPartTypeRequestHeader,
	}
)

// parameters reads the parameters of an operation and of its path item, which the former
// take the place of.
func (im *importer) parameters(m *Method, item, operation *Value) {
	own := map[string]bool{}
	for _, list := range []*Value{operation.Get("parameters"), item.Get("parameters")} {
		if list == nil || list.Kind != Array {
			continue
		}
		for _, entry := range list.Items {
			p := im.resolve(entry)
			if p == nil {
				continue
			}
			name, in := p.Get("name").text(), p.Get("in").text()
			if own[in+" "+name] {
				continue
			}
			own[in+" "+name] = true
			im.parameter(m, operation, p, name, in)
		}
	}
}

func (im *importer) parameter(m *Method, operation, p *Value, name, in string) {
	place := parameterPlaces[in]
	switch {
	case place != "":
		if m.RequestParameters == nil {
			m.RequestParameters = map[string]bool{}
		}
		m.RequestParameters["method.request."+place+"."+name] = p.Get("required").isTrue()
		location := m.location(parameterParts[in])
		location.Name = &name
		im.document(p, location, "description")
	case in == "body" && !im.isV3:
		im.setRequestModels(m, im.mediaTypes("consumes", operation), im.model(p.Get("schema")))
		im.document(p, m.location(types.DocumentationPartTypeRequestBody), "description")
	case in == "formData" && !im.isV3:
		im.warn("Parameter '%s' in formData of '%s' for resource at path '%s' is not supported.", name, *m.HttpMethod, m.path)
	default:
		im.warn("Parameter '%s' in %s of '%s' for resource at path '%s' is not supported.", name, in, *m.HttpMethod, m.path)
	}
}

func (im *importer) setRequestModels(m *Method, mediaTypes []string, model string) {
	if model == "" {
		return
	}
	if m.RequestModels == nil {
		m.RequestModels = map[string]string{}
	}
	for _, mediaType := range mediaTypes {
		m.RequestModels[mediaType] = model
	}
}

func (im *importer) bodyModels(m *Method, content *Value) {
	for _, media := range content.members() {
		im.setRequestModels(m, []string{media.Name}, im.model(media.Value.Get("schema")))
	}
}

// mediaTypes are those of consumes or produces: the operation's, else the document's,
// else JSON.
func (im *importer) mediaTypes(member string, operation *Value) []string {
	for _, from := range []*Value{operation, im.root} {
		if list := from.Get(member).texts(); len(list) > 0 {
			return list
		}
	}
	return []string{mediaJSON}
}

// responses reads the responses of an operation.
func (im *importer) responses(m *Method, operation *Value) {
	for _, entry := range operation.Get("responses").members() {
		status := entry.Name
		if code, err := strconv.Atoi(status); err != nil || code < 100 || code > 599 {
			continue // "default" and ranges are no method responses
		}
		from := im.resolve(entry.Value)
		if from == nil {
			continue
		}
		response := types.MethodResponse{StatusCode: &status}
		for _, header := range from.Get("headers").members() {
			if response.ResponseParameters == nil {
				response.ResponseParameters = map[string]bool{}
			}
			response.ResponseParameters["method.response.header."+header.Name] = false
			location := m.location(types.DocumentationPartTypeResponseHeader)
			location.StatusCode, location.Name = &status, aws.String(header.Name)
			im.document(im.resolve(header.Value), location, "description")
		}
		response.ResponseModels = im.responseModels(from, operation)
		location := m.location(types.DocumentationPartTypeResponse)
		location.StatusCode = &status
		im.document(from, location, "description")
		if m.MethodResponses == nil {
			m.MethodResponses = map[string]types.MethodResponse{}
		}
		m.MethodResponses[status] = response
	}
}

func (im *importer) responseModels(response, operation *Value) map[string]string {
	byType := map[string]string{}
	if im.isV3 {
		for _, media := range response.Get("content").members() {
			if name := im.model(media.Value.Get("schema")); name != "" {
				byType[media.Name] = name
			}
		}
	} else if name := im.model(response.Get("schema")); name != "" {
		for _, mediaType := range im.mediaTypes("produces", operation) {
			byType[mediaType] = name
		}
	}
	if len(byType) == 0 {
		return nil
	}
	return byType
}
