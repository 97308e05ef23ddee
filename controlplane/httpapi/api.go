package httpapi

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// errNoAPI is the error for an unknown API id.
func errNoAPI(_ store.Scope, id string) error {
	return notFound(fmt.Sprintf("Invalid API identifier specified %s", id))
}

func findAPI(tx store.Tx, scope store.Scope, id string) (*types.Api, error) {
	return store.Find(tx, apis, scope, errNoAPI(scope, id), id)
}

// GetApi returns an API.
func (s *Service) GetApi(ctx context.Context, in *apigatewayv2.GetApiInput) (*apigatewayv2.GetApiOutput, error) {
	return wire.Respond[apigatewayv2.GetApiOutput](view(ctx, s, func(tx store.Tx) (*types.Api, error) {
		return findAPI(tx, scopeOf(ctx), *in.ApiId)
	}))
}

// GetApis lists the APIs of the caller's account and region in order of id.
func (s *Service) GetApis(ctx context.Context, in *apigatewayv2.GetApisInput) (*apigatewayv2.GetApisOutput, error) {
	page, err := newPage(in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.GetApisOutput, error) {
		items, next, err := store.Take(page, apis.All(tx, scopeOf(ctx), page.After))
		return &apigatewayv2.GetApisOutput{Items: items, NextToken: next}, err
	})
}
