package openapi

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// exportHTTPIntegration is in AWS's order.
func exportHTTPIntegration(i *types.Integration) *Value {
	o := object()
	setText(o, "integrationSubtype", aws.ToString(i.IntegrationSubtype))
	setText(o, "credentials", aws.ToString(i.CredentialsArn))
	if len(i.ResponseParameters) > 0 {
		byStatus := object()
		for _, status := range slices.Sorted(maps.Keys(i.ResponseParameters)) {
			setTexts(byStatus, status, i.ResponseParameters[status])
		}
		setObject(o, "responseParameters", byStatus)
	}
	setTexts(o, "requestParameters", i.RequestParameters)
	setText(o, "payloadFormatVersion", aws.ToString(i.PayloadFormatVersion))
	setText(o, "connectionId", aws.ToString(i.ConnectionId))
	o.set("type", str(strings.ToLower(string(i.IntegrationType))))
	setText(o, "httpMethod", aws.ToString(i.IntegrationMethod))
	setText(o, "uri", aws.ToString(i.IntegrationUri))
	setText(o, "connectionType", string(i.ConnectionType))
	setText(o, "description", aws.ToString(i.Description))
	if i.TlsConfig != nil {
		o.set("tlsConfig", object().set("serverNameToVerify", str(aws.ToString(i.TlsConfig.ServerNameToVerify))))
	}
	if i.TimeoutInMillis != nil {
		o.set("timeoutInMillis", number(strconv.Itoa(int(*i.TimeoutInMillis))))
	}
	return o
}

func (e *httpExporter) securitySchemes() *Value {
	schemes := object()
	for _, a := range slices.SortedFunc(slices.Values(e.api.Authorizers), func(a, b types.Authorizer) int {
		return cmp.Compare(e.schemes[*a.AuthorizerId], e.schemes[*b.AuthorizerId])
	}) {
		schemes.set(e.schemes[*a.AuthorizerId], e.authorizerScheme(&a))
	}
	if e.usesIAM {
		s := keyScheme("Authorization")
		if e.Extensions {
			s.set(extension+"authtype", str("awsSigv4"))
		}
		schemes.set(e.iamScheme, s)
	}
	return schemes
}

func (e *httpExporter) authorizerScheme(a *types.Authorizer) *Value {
	source := strings.Join(a.IdentitySource, ",")
	x := object()
	setText(x, "identitySource", source)
	setText(x, "authorizerUri", aws.ToString(a.AuthorizerUri))
	setText(x, "authorizerCredentials", aws.ToString(a.AuthorizerCredentialsArn))
	setText(x, "authorizerPayloadFormatVersion", aws.ToString(a.AuthorizerPayloadFormatVersion))
	if a.AuthorizerResultTtlInSeconds != nil {
		x.set("authorizerResultTtlInSeconds", number(strconv.Itoa(int(*a.AuthorizerResultTtlInSeconds))))
	}
	x.set("type", str(strings.ToLower(string(a.AuthorizerType))))
	if a.JwtConfiguration != nil {
		x.set("jwtConfiguration", object().set("audience", textArray(a.JwtConfiguration.Audience)).set("issuer", str(aws.ToString(a.JwtConfiguration.Issuer))))
	}
	if a.EnableSimpleResponses != nil {
		x.set("enableSimpleResponses", boolean(*a.EnableSimpleResponses))
	}
	var s *Value
	if a.AuthorizerType == types.AuthorizerTypeJwt {
		s = object().set("type", str("oauth2")).set("flows", object())
	} else {
		header, ok := strings.CutPrefix(source, "$request.header.")
		if !ok || strings.Contains(header, ",") {
			header = "Unused"
		}
		s = keyScheme(header)
	}
	if e.Extensions {
		s.set(extension+"authorizer", x)
	}
	return s
}

// exportCors is in AWS's order.
func exportCors(cors *types.Cors) *Value {
	o := object()
	list := func(name string, texts []string) {
		if len(texts) > 0 {
			o.set(name, textArray(texts))
		}
	}
	list("allowMethods", cors.AllowMethods)
	list("allowHeaders", cors.AllowHeaders)
	list("exposeHeaders", cors.ExposeHeaders)
	if cors.MaxAge != nil {
		o.set("maxAge", number(strconv.Itoa(int(*cors.MaxAge))))
	}
	if cors.AllowCredentials != nil {
		o.set("allowCredentials", boolean(*cors.AllowCredentials))
	}
	list("allowOrigins", cors.AllowOrigins)
	return o
}
