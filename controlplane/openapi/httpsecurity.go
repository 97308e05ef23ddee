package openapi

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// httpScheme is what a security scheme means for a route that names it.
type httpScheme struct {
	// ignored is one that HTTP APIs do not know.
	ignored, iam bool
	// authorizer is the name of one, jwt tells its kind.
	authorizer string
	jwt        bool
}

const discoveryPath = "/.well-known/openid-configuration"

// securitySchemes reads the security schemes.
func (h *httpImporter) securitySchemes() {
	for _, m := range h.root.at("components", "securitySchemes").members() {
		v := h.resolve(m.Value)
		if v == nil {
			continue
		}
		kind := v.Get("type").text()
		switch {
		case v.Get(extension+"authorizer") != nil:
			h.authorizer(m.Name, v, v.Get(extension+"authorizer"))
		case strings.EqualFold(v.Get(extension+"authtype").text(), "awsSigv4"):
			h.schemes[m.Name] = httpScheme{iam: true}
		default:
			h.schemes[m.Name] = httpScheme{ignored: true}
			if kind != "mutualTLS" {
				h.warn("Security scheme '%s' of type '%s' is not supported without %sauthorizer. Ignoring.", m.Name, kind, extension)
			}
		}
	}
}

func (h *httpImporter) authorizer(name string, scheme, v *Value) {
	text := func(member string) *string {
		if value := v.Get(member).text(); value != "" {
			return &value
		}
		return nil
	}
	a := types.Authorizer{
		Name: aws.String(name), AuthorizerType: types.AuthorizerType(strings.ToUpper(v.Get("type").text())),
		AuthorizerUri: text("authorizerUri"), AuthorizerCredentialsArn: text("authorizerCredentials"),
		AuthorizerPayloadFormatVersion: text("authorizerPayloadFormatVersion"),
	}
	switch a.AuthorizerType {
	case types.AuthorizerTypeJwt:
		a.JwtConfiguration = &types.JWTConfiguration{Audience: v.at("jwtConfiguration", "audience").texts()}
		if issuer := v.at("jwtConfiguration", "issuer").text(); issuer != "" {
			a.JwtConfiguration.Issuer = &issuer
		} else if issuer, ok := strings.CutSuffix(scheme.Get("openIdConnectUrl").text(), discoveryPath); ok {
			a.JwtConfiguration.Issuer = &issuer
		}
	case types.AuthorizerTypeRequest:
	default:
		// Left out, it would leave routes open that the document guards.
		h.fail("Unable to create authorizer '%s': Invalid authorizer type specified", name)
		return
	}
	a.IdentitySource = sources(v.Get("identitySource"))
	if a.IdentitySource == nil && a.AuthorizerType == types.AuthorizerTypeJwt {
		a.IdentitySource = []string{"$request.header.Authorization"}
	}
	if ttl := v.Get("authorizerResultTtlInSeconds"); ttl != nil {
		if a.AuthorizerResultTtlInSeconds = number32(ttl); a.AuthorizerResultTtlInSeconds == nil {
			h.fail("Unable to create authorizer '%s': Invalid authorizerResultTtlInSeconds specified", name)
		}
	}
	if simple := v.Get("enableSimpleResponses"); simple != nil {
		a.EnableSimpleResponses = aws.Bool(simple.isTrue())
	}
	h.schemes[name] = httpScheme{authorizer: name, jwt: a.AuthorizerType == types.AuthorizerTypeJwt}
	h.out.Authorizers = append(h.out.Authorizers, a)
}

// sources reads a list of identity sources: an array, or a text with commas.
func sources(v *Value) []string {
	if v != nil && v.Kind == Array {
		return v.texts()
	}
	var list []string
	for source := range strings.SplitSeq(v.text(), ",") {
		if source = strings.TrimSpace(source); source != "" {
			list = append(list, source)
		}
	}
	return list
}

// routeSecurity gives a route what its operation says of security.
func (h *httpImporter) routeSecurity(route *HttpRoute, operation *Value) {
	if strings.EqualFold(operation.at(extension+"auth", "type").text(), "AWS_IAM") {
		route.AuthorizationType = types.AuthorizationTypeAwsIam
	}
	security := operation.Get("security")
	used := 0
	for _, requirement := range security.items() {
		for _, named := range requirement.members() {
			s, ok := h.schemes[named.Name]
			if s.ignored {
				continue
			}
			if !ok {
				// Without it the route would be open.
				h.fail("Unable to create route '%s': security scheme '%s' is not defined", *route.RouteKey, named.Name)
				continue
			}
			used++
			if s.iam {
				route.AuthorizationType = types.AuthorizationTypeAwsIam
				continue
			}
			route.Authorizer, route.AuthorizationType = s.authorizer, types.AuthorizationTypeCustom
			if s.jwt {
				route.AuthorizationType = types.AuthorizationTypeJwt
			}
			if scopes := named.Value.texts(); len(scopes) > 0 {
				route.AuthorizationScopes = scopes
			}
		}
	}
	if used > 1 {
		h.fail("Unable to create route '%s': more than one security requirement is not supported", *route.RouteKey)
	}
}
