package httpapi

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	httpSelection        = "$request.method $request.path"
	httpSelectionWrapped = "${request.method} ${request.path}"
	keyFromHeader        = "$request.header.x-api-key"
	keyFromAuthorizer    = "$context.authorizer.usageIdentifierKey"
)

// Unverified: the wordings.
var (
	errAPIName         = wire.BadRequest("Name must be between 1 and 128 characters")
	errHTTPSelection   = wire.BadRequest("Invalid RouteSelectionExpression. For HTTP APIs it must be ${request.method} ${request.path}")
	errNoSelection     = wire.BadRequest("RouteSelectionExpression is a required parameter for protocol type WEBSOCKET")
	errSelection       = wire.BadRequest("Invalid RouteSelectionExpression specified")
	errKeySelection    = wire.BadRequest("Invalid ApiKeySelectionExpression. It must be " + keyFromHeader + " or " + keyFromAuthorizer)
	errSchemaValidaton = wire.BadRequest("DisableSchemaValidation is not supported for protocol type HTTP")
	errHTTPOnly        = wire.BadRequest("CorsConfiguration, target, routeKey and credentialsArn are supported for protocol type HTTP only")
	errManyAPIs        = wire.NewError(429, "TooManyRequestsException", "Maximum number of APIs has been reached. Please contact AWS if you need additional APIs.")
)

// errNoAPI is the error for an unknown API id.
func errNoAPI(scope store.Scope, id string) error {
	return wire.NotFound(fmt.Sprintf("Invalid API identifier specified %s:%s", scope.Account, id))
}

func findAPI(tx store.Tx, scope store.Scope, id string) (*types.Api, error) {
	return store.Find(tx, apis, scope, errNoAPI(scope, id), id)
}

// shownAPI is an API as responses have it: with the address where it is served now, and
// with tags, if none.
func (s *Service) shownAPI(api *types.Api, err error) (*types.Api, error) {
	if err != nil {
		return nil, err
	}
	if api.Tags == nil {
		api.Tags = map[string]string{}
	}
	if s.endpoint != nil {
		api.ApiEndpoint = aws.String(s.endpoint(aws.ToString(api.ApiId), api.ProtocolType))
	}
	return api, nil
}

// CreateApi creates an API. With a target it is a quick create: the API gets an
// integration, a route and a stage $default that deploys by itself. A tag
// _custom_id_ chooses the id; ConflictException when that is taken.
func (s *Service) CreateApi(ctx context.Context, in *apigatewayv2.CreateApiInput) (*apigatewayv2.CreateApiOutput, error) {
	scope := scopeOf(ctx)
	api, err := s.newAPI(scope, in)
	if err != nil {
		return nil, err
	}
	var quick *quickCreate
	if aws.ToString(in.Target) != "" {
		if quick, err = s.newQuickCreate(in); err != nil {
			return nil, err
		}
	} else if aws.ToString(in.RouteKey) != "" || aws.ToString(in.CredentialsArn) != "" {
		return nil, errNoTarget
	}
	return wire.Respond[apigatewayv2.CreateApiOutput](s.shownAPI(update(ctx, s, func(tx store.Tx) (*types.Api, error) {
		a := apiTx{tx: tx, scope: scope, api: api}
		if err := s.createAPI(a); err != nil || quick == nil {
			return api, err
		}
		return api, s.createQuick(a, quick)
	})))
}

// newAPI makes the record of an API, by the rules that need no state.
func (s *Service) newAPI(scope store.Scope, in *apigatewayv2.CreateApiInput) (*types.Api, error) {
	id, err := apiid.ForAPI(in.Tags)
	if err != nil {
		return nil, err
	}
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	api := &types.Api{
		ApiId: aws.String(id), CreatedDate: s.timestamp(), IpAddressType: types.IpAddressTypeIpv4,
		ApiKeySelectionExpression: aws.String(keyFromHeader), DisableExecuteApiEndpoint: aws.Bool(false),
	}
	scheme := "wss"
	if in.ProtocolType == types.ProtocolTypeHttp {
		scheme, api.RouteSelectionExpression = "https", aws.String(httpSelection)
	} else {
		api.DisableSchemaValidation = aws.Bool(false)
		if in.CorsConfiguration != nil || aws.ToString(in.Target)+aws.ToString(in.RouteKey)+aws.ToString(in.CredentialsArn) != "" {
			return nil, errHTTPOnly
		}
	}
	api.ApiEndpoint = aws.String(fmt.Sprintf("%s://%s.execute-api.%s.%s", scheme, id, scope.Region, domainSuffix(scope.Region)))
	wire.Merge(api, in)
	api.Tags = maps.Clone(in.Tags)
	return api, checkAPI(api)
}

// domainSuffix is the domain of AWS's endpoints in a region.
func domainSuffix(region string) string {
	if len(region) > 3 && region[:3] == "cn-" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// checkAPI holds the rules for the settings of an API, and puts CORS in form.
func checkAPI(api *types.Api) error {
	if n := len([]rune(aws.ToString(api.Name))); n == 0 || n > 128 {
		return errAPIName
	}
	if key := aws.ToString(api.ApiKeySelectionExpression); key != keyFromHeader && key != keyFromAuthorizer {
		return errKeySelection
	}
	selection := aws.ToString(api.RouteSelectionExpression)
	if api.ProtocolType == types.ProtocolTypeHttp {
		if selection != httpSelection && selection != httpSelectionWrapped {
			return errHTTPSelection
		}
		if aws.ToBool(api.DisableSchemaValidation) {
			return errSchemaValidaton
		}
		return checkCORS(api.CorsConfiguration)
	}
	if selection == "" {
		return errNoSelection
	}
	if !isSelectionExpression(selection) {
		return errSelection
	}
	return nil
}

// createAPI stores a new API.
func (s *Service) createAPI(a apiTx) error {
	if err := store.CheckRoom(a.tx, apis, a.scope, s.limits.APIs, errManyAPIs); err != nil {
		return err
	}
	if err := apiid.Claim(a.tx, a.scope, a.id()); err != nil {
		return err
	}
	return put(a, apis, a.api)
}

// GetApi returns an API.
func (s *Service) GetApi(ctx context.Context, in *apigatewayv2.GetApiInput) (*apigatewayv2.GetApiOutput, error) {
	return wire.Respond[apigatewayv2.GetApiOutput](s.shownAPI(view(ctx, s, func(tx store.Tx) (*types.Api, error) {
		return findAPI(tx, scopeOf(ctx), *in.ApiId)
	})))
}

// GetApis lists the APIs of the caller's account and region in order of id.
func (s *Service) GetApis(ctx context.Context, in *apigatewayv2.GetApisInput) (*apigatewayv2.GetApisOutput, error) {
	page, err := newPage(in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigatewayv2.GetApisOutput, error) {
		items, next, err := store.Take(page, apis.All(tx, scopeOf(ctx), page.After))
		for i := range items {
			_, _ = s.shownAPI(&items[i], nil)
		}
		return &apigatewayv2.GetApisOutput{Items: items, NextToken: next}, err
	})
}

// UpdateApi changes the settings of an API. Target, routeKey and credentialsArn
// change the managed integration and route of a quick-created one.
func (s *Service) UpdateApi(ctx context.Context, in *apigatewayv2.UpdateApiInput) (*apigatewayv2.UpdateApiOutput, error) {
	return wire.Respond[apigatewayv2.UpdateApiOutput](s.shownAPI(change(ctx, s, *in.ApiId, func(a apiTx) (*types.Api, error) {
		if in.CorsConfiguration != nil && !a.isHTTP() {
			return nil, errHTTPOnly
		}
		wire.Merge(a.api, in)
		if in.Name != nil && *in.Name == "" {
			return nil, errAPIName
		}
		if a.api.ApiKeySelectionExpression == nil {
			a.api.ApiKeySelectionExpression = aws.String(keyFromHeader)
		}
		if err := checkAPI(a.api); err != nil {
			return nil, err
		}
		if err := updateQuick(a, in); err != nil {
			return nil, err
		}
		return a.api, put(a, apis, a.api)
	})))
}

// DeleteCorsConfiguration removes the CORS settings of an API.
func (s *Service) DeleteCorsConfiguration(
	ctx context.Context, in *apigatewayv2.DeleteCorsConfigurationInput,
) (*apigatewayv2.DeleteCorsConfigurationOutput, error) {
	return change(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteCorsConfigurationOutput, error) {
		a.api.CorsConfiguration = nil
		return &apigatewayv2.DeleteCorsConfigurationOutput{}, put(a, apis, a.api)
	})
}

// DeleteApi deletes an API with everything in it.
func (s *Service) DeleteApi(ctx context.Context, in *apigatewayv2.DeleteApiInput) (*apigatewayv2.DeleteApiOutput, error) {
	return edit(ctx, s, *in.ApiId, func(a apiTx) (*apigatewayv2.DeleteApiOutput, error) {
		if err := domainname.CheckUnmapped(a.tx, a.scope, a.id(), ""); err != nil {
			return nil, err
		}
		for _, deleteUnder := range []func(store.Tx, store.Scope, ...string) error{
			stages.DeleteUnder, deployments.DeleteUnder, snapshots.DeleteUnder,
			routeResponses.DeleteUnder, routeKeys.DeleteUnder, routes.DeleteUnder,
			integrationResponses.DeleteUnder, integrations.DeleteUnder,
			authorizers.DeleteUnder, models.DeleteUnder,
		} {
			if err := deleteUnder(a.tx, a.scope, a.id()); err != nil {
				return nil, err
			}
		}
		if err := remove(a, pendings); err != nil {
			return nil, err
		}
		if err := apiid.Release(a.tx, a.id()); err != nil {
			return nil, err
		}
		return &apigatewayv2.DeleteApiOutput{}, remove(a, apis)
	})
}
