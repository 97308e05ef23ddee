package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Code signing configurations guard what is deployed and cannot be enforced here:
// none can be made. The operations that read them tell that there are none.

// GetFunctionCodeSigningConfig answers that a function has no code signing
// configuration.
func (s *Service) GetFunctionCodeSigningConfig(
	ctx context.Context, in *lambda.GetFunctionCodeSigningConfigInput,
) (*lambda.GetFunctionCodeSigningConfigOutput, error) {
	r, err := ownFunction(ctx, "GetFunctionCodeSigningConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetFunctionCodeSigningConfigOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		return &lambda.GetFunctionCodeSigningConfigOutput{FunctionName: &r.name}, nil
	})
}

// DeleteFunctionCodeSigningConfig leaves a function without a code signing
// configuration, as it is already.
func (s *Service) DeleteFunctionCodeSigningConfig(
	ctx context.Context, in *lambda.DeleteFunctionCodeSigningConfigInput,
) (*lambda.DeleteFunctionCodeSigningConfigOutput, error) {
	r, err := ownFunction(ctx, "DeleteFunctionCodeSigningConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.DeleteFunctionCodeSigningConfigOutput, error) {
		_, err := findFunction(tx, r)
		return &lambda.DeleteFunctionCodeSigningConfigOutput{}, err
	})
}

// ListCodeSigningConfigs lists none.
func (s *Service) ListCodeSigningConfigs(
	context.Context, *lambda.ListCodeSigningConfigsInput,
) (*lambda.ListCodeSigningConfigsOutput, error) {
	return &lambda.ListCodeSigningConfigsOutput{CodeSigningConfigs: []types.CodeSigningConfig{}}, nil
}

// GetCodeSigningConfig finds none.
func (s *Service) GetCodeSigningConfig(
	_ context.Context, in *lambda.GetCodeSigningConfigInput,
) (*lambda.GetCodeSigningConfigOutput, error) {
	return nil, codeSigningNotFound(in.CodeSigningConfigArn)
}

// UpdateCodeSigningConfig finds none.
func (s *Service) UpdateCodeSigningConfig(
	_ context.Context, in *lambda.UpdateCodeSigningConfigInput,
) (*lambda.UpdateCodeSigningConfigOutput, error) {
	return nil, codeSigningNotFound(in.CodeSigningConfigArn)
}

// DeleteCodeSigningConfig finds none.
func (s *Service) DeleteCodeSigningConfig(
	_ context.Context, in *lambda.DeleteCodeSigningConfigInput,
) (*lambda.DeleteCodeSigningConfigOutput, error) {
	return nil, codeSigningNotFound(in.CodeSigningConfigArn)
}

// ListFunctionsByCodeSigningConfig finds no configuration.
func (s *Service) ListFunctionsByCodeSigningConfig(
	_ context.Context, in *lambda.ListFunctionsByCodeSigningConfigInput,
) (*lambda.ListFunctionsByCodeSigningConfigOutput, error) {
	return nil, codeSigningNotFound(in.CodeSigningConfigArn)
}

func codeSigningNotFound(arn *string) *wire.Error {
	// Unverified: the wording.
	return notFound("The code signing configuration cannot be found. Check that the provided configuration is not deleted: " + aws.ToString(arn) + ".")
}
