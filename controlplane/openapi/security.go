package openapi

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// scheme is what a security scheme means for a method that names it.
type scheme struct {
	apiKey, iam bool
	// authorizer is the name of one, cognito tells its kind.
	authorizer string
	cognito    bool
}

// security reads the security schemes.
func (im *importer) security() {
	schemes := im.root.Get("securityDefinitions")
	if im.isV3 {
		schemes = im.root.at("components", "securitySchemes")
	}
	for _, m := range schemes.members() {
		if resolved := im.resolve(m.Value); resolved != nil {
			im.scheme(m.Name, resolved)
		}
	}
}

func (im *importer) scheme(name string, v *Value) {
	authorizer := v.Get(extension + "authorizer")
	kind := v.Get("type").text()
	switch {
	case authorizer != nil:
		im.schemeAuthorizer(name, v, authorizer)
	case strings.EqualFold(v.Get(extension+"authtype").text(), "awsSigv4"):
		im.schemes[name] = scheme{iam: true}
	case kind == "apiKey" && strings.EqualFold(v.Get("name").text(), "x-api-key") && v.Get("in").text() == "header":
		im.schemes[name] = scheme{apiKey: true}
	default:
		im.warn("Security definition '%s' of type '%s' is not supported without %sauthorizer.", name, kind, extension)
	}
}

func (im *importer) schemeAuthorizer(name string, v, from *Value) {
	text := func(member string) *string {
		if value := from.Get(member).text(); value != "" {
			return &value
		}
		return nil
	}
	a := types.Authorizer{
		Name: aws.String(name), Type: types.AuthorizerType(strings.ToUpper(from.Get("type").text())),
		AuthorizerUri: text("authorizerUri"), AuthorizerCredentials: text("authorizerCredentials"),
		IdentitySource: text("identitySource"), IdentityValidationExpression: text("identityValidationExpression"),
		ProviderARNs: from.Get("providerARNs").texts(), AuthType: text("authType"),
	}
	if a.AuthType == nil {
		if authType := v.Get(extension + "authtype").text(); authType != "" {
			a.AuthType = &authType
		}
	}
	// The header of a token is the scheme's own.
	if a.IdentitySource == nil && a.Type != types.AuthorizerTypeRequest && v.Get("in").text() == "header" && v.Get("name").text() != "" {
		a.IdentitySource = aws.String("method.request.header." + v.Get("name").text())
	}
	if ttl := from.Get("authorizerResultTtlInSeconds"); ttl != nil {
		seconds, err := strconv.ParseInt(ttl.text(), 10, 32)
		if err != nil {
			im.warn("authorizerResultTtlInSeconds of '%s' is no number.", name)
		} else {
			a.AuthorizerResultTtlInSeconds = aws.Int32(int32(seconds))
		}
	}
	im.schemes[name] = scheme{authorizer: name, cognito: a.Type == types.AuthorizerTypeCognitoUserPools}
	im.api.Authorizers = append(im.api.Authorizers, a)
	im.document(v, types.DocumentationPartLocation{Type: types.DocumentationPartTypeAuthorizer, Name: aws.String(name)}, "description")
}

// authorize gives a method what its operation says of security. That of the document as
// a whole is not used, as on AWS.
func (im *importer) authorize(m *Method, operation *Value) {
	m.AuthorizationType = aws.String("NONE")
	m.ApiKeyRequired = aws.Bool(false)
	switch strings.ToUpper(operation.Get(extension + "auth").Get("type").text()) {
	case "AWS_IAM":
		m.AuthorizationType = aws.String("AWS_IAM")
	}
	security := operation.Get("security")
	if security == nil || security.Kind != Array {
		return
	}
	for _, requirement := range security.Items {
		for _, named := range requirement.members() {
			s, ok := im.schemes[named.Name]
			switch {
			case !ok:
				im.warn("Security requirement '%s' of '%s' for resource at path '%s' has no usable definition.", named.Name, *m.HttpMethod, m.path)
			case s.apiKey:
				m.ApiKeyRequired = aws.Bool(true)
			case s.iam:
				m.AuthorizationType = aws.String("AWS_IAM")
			default:
				m.Authorizer = s.authorizer
				m.AuthorizationType = aws.String("CUSTOM")
				if s.cognito {
					m.AuthorizationType = aws.String("COGNITO_USER_POOLS")
				}
				if scopes := named.Value.texts(); len(scopes) > 0 {
					m.AuthorizationScopes = scopes
				}
			}
		}
	}
}

// validators reads the request validators.
func (im *importer) validators() {
	for _, m := range im.root.Get(extension + "request-validators").members() {
		im.api.Validators = append(im.api.Validators, types.RequestValidator{
			Name:                      aws.String(m.Name),
			ValidateRequestBody:       m.Value.Get("validateRequestBody").isTrue(),
			ValidateRequestParameters: m.Value.Get("validateRequestParameters").isTrue(),
		})
	}
}

// gatewayResponses reads the gateway responses.
func (im *importer) gatewayResponses() {
	for _, m := range im.root.Get(extension + "gateway-responses").members() {
		response := types.GatewayResponse{
			ResponseType:       types.GatewayResponseType(m.Name),
			ResponseParameters: m.Value.Get("responseParameters").textMap(),
			ResponseTemplates:  m.Value.Get("responseTemplates").textMap(),
		}
		if status := m.Value.Get("statusCode").text(); status != "" {
			response.StatusCode = &status
		}
		im.api.GatewayResponses = append(im.api.GatewayResponses, response)
	}
}
