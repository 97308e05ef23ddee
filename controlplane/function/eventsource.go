package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Nothing polls queues and streams here: no event source mapping can be made. The operations
// that read them, which tools call for every function, tell that there are none.

// ListEventSourceMappings lists none.
func (s *Service) ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput) (*lambda.ListEventSourceMappingsOutput, error) {
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: []types.EventSourceMappingConfiguration{}}, nil
}

// GetEventSourceMapping finds none.
func (s *Service) GetEventSourceMapping(context.Context, *lambda.GetEventSourceMappingInput) (*lambda.GetEventSourceMappingOutput, error) {
	return nil, resourceNotFound()
}

// UpdateEventSourceMapping finds none.
func (s *Service) UpdateEventSourceMapping(context.Context, *lambda.UpdateEventSourceMappingInput) (*lambda.UpdateEventSourceMappingOutput, error) {
	return nil, resourceNotFound()
}

// DeleteEventSourceMapping finds none.
func (s *Service) DeleteEventSourceMapping(context.Context, *lambda.DeleteEventSourceMappingInput) (*lambda.DeleteEventSourceMappingOutput, error) {
	return nil, resourceNotFound()
}

// ListCapacityProviders lists none: functions run on this machine only.
func (s *Service) ListCapacityProviders(context.Context, *lambda.ListCapacityProvidersInput) (*lambda.ListCapacityProvidersOutput, error) {
	return &lambda.ListCapacityProvidersOutput{CapacityProviders: []types.CapacityProvider{}}, nil
}

// GetCapacityProvider finds none.
func (s *Service) GetCapacityProvider(context.Context, *lambda.GetCapacityProviderInput) (*lambda.GetCapacityProviderOutput, error) {
	return nil, resourceNotFound()
}

// resourceNotFound is what Lambda says of what is no function.
func resourceNotFound() *wire.Error { return notFound("The resource you requested does not exist.") }
