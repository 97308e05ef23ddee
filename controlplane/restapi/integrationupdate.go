package restapi

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	connectionTypes   = enumOf("ConnectionType", types.ConnectionType("").Values())
	contentHandlings  = enumOf("ContentHandlingStrategy", types.ContentHandlingStrategy("").Values())
	transferModes     = enumOf("ResponseTransferMode", types.ResponseTransferMode("").Values())
	errTimeoutPatch   = wire.BadRequest("Invalid timeoutInMillis specified. It must be a number.") // Unverified: the wording.
	errEmptyParameter = wire.BadRequest("Invalid null or empty value in requestParameters")        // as GR-20
)

var integrationParameters = entries[types.Integration, string]{
	of:      func(i *types.Integration) *map[string]string { return &i.RequestParameters },
	missing: errNoParameter,
	parse: func(_ *types.Integration, _ string, p patch) (string, error) {
		if p.text() == "" {
			return "", errEmptyParameter
		}
		return p.text(), nil
	},
}

// An empty template is a template (IN-29).
var integrationTemplates = entries[types.Integration, string]{
	of:      func(i *types.Integration) *map[string]string { return &i.RequestTemplates },
	missing: errNoContentType,
	parse:   func(_ *types.Integration, _ string, p patch) (string, error) { return p.text(), nil },
}

var integrationPatches = patchTable[types.Integration]{
	refuse: refuseShort[types.Integration],
	rules: []patchRule[types.Integration]{
		{path: "/httpMethod", replace: setText(func(i *types.Integration) **string { return &i.HttpMethod })},
		{path: "/uri", replace: setText(func(i *types.Integration) **string { return &i.Uri })},
		{path: "/credentials", replace: setText(integrationCredentials), remove: clearText(integrationCredentials)},
		{path: "/connectionType", replace: replaceConnectionType},
		{path: "/connectionId", replace: setText(func(i *types.Integration) **string { return &i.ConnectionId })},
		{path: "/integrationTarget", replace: setText(func(i *types.Integration) **string { return &i.IntegrationTarget })},
		{path: "/contentHandling", replace: replaceContentHandling, remove: replaceContentHandlingWithNone},
		{path: "/passthroughBehavior", replace: setText(func(i *types.Integration) **string { return &i.PassthroughBehavior })},
		{path: "/responseTransferMode", replace: replaceTransferMode},
		{path: "/timeoutInMillis", replace: replaceTimeout},
		{path: "/tlsConfig/insecureSkipVerification", add: replaceSkipVerification, replace: replaceSkipVerification},
		{path: "/tlsConfig", remove: func(i *types.Integration, _ patch) error {
			i.TlsConfig = nil
			return nil
		}},
		{path: "/cacheNamespace", replace: setText(func(i *types.Integration) **string { return &i.CacheNamespace })},
		{path: "/cacheKeyParameters", add: addCacheKeys, replace: replaceCacheKeys, remove: removeCacheKeys},
		{path: "/cacheKeyParameters/{name}", add: addCacheKey, replace: addCacheKey, remove: removeCacheKey},
		{
			path: "/requestParameters/{name}", add: integrationParameters.add,
			replace: unkeyedMapping(integrationParameters.replace), remove: unkeyedMapping(integrationParameters.remove),
		},
		integrationTemplates.rule("/requestTemplates/{contentType}"),
	},
}

// unkeyedMapping is unkeyed for the mappings of an integration.
func unkeyedMapping(then change[types.Integration]) change[types.Integration] {
	return func(i *types.Integration, p patch) error {
		i.CacheKeyParameters = keysWithout(i.CacheKeyParameters, p.name())
		return then(i, p)
	}
}

func integrationCredentials(i *types.Integration) **string { return &i.Credentials }

// UpdateIntegration changes the integration of a method.
func (s *Service) UpdateIntegration(ctx context.Context, in *apigateway.UpdateIntegrationInput) (*apigateway.UpdateIntegrationOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.UpdateIntegrationOutput](update(ctx, s, func(tx store.Tx) (*types.Integration, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		integration, err := findIntegration(method)
		if err != nil {
			return nil, err
		}
		if err := integrationPatches.apply(integration, in.PatchOperations); err != nil {
			return nil, err
		}
		if integration.CacheNamespace == nil {
			integration.CacheNamespace = resource.Id
		}
		if integration.CacheKeyParameters == nil {
			integration.CacheKeyParameters = []string{}
		}
		if err := s.checkIntegration(method, integration); err != nil {
			return nil, err
		}
		return integration, ref.put(tx, resource, method)
	}))
}

func replaceConnectionType(i *types.Integration, p patch) error {
	value, err := connectionTypes.parse(p.text())
	i.ConnectionType = types.ConnectionType(value)
	if i.ConnectionType == types.ConnectionTypeInternet {
		i.ConnectionId = nil
	}
	return err
}

func replaceContentHandling(i *types.Integration, p patch) (err error) {
	i.ContentHandling, err = parseContentHandling(p)
	return err
}

func replaceContentHandlingWithNone(i *types.Integration, _ patch) error {
	i.ContentHandling = ""
	return nil
}

// parseContentHandling reads a strategy; "" is none: the body passes unconverted.
func parseContentHandling(p patch) (types.ContentHandlingStrategy, error) {
	if p.text() == "" {
		return "", nil
	}
	value, err := contentHandlings.parse(p.text())
	return types.ContentHandlingStrategy(value), err
}

func replaceTransferMode(i *types.Integration, p patch) error {
	value, err := transferModes.parse(p.text())
	i.ResponseTransferMode = types.ResponseTransferMode(value)
	return err
}

func replaceTimeout(i *types.Integration, p patch) error {
	millis, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil {
		return errTimeoutPatch
	}
	i.TimeoutInMillis = int32(millis)
	return nil
}

func replaceSkipVerification(i *types.Integration, p patch) error {
	i.TlsConfig = &types.TlsConfig{InsecureSkipVerification: p.isTrue()}
	return nil
}

// A cache key is named by the path, or by the value (parted by commas) when the
// path ends before it.
func addCacheKey(i *types.Integration, p patch) error {
	i.CacheKeyParameters = withElement(i.CacheKeyParameters, p.name())
	return nil
}

func removeCacheKey(i *types.Integration, p patch) error {
	if !slices.Contains(i.CacheKeyParameters, p.name()) {
		return errNoParameter
	}
	i.CacheKeyParameters = withoutElement(i.CacheKeyParameters, p.name())
	return nil
}

func addCacheKeys(i *types.Integration, p patch) error {
	for key := range strings.SplitSeq(p.text(), ",") {
		i.CacheKeyParameters = withElement(i.CacheKeyParameters, key)
	}
	return nil
}

func replaceCacheKeys(i *types.Integration, p patch) error {
	i.CacheKeyParameters = nil
	if p.text() == "" {
		return nil
	}
	return addCacheKeys(i, p)
}

func removeCacheKeys(i *types.Integration, p patch) error {
	for key := range strings.SplitSeq(p.text(), ",") {
		i.CacheKeyParameters = withoutElement(i.CacheKeyParameters, key)
	}
	return nil
}
