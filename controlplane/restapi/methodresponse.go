package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoStatusCode   = wire.NotFound("Invalid Response status code specified")    // RM-72, IN-40
	errResponseExists = wire.Conflict("Response already exists for this resource") // Unverified: the wording.
)

var responseParameterEntries = entries[types.MethodResponse, bool]{
	of:      func(r *types.MethodResponse) *map[string]bool { return &r.ResponseParameters },
	missing: errNoParameter,
	parse:   func(_ *types.MethodResponse, _ string, p patch) (bool, error) { return p.isTrue(), nil },
}

var responseModelEntries = entries[types.MethodResponse, string]{
	of:      func(r *types.MethodResponse) *map[string]string { return &r.ResponseModels },
	missing: errNoContentType,
	parse:   func(_ *types.MethodResponse, _ string, p patch) (string, error) { return p.text(), nil },
}

var methodResponsePatches = patchTable[types.MethodResponse]{
	refuse: refuseShort[types.MethodResponse],
	rules: []patchRule[types.MethodResponse]{
		responseParameterEntries.rule("/responseParameters/{name}"),
		responseModelEntries.rule("/responseModels/{contentType}"),
	},
}

func findMethodResponse(method *types.Method, status string) (*types.MethodResponse, error) {
	response, ok := method.MethodResponses[status]
	if !ok {
		return nil, errNoStatusCode
	}
	return &response, nil
}

// PutMethodResponse declares a response of a method.
func (s *Service) PutMethodResponse(ctx context.Context, in *apigateway.PutMethodResponseInput) (*apigateway.PutMethodResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.PutMethodResponseOutput](update(ctx, s, func(tx store.Tx) (*types.MethodResponse, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		if _, ok := method.MethodResponses[*in.StatusCode]; ok {
			return nil, errResponseExists
		}
		// Empty maps are kept and echoed (RM-61).
		response := &types.MethodResponse{
			StatusCode: in.StatusCode, ResponseModels: in.ResponseModels, ResponseParameters: in.ResponseParameters,
		}
		return response, putMethodResponse(tx, ref, resource, method, response)
	}))
}

// putMethodResponse checks and stores a response, new or changed.
func putMethodResponse(tx store.Tx, ref methodRef, resource *types.Resource, method *types.Method, response *types.MethodResponse) error {
	if err := checkModels(tx, ref, response.ResponseModels); err != nil {
		return err
	}
	if err := checkResponseParameters(response.ResponseParameters); err != nil {
		return err
	}
	if method.MethodResponses == nil {
		method.MethodResponses = map[string]types.MethodResponse{}
	}
	method.MethodResponses[*response.StatusCode] = *response
	return ref.put(tx, resource, method)
}

// GetMethodResponse returns a declared response of a method.
func (s *Service) GetMethodResponse(ctx context.Context, in *apigateway.GetMethodResponseInput) (*apigateway.GetMethodResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.GetMethodResponseOutput](view(ctx, s, func(tx store.Tx) (*types.MethodResponse, error) {
		_, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		return findMethodResponse(method, *in.StatusCode)
	}))
}

// UpdateMethodResponse changes a declared response of a method.
func (s *Service) UpdateMethodResponse(ctx context.Context, in *apigateway.UpdateMethodResponseInput) (*apigateway.UpdateMethodResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.UpdateMethodResponseOutput](update(ctx, s, func(tx store.Tx) (*types.MethodResponse, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		response, err := findMethodResponse(method, *in.StatusCode)
		if err != nil {
			return nil, err
		}
		if err := methodResponsePatches.apply(response, in.PatchOperations); err != nil {
			return nil, err
		}
		return response, putMethodResponse(tx, ref, resource, method, response)
	}))
}

// DeleteMethodResponse deletes a declared response of a method.
func (s *Service) DeleteMethodResponse(ctx context.Context, in *apigateway.DeleteMethodResponseInput) (*apigateway.DeleteMethodResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteMethodResponseOutput, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		if _, err := findMethodResponse(method, *in.StatusCode); err != nil {
			return nil, err
		}
		delete(method.MethodResponses, *in.StatusCode)
		if len(method.MethodResponses) == 0 {
			method.MethodResponses = nil
		}
		return &apigateway.DeleteMethodResponseOutput{}, ref.put(tx, resource, method)
	})
}
