package restapi

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// none stands for an empty base path or stage, which has no place in a URL.
const none = domainname.None

var basePathPattern = regexp.MustCompile(`^[a-zA-Z0-9$\-_.+!*'()]+$`)

// errBasePathExists is seen in public reports. Unverified: the other wordings.
var (
	errNoBasePath     = wire.NotFound("Invalid base path mapping identifier specified")
	errBasePathExists = wire.Conflict("Base path already exists for this domain name")
	errBasePathSlash  = wire.BadRequest("API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
	errBasePath       = wire.BadRequest("API Gateway V1 supports only letters, numbers and the characters $-_.+!*'() in base path mappings.")
	errMappedAPI      = wire.BadRequest("Invalid REST API identifier specified")
	errMappedStage    = wire.BadRequest("Invalid stage identifier specified")
	errMappedEndpoint = wire.BadRequest("A private domain name can only be mapped to private APIs, another one only to APIs that are not private")
	errRoutingRules   = wire.BadRequest("Base path mappings cannot be created for a domain name with the routing mode ROUTING_RULE_ONLY")
)

var basePathPatches = patchTable[types.BasePathMapping]{
	refuse: refuseWithPaths[types.BasePathMapping],
	rules: []patchRule[types.BasePathMapping]{
		{path: "/basePath", replace: setText(func(m *types.BasePathMapping) **string { return &m.BasePath })},
		{path: "/restapiId", replace: setText(func(m *types.BasePathMapping) **string { return &m.RestApiId })},
		{path: "/stage", replace: setText(func(m *types.BasePathMapping) **string { return &m.Stage })},
	},
}

// findMapping returns a domain name and its mapping for a base path.
func findMapping(tx store.Tx, scope store.Scope, name, id, basePath *string) (*types.DomainName, *types.BasePathMapping, error) {
	domain, err := findDomainName(tx, scope, name, id)
	if err != nil {
		return nil, nil, err
	}
	mapping, err := store.Find(tx, basePathMappings, scope, errNoBasePath, keyOfDomain(domain), *basePath)
	return domain, mapping, err
}

// checkMapping fills in an empty base path and checks a mapping, new or changed.
func checkMapping(tx store.Tx, scope store.Scope, domain *types.DomainName, mapping *types.BasePathMapping) error {
	if aws.ToString(mapping.BasePath) == "" {
		mapping.BasePath = aws.String(none)
	}
	if aws.ToString(mapping.Stage) == none || aws.ToString(mapping.Stage) == "" {
		mapping.Stage = nil
	}
	if strings.Contains(*mapping.BasePath, "/") {
		return errBasePathSlash
	}
	if !basePathPattern.MatchString(*mapping.BasePath) {
		return errBasePath
	}
	api, err := store.Find(tx, apis, scope, errMappedAPI, aws.ToString(mapping.RestApiId))
	if err != nil {
		return err
	}
	if (api.EndpointConfiguration.Types[0] == types.EndpointTypePrivate) != isPrivate(domain) {
		return errMappedEndpoint
	}
	if mapping.Stage == nil {
		return nil
	}
	there, err := store.Exists(tx, stages, scope, *api.Id, *mapping.Stage)
	if err == nil && !there {
		err = errMappedStage
	}
	return err
}

// createMapping stores a mapping whose base path is free.
func createMapping(tx store.Tx, scope store.Scope, domain *types.DomainName, mapping *types.BasePathMapping) error {
	taken, err := store.Exists(tx, basePathMappings, scope, keyOfDomain(domain), *mapping.BasePath)
	if err != nil {
		return err
	}
	if taken {
		return errBasePathExists
	}
	return basePathMappings.Put(tx, scope, mapping, keyOfDomain(domain), *mapping.BasePath)
}

// CreateBasePathMapping maps a base path of a domain name to a stage of an API, or
// to the API where the request's path names the stage.
func (s *Service) CreateBasePathMapping(ctx context.Context, in *apigateway.CreateBasePathMappingInput) (*apigateway.CreateBasePathMappingOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.CreateBasePathMappingOutput](update(ctx, s, func(tx store.Tx) (*types.BasePathMapping, error) {
		mapping := &types.BasePathMapping{BasePath: in.BasePath, RestApiId: in.RestApiId, Stage: in.Stage}
		domain, err := findDomainName(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		if domain.RoutingMode == types.RoutingModeRoutingRuleOnly {
			return nil, errRoutingRules
		}
		if err := checkMapping(tx, scope, domain, mapping); err != nil {
			return nil, err
		}
		return mapping, createMapping(tx, scope, domain, mapping)
	}))
}

// GetBasePathMapping returns a mapping.
func (s *Service) GetBasePathMapping(ctx context.Context, in *apigateway.GetBasePathMappingInput) (*apigateway.GetBasePathMappingOutput, error) {
	return wire.Respond[apigateway.GetBasePathMappingOutput](view(ctx, s, func(tx store.Tx) (*types.BasePathMapping, error) {
		_, mapping, err := findMapping(tx, scopeOf(ctx), in.DomainName, in.DomainNameId, in.BasePath)
		return mapping, err
	}))
}

// GetBasePathMappings lists the mappings of a domain name in order of base path.
func (s *Service) GetBasePathMappings(ctx context.Context, in *apigateway.GetBasePathMappingsInput) (*apigateway.GetBasePathMappingsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetBasePathMappingsOutput, error) {
		domain, err := findDomainName(tx, scope, in.DomainName, in.DomainNameId)
		if err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, basePathMappings.All(tx, scope, page.After, keyOfDomain(domain)))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetBasePathMappingsOutput{Items: items, Position: next}, nil
	})
}

// UpdateBasePathMapping changes a mapping, its base path included.
func (s *Service) UpdateBasePathMapping(ctx context.Context, in *apigateway.UpdateBasePathMappingInput) (*apigateway.UpdateBasePathMappingOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateBasePathMappingOutput](update(ctx, s, func(tx store.Tx) (*types.BasePathMapping, error) {
		domain, mapping, err := findMapping(tx, scope, in.DomainName, in.DomainNameId, in.BasePath)
		if err != nil {
			return nil, err
		}
		if err := basePathPatches.apply(mapping, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkMapping(tx, scope, domain, mapping); err != nil {
			return nil, err
		}
		if err := basePathMappings.Delete(tx, scope, keyOfDomain(domain), *in.BasePath); err != nil {
			return nil, err
		}
		return mapping, createMapping(tx, scope, domain, mapping)
	}))
}

// DeleteBasePathMapping deletes a mapping.
func (s *Service) DeleteBasePathMapping(ctx context.Context, in *apigateway.DeleteBasePathMappingInput) (*apigateway.DeleteBasePathMappingOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteBasePathMappingOutput, error) {
		domain, mapping, err := findMapping(tx, scope, in.DomainName, in.DomainNameId, in.BasePath)
		if err != nil {
			return nil, err
		}
		return &apigateway.DeleteBasePathMappingOutput{}, basePathMappings.Delete(tx, scope, keyOfDomain(domain), *mapping.BasePath)
	})
}
