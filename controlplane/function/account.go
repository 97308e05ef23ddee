package function

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// GetAccountSettings returns the limits and what is used of them.
func (s *Service) GetAccountSettings(ctx context.Context, _ *lambda.GetAccountSettingsInput) (*lambda.GetAccountSettingsOutput, error) {
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*lambda.GetAccountSettingsOutput, error) {
		usage := new(types.AccountUsage)
		for record, err := range functions.All(tx, scope, "") {
			if err != nil {
				return nil, err
			}
			usage.FunctionCount++
			usage.TotalCodeSize += record.Value.Config.CodeSize
		}
		for record, err := range versions.All(tx, scope, "") {
			if err != nil {
				return nil, err
			}
			usage.TotalCodeSize += record.Value.Config.CodeSize
		}
		for record, err := range layerVersions.All(tx, scope, "") {
			if err != nil {
				return nil, err
			}
			usage.TotalCodeSize += record.Value.CodeSize
		}
		reserved, err := reservedBy(tx, scope, "")
		if err != nil {
			return nil, err
		}
		return &lambda.GetAccountSettingsOutput{
			AccountLimit: &types.AccountLimit{
				CodeSizeUnzipped:               maxUnzippedBytes,
				CodeSizeZipped:                 maxZipBytes,
				ConcurrentExecutions:           int32(s.concurrency),
				TotalCodeSize:                  s.codeStorage,
				UnreservedConcurrentExecutions: aws.Int32(int32(max(s.concurrency-reserved, 0))),
			},
			AccountUsage: usage,
		}, nil
	})
}
