package openapi

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

func (e *exporter) operation(r *types.Resource, verb string, m *types.Method) *Value {
	requestModels := e.known(m.RequestModels)
	o := object()
	e.describe(o, types.DocumentationPartTypeMethod, *r.Path, verb, "", "")
	setText(o, "operationId", aws.ToString(m.OperationName))
	if !e.IsV3 {
		if len(requestModels) > 0 {
			o.set("consumes", textArray(slices.Sorted(maps.Keys(requestModels))))
		}
		if produces := e.responseTypes(m); len(produces) > 0 {
			o.set("produces", textArray(produces))
		}
	}
	if parameters := e.parameters(*r.Path, verb, m, requestModels); len(parameters.Items) > 0 {
		o.set("parameters", parameters)
	}
	if e.IsV3 && len(requestModels) > 0 {
		body := object()
		e.describe(body, types.DocumentationPartTypeRequestBody, *r.Path, verb, "", "")
		o.set("requestBody", body.set("content", content(requestModels)).set("required", boolean(true)))
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

func (e *exporter) parameters(path, verb string, m *types.Method, requestModels map[string]string) *Value {
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
	for _, mediaType := range slices.Sorted(maps.Keys(requestModels)) {
		model := requestModels[mediaType]
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
func (e *exporter) responseTypes(m *types.Method) []string {
	all := map[string]bool{}
	for _, response := range m.MethodResponses {
		for mediaType := range e.known(response.ResponseModels) {
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
		models := e.known(response.ResponseModels)
		if mediaTypes := slices.Sorted(maps.Keys(models)); !e.IsV3 && len(mediaTypes) > 0 {
			model := cmp.Or(models[mediaJSON], models[mediaTypes[0]])
			o.set("schema", object().set("$ref", str(definitionsV2+model)))
		}
		setObject(o, "headers", headers)
		if e.IsV3 && len(models) > 0 {
			o.set("content", content(models))
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
		add(e.iamScheme, nil)
	case "CUSTOM", "COGNITO_USER_POOLS":
		if a := e.authorizers[aws.ToString(m.AuthorizerId)]; a != nil {
			add(aws.ToString(a.Name), m.AuthorizationScopes)
		}
	}
	if aws.ToBool(m.ApiKeyRequired) {
		e.usesKey = true
		add(e.keyScheme, nil)
	}
	return list
}
