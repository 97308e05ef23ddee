package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	// errNoValidator also answers an unknown API id (MV-25, MI-10).
	errNoValidator       = wire.NotFound("Invalid Request Validator identifier specified")
	errNoAPIForValidator = wire.BadRequest("Invalid REST API identifier specified")  // MV-28
	errValidatorTaken    = wire.BadRequest("Request Validator name must be unique")  // seen in public reports
	errValidatorName     = wire.BadRequest("Request Validator name cannot be blank") // MV-32
)

var validatorPatches = patchTable[types.RequestValidator]{
	refuse: refuseWithPaths[types.RequestValidator],
	rules: []patchRule[types.RequestValidator]{ // in the order of MV-31
		{path: "/name", replace: setText(func(v *types.RequestValidator) **string { return &v.Name })},
		{path: "/validateRequestParameters", replace: func(v *types.RequestValidator, p patch) error {
			v.ValidateRequestParameters = p.isTrue()
			return nil
		}},
		{path: "/validateRequestBody", replace: func(v *types.RequestValidator, p patch) error {
			v.ValidateRequestBody = p.isTrue() // MV-22
			return nil
		}},
	},
}

func findValidator(tx store.Tx, scope store.Scope, apiID, id string) (*types.RequestValidator, error) {
	return store.Find(tx, validators, scope, errNoValidator, apiID, id)
}

// CreateRequestValidator adds a request validator to an API.
func (s *Service) CreateRequestValidator(ctx context.Context, in *apigateway.CreateRequestValidatorInput) (*apigateway.CreateRequestValidatorOutput, error) {
	scope := scopeOf(ctx)
	validator := &types.RequestValidator{
		Id: aws.String(newValidatorID()), Name: in.Name,
		ValidateRequestBody: in.ValidateRequestBody, ValidateRequestParameters: in.ValidateRequestParameters,
	}
	return wire.Respond[apigateway.CreateRequestValidatorOutput](update(ctx, s, func(tx store.Tx) (*types.RequestValidator, error) {
		ok, err := store.Exists(tx, apis, scope, *in.RestApiId)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, errNoAPIForValidator
		}
		return validator, putValidator(tx, scope, *in.RestApiId, validator)
	}))
}

// putValidator checks and stores a request validator, new or changed.
func putValidator(tx store.Tx, scope store.Scope, apiID string, validator *types.RequestValidator) error {
	if aws.ToString(validator.Name) == "" {
		return errValidatorName
	}
	for other, err := range validators.All(tx, scope, "", apiID) {
		if err != nil {
			return err
		}
		if *other.Value.Id != *validator.Id && *other.Value.Name == *validator.Name {
			return errValidatorTaken
		}
	}
	return validators.Put(tx, scope, validator, apiID, *validator.Id)
}

// GetRequestValidator returns a request validator.
func (s *Service) GetRequestValidator(ctx context.Context, in *apigateway.GetRequestValidatorInput) (*apigateway.GetRequestValidatorOutput, error) {
	return wire.Respond[apigateway.GetRequestValidatorOutput](view(ctx, s, func(tx store.Tx) (*types.RequestValidator, error) {
		return findValidator(tx, scopeOf(ctx), *in.RestApiId, *in.RequestValidatorId)
	}))
}

// GetRequestValidators lists the request validators of an API in order of id.
func (s *Service) GetRequestValidators(ctx context.Context, in *apigateway.GetRequestValidatorsInput) (*apigateway.GetRequestValidatorsOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetRequestValidatorsOutput, error) {
		if _, err := findAPI(tx, scope, *in.RestApiId); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, validators.All(tx, scope, page.After, *in.RestApiId))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetRequestValidatorsOutput{Items: items, Position: next}, nil
	})
}

// UpdateRequestValidator changes a request validator.
func (s *Service) UpdateRequestValidator(ctx context.Context, in *apigateway.UpdateRequestValidatorInput) (*apigateway.UpdateRequestValidatorOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateRequestValidatorOutput](update(ctx, s, func(tx store.Tx) (*types.RequestValidator, error) {
		validator, err := findValidator(tx, scope, *in.RestApiId, *in.RequestValidatorId)
		if err != nil {
			return nil, err
		}
		if err := validatorPatches.apply(validator, in.PatchOperations); err != nil {
			return nil, err
		}
		return validator, putValidator(tx, scope, *in.RestApiId, validator)
	}))
}

// DeleteRequestValidator deletes a request validator that no method refers to.
func (s *Service) DeleteRequestValidator(ctx context.Context, in *apigateway.DeleteRequestValidatorInput) (*apigateway.DeleteRequestValidatorOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteRequestValidatorOutput, error) {
		validator, err := findValidator(tx, scope, *in.RestApiId, *in.RequestValidatorId)
		if err != nil {
			return nil, err
		}
		path, err := methodThat(tx, scope, *in.RestApiId, func(method types.Method) bool {
			return aws.ToString(method.RequestValidatorId) == *validator.Id
		})
		if err != nil {
			return nil, err
		}
		if path != "" {
			// Unverified: the wording. Were it deleted, the method would go unguarded.
			return nil, errReferenced("request validator", aws.ToString(validator.Name), "request", path)
		}
		return &apigateway.DeleteRequestValidatorOutput{}, validators.Delete(tx, scope, *in.RestApiId, *validator.Id)
	})
}
