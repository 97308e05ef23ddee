package httpapi

import (
	"context"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Unverified: the wordings.
var (
	errNoIntegrationResponse  = wire.NotFound("Invalid IntegrationResponse identifier specified")
	errIntegrationResponseKey = wire.BadRequest("IntegrationResponseKey must be $default or a pattern between slashes")
	errTemplateSelection      = wire.BadRequest("Invalid templateSelectionExpression specified")

	// A key between slashes is a pattern; $default takes what no pattern does.
	responseKeyPattern = regexp.MustCompile(`^(\$default|/.+/)$`)
	// Parameters of an integration response are named as those of the route response.
	integrationResponseParameter = regexp.MustCompile(`^(route|method)\.response\.header\.[^\s]+$`)
)

// CreateIntegrationResponse creates a response of an integration of a WebSocket API:
// ConflictException when it has one with the key.
func (s *Service) CreateIntegrationResponse(
	ctx context.Context, in *apigatewayv2.CreateIntegrationResponseInput,
) (*apigatewayv2.CreateIntegrationResponseOutput, error) {
	response := &types.IntegrationResponse{IntegrationResponseId: aws.String(newResponseID())}
	wire.Merge(response, in)
	return wire.Respond[apigatewayv2.CreateIntegrationResponseOutput](
		change(ctx, s, *in.ApiId, func(a apiTx) (*types.IntegrationResponse, error) {
			if _, err := find(a, integrations, errNoIntegration, *in.IntegrationId); err != nil {
				return nil, err
			}
			if err := checkIntegrationResponse(a, response, *in.IntegrationId); err != nil {
				return nil, err
			}
			return response, put(a, integrationResponses, response, *in.IntegrationId, *response.IntegrationResponseId)
		}))
}

func checkIntegrationResponse(a apiTx, response *types.IntegrationResponse, integrationID string) error {
	if err := checkWebSocket(a); err != nil {
		return err
	}
	key := aws.ToString(response.IntegrationResponseKey)
	if !responseKeyPattern.MatchString(key) {
		return errIntegrationResponseKey
	}
	if selection := response.TemplateSelectionExpression; selection != nil && !isSelectionExpression(*selection) {
		return errTemplateSelection
	}
	for name := range response.ResponseParameters {
		if !integrationResponseParameter.MatchString(name) {
			return errMapping(name)
		}
	}
	existing, err := all(a, integrationResponses, integrationID)
	if err != nil {
		return err
	}
	taken := slices.ContainsFunc(existing, func(other types.IntegrationResponse) bool {
		return *other.IntegrationResponseKey == key && *other.IntegrationResponseId != *response.IntegrationResponseId
	})
	if taken { // Unverified: the wording.
		return wire.Conflict("IntegrationResponse with key " + key + " already exists for this integration")
	}
	return nil
}

// GetIntegrationResponse returns a response of an integration.
func (s *Service) GetIntegrationResponse(
	ctx context.Context, in *apigatewayv2.GetIntegrationResponseInput,
) (*apigatewayv2.GetIntegrationResponseOutput, error) {
	return wire.Respond[apigatewayv2.GetIntegrationResponseOutput](
		read(ctx, s, *in.ApiId, func(a apiTx) (*types.IntegrationResponse, error) {
			return find(a, integrationResponses, errNoIntegrationResponse, *in.IntegrationId, *in.IntegrationResponseId)
		}))
}

// GetIntegrationResponses lists the responses of an integration in order of id.
func (s *Service) GetIntegrationResponses(
	ctx context.Context, in *apigatewayv2.GetIntegrationResponsesInput,
) (*apigatewayv2.GetIntegrationResponsesOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, integrationResponses, func(a apiTx) error {
		_, err := find(a, integrations, errNoIntegration, *in.IntegrationId)
		return err
	}, *in.IntegrationId)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetIntegrationResponsesOutput{Items: items, NextToken: next}, nil
}

// UpdateIntegrationResponse changes a response of an integration.
func (s *Service) UpdateIntegrationResponse(
	ctx context.Context, in *apigatewayv2.UpdateIntegrationResponseInput,
) (*apigatewayv2.UpdateIntegrationResponseOutput, error) {
	return wire.Respond[apigatewayv2.UpdateIntegrationResponseOutput](
		change(ctx, s, *in.ApiId, func(a apiTx) (*types.IntegrationResponse, error) {
			response, err := find(a, integrationResponses, errNoIntegrationResponse, *in.IntegrationId, *in.IntegrationResponseId)
			if err != nil {
				return nil, err
			}
			wire.Merge(response, in)
			if err := checkIntegrationResponse(a, response, *in.IntegrationId); err != nil {
				return nil, err
			}
			return response, put(a, integrationResponses, response, *in.IntegrationId, *in.IntegrationResponseId)
		}))
}

// DeleteIntegrationResponse deletes a response of an integration.
func (s *Service) DeleteIntegrationResponse(
	ctx context.Context, in *apigatewayv2.DeleteIntegrationResponseInput,
) (*apigatewayv2.DeleteIntegrationResponseOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteIntegrationResponseOutput, error) {
		if _, err := find(a, integrationResponses, errNoIntegrationResponse, *in.IntegrationId, *in.IntegrationResponseId); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteIntegrationResponseOutput{}, remove(a, integrationResponses, *in.IntegrationId, *in.IntegrationResponseId)
	})
}
