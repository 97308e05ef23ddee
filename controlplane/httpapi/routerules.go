package httpapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const maxScopesPerRoute = 10

// Unverified: the wordings.
var (
	errKeyOnHTTP           = wire.BadRequest("ApiKeyRequired is not supported for protocol type HTTP")
	errRouteWebSocketOnly  = wire.BadRequest("ModelSelectionExpression, requestModels, requestParameters and routeResponseSelectionExpression are not supported for protocol type HTTP")
	errJWTOnWebSocket      = wire.BadRequest("Authorization type JWT is not supported for protocol type WEBSOCKET")
	errConnectOnly         = wire.BadRequest("Authorization is supported on the $connect route only")
	errNeedsAuthorizer     = wire.BadRequest("AuthorizerId is required for authorization types CUSTOM and JWT")
	errNeedsNoAuthorizer   = wire.BadRequest("AuthorizerId is supported for authorization types CUSTOM and JWT only")
	errAuthorizerType      = wire.BadRequest("Invalid authorizer type for the authorization type of the route")
	errScopes              = wire.BadRequest("Authorization scopes are supported for authorization type JWT only")
	errManyScopes          = wire.BadRequest("A route cannot have more than 10 authorization scopes")
	errResponseSelection   = wire.BadRequest("RouteResponseSelectionExpression must be $default")
	errModelSelection      = wire.BadRequest("Invalid modelSelectionExpression specified")
	errRequestParameterKey = wire.BadRequest("Invalid request parameter specified. Keys must be of the form route.request.{querystring|header}.{name}")

	requestParameterPattern = regexp.MustCompile(`^route\.request\.(querystring|header)\.[^\s]+$`)
)

// checkRoute holds the rules for a route.
func checkRoute(a apiTx, route *types.Route) error {
	if err := checkRouteKey(a.isHTTP(), aws.ToString(route.RouteKey)); err != nil {
		return err
	}
	if a.isHTTP() {
		if aws.ToBool(route.ApiKeyRequired) {
			return errKeyOnHTTP
		}
		if route.ModelSelectionExpression != nil || len(route.RequestModels) > 0 || len(route.RequestParameters) > 0 ||
			route.RouteResponseSelectionExpression != nil {
			return errRouteWebSocketOnly
		}
	} else if err := checkWebSocketRoute(a, route); err != nil {
		return err
	}
	if err := checkAuthorization(a, route); err != nil {
		return err
	}
	return checkTarget(a, route)
}

func checkTarget(a apiTx, route *types.Route) error {
	if route.Target == nil {
		return nil
	}
	id, ok := strings.CutPrefix(*route.Target, targetPrefix)
	if !ok || id == "" || strings.Contains(id, "/") {
		return errRouteTarget
	}
	_, err := find(a, integrations, errNoIntegration, id)
	return err
}

func usesAuthorizer(kind types.AuthorizationType) bool {
	return kind == types.AuthorizationTypeJwt || kind == types.AuthorizationTypeCustom
}

func checkAuthorization(a apiTx, route *types.Route) error {
	kind := route.AuthorizationType
	if len(route.AuthorizationScopes) > 0 && kind != types.AuthorizationTypeJwt {
		return errScopes
	}
	if len(route.AuthorizationScopes) > maxScopesPerRoute {
		return errManyScopes
	}
	if !a.isHTTP() && kind == types.AuthorizationTypeJwt {
		return errJWTOnWebSocket
	}
	if !a.isHTTP() && kind != types.AuthorizationTypeNone && *route.RouteKey != connectRouteKey {
		return errConnectOnly
	}
	if !usesAuthorizer(kind) {
		if route.AuthorizerId != nil {
			return errNeedsNoAuthorizer
		}
		return nil
	}
	if route.AuthorizerId == nil {
		return errNeedsAuthorizer
	}
	authorizer, err := find(a, authorizers, errNoAuthorizer, *route.AuthorizerId)
	if err != nil {
		return err
	}
	if (authorizer.AuthorizerType == types.AuthorizerTypeJwt) != (kind == types.AuthorizationTypeJwt) {
		return errAuthorizerType
	}
	return nil
}

func checkWebSocketRoute(a apiTx, route *types.Route) error {
	if selection := aws.ToString(route.RouteResponseSelectionExpression); selection != "" && selection != "$default" {
		return errResponseSelection
	}
	if selection := route.ModelSelectionExpression; selection != nil && *selection != "$default" && !isSelectionExpression(*selection) {
		return errModelSelection
	}
	for key := range route.RequestParameters {
		if !requestParameterPattern.MatchString(key) {
			return errRequestParameterKey
		}
	}
	return checkModelNames(a, route.RequestModels)
}

// checkModelNames looks whether the API has the models that a route or a route
// response refers to.
func checkModelNames(a apiTx, byKey map[string]string) error {
	if len(byKey) == 0 {
		return nil
	}
	existing, err := all(a, models)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		name := byKey[key]
		if !slices.ContainsFunc(existing, func(m types.Model) bool { return *m.Name == name }) {
			return wire.BadRequest("Invalid model identifier specified: " + name) // Unverified: the wording.
		}
	}
	return nil
}
