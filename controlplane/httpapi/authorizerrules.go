package httpapi

import (
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxAudiences = 50
	// defaultTTL is that of an authorizer with identity sources. Unverified.
	defaultTTL = 300
)

// Unverified: the wordings, but for that of the issuer.
var (
	errAuthorizerName   = wire.BadRequest("Authorizer name must be between 1 and 128 characters")
	errJWTAuthorizer    = wire.BadRequest("JWT authorizers are not supported for protocol type WEBSOCKET")
	errJWTConfiguration = wire.BadRequest("JwtConfiguration with issuer and audience is a required parameter for JWT authorizers")
	errJWTFields        = wire.BadRequest("Only identitySource and jwtConfiguration are supported for JWT authorizers")
	errManyAudiences    = wire.BadRequest("A JWT authorizer cannot have more than 50 audiences")
	errOneSource        = wire.BadRequest("JWT authorizers must have exactly one identity source")
	errAuthorizerURI    = wire.BadRequest("Invalid authorizer URI specified")
	errRequestJWT       = wire.BadRequest("JwtConfiguration is not supported for REQUEST authorizers")
	errNoAuthFormat     = wire.BadRequest("AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizers")
	errAuthFormat       = wire.BadRequest("Invalid authorizerPayloadFormatVersion specified, it must be 1.0 or 2.0")
	errSimple           = wire.BadRequest("EnableSimpleResponses is supported for authorizerPayloadFormatVersion 2.0 only")
	errTTLSources       = wire.BadRequest("Authorizers with caching must have at least one identity source")
	errWebSocketAuth    = wire.BadRequest("AuthorizerPayloadFormatVersion, enableSimpleResponses and authorizerResultTtlInSeconds are not supported for protocol type WEBSOCKET")

	jwtSource       = regexp.MustCompile(`^\$request\.(header|querystring)\.[^\s]+$`)
	requestSource   = regexp.MustCompile(`^\$(request\.(header|querystring)|context|stageVariables)\.[^\s]+$`)
	webSocketSource = regexp.MustCompile(`^(route\.request\.(header|querystring)|context|stageVariables)\.[^\s]+$`)
)

// checkAuthorizer holds the rules for an authorizer and sets what was left out.
func checkAuthorizer(a apiTx, authorizer *types.Authorizer) error {
	if n := len([]rune(aws.ToString(authorizer.Name))); n == 0 || n > 128 {
		return errAuthorizerName
	}
	switch {
	case authorizer.AuthorizerType == types.AuthorizerTypeJwt && !a.isHTTP():
		return errJWTAuthorizer
	case authorizer.AuthorizerType == types.AuthorizerTypeJwt:
		return checkJWTAuthorizer(authorizer)
	case authorizer.JwtConfiguration != nil:
		return errRequestJWT
	case !invokePattern.MatchString(aws.ToString(authorizer.AuthorizerUri)):
		return errAuthorizerURI
	case a.isHTTP():
		return checkHTTPAuthorizer(authorizer)
	}
	if authorizer.AuthorizerPayloadFormatVersion != nil || authorizer.EnableSimpleResponses != nil && *authorizer.EnableSimpleResponses ||
		aws.ToInt32(authorizer.AuthorizerResultTtlInSeconds) != 0 {
		return errWebSocketAuth
	}
	authorizer.EnableSimpleResponses = nil
	return checkSources(webSocketSource, authorizer.IdentitySource)
}

func checkSources(pattern *regexp.Regexp, sources []string) error {
	for _, source := range sources {
		if !pattern.MatchString(source) {
			return wire.BadRequest("Invalid identity source specified: " + source) // Unverified: the wording.
		}
	}
	return nil
}

func checkJWTAuthorizer(authorizer *types.Authorizer) error {
	if authorizer.AuthorizerUri != nil || authorizer.AuthorizerCredentialsArn != nil || authorizer.AuthorizerPayloadFormatVersion != nil ||
		aws.ToBool(authorizer.EnableSimpleResponses) || aws.ToInt32(authorizer.AuthorizerResultTtlInSeconds) != 0 {
		return errJWTFields
	}
	authorizer.EnableSimpleResponses, authorizer.AuthorizerResultTtlInSeconds = nil, nil
	if len(authorizer.IdentitySource) != 1 {
		return errOneSource
	}
	if err := checkSources(jwtSource, authorizer.IdentitySource); err != nil {
		return err
	}
	jwt := authorizer.JwtConfiguration
	if jwt == nil || aws.ToString(jwt.Issuer) == "" || len(jwt.Audience) == 0 {
		return errJWTConfiguration
	}
	if len(jwt.Audience) > maxAudiences {
		return errManyAudiences
	}
	if !isIssuer(*jwt.Issuer) {
		return wire.BadRequest("Invalid issuer: " + *jwt.Issuer +
			". Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'")
	}
	return nil
}

// isIssuer reports whether text is the URL of an issuer: https, or http on this
// machine, which AWS would not reach.
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	isLocal := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && isLocal
}

func checkHTTPAuthorizer(authorizer *types.Authorizer) error {
	format := aws.ToString(authorizer.AuthorizerPayloadFormatVersion)
	switch {
	case format == "":
		return errNoAuthFormat
	case format != "1.0" && format != "2.0":
		return errAuthFormat
	case aws.ToBool(authorizer.EnableSimpleResponses) && format != "2.0":
		return errSimple
	}
	if authorizer.EnableSimpleResponses == nil {
		authorizer.EnableSimpleResponses = aws.Bool(false)
	}
	if authorizer.AuthorizerResultTtlInSeconds == nil {
		authorizer.AuthorizerResultTtlInSeconds = aws.Int32(0)
		if len(authorizer.IdentitySource) > 0 {
			authorizer.AuthorizerResultTtlInSeconds = aws.Int32(defaultTTL)
		}
	}
	if *authorizer.AuthorizerResultTtlInSeconds > 0 && len(authorizer.IdentitySource) == 0 {
		return errTTLSources
	}
	return checkSources(requestSource, authorizer.IdentitySource)
}
