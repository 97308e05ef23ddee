package restapi

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	// maxUsageDays bounds what one GetUsage computes.
	maxUsageDays = 366
	day          = 24 * time.Hour
)

// UsageCounter tells how much of its quota an API key has used. The data plane
// counts; this is what the control plane asks it. It is safe for concurrent use and
// does not call the service or its store.
type UsageCounter interface {
	// CountedRequests returns the number of requests with the key that counted
	// toward the quota of the usage plan on a day, which is given as its midnight
	// in UTC; 0 for days, plans and keys it knows nothing of.
	CountedRequests(usagePlanID, keyID string, day time.Time) int64
}

// Unverified: the wordings.
var (
	errUsageDate  = wire.BadRequest("Invalid date specified. Dates must be in the format YYYY-MM-DD")
	errUsageRange = wire.BadRequest("Invalid date range specified. The end date must not be before the start date, nor more than a year after it")
	errNoQuota    = wire.BadRequest("The usage plan has no quota")
	errRemaining  = wire.BadRequest("Invalid remaining quota specified. It must be a number that is not negative")
)

// quotaStartRecord says when a plan came to have a quota: the offset counts in the
// period of that day.
type quotaStartRecord struct {
	Day time.Time `json:"day"`
}

// quotaGrantRecord is a remainder that UpdateUsage set: from Day to the end of the
// period it holds in place of the quota.
type quotaGrantRecord struct {
	Day time.Time `json:"day"`
	// Remaining is what was left when Used had been used in the period.
	Remaining int64 `json:"remaining"`
	Used      int64 `json:"used"`
}

// midnight is the begin of the day that t is in, in UTC.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }

// settleQuotaStart keeps the day from which a plan has its quota.
func settleQuotaStart(tx store.Tx, scope store.Scope, plan *types.UsagePlan, now time.Time) error {
	if plan.Quota == nil {
		return quotaStarts.Delete(tx, scope, *plan.Id)
	}
	there, err := store.Exists(tx, quotaStarts, scope, *plan.Id)
	if err != nil || there {
		return err
	}
	return quotaStarts.Put(tx, scope, &quotaStartRecord{Day: midnight(now)}, *plan.Id)
}

// usageLog computes the use of one key in one plan.
type usageLog struct {
	counter UsageCounter
	plan    *types.UsagePlan
	keyID   string
	// start is the first day of the period in which the offset counts.
	start time.Time
	// grants are the changed remainders, by the first day of their period.
	grants map[time.Time]quotaGrantRecord
}

func (s *Service) newUsageLog(tx store.Tx, scope store.Scope, plan *types.UsagePlan, keyID string) (*usageLog, error) {
	log := &usageLog{counter: s.usage, plan: plan, keyID: keyID, grants: map[time.Time]quotaGrantRecord{}}
	start, err := store.Find(tx, quotaStarts, scope, nil, *plan.Id)
	if err != nil {
		return nil, err
	}
	if start != nil {
		log.start = deployed.QuotaPeriodStart(plan.Quota.Period, start.Day)
	}
	for record, err := range quotaGrants.All(tx, scope, "", *plan.Id, keyID) {
		if err != nil {
			return nil, err
		}
		first, err := time.Parse(time.DateOnly, record.ID[2])
		if err != nil {
			return nil, err
		}
		log.grants[first] = *record.Value
	}
	return log, nil
}

func (l *usageLog) counted(on time.Time) int64 {
	if l.counter == nil {
		return 0
	}
	return l.counter.CountedRequests(*l.plan.Id, l.keyID, on)
}

// usedSince is the use from a day to another, both included.
func (l *usageLog) usedSince(first, last time.Time) int64 {
	var used int64
	for on := first; !on.After(last); on = on.Add(day) {
		used += l.counted(on)
	}
	return used
}

// at returns what was used on a day, and what remained of the period's quota at its end.
func (l *usageLog) at(on time.Time) (used, remaining int64) {
	quota := l.plan.Quota
	first := deployed.QuotaPeriodStart(quota.Period, on)
	inPeriod := l.usedSince(first, on)
	remaining = int64(quota.Limit) - inPeriod
	if first.Equal(l.start) {
		remaining -= int64(quota.Offset)
	}
	if grant, ok := l.grants[first]; ok && !on.Before(grant.Day) {
		remaining = grant.Remaining - (inPeriod - grant.Used)
	}
	return l.counted(on), max(remaining, 0)
}

// days returns the log of the days from first to last.
func (l *usageLog) days(first, last time.Time) [][]int64 {
	var log [][]int64
	for on := first; !on.After(last); on = on.Add(day) {
		used, remaining := l.at(on)
		log = append(log, []int64{used, remaining})
	}
	return log
}

// GetUsage returns the use of the keys of a plan, or of one of them: for each day
// the requests that counted and what remained of the quota. A plan without a quota
// has no such log.
func (s *Service) GetUsage(ctx context.Context, in *apigateway.GetUsageInput) (*apigateway.GetUsageOutput, error) {
	page, err := newPage(in.Limit, in.Position)
	if err != nil {
		return nil, err
	}
	first, err := time.Parse(time.DateOnly, *in.StartDate)
	if err != nil {
		return nil, errUsageDate
	}
	last, err := time.Parse(time.DateOnly, *in.EndDate)
	if err != nil {
		return nil, errUsageDate
	}
	if last.Before(first) || last.Sub(first) >= maxUsageDays*day {
		return nil, errUsageRange
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*apigateway.GetUsageOutput, error) {
		plan, err := findUsagePlan(tx, scope, *in.UsagePlanId)
		if err != nil {
			return nil, err
		}
		keyIDs, next, err := usageKeys(tx, scope, *plan.Id, in.KeyId, page)
		if err != nil {
			return nil, err
		}
		out := &apigateway.GetUsageOutput{
			UsagePlanId: plan.Id, StartDate: in.StartDate, EndDate: in.EndDate,
			Items: map[string][][]int64{}, Position: next,
		}
		if plan.Quota == nil {
			return out, nil // Unverified: what AWS answers here.
		}
		for _, keyID := range keyIDs {
			log, err := s.newUsageLog(tx, scope, plan, keyID)
			if err != nil {
				return nil, err
			}
			out.Items[keyID] = log.days(first, last)
		}
		return out, nil
	})
}

// usageKeys returns the ids of one page of a plan's keys, or the one asked for.
func usageKeys(tx store.Tx, scope store.Scope, planID string, wanted *string, page store.Page) (ids []string, next *string, err error) {
	if wanted != nil {
		_, err := findPlanKey(tx, scope, planID, *wanted)
		return []string{*wanted}, nil, err
	}
	return store.Take(page, func(yield func(store.Record[string], error) bool) {
		for record, err := range usagePlanKeys.All(tx, scope, page.After, planID) {
			id := store.Record[string]{ID: record.ID}
			if err == nil {
				id.Value = &record.ID[1]
			}
			if !yield(id, err) {
				return
			}
		}
	})
}

// usageEdit is an update of a remaining quota under way.
type usageEdit struct{ remaining *int64 }

var usagePatches = patchTable[usageEdit]{
	refuse: refuseWithPaths[usageEdit],
	rules: []patchRule[usageEdit]{
		{path: "/remaining", replace: func(e *usageEdit, p patch) error {
			remaining, err := strconv.ParseInt(p.text(), 10, 32)
			if err != nil || remaining < 0 {
				return errRemaining
			}
			e.remaining = &remaining
			return nil
		}},
	},
}

// UpdateUsage sets what remains of a key's quota in the current period, and returns
// the use of today.
func (s *Service) UpdateUsage(ctx context.Context, in *apigateway.UpdateUsageInput) (*apigateway.UpdateUsageOutput, error) {
	scope, today := scopeOf(ctx), midnight(s.now())
	return update(ctx, s, func(tx store.Tx) (*apigateway.UpdateUsageOutput, error) {
		plan, err := findUsagePlan(tx, scope, *in.UsagePlanId)
		if err != nil {
			return nil, err
		}
		if _, err := findPlanKey(tx, scope, *plan.Id, *in.KeyId); err != nil {
			return nil, err
		}
		if plan.Quota == nil {
			return nil, errNoQuota
		}
		var edit usageEdit
		if err := usagePatches.apply(&edit, in.PatchOperations); err != nil {
			return nil, err
		}
		log, err := s.newUsageLog(tx, scope, plan, *in.KeyId)
		if err != nil {
			return nil, err
		}
		if edit.remaining != nil {
			first := deployed.QuotaPeriodStart(plan.Quota.Period, today)
			grant := quotaGrantRecord{Day: today, Remaining: *edit.remaining, Used: log.usedSince(first, today)}
			if err := quotaGrants.Put(tx, scope, &grant, *plan.Id, *in.KeyId, first.Format(time.DateOnly)); err != nil {
				return nil, err
			}
			log.grants[first] = grant
		}
		date := today.Format(time.DateOnly)
		return &apigateway.UpdateUsageOutput{
			UsagePlanId: plan.Id, StartDate: aws.String(date), EndDate: aws.String(date),
			Items: map[string][][]int64{*in.KeyId: log.days(today, today)},
		}, nil
	})
}
