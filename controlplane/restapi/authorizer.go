package restapi

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// errNoAuthorizer also answers an unknown API id, as with validators (MI-10).
	// Unverified for authorizers.
	errNoAuthorizer = wire.NotFound("Invalid Authorizer identifier specified")
	// errNoAPIForAuthorizer is AWS's answer to an unknown API id (AU-01, MI-13).
	errNoAPIForAuthorizer  = wire.Conflict("Unable to complete operation due to concurrent modification. Please try again later.")
	errTooManyAuthorizers  = wire.LimitExceeded("Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.") // Unverified: the wording.
	errEmptyAuthorizerName = wire.BadRequest("Authorizer name cannot be empty")                                                                                        // Unverified: the wording.
)

func findAuthorizer(tx store.Tx, scope store.Scope, apiID, id string) (*types.Authorizer, error) {
	return store.Find(tx, authorizers, scope, errNoAuthorizer, apiID, id)
}

// CreateAuthorizer adds an authorizer to an API. Nobody looks whether the function
// or user pool that it names exists (AU-03).
func (s *Service) CreateAuthorizer(ctx context.Context, in *apigateway.CreateAuthorizerInput) (*apigateway.CreateAuthorizerOutput, error) {
	authorizer := &types.Authorizer{
		Id: aws.String(newAuthorizerID()), Name: in.Name, Type: in.Type,
		AuthType:                     nonEmpty(aws.ToString(in.AuthType)),
		AuthorizerUri:                nonEmpty(aws.ToString(in.AuthorizerUri)),
		AuthorizerCredentials:        nonEmpty(aws.ToString(in.AuthorizerCredentials)),
		AuthorizerResultTtlInSeconds: in.AuthorizerResultTtlInSeconds,
		IdentitySource:               nonEmpty(aws.ToString(in.IdentitySource)),
		IdentityValidationExpression: nonEmpty(aws.ToString(in.IdentityValidationExpression)),
	}
	for _, arn := range in.ProviderARNs {
		authorizer.ProviderARNs = withElement(authorizer.ProviderARNs, arn)
	}
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.CreateAuthorizerOutput](update(ctx, s, func(tx store.Tx) (*types.Authorizer, error) {
		there, err := store.Exists(tx, apis, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, errNoAPIForAuthorizer
		}
		if err := store.CheckRoom(tx, authorizers, scope, s.limits.AuthorizersPerAPI, errTooManyAuthorizers, *in.RestApiId); err != nil {
			return nil, err
		}
		return authorizer, putAuthorizer(tx, scope, *in.RestApiId, authorizer)
	}))
}

// putAuthorizer checks and stores an authorizer, new or changed.
func putAuthorizer(tx store.Tx, scope store.Scope, apiID string, authorizer *types.Authorizer) error {
	if aws.ToString(authorizer.Name) == "" {
		return errEmptyAuthorizerName
	}
	for other, err := range authorizers.All(tx, scope, "", apiID) {
		if err != nil {
			return err
		}
		if *other.Value.Id != *authorizer.Id && *other.Value.Name == *authorizer.Name {
			// Seen in public reports.
			return wire.BadRequest(fmt.Sprintf("Authorizer name must be unique. Authorizer %s already exists in this RestApi.", *authorizer.Name))
		}
	}
	if err := checkAuthorizerSettings(authorizer); err != nil {
		return err
	}
	return authorizers.Put(tx, scope, authorizer, apiID, *authorizer.Id)
}

// GetAuthorizer returns an authorizer.
func (s *Service) GetAuthorizer(ctx context.Context, in *apigateway.GetAuthorizerInput) (*apigateway.GetAuthorizerOutput, error) {
	return wire.Respond[apigateway.GetAuthorizerOutput](view(ctx, s, func(tx store.Tx) (*types.Authorizer, error) {
		return findAuthorizer(tx, scopeOf(ctx), *in.RestApiId, *in.AuthorizerId)
	}))
}

// GetAuthorizers lists the authorizers of an API in order of id.
func (s *Service) GetAuthorizers(ctx context.Context, in *apigateway.GetAuthorizersInput) (*apigateway.GetAuthorizersOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetAuthorizersOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, authorizers.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetAuthorizersOutput{Items: items, Position: next}, nil
	})
}

// UpdateAuthorizer changes an authorizer; stages see it with their next deployment.
func (s *Service) UpdateAuthorizer(ctx context.Context, in *apigateway.UpdateAuthorizerInput) (*apigateway.UpdateAuthorizerOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateAuthorizerOutput](update(ctx, s, func(tx store.Tx) (*types.Authorizer, error) {
		authorizer, err := findAuthorizer(tx, scope, *in.RestApiId, *in.AuthorizerId)
		if err != nil {
			return nil, err
		}
		if err := authorizerPatches.apply(authorizer, in.PatchOperations); err != nil {
			return nil, err
		}
		return authorizer, putAuthorizer(tx, scope, *in.RestApiId, authorizer)
	}))
}

// DeleteAuthorizer deletes an authorizer that no method refers to.
func (s *Service) DeleteAuthorizer(ctx context.Context, in *apigateway.DeleteAuthorizerInput) (*apigateway.DeleteAuthorizerOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteAuthorizerOutput, error) {
		authorizer, err := findAuthorizer(tx, scope, *in.RestApiId, *in.AuthorizerId)
		if err != nil {
			return nil, err
		}
		for record, err := range resources.All(tx, scope, "", *in.RestApiId) {
			if err != nil {
				return nil, err
			}
			for _, verb := range sortedKeys(record.Value.ResourceMethods) {
				if aws.ToString(record.Value.ResourceMethods[verb].AuthorizerId) == *authorizer.Id {
					// Seen in public reports: here the verb stands before the path.
					return nil, wire.Conflict(fmt.Sprintf("Cannot delete authorizer '%s', is referenced in method: %s/%s",
						*authorizer.Name, verb, *record.Value.Path))
				}
			}
		}
		return &apigateway.DeleteAuthorizerOutput{}, authorizers.Delete(tx, scope, *in.RestApiId, *authorizer.Id)
	})
}
