package restapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var methodRequestParameters = entries[types.Method, bool]{
	of:      func(m *types.Method) *map[string]bool { return &m.RequestParameters },
	missing: errNoParameter,
	parse:   func(_ *types.Method, _ string, p patch) (bool, error) { return p.isTrue(), nil },
}

var methodRequestModels = entries[types.Method, string]{
	of:      func(m *types.Method) *map[string]string { return &m.RequestModels },
	missing: errNoContentType,
	parse:   func(_ *types.Method, _ string, p patch) (string, error) { return p.text(), nil },
}

var methodPatches = patchTable[types.Method]{
	refuse: refuseShort[types.Method],
	rules: []patchRule[types.Method]{
		{path: "/apiKeyRequired", replace: func(m *types.Method, p patch) error {
			m.ApiKeyRequired = aws.Bool(p.isTrue()) // RM-53
			return nil
		}},
		{path: "/authorizationType", replace: replaceAuthorizationType},
		{path: "/authorizerId", replace: setText(func(m *types.Method) **string { return &m.AuthorizerId })},
		{path: "/authorizationScopes", add: addScope, replace: replaceScopes, remove: removeScope},
		{path: "/operationName", replace: setText(func(m *types.Method) **string { return &m.OperationName })},
		{path: "/requestValidatorId", replace: setText(func(m *types.Method) **string { return &m.RequestValidatorId })},
		{
			path: "/requestParameters/{name}", add: methodRequestParameters.add,
			replace: unkeyed(methodRequestParameters.replace), remove: unkeyed(methodRequestParameters.remove),
		},
		methodRequestModels.rule("/requestModels/{contentType}"),
	},
}

// unkeyed makes a change of a request parameter that also ends its use as a key of the
// response cache: AWS keeps that with the parameter, as Terraform's provider has found.
func unkeyed(then change[types.Method]) change[types.Method] {
	return func(m *types.Method, p patch) error {
		if i := m.MethodIntegration; i != nil {
			i.CacheKeyParameters = keysWithout(i.CacheKeyParameters, p.name())
		}
		return then(m, p)
	}
}

// keysWithout returns cache keys without one; none left are an empty list (MI-27).
func keysWithout(keys []string, key string) []string {
	return append([]string{}, withoutElement(keys, key)...)
}

func replaceAuthorizationType(m *types.Method, p patch) error {
	value, err := authorizationTypes.parse(strings.ToUpper(p.text()))
	m.AuthorizationType = aws.String(value)
	return err
}

// A scope stands in the value, of add and of remove alike.
func addScope(m *types.Method, p patch) error {
	m.AuthorizationScopes = withElement(m.AuthorizationScopes, p.text())
	return nil
}

func removeScope(m *types.Method, p patch) error {
	m.AuthorizationScopes = withoutElement(m.AuthorizationScopes, p.text())
	return nil
}

// replaceScopes sets the whole list, its scopes parted by commas.
func replaceScopes(m *types.Method, p patch) error {
	m.AuthorizationScopes = nil
	if p.text() != "" {
		m.AuthorizationScopes = strings.Split(p.text(), ",")
	}
	return nil
}

// UpdateMethod changes the request side of a method.
func (s *Service) UpdateMethod(ctx context.Context, in *apigateway.UpdateMethodInput) (*apigateway.UpdateMethodOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.UpdateMethodOutput](update(ctx, s, func(tx store.Tx) (*types.Method, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		if err := methodPatches.apply(method, in.PatchOperations); err != nil {
			return nil, err
		}
		// Authorizer, validator and models are checked when all operations are
		// through: their order does not matter (RM-42, RM-56).
		if err := checkMethod(tx, ref, method); err != nil {
			return nil, err
		}
		return method, ref.put(tx, resource, method)
	}))
}
