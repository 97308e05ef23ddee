package restapi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// keyTypeAPIKey is the one type of usage plan key.
const keyTypeAPIKey = "API_KEY"

// Unverified: the wordings.
var (
	errKeyType      = wire.BadRequest("Invalid key type specified. Must be one of: [API_KEY]")
	errKeyInPlan    = wire.Conflict("API Key is already associated with the usage plan")
	errTooManyPlans = wire.LimitExceeded("Maximum number of Usage Plans for this API key has been reached. Please contact AWS if you need additional Usage Plans.")
)

// planKeyRecord says that a key is in a plan. Name and value are the key's.
type planKeyRecord struct {
	Type string `json:"type"`
}

// plansOfKey returns the plans that hold a key.
func plansOfKey(tx store.Tx, scope store.Scope, keyID string) ([]types.UsagePlan, error) {
	var plans []types.UsagePlan
	for record, err := range usagePlans.All(tx, scope, "") {
		if err != nil {
			return nil, err
		}
		in, err := store.Exists(tx, usagePlanKeys, scope, *record.Value.Id, keyID)
		if err != nil {
			return nil, err
		}
		if in {
			plans = append(plans, *record.Value)
		}
	}
	return plans, nil
}

// checkKeyClash refuses stages of plan that others, which hold the key, hold too.
func checkKeyClash(keyID string, plan *types.UsagePlan, apiStages []types.ApiStage, others []types.UsagePlan) error {
	for _, other := range others {
		for _, stage := range other.ApiStages {
			if slices.ContainsFunc(apiStages, func(s types.ApiStage) bool { return apiStageName(s) == apiStageName(stage) }) {
				// Unverified: the wording.
				return wire.Conflict(fmt.Sprintf("Usage Plan %s cannot be added because API Key %s cannot reference multiple Usage Plans with the same API stage: %s",
					*plan.Id, keyID, apiStageName(stage)))
			}
		}
	}
	return nil
}

func usagePlanKey(key *types.ApiKey, keyType string) *types.UsagePlanKey {
	return &types.UsagePlanKey{Id: key.Id, Type: aws.String(keyType), Value: key.Value, Name: key.Name}
}

// CreateUsagePlanKey puts a key into a plan.
func (s *Service) CreateUsagePlanKey(ctx context.Context, in *apigateway.CreateUsagePlanKeyInput) (*apigateway.CreateUsagePlanKeyOutput, error) {
	if *in.KeyType != keyTypeAPIKey {
		return nil, errKeyType
	}
	scope := scopeOf(ctx)
	return wire.Respond[apigateway.CreateUsagePlanKeyOutput](update(ctx, s, func(tx store.Tx) (*types.UsagePlanKey, error) {
		key, err := s.createPlanKey(tx, scope, *in.UsagePlanId, *in.KeyId)
		if err != nil {
			return nil, err
		}
		return usagePlanKey(key, keyTypeAPIKey), nil
	}))
}

func (s *Service) createPlanKey(tx store.Tx, scope store.Scope, planID, keyID string) (*types.ApiKey, error) {
	plan, err := findUsagePlan(tx, scope, planID)
	if err != nil {
		return nil, err
	}
	key, err := findAPIKey(tx, scope, keyID)
	if err != nil {
		return nil, err
	}
	plans, err := plansOfKey(tx, scope, keyID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(plans, func(p types.UsagePlan) bool { return *p.Id == planID }) {
		return nil, errKeyInPlan
	}
	if len(plans) >= s.limits.UsagePlansPerKey {
		return nil, errTooManyPlans
	}
	if err := checkKeyClash(keyID, plan, plan.ApiStages, plans); err != nil {
		return nil, err
	}
	return key, usagePlanKeys.Put(tx, scope, &planKeyRecord{Type: keyTypeAPIKey}, planID, keyID)
}

// findPlanKey returns a key with its membership of a plan.
func findPlanKey(tx store.Tx, scope store.Scope, planID, keyID string) (*types.UsagePlanKey, error) {
	if _, err := findUsagePlan(tx, scope, planID); err != nil {
		return nil, err
	}
	record, err := store.Find(tx, usagePlanKeys, scope, errNoAPIKey, planID, keyID)
	if err != nil {
		return nil, err
	}
	key, err := findAPIKey(tx, scope, keyID)
	if err != nil {
		return nil, err
	}
	return usagePlanKey(key, record.Type), nil
}

// GetUsagePlanKey returns a key of a plan.
func (s *Service) GetUsagePlanKey(ctx context.Context, in *apigateway.GetUsagePlanKeyInput) (*apigateway.GetUsagePlanKeyOutput, error) {
	return wire.Respond[apigateway.GetUsagePlanKeyOutput](view(ctx, s, func(tx store.Tx) (*types.UsagePlanKey, error) {
		return findPlanKey(tx, scopeOf(ctx), *in.UsagePlanId, *in.KeyId)
	}))
}

// GetUsagePlanKeys lists the keys of a plan in order of id: all, or those whose
// name begins with a text.
func (s *Service) GetUsagePlanKeys(ctx context.Context, in *apigateway.GetUsagePlanKeysInput) (*apigateway.GetUsagePlanKeysOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope, planID := scopeOf(ctx), *in.UsagePlanId
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetUsagePlanKeysOutput, error) {
		if _, err := findUsagePlan(tx, scope, planID); err != nil {
			return nil, err
		}
		items, next, err := store.Take(page, func(yield func(store.Record[types.UsagePlanKey], error) bool) {
			for record, err := range usagePlanKeys.All(tx, scope, page.After, planID) {
				shown := store.Record[types.UsagePlanKey]{ID: record.ID}
				if err == nil {
					shown.Value, err = findPlanKey(tx, scope, planID, record.ID[1])
				}
				if err == nil && !strings.HasPrefix(aws.ToString(shown.Value.Name), aws.ToString(in.NameQuery)) {
					continue
				}
				if !yield(shown, err) {
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
		return &apigateway.GetUsagePlanKeysOutput{Items: items, Position: next}, nil
	})
}

// DeleteUsagePlanKey takes a key out of a plan; the key itself stays.
func (s *Service) DeleteUsagePlanKey(ctx context.Context, in *apigateway.DeleteUsagePlanKeyInput) (*apigateway.DeleteUsagePlanKeyOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteUsagePlanKeyOutput, error) {
		if _, err := findPlanKey(tx, scope, *in.UsagePlanId, *in.KeyId); err != nil {
			return nil, err
		}
		return &apigateway.DeleteUsagePlanKeyOutput{}, deletePlanKey(tx, scope, *in.UsagePlanId, *in.KeyId)
	})
}

func deletePlanKey(tx store.Tx, scope store.Scope, planID, keyID string) error {
	if err := quotaGrants.DeleteUnder(tx, scope, planID, keyID); err != nil {
		return err
	}
	return usagePlanKeys.Delete(tx, scope, planID, keyID)
}
