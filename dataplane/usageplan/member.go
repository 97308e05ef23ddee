package usageplan

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// member is a key in a plan: what it has used.
type member struct {
	// buckets are the key's, one for the plan and one for each method with limits of
	// its own. They outlive changes of the plan.
	buckets traffic.Buckets

	// mu guards what follows.
	mu sync.Mutex
	// counts are the requests of each day, by its midnight in UTC.
	counts map[time.Time]int64
	// grants are the requests that a period has in all where UpdateUsage has set them,
	// by its first day.
	grants map[time.Time]int64
	// period and used are the period that was counted last and its requests.
	period time.Time
	used   int64
}

func (m *member) grant(period time.Time, allowed int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.grants[period] = allowed
}

// count counts a request at the time t toward the quota of the plan, unless that is
// used up. Every request counts, also without a quota.
func (m *member) count(p *deployed.UsagePlan, t time.Time) bool {
	day := deployed.QuotaPeriodStart(types.QuotaPeriodTypeDay, t)
	m.mu.Lock()
	defer m.mu.Unlock()
	if quota := p.Plan.Quota; quota != nil {
		period := deployed.QuotaPeriodStart(quota.Period, t)
		if m.usedIn(period, day) >= m.allowed(p, period) {
			return false
		}
	}
	m.counts[day]++
	m.used++
	return true
}

// usedIn returns the requests of the days from period to day, and keeps the sum.
func (m *member) usedIn(period, day time.Time) int64 {
	if !m.period.Equal(period) {
		m.period, m.used = period, 0
		for on := period; !on.After(day); on = on.AddDate(0, 0, 1) {
			m.used += m.counts[on]
		}
	}
	return m.used
}

// allowed returns how many requests a period has in all.
func (m *member) allowed(p *deployed.UsagePlan, period time.Time) int64 {
	if granted, ok := m.grants[period]; ok {
		return granted
	}
	quota := p.Plan.Quota
	allowed := int64(quota.Limit)
	if period.Equal(deployed.QuotaPeriodStart(quota.Period, p.QuotaStart)) {
		allowed -= int64(quota.Offset)
	}
	return allowed
}

// on returns the requests of a day.
func (m *member) on(day time.Time) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[day]
}
