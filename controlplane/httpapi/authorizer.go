package httpapi

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var errNoAuthorizer = wire.NotFound("Invalid Authorizer identifier specified") // Unverified: the wording.

// CreateAuthorizer creates an authorizer.
func (s *Service) CreateAuthorizer(
	ctx context.Context, in *apigatewayv2.CreateAuthorizerInput,
) (*apigatewayv2.CreateAuthorizerOutput, error) {
	authorizer := &types.Authorizer{AuthorizerId: aws.String(newAuthorizerID())}
	wire.Merge(authorizer, in)
	return wire.Respond[apigatewayv2.CreateAuthorizerOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Authorizer, error) {
		return authorizer, s.createAuthorizer(a, authorizer)
	}))
}

// createAuthorizer stores a new authorizer.
func (s *Service) createAuthorizer(a apiTx, authorizer *types.Authorizer) error {
	if err := checkAuthorizer(a, authorizer); err != nil {
		return err
	}
	full := tooMany("Authorizers")
	if err := store.CheckRoom(a.tx, authorizers, a.scope, s.limits.AuthorizersPerAPI, full, a.id()); err != nil {
		return err
	}
	return put(a, authorizers, authorizer, *authorizer.AuthorizerId)
}

// GetAuthorizer returns an authorizer.
func (s *Service) GetAuthorizer(ctx context.Context, in *apigatewayv2.GetAuthorizerInput) (*apigatewayv2.GetAuthorizerOutput, error) {
	return wire.Respond[apigatewayv2.GetAuthorizerOutput](read(ctx, s, *in.ApiId, func(a apiTx) (*types.Authorizer, error) {
		return find(a, authorizers, errNoAuthorizer, *in.AuthorizerId)
	}))
}

// GetAuthorizers lists the authorizers of an API in order of id.
func (s *Service) GetAuthorizers(ctx context.Context, in *apigatewayv2.GetAuthorizersInput) (*apigatewayv2.GetAuthorizersOutput, error) {
	items, next, err := list(ctx, s, *in.ApiId, in.MaxResults, in.NextToken, authorizers, nil)
	if err != nil {
		return nil, err
	}
	return &apigatewayv2.GetAuthorizersOutput{Items: items, NextToken: next}, nil
}

// UpdateAuthorizer changes an authorizer.
func (s *Service) UpdateAuthorizer(
	ctx context.Context, in *apigatewayv2.UpdateAuthorizerInput,
) (*apigatewayv2.UpdateAuthorizerOutput, error) {
	return wire.Respond[apigatewayv2.UpdateAuthorizerOutput](change(ctx, s, *in.ApiId, func(a apiTx) (*types.Authorizer, error) {
		authorizer, err := find(a, authorizers, errNoAuthorizer, *in.AuthorizerId)
		if err != nil {
			return nil, err
		}
		kind := authorizer.AuthorizerType
		wire.Merge(authorizer, in)
		if authorizer.AuthorizerType != kind {
			if err := checkUnused(a, *in.AuthorizerId, "update"); err != nil {
				return nil, err
			}
		}
		if err := checkAuthorizer(a, authorizer); err != nil {
			return nil, err
		}
		return authorizer, put(a, authorizers, authorizer, *in.AuthorizerId)
	}))
}

// DeleteAuthorizer deletes an authorizer: ConflictException when a route has it.
func (s *Service) DeleteAuthorizer(
	ctx context.Context, in *apigatewayv2.DeleteAuthorizerInput,
) (*apigatewayv2.DeleteAuthorizerOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteAuthorizerOutput, error) {
		if _, err := find(a, authorizers, errNoAuthorizer, *in.AuthorizerId); err != nil {
			return nil, err
		}
		if err := checkUnused(a, *in.AuthorizerId, "delete"); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteAuthorizerOutput{}, remove(a, authorizers, *in.AuthorizerId)
	})
}

// checkUnused returns ConflictException when a route has the authorizer.
func checkUnused(a apiTx, id, verb string) error {
	existing, err := all(a, routes)
	if err != nil {
		return err
	}
	key, used := firstBy(existing,
		func(r *types.Route) bool { return aws.ToString(r.AuthorizerId) == id },
		func(r *types.Route) string { return *r.RouteKey })
	if used { // Unverified: the wording.
		return wire.Conflict(fmt.Sprintf("Cannot %s authorizer '%s', is referenced in route: %s", verb, id, key))
	}
	return nil
}

// ResetAuthorizersCache forgets the cached answers of a stage's authorizers.
func (s *Service) ResetAuthorizersCache(
	ctx context.Context, in *apigatewayv2.ResetAuthorizersCacheInput,
) (*apigatewayv2.ResetAuthorizersCacheOutput, error) {
	_, err := read(ctx, s, *in.ApiId, func(a apiTx) (*types.Stage, error) {
		return find(a, stages, errNoStage, *in.StageName)
	})
	if err != nil {
		return nil, err
	}
	if s.flusher != nil {
		s.flusher.FlushApiStageAuthorizers(*in.ApiId, *in.StageName)
	}
	return &apigatewayv2.ResetAuthorizersCacheOutput{}, nil
}
