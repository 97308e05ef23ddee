package function

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// recursionRecord is a function's recursion configuration.
type recursionRecord struct {
	RecursiveLoop types.RecursiveLoop
}

// PutFunctionRecursionConfig says whether a loop of destinations that leads back
// to the function goes on or is ended.
func (s *Service) PutFunctionRecursionConfig(
	ctx context.Context, in *lambda.PutFunctionRecursionConfigInput,
) (*lambda.PutFunctionRecursionConfigOutput, error) {
	r, err := ownFunction(ctx, "PutFunctionRecursionConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(in.RecursiveLoop.Values(), in.RecursiveLoop) {
		return nil, enumViolation("recursiveLoop", in.RecursiveLoop, in.RecursiveLoop.Values())
	}
	record := &recursionRecord{RecursiveLoop: in.RecursiveLoop}
	return update(ctx, s, func(tx store.Tx) (*lambda.PutFunctionRecursionConfigOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		return &lambda.PutFunctionRecursionConfigOutput{RecursiveLoop: in.RecursiveLoop}, recursions.Put(tx, r.scope, record, r.name)
	})
}

// GetFunctionRecursionConfig returns a function's recursion configuration,
// Terminate by default.
func (s *Service) GetFunctionRecursionConfig(
	ctx context.Context, in *lambda.GetFunctionRecursionConfigInput,
) (*lambda.GetFunctionRecursionConfigOutput, error) {
	r, err := ownFunction(ctx, "GetFunctionRecursionConfig", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.GetFunctionRecursionConfigOutput, error) {
		if _, err := findFunction(tx, r); err != nil {
			return nil, err
		}
		record, err := findOrNil(tx, recursions, r.scope, r.name)
		if err != nil {
			return nil, err
		}
		if record == nil {
			record = &recursionRecord{RecursiveLoop: types.RecursiveLoopTerminate}
		}
		return &lambda.GetFunctionRecursionConfigOutput{RecursiveLoop: record.RecursiveLoop}, nil
	})
}
