package restapi

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// defaultGatewayTemplate is the template of every type (GR-01).
const defaultGatewayTemplate = `{"message":$context.error.messageString}`

var errNoGatewayResponse = wire.NotFound("Gateway response type not defined on api") // GR-22

// gatewayStatuses are the default status codes (GR-02). The two defaults have
// none: each type that falls back to them keeps its own.
var gatewayStatuses = map[types.GatewayResponseType]string{
	types.GatewayResponseTypeAccessDenied:                 "403",
	types.GatewayResponseTypeApiConfigurationError:        "500",
	types.GatewayResponseTypeAuthorizerConfigurationError: "500",
	types.GatewayResponseTypeAuthorizerFailure:            "500",
	types.GatewayResponseTypeBadRequestBody:               "400",
	types.GatewayResponseTypeBadRequestParameters:         "400",
	types.GatewayResponseTypeDefault4xx:                   "",
	types.GatewayResponseTypeDefault5xx:                   "",
	types.GatewayResponseTypeExpiredToken:                 "403",
	types.GatewayResponseTypeIntegrationFailure:           "504",
	types.GatewayResponseTypeIntegrationTimeout:           "504",
	types.GatewayResponseTypeInvalidApiKey:                "403",
	types.GatewayResponseTypeInvalidSignature:             "403",
	types.GatewayResponseTypeMissingAuthenticationToken:   "403",
	types.GatewayResponseTypeQuotaExceeded:                "429",
	types.GatewayResponseTypeRequestTooLarge:              "413",
	types.GatewayResponseTypeResourceNotFound:             "404",
	types.GatewayResponseTypeThrottled:                    "429",
	types.GatewayResponseTypeUnauthorized:                 "401",
	types.GatewayResponseTypeUnsupportedMediaType:         "415",
	types.GatewayResponseTypeWafFiltered:                  "403",
}

// defaultGatewayResponse is a type that was never put.
func defaultGatewayResponse(responseType types.GatewayResponseType) *types.GatewayResponse {
	return &types.GatewayResponse{
		ResponseType: responseType, StatusCode: nonEmpty(gatewayStatuses[responseType]),
		ResponseParameters: map[string]string{},
		ResponseTemplates:  map[string]string{"application/json": defaultGatewayTemplate},
		DefaultResponse:    true,
	}
}

// fallback is the default type that a type falls back to, by its own status code.
func fallback(responseType types.GatewayResponseType) types.GatewayResponseType {
	switch gatewayStatuses[responseType] {
	case "":
		return "" // a default itself
	case "500", "504":
		return types.GatewayResponseTypeDefault5xx
	default:
		return types.GatewayResponseTypeDefault4xx
	}
}

// effectiveGatewayResponse is what a type amounts to, given those that were put: a
// type that was put inherits nothing (GR-11), another one what its default type
// was put with (GR-10).
func effectiveGatewayResponse(put map[types.GatewayResponseType]types.GatewayResponse, responseType types.GatewayResponseType) *types.GatewayResponse {
	if own, ok := put[responseType]; ok {
		return &own
	}
	response := defaultGatewayResponse(responseType)
	inherited, ok := put[fallback(responseType)]
	if !ok {
		return response
	}
	if inherited.StatusCode != nil {
		response.StatusCode = inherited.StatusCode
	}
	response.ResponseParameters = inherited.ResponseParameters
	response.ResponseTemplates = inherited.ResponseTemplates
	return response
}

// putGatewayResponses returns the responses that were put to an API.
func putGatewayResponses(tx store.Tx, scope store.Scope, apiID string) (map[types.GatewayResponseType]types.GatewayResponse, error) {
	put := map[types.GatewayResponseType]types.GatewayResponse{}
	for record, err := range gatewayResponses.All(tx, scope, "", apiID) {
		if err != nil {
			return nil, err
		}
		put[record.Value.ResponseType] = *record.Value
	}
	return put, nil
}

// settleGatewayResponse fills in what a response that is put does not say (GR-06).
func settleGatewayResponse(response *types.GatewayResponse) {
	base := defaultGatewayResponse(response.ResponseType)
	if aws.ToString(response.StatusCode) == "" {
		response.StatusCode = base.StatusCode
	}
	if len(response.ResponseParameters) == 0 {
		response.ResponseParameters = base.ResponseParameters
	}
	if len(response.ResponseTemplates) == 0 {
		response.ResponseTemplates = base.ResponseTemplates
	}
	response.DefaultResponse = false
}

// PutGatewayResponse customises a type, in place of what it was.
func (s *Service) PutGatewayResponse(ctx context.Context, in *apigateway.PutGatewayResponseInput) (*apigateway.PutGatewayResponseOutput, error) {
	scope := scopeOf(ctx)
	response := &types.GatewayResponse{
		ResponseType: in.ResponseType, StatusCode: in.StatusCode,
		ResponseParameters: maps.Clone(in.ResponseParameters), ResponseTemplates: maps.Clone(in.ResponseTemplates),
	}
	settleGatewayResponse(response)
	return wire.Respond[apigateway.PutGatewayResponseOutput](update(ctx, s, func(tx store.Tx) (*types.GatewayResponse, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		if err := checkGatewayResponse(response); err != nil {
			return nil, err
		}
		return response, gatewayResponses.Put(tx, scope, response, *in.RestApiId, string(in.ResponseType))
	}))
}

// GetGatewayResponse returns a type, put or not (GR-01).
func (s *Service) GetGatewayResponse(ctx context.Context, in *apigateway.GetGatewayResponseInput) (*apigateway.GetGatewayResponseOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.GetGatewayResponseOutput](view(ctx, s, func(tx store.Tx) (*types.GatewayResponse, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		put, err := putGatewayResponses(tx, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		return effectiveGatewayResponse(put, in.ResponseType), nil
	}))
}

// GetGatewayResponses lists all types in alphabetical order, put or not (GR-02).
func (s *Service) GetGatewayResponses(ctx context.Context, in *apigateway.GetGatewayResponsesInput) (*apigateway.GetGatewayResponsesOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetGatewayResponsesOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		put, err := putGatewayResponses(tx, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, func(yield func(store.Record[types.GatewayResponse], error) bool) {
			for _, responseType := range slices.Sorted(maps.Keys(gatewayStatuses)) {
				if string(responseType) <= page.After {
					continue
				}
				record := store.Record[types.GatewayResponse]{ID: []string{string(responseType)}, Value: effectiveGatewayResponse(put, responseType)}
				if !yield(record, nil) {
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
		return &apigateway.GetGatewayResponsesOutput{Items: items, Position: next}, nil
	})
}

// DeleteGatewayResponse takes a type back to its default (GR-05).
func (s *Service) DeleteGatewayResponse(ctx context.Context, in *apigateway.DeleteGatewayResponseInput) (*apigateway.DeleteGatewayResponseOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteGatewayResponseOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		if _, err := store.Find(tx, gatewayResponses, scope, errNoGatewayResponse, *in.RestApiId, string(in.ResponseType)); err != nil {
			return nil, err
		}
		return &apigateway.DeleteGatewayResponseOutput{}, gatewayResponses.Delete(tx, scope, *in.RestApiId, string(in.ResponseType))
	})
}
