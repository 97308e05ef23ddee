package restapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var accountPatches = patchTable[apigateway.GetAccountOutput]{
	refuse: refuseShort[apigateway.GetAccountOutput],
	rules: []patchRule[apigateway.GetAccountOutput]{
		{path: "/cloudwatchRoleArn", replace: setText(accountRole), remove: clearText(accountRole)},
		{path: "/features", add: func(a *apigateway.GetAccountOutput, p patch) error {
			a.Features = withElement(a.Features, p.text())
			return nil
		}},
	},
}

func accountRole(a *apigateway.GetAccountOutput) **string { return &a.CloudwatchRoleArn }

// findAccount returns the settings of an account in a region, AWS's defaults when
// none were stored.
func findAccount(tx store.Tx, scope store.Scope) (*apigateway.GetAccountOutput, error) {
	ok, err := store.Exists(tx, accounts, scope, scope.Account)
	if err != nil {
		return nil, err
	}
	if ok {
		return accounts.Get(tx, scope, scope.Account)
	}
	return &apigateway.GetAccountOutput{
		ApiKeyVersion:    aws.String("4"),
		Features:         []string{"UsagePlans"},
		ThrottleSettings: &types.ThrottleSettings{BurstLimit: 5000, RateLimit: 10000},
	}, nil
}

// GetAccount returns the settings of the caller's account and region.
func (s *Service) GetAccount(ctx context.Context, _ *apigateway.GetAccountInput) (*apigateway.GetAccountOutput, error) {
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetAccountOutput, error) {
		return findAccount(tx, scopeOf(ctx))
	})
}

// UpdateAccount changes the settings of the caller's account and region.
func (s *Service) UpdateAccount(ctx context.Context, in *apigateway.UpdateAccountInput) (*apigateway.UpdateAccountOutput, error) {
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.UpdateAccountOutput](update(ctx, s, func(tx store.Tx) (*apigateway.GetAccountOutput, error) {
		account, err := findAccount(tx, scope)
		if err != nil {
			return nil, err
		}
		if err := accountPatches.apply(account, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkCredentials(account.CloudwatchRoleArn); err != nil {
			return nil, err
		}
		return account, accounts.Put(tx, scope, account, scope.Account)
	}))
}
