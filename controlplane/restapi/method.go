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

var (
	httpMethods        = enum{"HttpMethod", []string{"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}} // the order of RM-32
	authorizationTypes = enum{"AuthorizationType", []string{authNone, authIAM, authCustom, authCognito}}

	errNoMethod     = wire.NotFound("Invalid Method identifier specified") // RM-27
	errMethodExists = wire.Conflict("Method already exists for this resource")
	errAuthorizer   = wire.BadRequest("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.") // RM-33
	errValidatorID  = wire.BadRequest("Invalid Request Validator identifier specified")                                                                               // RM-34: 400 here
)

const (
	authNone    = "NONE"
	authIAM     = "AWS_IAM"
	authCustom  = "CUSTOM"
	authCognito = "COGNITO_USER_POOLS"
)

// errNoModelRef is RM-35.
func errNoModelRef(name string) error {
	return wire.BadRequest("Invalid model identifier specified: " + name)
}

// methodRef names a method. Whoever reads or writes part of a method reads its
// resource record, which holds it.
type methodRef struct {
	scope                   store.Scope
	apiID, resourceID, verb string
}

// find returns the resource and a copy of its method.
func (r methodRef) find(tx store.Tx) (*types.Resource, *types.Method, error) {
	resource, err := findResource(tx, r.scope, r.apiID, r.resourceID)
	if err != nil {
		return nil, nil, err
	}
	method, ok := resource.ResourceMethods[r.verb]
	if !ok {
		return nil, nil, errNoMethod
	}
	return resource, &method, nil
}

// put stores a changed method with its resource.
func (r methodRef) put(tx store.Tx, resource *types.Resource, method *types.Method) error {
	if resource.ResourceMethods == nil {
		resource.ResourceMethods = map[string]types.Method{}
	}
	resource.ResourceMethods[r.verb] = *method
	return resources.Put(tx, r.scope, resource, r.apiID, r.resourceID)
}

// PutMethod adds a method to a resource.
func (s *Service) PutMethod(ctx context.Context, in *apigateway.PutMethodInput) (*apigateway.PutMethodOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.PutMethodOutput](update(ctx, s, func(tx store.Tx) (*types.Method, error) {
		return createMethod(tx, ref, in)
	}))
}

func createMethod(tx store.Tx, ref methodRef, in *apigateway.PutMethodInput) (*types.Method, error) {
	resource, err := findResource(tx, ref.scope, ref.apiID, ref.resourceID)
	if err != nil {
		return nil, err // before the verb is looked at (RM-30, RM-31)
	}
	if _, err := httpMethods.parse(ref.verb); err != nil {
		return nil, err
	}
	if _, ok := resource.ResourceMethods[ref.verb]; ok {
		return nil, errMethodExists
	}
	// Lower case is accepted (MI-28).
	authorization, err := authorizationTypes.parse(strings.ToUpper(aws.ToString(in.AuthorizationType)))
	if err != nil {
		return nil, err
	}
	method := &types.Method{
		HttpMethod:          aws.String(ref.verb),
		AuthorizationType:   aws.String(authorization),
		ApiKeyRequired:      aws.Bool(in.ApiKeyRequired),
		AuthorizationScopes: in.AuthorizationScopes,
		AuthorizerId:        nonEmpty(aws.ToString(in.AuthorizerId)),
		OperationName:       nonEmpty(aws.ToString(in.OperationName)),
		RequestModels:       nonEmptyMap(in.RequestModels),
		RequestParameters:   nonEmptyMap(in.RequestParameters),
		RequestValidatorId:  nonEmpty(aws.ToString(in.RequestValidatorId)),
	}
	if len(method.AuthorizationScopes) == 0 {
		method.AuthorizationScopes = nil
	}
	if err := checkMethod(tx, ref, method); err != nil {
		return nil, err
	}
	return method, ref.put(tx, resource, method)
}

// checkMethod holds the rules for a whole method, new or changed.
func checkMethod(tx store.Tx, ref methodRef, method *types.Method) error {
	if err := checkAuthorizer(tx, ref, method); err != nil {
		return err
	}
	if method.RequestValidatorId != nil {
		ok, err := store.Exists(tx, validators, ref.scope, ref.apiID, *method.RequestValidatorId)
		if err != nil {
			return err
		}
		if !ok {
			return errValidatorID
		}
	}
	if err := checkModels(tx, ref, method.RequestModels); err != nil {
		return err
	}
	return checkRequestParameters(method.RequestParameters)
}

// checkAuthorizer wants an authorizer of the API, of the right kind, where the
// authorization type needs one (RM-33, RM-56); elsewhere an id is dropped (RM-55).
func checkAuthorizer(tx store.Tx, ref methodRef, method *types.Method) error {
	authorization := *method.AuthorizationType
	if authorization != authCustom && authorization != authCognito {
		method.AuthorizerId = nil
		return nil
	}
	if method.AuthorizerId == nil {
		return errAuthorizer
	}
	authorizer, err := store.Find(tx, authorizers, ref.scope, errAuthorizer, ref.apiID, *method.AuthorizerId)
	if err != nil {
		return err
	}
	if (authorizer.Type == types.AuthorizerTypeCognitoUserPools) != (authorization == authCognito) {
		return errAuthorizer
	}
	return nil
}

func checkModels(tx store.Tx, ref methodRef, byContentType map[string]string) error {
	for _, key := range sortedKeys(byContentType) {
		if err := checkModelRef(tx, ref, byContentType[key]); err != nil {
			return err
		}
	}
	return nil
}

func checkModelRef(tx store.Tx, ref methodRef, name string) error {
	ok, err := store.Exists(tx, models, ref.scope, ref.apiID, name)
	if err == nil && !ok {
		err = errNoModelRef(name)
	}
	return err
}

// GetMethod returns a method with its integration and responses.
func (s *Service) GetMethod(ctx context.Context, in *apigateway.GetMethodInput) (*apigateway.GetMethodOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return wire.Respond[apigateway.GetMethodOutput](view(ctx, s, func(tx store.Tx) (*types.Method, error) {
		_, method, err := ref.find(tx)
		return method, err
	}))
}

// DeleteMethod deletes a method with its integration and responses.
func (s *Service) DeleteMethod(ctx context.Context, in *apigateway.DeleteMethodInput) (*apigateway.DeleteMethodOutput, error) {
	ref := methodRef{scopeOf(ctx), *in.RestApiId, *in.ResourceId, *in.HttpMethod}
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteMethodOutput, error) {
		resource, _, err := ref.find(tx)
		if err != nil {
			return nil, err
		}
		delete(resource.ResourceMethods, ref.verb)
		if len(resource.ResourceMethods) == 0 {
			resource.ResourceMethods = nil // RM-02
		}
		return &apigateway.DeleteMethodOutput{}, resources.Put(tx, ref.scope, resource, ref.apiID, ref.resourceID)
	})
}
