package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var integrationResponseParameters = entries[types.IntegrationResponse, string]{
	of:      func(r *types.IntegrationResponse) *map[string]string { return &r.ResponseParameters },
	missing: errNoParameter,
	parse: func(_ *types.IntegrationResponse, _ string, p patch) (string, error) {
		if p.text() == "" {
			return "", errEmptyParameterValue
		}
		return p.text(), nil
	},
}

// An empty template is a template (IN-29).
var integrationResponseTemplates = entries[types.IntegrationResponse, string]{
	of:      func(r *types.IntegrationResponse) *map[string]string { return &r.ResponseTemplates },
	missing: errNoContentType,
	parse:   func(_ *types.IntegrationResponse, _ string, p patch) (string, error) { return p.text(), nil },
}

var integrationResponsePatches = patchTable[types.IntegrationResponse]{
	refuse: refuseShort[types.IntegrationResponse],
	rules: []patchRule[types.IntegrationResponse]{
		{path: "/selectionPattern", replace: func(r *types.IntegrationResponse, p patch) error {
			r.SelectionPattern = aws.String(p.text()) // "" stays (IN-23)
			return nil
		}},
		{path: "/contentHandling", replace: func(r *types.IntegrationResponse, p patch) (err error) {
			r.ContentHandling, err = parseContentHandling(p)
			return err
		}},
		integrationResponseParameters.rule("/responseParameters/{name}"),
		integrationResponseTemplates.rule("/responseTemplates/{contentType}"),
	},
}

func findIntegrationResponse(method *types.Method, status string) (*types.IntegrationResponse, error) {
	integration, err := findIntegration(method)
	if err != nil {
		return nil, err // IN-39
	}
	response, ok := integration.IntegrationResponses[status]
	if !ok {
		return nil, errNoStatusCode // IN-40
	}
	return &response, nil
}

// PutIntegrationResponse sets a response of an integration, in place of one with
// the same status (IN-27).
func (s *Service) PutIntegrationResponse(ctx context.Context, in *apigateway.PutIntegrationResponseInput) (*apigateway.PutIntegrationResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.PutIntegrationResponseOutput](update(ctx, s, func(tx store.Tx) (*types.IntegrationResponse, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		if _, err := findIntegration(method); err != nil {
			return nil, err
		}
		response := &types.IntegrationResponse{
			StatusCode:         in.StatusCode,
			SelectionPattern:   in.SelectionPattern,
			ContentHandling:    in.ContentHandling,
			ResponseParameters: nonEmptyMap(in.ResponseParameters),
			ResponseTemplates:  nonEmptyMap(in.ResponseTemplates),
		}
		return response, putIntegrationResponse(tx, ref, resource, method, response)
	}))
}

// putIntegrationResponse checks and stores a response, new or changed, of a method
// with an integration.
func putIntegrationResponse(tx store.Tx, ref methodRef, resource *types.Resource, method *types.Method, response *types.IntegrationResponse) error {
	if err := checkContentTypes(response.ResponseTemplates); err != nil {
		return err
	}
	if err := checkResponseMappings(method, *response.StatusCode, response.ResponseParameters); err != nil {
		return err
	}
	integration := method.MethodIntegration
	if err := checkSelectionPattern(integration, response); err != nil {
		return err
	}
	if integration.IntegrationResponses == nil {
		integration.IntegrationResponses = map[string]types.IntegrationResponse{}
	}
	integration.IntegrationResponses[*response.StatusCode] = *response
	return ref.put(tx, resource, method)
}

// checkSelectionPattern refuses a pattern that the response of another status has:
// the backend's answer could not choose between them.
func checkSelectionPattern(integration *types.Integration, response *types.IntegrationResponse) error {
	pattern := aws.ToString(response.SelectionPattern)
	for status, other := range integration.IntegrationResponses {
		if status == *response.StatusCode || aws.ToString(other.SelectionPattern) != pattern {
			continue
		}
		if pattern == "" {
			pattern = "default"
		}
		return wire.Conflict("Integration response with selection pattern " + pattern + " already exists")
	}
	return nil
}

// GetIntegrationResponse returns a response of an integration.
func (s *Service) GetIntegrationResponse(ctx context.Context, in *apigateway.GetIntegrationResponseInput) (*apigateway.GetIntegrationResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.GetIntegrationResponseOutput](view(ctx, s, func(tx store.Tx) (*types.IntegrationResponse, error) {
		_, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		return findIntegrationResponse(method, *in.StatusCode)
	}))
}

// UpdateIntegrationResponse changes a response of an integration.
func (s *Service) UpdateIntegrationResponse(ctx context.Context, in *apigateway.UpdateIntegrationResponseInput) (*apigateway.UpdateIntegrationResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.UpdateIntegrationResponseOutput](update(ctx, s, func(tx store.Tx) (*types.IntegrationResponse, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		response, err := findIntegrationResponse(method, *in.StatusCode)
		if err != nil {
			return nil, err
		}
		if err := integrationResponsePatches.apply(response, in.PatchOperations); err != nil {
			return nil, err
		}
		return response, putIntegrationResponse(tx, ref, resource, method, response)
	}))
}

// DeleteIntegrationResponse deletes a response of an integration.
func (s *Service) DeleteIntegrationResponse(ctx context.Context, in *apigateway.DeleteIntegrationResponseInput) (*apigateway.DeleteIntegrationResponseOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteIntegrationResponseOutput, error) {
		resource, method, err := ref.findToDelete(tx)
		if err != nil {
			return nil, err
		}
		if _, err := findIntegrationResponse(method, *in.StatusCode); err != nil {
			return nil, err // IN-43
		}
		integration := method.MethodIntegration
		delete(integration.IntegrationResponses, *in.StatusCode)
		if len(integration.IntegrationResponses) == 0 {
			integration.IntegrationResponses = nil // RM-60
		}
		return &apigateway.DeleteIntegrationResponseOutput{}, ref.put(tx, resource, method)
	})
}
