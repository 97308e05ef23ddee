package httpapi

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// targetPrefix stands before the id of an integration in the target of a route.
const targetPrefix = "integrations/"

// Unverified: the wordings.
var (
	errNoRoute          = wire.NotFound("Invalid Route identifier specified")
	errRouteTarget      = wire.BadRequest("Invalid target specified. It must be of the form integrations/<integration-id>")
	errNoRouteParameter = wire.NotFound("Invalid request parameter key specified")
)

func errRouteExists(key string) error {
	return wire.Conflict(fmt.Sprintf("Route with key %s already exists for this API", key))
}

// CreateRoute creates a route: ConflictException when the API has one with its key.
func (s *Service) CreateRoute(ctx context.Context, in *apigatewayv2.CreateRouteInput) (*apigatewayv2.CreateRouteOutput, error) {
	route := &types.Route{
		RouteId: aws.String(newRouteID()), ApiKeyRequired: aws.Bool(false), AuthorizationType: types.AuthorizationTypeNone,
	}
	wire.Merge(route, in)
	return wire.Respond[apigatewayv2.CreateRouteOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Route, error) {
		return route, s.createRoute(a, route)
	}))
}

// createRoute stores a new route.
func (s *Service) createRoute(a apiTx, route *types.Route) error {
	if err := checkRoute(a, route); err != nil {
		return err
	}
	if err := store.CheckRoom(a.tx, routes, a.scope, s.limits.RoutesPerAPI, tooMany("Routes"), a.id()); err != nil {
		return err
	}
	if err := claimRouteKey(a, route); err != nil {
		return err
	}
	return put(a, routes, route, *route.RouteId)
}

// claimRouteKey makes the route the one with its key.
func claimRouteKey(a apiTx, route *types.Route) error {
	key := *route.RouteKey
	other, err := find(a, routeKeys, nil, key)
	if err != nil {
		return err
	}
	if other != nil && other.ID != *route.RouteId {
		return errRouteExists(key)
	}
	return put(a, routeKeys, &idRecord{ID: *route.RouteId}, key)
}

// replaceRoute stores a changed route whose key was another before.
func replaceRoute(a apiTx, route *types.Route, before string) error {
	if err := checkRoute(a, route); err != nil {
		return err
	}
	if before != *route.RouteKey {
		if err := remove(a, routeKeys, before); err != nil {
			return err
		}
		if err := claimRouteKey(a, route); err != nil {
			return err
		}
	}
	return put(a, routes, route, *route.RouteId)
}

// GetRoute returns a route.
func (s *Service) GetRoute(ctx context.Context, in *apigatewayv2.GetRouteInput) (*apigatewayv2.GetRouteOutput, error) {
	return wire.Respond[apigatewayv2.GetRouteOutput](read(ctx, s, *in.ApiId, func(a apiTx) (*types.Route, error) {
		return find(a, routes, errNoRoute, *in.RouteId)
	}))
}

// GetRoutes lists the routes of an API in order of id.
func (s *Service) GetRoutes(ctx context.Context, in *apigatewayv2.GetRoutesInput) (*apigatewayv2.GetRoutesOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, routes, nil)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetRoutesOutput{Items: items, NextToken: next}, nil
}

// UpdateRoute changes a route. Request parameters are added to those it has.
func (s *Service) UpdateRoute(ctx context.Context, in *apigatewayv2.UpdateRouteInput) (*apigatewayv2.UpdateRouteOutput, error) {
	return wire.Respond[apigatewayv2.UpdateRouteOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Route, error) {
		route, err := find(a, routes, errNoRoute, *in.RouteId)
		if err != nil {
			return nil, err
		}
		before, parameters := *route.RouteKey, route.RequestParameters
		wire.Merge(route, in)
		if aws.ToBool(route.ApiGatewayManaged) && aws.ToString(route.RouteKey) != before {
			return nil, errManagedIs
		}
		if len(in.RequestParameters) > 0 {
			route.RequestParameters = merged(parameters, in.RequestParameters)
		}
		dropUnused(route, in)
		return route, replaceRoute(a, route, before)
	}))
}

// dropUnused drops what the authorization type that an update sets has no use for,
// unless the update names it too.
func dropUnused(route *types.Route, in *apigatewayv2.UpdateRouteInput) {
	if in.AuthorizationType == "" {
		return
	}
	if route.AuthorizationType != types.AuthorizationTypeJwt && len(in.AuthorizationScopes) == 0 {
		route.AuthorizationScopes = nil
	}
	if !usesAuthorizer(route.AuthorizationType) && in.AuthorizerId == nil {
		route.AuthorizerId = nil
	}
}

// DeleteRoute deletes a route with its responses.
func (s *Service) DeleteRoute(ctx context.Context, in *apigatewayv2.DeleteRouteInput) (*apigatewayv2.DeleteRouteOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteRouteOutput, error) {
		route, err := find(a, routes, errNoRoute, *in.RouteId)
		if err != nil {
			return nil, err
		}
		if aws.ToBool(route.ApiGatewayManaged) {
			return nil, errManaged
		}
		if err := routeResponses.DeleteUnder(a.tx, a.scope, a.id(), *in.RouteId); err != nil {
			return nil, err
		}
		if err := remove(a, routeKeys, *route.RouteKey); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteRouteOutput{}, remove(a, routes, *in.RouteId)
	})
}

// DeleteRouteRequestParameter removes a request parameter from a route.
func (s *Service) DeleteRouteRequestParameter(
	ctx context.Context, in *apigatewayv2.DeleteRouteRequestParameterInput,
) (*apigatewayv2.DeleteRouteRequestParameterOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteRouteRequestParameterOutput, error) {
		route, err := find(a, routes, errNoRoute, *in.RouteId)
		if err != nil {
			return nil, err
		}
		if _, ok := route.RequestParameters[*in.RequestParameterKey]; !ok {
			return nil, errNoRouteParameter
		}
		delete(route.RequestParameters, *in.RequestParameterKey)
		return &apigatewayv2.DeleteRouteRequestParameterOutput{}, put(a, routes, route, *in.RouteId)
	})
}

// integrationOf returns the id of the integration that a route targets.
func integrationOf(route *types.Route) string {
	return strings.TrimPrefix(aws.ToString(route.Target), targetPrefix)
}

// merged returns base with the entries of more in place of its own.
func merged[V any](base, more map[string]V) map[string]V {
	result := maps.Clone(base)
	if result == nil {
		result = map[string]V{}
	}
	maps.Copy(result, more)
	return result
}

// mergedTexts is [merged] where an empty text removes an entry; nil when none is left.
func mergedTexts(base, more map[string]string) map[string]string {
	result := merged(base, more)
	maps.DeleteFunc(result, func(_, value string) bool { return value == "" })
	if len(result) == 0 {
		return nil
	}
	return result
}
