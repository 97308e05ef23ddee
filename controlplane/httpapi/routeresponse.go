package httpapi

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errNoRouteResponse     = wire.NotFound("Invalid RouteResponse identifier specified")
	errRouteResponseKey    = wire.BadRequest("RouteResponseKey must be $default")
	errRouteResponseExists = wire.Conflict("RouteResponse with key $default already exists for this route")
	errResponseParameter   = wire.BadRequest("Invalid response parameter specified. Keys must be of the form route.response.header.{name}")

	responseParameterPattern = regexp.MustCompile(`^route\.response\.header\.[^\s]+$`)
)

// CreateRouteResponse makes a route of a WebSocket API answer: ConflictException when
// it does already.
func (s *Service) CreateRouteResponse(
	ctx context.Context, in *apigatewayv2.CreateRouteResponseInput,
) (*apigatewayv2.CreateRouteResponseOutput, error) {
	response := &types.RouteResponse{RouteResponseId: aws.String(newResponseID())}
	wire.Merge(response, in)
	return wire.Respond[apigatewayv2.CreateRouteResponseOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.RouteResponse, error) {
		if _, err := find(a, routes, errNoRoute, *in.RouteId); err != nil {
			return nil, err
		}
		if err := checkRouteResponse(a, response); err != nil {
			return nil, err
		}
		existing, err := all(a, routeResponses, *in.RouteId)
		if err != nil {
			return nil, err
		}
		if len(existing) > 0 { // with the only key that there is
			return nil, errRouteResponseExists
		}
		return response, put(a, routeResponses, response, *in.RouteId, *response.RouteResponseId)
	}))
}

func checkRouteResponse(a apiTx, response *types.RouteResponse) error {
	if err := checkWebSocket(a); err != nil {
		return err
	}
	if aws.ToString(response.RouteResponseKey) != "$default" {
		return errRouteResponseKey
	}
	for key := range response.ResponseParameters {
		if !responseParameterPattern.MatchString(key) {
			return errResponseParameter
		}
	}
	return checkModelNames(a, response.ResponseModels)
}

// GetRouteResponse returns a response of a route.
func (s *Service) GetRouteResponse(
	ctx context.Context, in *apigatewayv2.GetRouteResponseInput,
) (*apigatewayv2.GetRouteResponseOutput, error) {
	return wire.Respond[apigatewayv2.GetRouteResponseOutput](read(ctx, s, *in.ApiId, func(a apiTx) (*types.RouteResponse, error) {
		return find(a, routeResponses, errNoRouteResponse, *in.RouteId, *in.RouteResponseId)
	}))
}

// GetRouteResponses lists the responses of a route.
func (s *Service) GetRouteResponses(
	ctx context.Context, in *apigatewayv2.GetRouteResponsesInput,
) (*apigatewayv2.GetRouteResponsesOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, routeResponses, func(a apiTx) error {
		_, err := find(a, routes, errNoRoute, *in.RouteId)
		return err
	}, *in.RouteId)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetRouteResponsesOutput{Items: items, NextToken: next}, nil
}

// UpdateRouteResponse changes a response of a route.
func (s *Service) UpdateRouteResponse(
	ctx context.Context, in *apigatewayv2.UpdateRouteResponseInput,
) (*apigatewayv2.UpdateRouteResponseOutput, error) {
	return wire.Respond[apigatewayv2.UpdateRouteResponseOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.RouteResponse, error) {
		response, err := find(a, routeResponses, errNoRouteResponse, *in.RouteId, *in.RouteResponseId)
		if err != nil {
			return nil, err
		}
		wire.Merge(response, in)
		if err := checkRouteResponse(a, response); err != nil {
			return nil, err
		}
		return response, put(a, routeResponses, response, *in.RouteId, *in.RouteResponseId)
	}))
}

// DeleteRouteResponse deletes a response of a route.
func (s *Service) DeleteRouteResponse(
	ctx context.Context, in *apigatewayv2.DeleteRouteResponseInput,
) (*apigatewayv2.DeleteRouteResponseOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteRouteResponseOutput, error) {
		if _, err := find(a, routeResponses, errNoRouteResponse, *in.RouteId, *in.RouteResponseId); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteRouteResponseOutput{}, remove(a, routeResponses, *in.RouteId, *in.RouteResponseId)
	})
}
