package restapi

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	minTimeoutMillis = 50
	// maxStreamTimeoutMillis is the limit of integrations that stream their response.
	maxStreamTimeoutMillis = 900_000

	whenNoMatch = "WHEN_NO_MATCH"
)

var (
	errNoIntegration = wire.NotFound("Invalid Integration identifier specified")                           // IN-14
	errConnectionID  = wire.BadRequest("Connection ID must be specified when connection type is VPC_LINK") // Unverified: the wording.

	passthroughBehaviors = enum{"PassthroughBehavior", []string{whenNoMatch, "NEVER", "WHEN_NO_TEMPLATES"}}
)

// PutIntegration sets the integration of a method. An integration that was there
// goes with its responses.
func (s *Service) PutIntegration(ctx context.Context, in *apigateway.PutIntegrationInput) (*apigateway.PutIntegrationOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.PutIntegrationOutput](update(ctx, s, func(tx store.Tx) (*types.Integration, error) {
		resource, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		integration := newIntegration(in)
		if err := s.checkIntegration(method, integration); err != nil {
			return nil, err
		}
		method.MethodIntegration = integration
		return integration, ref.put(tx, resource, method)
	}))
}

// newIntegration makes the record, with AWS's defaults (IN-04).
func newIntegration(in *apigateway.PutIntegrationInput) *types.Integration {
	integration := &types.Integration{
		Type:                 in.Type,
		HttpMethod:           nonEmpty(aws.ToString(in.IntegrationHttpMethod)),
		Uri:                  nonEmpty(aws.ToString(in.Uri)),
		Credentials:          nonEmpty(aws.ToString(in.Credentials)),
		ConnectionType:       in.ConnectionType,
		ConnectionId:         nonEmpty(aws.ToString(in.ConnectionId)),
		IntegrationTarget:    nonEmpty(aws.ToString(in.IntegrationTarget)),
		ContentHandling:      in.ContentHandling,
		PassthroughBehavior:  aws.String(whenNoMatch),
		RequestParameters:    nonEmptyMap(in.RequestParameters),
		RequestTemplates:     nonEmptyMap(in.RequestTemplates),
		ResponseTransferMode: in.ResponseTransferMode,
		TlsConfig:            in.TlsConfig,
		TimeoutInMillis:      29_000,
		CacheNamespace:       in.ResourceId,
		CacheKeyParameters:   []string{},
	}
	if in.PassthroughBehavior != nil {
		integration.PassthroughBehavior = in.PassthroughBehavior
	}
	if in.TimeoutInMillis != nil {
		integration.TimeoutInMillis = *in.TimeoutInMillis
	}
	if aws.ToString(in.CacheNamespace) != "" {
		integration.CacheNamespace = in.CacheNamespace
	}
	if in.CacheKeyParameters != nil {
		integration.CacheKeyParameters = in.CacheKeyParameters
	}
	return integration
}

// checkIntegration holds the rules for a whole integration, new or changed.
func (s *Service) checkIntegration(method *types.Method, integration *types.Integration) error {
	// MOCK has no backend, so it needs no verb (IN-06).
	if integration.Type != types.IntegrationTypeMock || integration.HttpMethod != nil {
		if _, err := httpMethods.parse(aws.ToString(integration.HttpMethod)); err != nil {
			return err
		}
	}
	if err := checkURI(integration); err != nil {
		return err
	}
	if err := checkCredentials(integration.Credentials); err != nil {
		return err
	}
	if _, err := passthroughBehaviors.parse(aws.ToString(integration.PassthroughBehavior)); err != nil {
		return err
	}
	// IN-07: a reference to a stage variable will do for a connection id.
	if integration.ConnectionType == types.ConnectionTypeVpcLink && integration.ConnectionId == nil {
		return errConnectionID
	}
	limit := s.limits.IntegrationTimeoutMillis
	if integration.ResponseTransferMode == types.ResponseTransferModeStream {
		limit = maxStreamTimeoutMillis
	}
	if integration.TimeoutInMillis < minTimeoutMillis || integration.TimeoutInMillis > limit {
		return wire.BadRequest(fmt.Sprintf("Timeout should be between %d ms and %d ms", minTimeoutMillis, limit))
	}
	if err := checkContentTypes(integration.RequestTemplates); err != nil {
		return err
	}
	return checkIntegrationParameters(method, integration.RequestParameters, integration.CacheKeyParameters)
}

// findIntegration returns the integration of a method that exists.
func findIntegration(method *types.Method) (*types.Integration, error) {
	if method.MethodIntegration == nil {
		return nil, errNoIntegration
	}
	return method.MethodIntegration, nil
}

// findToDelete is find for operations that delete something of an integration:
// they call a missing method a missing integration (IN-42).
func (r methodRef) findToDelete(tx store.Tx) (*types.Resource, *types.Method, error) {
	resource, err := findResource(tx, r.scope, r.apiID, r.resourceID)
	if err != nil {
		return nil, nil, err // IN-41
	}
	method, ok := resource.ResourceMethods[r.verb]
	if !ok || method.MethodIntegration == nil {
		return nil, nil, errNoIntegration
	}
	return resource, &method, nil
}

// GetIntegration returns the integration of a method.
func (s *Service) GetIntegration(ctx context.Context, in *apigateway.GetIntegrationInput) (*apigateway.GetIntegrationOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.GetIntegrationOutput](view(ctx, s, func(tx store.Tx) (*types.Integration, error) {
		_, method, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		return findIntegration(method)
	}))
}

// DeleteIntegration deletes the integration of a method with its responses.
func (s *Service) DeleteIntegration(ctx context.Context, in *apigateway.DeleteIntegrationInput) (*apigateway.DeleteIntegrationOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteIntegrationOutput, error) {
		resource, method, err := ref.findToDelete(tx)
		if err != nil {
			return nil, err
		}
		method.MethodIntegration = nil
		return &apigateway.DeleteIntegrationOutput{}, ref.put(tx, resource, method)
	})
}
