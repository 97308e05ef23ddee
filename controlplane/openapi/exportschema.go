package openapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

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
		schemes.set(e.keyScheme, keyScheme("x-api-key"))
	}
	if e.usesIAM {
		s := keyScheme("Authorization")
		if e.Authorizers || e.Integrations {
			s.set(extension+"authtype", str("awsSigv4"))
		}
		schemes.set(e.iamScheme, s)
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
