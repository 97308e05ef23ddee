package restapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const maxAuthorizerTTLSeconds = 3600

var (
	authorizerURI = regexp.MustCompile(`^arn:aws[a-z-]*:apigateway:[a-z]{2}(?:-[a-z]+)+-[0-9]:lambda:path/2015-03-31/functions/arn:aws[a-z-]*:lambda:.+/invocations$`)
	userPoolARN   = regexp.MustCompile(`^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]+:userpool/[A-Za-z0-9_-]+$`)
	tokenSource   = regexp.MustCompile(`^method\.request\.header\.[a-zA-Z0-9._-]+$`)
	requestSource = regexp.MustCompile(`^(?:method\.request\.(?:header|querystring)\.[a-zA-Z0-9._-]+|context\.[a-zA-Z0-9._-]+|stageVariables\.[a-zA-Z0-9_]+)$`)

	authorizerTypes = enumOf("AuthorizerType", types.AuthorizerType("").Values())

	errAuthorizerTTL  = wire.BadRequest("Invalid authorizerResultTtlInSeconds specified. It must be between 0 and 3600")            // Unverified: the wording.
	errNoIdentity     = wire.BadRequest("Identity source is required for an authorizer of type REQUEST unless caching is disabled") // Unverified: the wording.
	errNoProvider     = wire.BadRequest("Authorizer of type COGNITO_USER_POOLS requires at least one provider ARN")                 // Unverified: the wording.
	errProviderAbsent = wire.NotFound("Invalid provider ARN specified")                                                             // Unverified: the wording.
)

// authTypes is the authType of an authorizer for which none was sent.
var authTypes = map[types.AuthorizerType]string{
	types.AuthorizerTypeToken:            "custom",
	types.AuthorizerTypeRequest:          "custom",
	types.AuthorizerTypeCognitoUserPools: "cognito_user_pools",
}

var authorizerPatches = patchTable[types.Authorizer]{
	refuse: refuseWithPaths[types.Authorizer],
	rules: []patchRule[types.Authorizer]{
		{path: "/name", replace: setText(func(a *types.Authorizer) **string { return &a.Name })},
		{path: "/type", replace: replaceAuthorizerType},
		{path: "/authType", replace: setText(func(a *types.Authorizer) **string { return &a.AuthType })},
		{path: "/authorizerUri", replace: setText(func(a *types.Authorizer) **string { return &a.AuthorizerUri })},
		{path: "/authorizerCredentials", replace: setText(func(a *types.Authorizer) **string { return &a.AuthorizerCredentials })},
		{path: "/authorizerResultTtlInSeconds", replace: replaceAuthorizerTTL},
		{path: "/identitySource", replace: setText(func(a *types.Authorizer) **string { return &a.IdentitySource })},
		{path: "/identityValidationExpression", replace: setText(func(a *types.Authorizer) **string { return &a.IdentityValidationExpression })},
		{path: "/providerARNs", add: addProvider, remove: removeProvider},
	},
}

func replaceAuthorizerType(a *types.Authorizer, p patch) error {
	value, err := authorizerTypes.parse(p.text())
	if aws.ToString(a.AuthType) == authTypes[a.Type] {
		a.AuthType = nil // it follows the type
	}
	a.Type = types.AuthorizerType(value)
	return err
}

func replaceAuthorizerTTL(a *types.Authorizer, p patch) error {
	seconds, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil {
		return errAuthorizerTTL
	}
	a.AuthorizerResultTtlInSeconds = aws.Int32(int32(seconds))
	return nil
}

func addProvider(a *types.Authorizer, p patch) error {
	a.ProviderARNs = withElement(a.ProviderARNs, p.text())
	return nil
}

func removeProvider(a *types.Authorizer, p patch) error {
	before := len(a.ProviderARNs)
	a.ProviderARNs = withoutElement(a.ProviderARNs, p.text())
	if len(a.ProviderARNs) == before {
		return errProviderAbsent
	}
	return nil
}

// checkAuthorizerSettings holds the rules for an authorizer that need no state, and
// fills in its authType.
func checkAuthorizerSettings(a *types.Authorizer) error {
	if ttl := a.AuthorizerResultTtlInSeconds; ttl != nil && (*ttl < 0 || *ttl > maxAuthorizerTTLSeconds) {
		return errAuthorizerTTL
	}
	if a.AuthType == nil {
		a.AuthType = aws.String(authTypes[a.Type])
	}
	if a.Type == types.AuthorizerTypeCognitoUserPools {
		return checkUserPools(a)
	}
	if uri := aws.ToString(a.AuthorizerUri); !authorizerURI.MatchString(uri) {
		// Seen in public reports.
		return wire.BadRequest(fmt.Sprintf("Invalid Authorizer URI: %s. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.", uri))
	}
	if err := checkCredentials(a.AuthorizerCredentials); err != nil {
		return err
	}
	if a.Type == types.AuthorizerTypeToken {
		return checkTokenSource(a)
	}
	return checkRequestSources(a)
}

func checkUserPools(a *types.Authorizer) error {
	if len(a.ProviderARNs) == 0 {
		return errNoProvider
	}
	for _, arn := range a.ProviderARNs {
		if !userPoolARN.MatchString(arn) {
			return wire.BadRequest("Invalid provider ARN specified: " + arn) // Unverified: the wording.
		}
	}
	return checkTokenSource(a)
}

// checkTokenSource wants one header, which holds the token.
func checkTokenSource(a *types.Authorizer) error {
	source := aws.ToString(a.IdentitySource)
	if tokenSource.MatchString(source) {
		return nil
	}
	// Seen in public reports.
	return wire.BadRequest(fmt.Sprintf("Invalid token source expression: %s. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.", source))
}

// checkRequestSources wants a list of what the cache key consists of; without a
// cache there may be none.
func checkRequestSources(a *types.Authorizer) error {
	if a.IdentitySource == nil {
		if a.AuthorizerResultTtlInSeconds == nil || *a.AuthorizerResultTtlInSeconds > 0 {
			return errNoIdentity
		}
		return nil
	}
	for source := range strings.SplitSeq(*a.IdentitySource, ",") {
		if !requestSource.MatchString(strings.TrimSpace(source)) {
			return wire.BadRequest("Invalid identity source expression: " + strings.TrimSpace(source)) // Unverified: the wording.
		}
	}
	return nil
}
