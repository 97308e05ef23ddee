package deployed

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// ApiKey is an API key as it is checked.
type ApiKey struct {
	// Account and Region own the key.
	Account, Region string
	ID, Value       string
	IsEnabled       bool
}

// UsagePlan is a usage plan with its live settings. Its keys are published apart.
type UsagePlan struct {
	// Account and Region own the plan.
	Account, Region string
	// Plan has the stages, the throttle and the quota.
	Plan types.UsagePlan
	// QuotaStart is the midnight, in UTC, of the day since when the plan has its
	// quota: in the period of that day the offset of the quota counts.
	QuotaStart time.Time
}

// QuotaGrant is what UpdateUsage made of the remainder of a key's quota.
type QuotaGrant struct {
	UsagePlanID, KeyID string
	// Period is the first day of the period that it holds in.
	Period time.Time
	// Allowed is how many requests the period has in all.
	Allowed int64
}

// QuotaPeriodStart is the midnight, in UTC, of the first day of the quota period that
// t is in: days, weeks from Sunday, months from the first.
func QuotaPeriodStart(period types.QuotaPeriodType, t time.Time) time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	switch period {
	case types.QuotaPeriodTypeWeek:
		return day.AddDate(0, 0, -int(day.Weekday()))
	case types.QuotaPeriodTypeMonth:
		return day.AddDate(0, 0, 1-day.Day())
	case types.QuotaPeriodTypeDay:
	}
	return day
}
