package httpapi

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var errNoIntegration = wire.NotFound("Invalid Integration identifier specified") // Unverified: the wording.

// CreateIntegration creates an integration.
func (s *Service) CreateIntegration(
	ctx context.Context, in *apigatewayv2.CreateIntegrationInput,
) (*apigatewayv2.CreateIntegrationOutput, error) {
	integration := &types.Integration{IntegrationId: aws.String(newIntegrationID()), ConnectionType: types.ConnectionTypeInternet}
	wire.Merge(integration, in)
	return wire.Respond[apigatewayv2.CreateIntegrationOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Integration, error) {
		return integration, s.createIntegration(a, integration)
	}))
}

// createIntegration stores a new integration.
func (s *Service) createIntegration(a apiTx, integration *types.Integration) error {
	if err := checkIntegration(a, integration); err != nil {
		return err
	}
	full := tooMany("Integrations")
	if err := store.CheckRoom(a.tx, integrations, a.scope, s.limits.IntegrationsPerAPI, full, a.id()); err != nil {
		return err
	}
	return put(a, integrations, integration, *integration.IntegrationId)
}

// GetIntegration returns an integration.
func (s *Service) GetIntegration(ctx context.Context, in *apigatewayv2.GetIntegrationInput) (*apigatewayv2.GetIntegrationOutput, error) {
	return wire.Respond[apigatewayv2.GetIntegrationOutput](read(ctx, s, *in.ApiId, func(a apiTx) (*types.Integration, error) {
		return find(a, integrations, errNoIntegration, *in.IntegrationId)
	}))
}

// GetIntegrations lists the integrations of an API in order of id.
func (s *Service) GetIntegrations(ctx context.Context, in *apigatewayv2.GetIntegrationsInput) (*apigatewayv2.GetIntegrationsOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, integrations, nil)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetIntegrationsOutput{Items: items, NextToken: next}, nil
}

// UpdateIntegration changes an integration. Parameters are added to those it has; an
// empty value removes one.
//
// Unverified: that request templates are replaced as a whole.
func (s *Service) UpdateIntegration(
	ctx context.Context, in *apigatewayv2.UpdateIntegrationInput,
) (*apigatewayv2.UpdateIntegrationOutput, error) {
	return wire.Respond[apigatewayv2.UpdateIntegrationOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Integration, error) {
		integration, err := find(a, integrations, errNoIntegration, *in.IntegrationId)
		if err != nil {
			return nil, err
		}
		before := *integration
		wire.Merge(integration, in)
		if in.RequestParameters != nil {
			integration.RequestParameters = mergedTexts(before.RequestParameters, in.RequestParameters)
		}
		if in.ResponseParameters != nil {
			integration.ResponseParameters = mergedStatuses(before.ResponseParameters, in.ResponseParameters)
		}
		if err := checkIntegration(a, integration); err != nil {
			return nil, err
		}
		return integration, put(a, integrations, integration, *in.IntegrationId)
	}))
}

// mergedStatuses is [merged] where an empty map removes a status; nil when none is
// left. The parameters of a status are replaced as a whole.
func mergedStatuses(base, more map[string]map[string]string) map[string]map[string]string {
	result := merged(base, more)
	maps.DeleteFunc(result, func(_ string, parameters map[string]string) bool { return len(parameters) == 0 })
	if len(result) == 0 {
		return nil
	}
	return result
}

// DeleteIntegration deletes an integration with its responses: ConflictException
// when a route targets it.
func (s *Service) DeleteIntegration(
	ctx context.Context, in *apigatewayv2.DeleteIntegrationInput,
) (*apigatewayv2.DeleteIntegrationOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteIntegrationOutput, error) {
		id := *in.IntegrationId
		integration, err := find(a, integrations, errNoIntegration, id)
		if err != nil {
			return nil, err
		}
		if aws.ToBool(integration.ApiGatewayManaged) {
			return nil, errManaged
		}
		existing, err := all(a, routes)
		if err != nil {
			return nil, err
		}
		key, used := firstBy(existing,
			func(r *types.Route) bool { return integrationOf(r) == id },
			func(r *types.Route) string { return *r.RouteKey })
		if used { // Unverified: the wording.
			return nil, wire.Conflict(fmt.Sprintf("Cannot delete Integration '%s' used by Route '%s'", id, key))
		}
		if err := integrationResponses.DeleteUnder(a.tx, a.scope, a.id(), id); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteIntegrationOutput{}, remove(a, integrations, id)
	})
}
