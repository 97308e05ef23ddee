package restapi

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/tagging"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

var (
	errNoUsagePlan = wire.NotFound("Invalid Usage Plan ID specified") // UP-06
	errAPIStage    = wire.BadRequest("Invalid API Stage specified")   // UP-07, UP-08
	// errStageMembers is a format that AWS never fills in; seen in public reports.
	errStageMembers      = wire.BadRequest("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
	errUsagePlanName     = wire.BadRequest("Usage Plan name must be non-empty")                                                                         // Unverified: the wording.
	errThrottle          = wire.BadRequest("Invalid throttle specified. The rate and burst limits cannot be negative")                                  // Unverified: the wording.
	errQuota             = wire.BadRequest("Invalid quota specified. The limit and offset cannot be negative")                                          // Unverified: the wording.
	errQuotaPeriod       = wire.BadRequest("Invalid quota specified. The period must be one of: [DAY, WEEK, MONTH]")                                    // Unverified: the wording.
	errTooManyUsagePlans = wire.LimitExceeded("Maximum number of Usage Plans has been reached. Please contact AWS if you need additional Usage Plans.") // Unverified: the wording.
)

// errNoAPIStage is the error for a stage that a plan is to hold and that is not
// there; seen in public reports.
func errNoAPIStage(stage types.ApiStage) error {
	return wire.NotFound("API Stage not found: " + apiStageName(stage))
}

func apiStageName(stage types.ApiStage) string {
	return aws.ToString(stage.ApiId) + ":" + aws.ToString(stage.Stage)
}

func findUsagePlan(tx store.Tx, scope store.Scope, id string) (*types.UsagePlan, error) {
	return store.Find(tx, usagePlans, scope, errNoUsagePlan, id)
}

// shownUsagePlan is a plan as single responses have it: with tags, if empty (MI-24).
func shownUsagePlan(plan *types.UsagePlan, err error) (*types.UsagePlan, error) {
	if err != nil {
		return nil, err
	}
	if plan.Tags == nil {
		plan.Tags = map[string]string{}
	}
	return plan, nil
}

// CreateUsagePlan makes a plan, perhaps with stages, that exist.
func (s *Service) CreateUsagePlan(ctx context.Context, in *apigateway.CreateUsagePlanInput) (*apigateway.CreateUsagePlanOutput, error) {
	if err := tagging.Check(in.Tags); err != nil {
		return nil, err
	}
	scope, now := scopeOf(ctx), s.timestamp()
	plan := &types.UsagePlan{
		Id: aws.String(newUsagePlanID()), Name: in.Name, Description: nonEmpty(aws.ToString(in.Description)),
		ApiStages: slices.Clone(in.ApiStages), Throttle: in.Throttle, Quota: in.Quota,
		Tags: maps.Clone(nonEmptyMap(in.Tags)),
	}
	return wire.Respond[apigateway.CreateUsagePlanOutput](update(ctx, s, func(tx store.Tx) (*types.UsagePlan, error) {
		if err := store.CheckRoom(tx, usagePlans, scope, s.limits.UsagePlans, errTooManyUsagePlans); err != nil {
			return nil, err
		}
		return plan, putUsagePlan(tx, scope, plan, *now)
	}))
}

// putUsagePlan checks and stores a plan, new or changed.
func putUsagePlan(tx store.Tx, scope store.Scope, plan *types.UsagePlan, now time.Time) error {
	if err := checkUsagePlan(plan); err != nil {
		return err
	}
	named := map[string]bool{}
	for _, stage := range plan.ApiStages {
		name := apiStageName(stage)
		if named[name] {
			return errStageTwice(name)
		}
		named[name] = true
		there, err := store.Exists(tx, stages, scope, aws.ToString(stage.ApiId), aws.ToString(stage.Stage))
		if err != nil {
			return err
		}
		if !there {
			return errNoAPIStage(stage)
		}
	}
	if err := settleQuotaStart(tx, scope, plan, now); err != nil {
		return err
	}
	if len(plan.ApiStages) == 0 {
		plan.ApiStages = nil
	}
	return usagePlans.Put(tx, scope, plan, *plan.Id)
}

func errStageTwice(name string) error {
	return wire.Conflict("API Stage " + name + " is already associated with the usage plan") // Unverified: the wording.
}

// checkUsagePlan holds the rules for a plan that need no state.
func checkUsagePlan(plan *types.UsagePlan) error {
	if aws.ToString(plan.Name) == "" {
		return errUsagePlanName
	}
	throttles := map[string]types.ThrottleSettings{}
	if plan.Throttle != nil {
		throttles[""] = *plan.Throttle
	}
	for _, stage := range plan.ApiStages {
		if aws.ToString(stage.ApiId) == "" || aws.ToString(stage.Stage) == "" {
			return errStageMembers
		}
		for method, throttle := range stage.Throttle {
			throttles[apiStageName(stage)+method] = throttle
		}
	}
	for _, throttle := range throttles {
		if throttle.BurstLimit < 0 || !(throttle.RateLimit >= 0) || math.IsInf(throttle.RateLimit, 0) {
			return errThrottle
		}
	}
	if quota := plan.Quota; quota != nil {
		if quota.Limit < 0 || quota.Offset < 0 {
			return errQuota
		}
		if !slices.Contains(quota.Period.Values(), quota.Period) {
			return errQuotaPeriod
		}
	}
	return nil
}

// GetUsagePlan returns a plan.
func (s *Service) GetUsagePlan(ctx context.Context, in *apigateway.GetUsagePlanInput) (*apigateway.GetUsagePlanOutput, error) {
	return wire.Respond[apigateway.GetUsagePlanOutput](shownUsagePlan(view(ctx, s, func(tx store.Tx) (*types.UsagePlan, error) {
		return findUsagePlan(tx, scopeOf(ctx), *in.UsagePlanId)
	})))
}

// GetUsagePlans lists the plans of the caller's account and region in order of id:
// all, or those that a key is in.
func (s *Service) GetUsagePlans(ctx context.Context, in *apigateway.GetUsagePlansInput) (*apigateway.GetUsagePlansOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetUsagePlansOutput, error) {
		wanted := func(*types.UsagePlan) bool { return true }
		if in.KeyId != nil {
			plans, err := plansOfKey(tx, scope, *in.KeyId)
			if err != nil {
				return nil, err
			}
			wanted = func(plan *types.UsagePlan) bool {
				return slices.ContainsFunc(plans, func(p types.UsagePlan) bool { return *p.Id == *plan.Id })
			}
		}
		items, next, err := store.Take(page, store.Filtered(usagePlans.All(tx, scope, page.After), wanted))
		if err != nil {
			return nil, err
		}
		return &apigateway.GetUsagePlansOutput{Items: items, Position: next}, nil
	})
}

// DeleteUsagePlan deletes a plan that holds no stages; its keys stay.
func (s *Service) DeleteUsagePlan(ctx context.Context, in *apigateway.DeleteUsagePlanInput) (*apigateway.DeleteUsagePlanOutput, error) {
	scope := scopeOf(ctx)
	return update(ctx, s, func(tx store.Tx) (*apigateway.DeleteUsagePlanOutput, error) {
		plan, err := findUsagePlan(tx, scope, *in.UsagePlanId)
		if err != nil {
			return nil, err
		}
		if len(plan.ApiStages) > 0 {
			// Seen in public reports.
			return nil, wire.BadRequest(fmt.Sprintf("Cannot delete Usage Plan %s because there are API Stages associated with it, including %s",
				*plan.Id, apiStageName(plan.ApiStages[0])))
		}
		if err := usagePlanKeys.DeleteUnder(tx, scope, *plan.Id); err != nil {
			return nil, err
		}
		if err := quotaGrants.DeleteUnder(tx, scope, *plan.Id); err != nil {
			return nil, err
		}
		if err := quotaStarts.Delete(tx, scope, *plan.Id); err != nil {
			return nil, err
		}
		return &apigateway.DeleteUsagePlanOutput{}, usagePlans.Delete(tx, scope, *plan.Id)
	})
}

// checkUnplanned refuses to delete a stage that a usage plan holds, or with an
// empty stage name an API that has such a stage.
func checkUnplanned(tx store.Tx, scope store.Scope, apiID, stageName string) error {
	for record, err := range usagePlans.All(tx, scope, "") {
		if err != nil {
			return err
		}
		for _, stage := range record.Value.ApiStages {
			if *stage.ApiId == apiID && (stageName == "" || *stage.Stage == stageName) {
				// Unverified: the wording, and that AWS refuses rather than letting go.
				return wire.BadRequest(fmt.Sprintf("API Stage %s is associated with a usage plan: %s", apiStageName(stage), *record.Value.Id))
			}
		}
	}
	return nil
}
