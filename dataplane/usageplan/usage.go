package usageplan

import (
	"cmp"
	"slices"
	"time"
)

// Usage is how many requests a key had in a plan on a day.
type Usage struct {
	UsagePlanID string    `json:"usagePlanId"`
	KeyID       string    `json:"keyId"`
	Day         time.Time `json:"day"`
	Requests    int64     `json:"requests"`
}

// CountedRequests returns the number of requests with a key in a plan on a day, given
// as its midnight in UTC; 0 for what is not known.
func (x *Index) CountedRequests(usagePlanID, keyID string, day time.Time) int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if m := x.members[memberRef{usagePlanID, keyID}]; m != nil {
		return m.on(day)
	}
	return 0
}

// Usage returns all counts, for [Index.Restore], in a fixed order.
func (x *Index) Usage() []Usage {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []Usage
	for ref, m := range x.members {
		m.mu.Lock()
		for day, n := range m.counts {
			all = append(all, Usage{ref.planID, ref.keyID, day, n})
		}
		m.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(a.UsagePlanID, b.UsagePlanID), cmp.Compare(a.KeyID, b.KeyID), a.Day.Compare(b.Day))
	})
	return all
}

// Restore sets counts of an earlier life, before keys are published and calls made.
func (x *Index) Restore(all []Usage) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, usage := range all {
		ref := memberRef{usage.UsagePlanID, usage.KeyID}
		if x.restored[ref] == nil {
			put(&x.restored, ref, map[time.Time]int64{})
		}
		x.restored[ref][usage.Day.UTC()] = usage.Requests
	}
}
