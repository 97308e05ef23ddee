package restapi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The paths of throttles as AWS's messages spell them, slip of the pen included.
const (
	shownStageThrottle  = "/apiStages/<apidId:stageName>/throttle"
	shownMethodThrottle = shownStageThrottle + "/<resourcePath>/<httpMethod>"
)

// usagePlanPatches are in the order in which AWS's message for remove names them,
// as seen in public reports.
var usagePlanPatches = patchTable[types.UsagePlan]{
	refuse: refuseWithPaths[types.UsagePlan],
	rules: []patchRule[types.UsagePlan]{
		{path: "/name", replace: setText(func(p *types.UsagePlan) **string { return &p.Name })},
		{path: "/description", replace: setText(func(p *types.UsagePlan) **string { return &p.Description })},
		{path: "/apiStages", add: addAPIStage, remove: removeAPIStage},
		{path: "/quota", remove: func(p *types.UsagePlan, _ patch) error {
			p.Quota = nil
			return nil
		}},
		{path: "/quota/limit", add: putQuotaLimit, replace: putQuotaLimit},
		{path: "/quota/offset", add: putQuotaOffset, replace: putQuotaOffset},
		{path: "/quota/period", add: putQuotaPeriod, replace: putQuotaPeriod},
		{path: "/throttle", remove: func(p *types.UsagePlan, _ patch) error {
			p.Throttle = nil
			return nil
		}},
		{path: "/throttle/rateLimit", add: putPlanThrottle(setRate), replace: putPlanThrottle(setRate)},
		{path: "/throttle/burstLimit", add: putPlanThrottle(setBurst), replace: putPlanThrottle(setBurst)},
		{
			path:    "/productCode",
			add:     setText(func(p *types.UsagePlan) **string { return &p.ProductCode }),
			replace: setText(func(p *types.UsagePlan) **string { return &p.ProductCode }),
			remove:  clearText(func(p *types.UsagePlan) **string { return &p.ProductCode }),
		},
		{
			path: "/apiStages/{stage}/throttle/{path...}/{method}/rateLimit", shown: shownMethodThrottle + "/rateLimit",
			add: putMethodThrottle(setRate), replace: putMethodThrottle(setRate),
		},
		{
			path: "/apiStages/{stage}/throttle/{path...}/{method}/burstLimit", shown: shownMethodThrottle + "/burstLimit",
			add: putMethodThrottle(setBurst), replace: putMethodThrottle(setBurst),
		},
		{path: "/apiStages/{stage}/throttle/{path...}/{method}", shown: shownMethodThrottle, remove: removeMethodThrottle},
		{path: "/apiStages/{stage}/throttle", shown: shownStageThrottle, remove: removeStageThrottle},
	},
}

// UpdateUsagePlan changes a plan, all of it or nothing (UP-11).
func (s *Service) UpdateUsagePlan(ctx context.Context, in *apigateway.UpdateUsagePlanInput) (*apigateway.UpdateUsagePlanOutput, error) {
	scope, now := scopeOf(ctx), s.timestamp()
	return wire.Respond[apigateway.UpdateUsagePlanOutput](shownUsagePlan(update(ctx, s, func(tx store.Tx) (*types.UsagePlan, error) {
		plan, err := findUsagePlan(tx, scope, *in.UsagePlanId)
		if err != nil {
			return nil, err
		}
		before := slices.Clone(plan.ApiStages)
		if err := usagePlanPatches.apply(plan, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkStageClash(tx, scope, plan, before); err != nil {
			return nil, err
		}
		return plan, putUsagePlan(tx, scope, plan, *now)
	})))
}

// findPlanStage returns the place of a stage, named like api:stage, within a plan.
func findPlanStage(plan *types.UsagePlan, name string) (int, error) {
	apiID, stageName, ok := strings.Cut(name, ":")
	if !ok {
		return 0, errAPIStage // UP-07, UP-08
	}
	i := slices.IndexFunc(plan.ApiStages, func(s types.ApiStage) bool { return apiStageName(s) == name })
	if i < 0 {
		// UP-09, UP-10
		return 0, wire.NotFound(fmt.Sprintf("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s", apiID, stageName, *plan.Id))
	}
	return i, nil
}

func addAPIStage(plan *types.UsagePlan, p patch) error {
	apiID, stageName, ok := strings.Cut(p.text(), ":")
	if !ok {
		return errAPIStage
	}
	plan.ApiStages = append(plan.ApiStages, types.ApiStage{ApiId: &apiID, Stage: &stageName})
	return nil
}

func removeAPIStage(plan *types.UsagePlan, p patch) error {
	i, err := findPlanStage(plan, p.text())
	if err != nil {
		return err
	}
	plan.ApiStages = slices.Delete(plan.ApiStages, i, i+1)
	return nil
}

// errPatchValue is the error for a number that is none. Unverified: the wording.
func errPatchValue(p patch) error {
	return wire.BadRequest(fmt.Sprintf("Invalid value specified for patch path '%s': %s", p.path, p.text()))
}

// quotaOf is the quota of a plan; the first change makes it (UP-05).
func quotaOf(plan *types.UsagePlan) *types.QuotaSettings {
	if plan.Quota == nil {
		plan.Quota = &types.QuotaSettings{}
	}
	return plan.Quota
}

func parseInt32(p patch) (int32, error) {
	n, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil {
		return 0, errPatchValue(p)
	}
	return int32(n), nil
}

func putQuotaLimit(plan *types.UsagePlan, p patch) (err error) {
	quotaOf(plan).Limit, err = parseInt32(p)
	return err
}

func putQuotaOffset(plan *types.UsagePlan, p patch) (err error) {
	quotaOf(plan).Offset, err = parseInt32(p)
	return err
}

func putQuotaPeriod(plan *types.UsagePlan, p patch) error {
	quotaOf(plan).Period = types.QuotaPeriodType(p.text()) // checked with the whole plan
	return nil
}

func setRate(throttle *types.ThrottleSettings, p patch) (err error) {
	if throttle.RateLimit, err = strconv.ParseFloat(p.text(), 64); err != nil {
		return errPatchValue(p)
	}
	return nil
}

func setBurst(throttle *types.ThrottleSettings, p patch) (err error) {
	throttle.BurstLimit, err = parseInt32(p)
	return err
}

func putPlanThrottle(set change[types.ThrottleSettings]) change[types.UsagePlan] {
	return func(plan *types.UsagePlan, p patch) error {
		if plan.Throttle == nil {
			plan.Throttle = &types.ThrottleSettings{}
		}
		return set(plan.Throttle, p)
	}
}

// methodThrottleKey is the key of a method's throttle, like /pets/GET, from the
// path and verb that a PATCH path names. The path may be escaped or not.
func methodThrottleKey(p patch) string {
	return "/" + strings.Trim(p.names[1], "/") + "/" + p.names[2]
}

func putMethodThrottle(set change[types.ThrottleSettings]) change[types.UsagePlan] {
	return func(plan *types.UsagePlan, p patch) error {
		i, err := findPlanStage(plan, p.name())
		if err != nil {
			return err
		}
		key := methodThrottleKey(p)
		throttle := plan.ApiStages[i].Throttle[key]
		if err := set(&throttle, p); err != nil {
			return err
		}
		throttles := maps.Clone(plan.ApiStages[i].Throttle)
		if throttles == nil {
			throttles = map[string]types.ThrottleSettings{}
		}
		throttles[key] = throttle
		plan.ApiStages[i].Throttle = throttles
		return nil
	}
}

func removeMethodThrottle(plan *types.UsagePlan, p patch) error {
	i, err := findPlanStage(plan, p.name())
	if err != nil {
		return err
	}
	key := methodThrottleKey(p)
	throttles := maps.Clone(plan.ApiStages[i].Throttle)
	if _, ok := throttles[key]; !ok {
		return wire.NotFound("Invalid method throttle specified: " + key) // Unverified: the wording.
	}
	delete(throttles, key)
	plan.ApiStages[i].Throttle = nonEmptyMap(throttles)
	return nil
}

func removeStageThrottle(plan *types.UsagePlan, p patch) error {
	i, err := findPlanStage(plan, p.name())
	if err != nil {
		return err
	}
	plan.ApiStages[i].Throttle = nil
	return nil
}

// checkStageClash refuses a stage that is new in a plan when one of the plan's keys
// reaches it through another plan already: the key's limits would be ambiguous.
func checkStageClash(tx store.Tx, scope store.Scope, plan *types.UsagePlan, before []types.ApiStage) error {
	added := slices.DeleteFunc(slices.Clone(plan.ApiStages), func(s types.ApiStage) bool {
		return slices.ContainsFunc(before, func(b types.ApiStage) bool { return apiStageName(b) == apiStageName(s) })
	})
	if len(added) == 0 {
		return nil
	}
	for record, err := range usagePlanKeys.All(tx, scope, "", *plan.Id) {
		if err != nil {
			return err
		}
		keyID := record.ID[1]
		others, err := plansOfKey(tx, scope, keyID)
		if err != nil {
			return err
		}
		others = slices.DeleteFunc(others, func(p types.UsagePlan) bool { return aws.ToString(p.Id) == *plan.Id })
		if err := checkKeyClash(keyID, plan, added, others); err != nil {
			return err
		}
	}
	return nil
}
