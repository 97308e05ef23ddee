package restapi

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxCompressionSize = 10_485_760
)

var (
	errEmptyAPIName      = wire.BadRequest("Name cannot be empty")                                                         // Unverified: the wording.
	errEmptyDescription  = wire.BadRequest("Description cannot be an empty string")                                        // RA-03
	errCompressionSize   = wire.BadRequest("Invalid minimum compression size, must be between 0 and 10485760")             // RA-07, RA-24
	errEndpointAccess    = wire.BadRequest("endpointAccessMode must be specified when using an enhanced security policy.") // Unverified: the wording.
	legacySecurityPolicy = map[types.SecurityPolicy]bool{"": true, types.SecurityPolicyTls10: true, types.SecurityPolicyTls12: true}
)

// errNoAPI is the error for an unknown API id, where the operation names it (MI-07, RA-13).
func errNoAPI(scope store.Scope, id string) error {
	return wire.NotFound(fmt.Sprintf("Invalid API identifier specified %s:%s", scope.Account, id))
}

func findAPI(tx store.Tx, scope store.Scope, id string) (*types.RestApi, error) {
	return store.Find(tx, apis, scope, errNoAPI(scope, id), id)
}

// shownAPI is an API as responses have it.
func shownAPI(api *types.RestApi, err error) (*types.RestApi, error) {
	if err != nil {
		return nil, err
	}
	shown := *api
	shown.Policy = escapedPolicy(api.Policy)
	return &shown, nil
}

// CreateRestApi creates an API with its root resource and the two default models.
// A tag _custom_id_ chooses its id; ConflictException when that is taken.
func (s *Service) CreateRestApi(ctx context.Context, in *apigateway.CreateRestApiInput) (*apigateway.CreateRestApiOutput, error) {
	scope := scopeOf(ctx)
	api, err := s.newAPI(scope, in)
	if err != nil {
		return nil, err
	}
	defaults := defaultModels()
	var ids []string
	if in.CloneFrom != nil {
		// As many as the source can have: how many it has is known only within the
		// transaction, and ids are drawn before it.
		for range s.limits.ResourcesPerAPI {
			ids = append(ids, newResourceID())
		}
	}
	return wire.Respond[apigateway.CreateRestApiOutput](shownAPI(update(ctx, s, func(tx store.Tx) (*types.RestApi, error) {
		if err := createAPI(tx, scope, api); err != nil {
			return nil, err
		}
		if in.CloneFrom != nil {
			return api, cloneAPI(tx, scope, *in.CloneFrom, api, ids)
		}
		for i := range defaults {
			if err := models.Put(tx, scope, &defaults[i], *api.Id, *defaults[i].Name); err != nil {
				return nil, err
			}
		}
		return api, nil
	})))
}

// newAPI makes the record of an API, by the rules that need no state, in AWS's
// order (RA-42, RA-49).
func (s *Service) newAPI(scope store.Scope, in *apigateway.CreateRestApiInput) (*types.RestApi, error) {
	if aws.ToString(in.Name) == "" {
		return nil, errEmptyAPIName
	}
	if in.Description != nil && *in.Description == "" {
		return nil, errEmptyDescription
	}
	if in.MinimumCompressionSize != nil && !isCompressionSize(int64(*in.MinimumCompressionSize)) {
		return nil, errCompressionSize
	}
	endpoint, err := newEndpoint(in.EndpointConfiguration)
	if err != nil {
		return nil, err
	}
	if !legacySecurityPolicy[in.SecurityPolicy] && in.EndpointAccessMode == "" {
		return nil, errEndpointAccess
	}
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	id, err := apiid.ForAPI(in.Tags)
	if err != nil {
		return nil, err
	}
	api := &types.RestApi{
		Id:             aws.String(id),
		RootResourceId: aws.String(newRootID()),
		CreatedDate:    s.timestamp(),
		ApiKeySource:   types.ApiKeySourceTypeHeader,
	}
	wire.Copy(api, in)
	api.EndpointConfiguration = endpoint
	if in.ApiKeySource == "" {
		api.ApiKeySource = types.ApiKeySourceTypeHeader
	}
	if api.Policy, err = parsePolicy(in.Policy, scope, id); err != nil {
		return nil, err
	}
	if len(in.BinaryMediaTypes) == 0 {
		api.BinaryMediaTypes = nil // RA-05
	}
	api.Version = nonEmpty(aws.ToString(in.Version))
	api.Tags = maps.Clone(in.Tags)
	if len(api.Tags) == 0 {
		api.Tags = nil // RA-09
	}
	return api, nil
}

func isCompressionSize(n int64) bool { return n >= 0 && n <= maxCompressionSize }

// createAPI stores an API with its root resource.
func createAPI(tx store.Tx, scope store.Scope, api *types.RestApi) error {
	id := *api.Id
	if err := apiid.Claim(tx, scope, id); err != nil {
		return err
	}
	if err := apis.Put(tx, scope, api, id); err != nil {
		return err
	}
	root := types.Resource{Id: api.RootResourceId, Path: aws.String("/")}
	if err := tallies.Put(tx, scope, &tallyRecord{Resources: 1}, id); err != nil {
		return err
	}
	return resources.Put(tx, scope, &root, id, *root.Id)
}

// GetRestApi returns an API.
func (s *Service) GetRestApi(ctx context.Context, in *apigateway.GetRestApiInput) (*apigateway.GetRestApiOutput, error) {
	return wire.Respond[apigateway.GetRestApiOutput](shownAPI(view(ctx, s, func(tx store.Tx) (*types.RestApi, error) {
		return findAPI(tx, scopeOf(ctx), *in.RestApiId)
	})))
}

// GetRestApis lists the APIs of the caller's account and region in order of id.
func (s *Service) GetRestApis(ctx context.Context, in *apigateway.GetRestApisInput) (*apigateway.GetRestApisOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetRestApisOutput, error) {
		items, next, err := store.Take(page, apis.All(tx, scopeOf(ctx), page.After))
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i].Policy = escapedPolicy(items[i].Policy)
		}
		return &apigateway.GetRestApisOutput{Items: items, Position: next}, nil
	})
}

// DeleteRestApi deletes an API with everything in it, unless a usage plan holds one
// of its stages or a domain name is mapped to it.
func (s *Service) DeleteRestApi(ctx context.Context, in *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteRestApiOutput, error) {
		return &apigateway.DeleteRestApiOutput{}, deleteAPI(tx, scopeOf(ctx), *in.RestApiId)
	})
}

func deleteAPI(tx store.Tx, scope store.Scope, id string) error {
	if _, err := findAPI(tx, scope, id); err != nil {
		return err
	}
	if err := checkUnplanned(tx, scope, id, ""); err != nil {
		return err
	}
	if err := domainname.CheckUnmapped(tx, scope, id, ""); err != nil {
		return err
	}
	for _, deleteUnder := range []func(store.Tx, store.Scope, ...string) error{
		stages.DeleteUnder, deployments.DeleteUnder, snapshots.DeleteUnder,
		resources.DeleteUnder, children.DeleteUnder,
		models.DeleteUnder, validators.DeleteUnder, authorizers.DeleteUnder,
		gatewayResponses.DeleteUnder, documentationParts.DeleteUnder,
		documentationVersions.DeleteUnder, frozenParts.DeleteUnder,
	} {
		if err := deleteUnder(tx, scope, id); err != nil {
			return err
		}
	}
	if err := tallies.Delete(tx, scope, id); err != nil {
		return err
	}
	if err := apiid.Release(tx, id); err != nil {
		return err
	}
	return apis.Delete(tx, scope, id)
}
