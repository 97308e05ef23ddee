package usageplan_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

var noon = time.Date(2024, 5, 15, 12, 0, 0, 0, time.UTC) // a Wednesday

const value = "0123456789abcdefghij"

// index returns one with an enabled key "key" in a plan "plan" for stage "api/dev".
func index(plan types.UsagePlan) *usageplan.Index {
	x := &usageplan.Index{}
	plan.Id = aws.String("plan")
	if plan.ApiStages == nil {
		plan.ApiStages = []types.ApiStage{{ApiId: aws.String("api"), Stage: aws.String("dev")}}
	}
	x.PublishUsagePlanKey("plan", "key")
	x.PublishApiKey(&deployed.ApiKey{Account: "1", Region: "r", ID: "key", Value: value, IsEnabled: true})
	x.PublishUsagePlan(&deployed.UsagePlan{Account: "1", Region: "r", Plan: plan, QuotaStart: noon.Truncate(24 * time.Hour)})
	return x
}

func call(change func(*usageplan.Call)) *usageplan.Call {
	c := &usageplan.Call{
		Account: "1", Region: "r", ApiID: "api", Stage: "dev",
		ResourceID: "res", ResourcePath: "/a", Method: "GET", Key: value, Time: noon,
	}
	if change != nil {
		change(c)
	}
	return c
}

func TestValidKeys(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change  func(*usageplan.Index)
		call    func(*usageplan.Call)
		verdict usageplan.Verdict
	}{
		"UP-16 enabled and in the plan": {nil, nil, usageplan.Admitted},
		"UP-15 no key":                  {nil, func(c *usageplan.Call) { c.Key = "" }, usageplan.Refused},
		"unknown key":                   {nil, func(c *usageplan.Call) { c.Key = "x" }, usageplan.Refused},
		"UP-17 disabled": {func(x *usageplan.Index) {
			x.PublishApiKey(&deployed.ApiKey{Account: "1", Region: "r", ID: "key", Value: value})
		}, nil, usageplan.Refused},
		"key deleted":        {func(x *usageplan.Index) { x.WithdrawApiKey("key") }, nil, usageplan.Refused},
		"taken out":          {func(x *usageplan.Index) { x.WithdrawUsagePlanKey("plan", "key") }, nil, usageplan.Refused},
		"plan deleted":       {func(x *usageplan.Index) { x.WithdrawUsagePlan("plan") }, nil, usageplan.Refused},
		"another stage":      {nil, func(c *usageplan.Call) { c.Stage = "prod" }, usageplan.Refused},
		"another API":        {nil, func(c *usageplan.Call) { c.ApiID = "other" }, usageplan.Refused},
		"another account":    {nil, func(c *usageplan.Call) { c.Account = "2" }, usageplan.Refused},
		"another region":     {nil, func(c *usageplan.Call) { c.Region = "q" }, usageplan.Refused},
		"nothing is unknown": {func(x *usageplan.Index) { x.WithdrawApiKey("none"); x.WithdrawUsagePlanKey("none", "none") }, nil, usageplan.Admitted},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := index(types.UsagePlan{})
			if test.change != nil {
				test.change(x)
			}
			c := call(test.call)
			got := x.Admit(c)
			if got.Verdict != test.verdict {
				t.Errorf("got %+v", got)
			}
			if (got.KeyID == "key") != (test.verdict == usageplan.Admitted) {
				t.Errorf("key id %q", got.KeyID)
			}
			if c.Key == value && strings.Contains(got.Reason, value) {
				t.Errorf("the key is not masked: %s", got.Reason)
			}
		})
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	x := index(types.UsagePlan{
		Throttle: &types.ThrottleSettings{RateLimit: 5, BurstLimit: 2},
		ApiStages: []types.ApiStage{{ApiId: aws.String("api"), Stage: aws.String("dev"), Throttle: map[string]types.ThrottleSettings{
			"/b/GET": {RateLimit: 1, BurstLimit: 1},
		}}},
	})
	onB := func(c *usageplan.Call) { c.ResourcePath = "/b" }
	var got []usageplan.Verdict
	for _, c := range []*usageplan.Call{call(nil), call(onB), call(nil), call(onB), call(nil)} {
		got = append(got, x.Admit(c).Verdict)
	}
	const a, t1 = usageplan.Admitted, usageplan.Throttled
	if want := []usageplan.Verdict{a, a, a, t1, t1}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v: a method's limit replaces the plan's", got, want)
	}
	want := "API Key **************efghij exceeded throttle limit for API Stage api/dev: Key throttle limit exceeded for Usage Plan ID plan, " +
		"RestApi api, Stage dev, Resource res, HttpMethod GET. Limit: 5.00 Burst: 2"
	if got := x.Admit(call(nil)).Reason; got != want {
		t.Errorf("got %s", got)
	}
	if n := x.CountedRequests("plan", "key", noon.Truncate(24*time.Hour)); n != 3 {
		t.Errorf("throttled requests count: %d", n)
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		period types.QuotaPeriodType
		// exhausted and fresh are how long after noon the quota is still used up, and
		// there again.
		exhausted, fresh time.Duration
	}{
		"day":            {types.QuotaPeriodTypeDay, 11 * time.Hour, 12 * time.Hour},
		"week to Sunday": {types.QuotaPeriodTypeWeek, 3*24*time.Hour + 11*time.Hour, 3*24*time.Hour + 12*time.Hour},
		"month":          {types.QuotaPeriodTypeMonth, 16*24*time.Hour + 11*time.Hour, 16*24*time.Hour + 12*time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := index(types.UsagePlan{Quota: &types.QuotaSettings{Limit: 3, Offset: 1, Period: test.period}})
			after := func(d time.Duration) *usageplan.Call { return call(func(c *usageplan.Call) { c.Time = noon.Add(d) }) }
			for i, want := range []usageplan.Verdict{usageplan.Admitted, usageplan.Admitted, usageplan.Exhausted} {
				if got := x.Admit(after(0)); got.Verdict != want {
					t.Fatalf("call %d, with the offset of the first period: %+v", i, got)
				}
			}
			if got := x.Admit(after(test.exhausted)).Reason; !strings.HasSuffix(got, "Key quota exhausted for Usage Plan ID plan. Limit: 3 Period: "+string(test.period)) {
				t.Errorf("before the period's end: %q", got)
			}
			for i, want := range []usageplan.Verdict{usageplan.Admitted, usageplan.Admitted, usageplan.Admitted, usageplan.Exhausted} {
				if got := x.Admit(after(test.fresh)); got.Verdict != want {
					t.Fatalf("call %d of the next period: %+v", i, got)
				}
			}
			x.PublishQuotaGrant(&deployed.QuotaGrant{UsagePlanID: "plan", KeyID: "key", Period: deployed.QuotaPeriodStart(test.period, noon.Add(test.fresh)), Allowed: 4})
			if got := x.Admit(after(test.fresh)); got.Verdict != usageplan.Admitted {
				t.Errorf("a granted request: %+v", got)
			}
		})
	}
}

func TestUsageSurvives(t *testing.T) {
	t.Parallel()
	before := index(types.UsagePlan{})
	before.Admit(call(nil))
	before.Admit(call(nil))
	after := &usageplan.Index{}
	after.Restore(before.Usage())
	after.PublishUsagePlanKey("plan", "key")
	day := noon.Truncate(24 * time.Hour)
	if n := after.CountedRequests("plan", "key", day); n != 2 {
		t.Errorf("got %d", n)
	}
	after.WithdrawUsagePlanKey("plan", "key")
	after.PublishUsagePlanKey("plan", "key")
	if n := after.CountedRequests("plan", "key", day); n != 0 {
		t.Errorf("a key that was taken out has used %d", n)
	}
}

func TestConcurrentCallsKeepTheQuota(t *testing.T) {
	t.Parallel()
	x := index(types.UsagePlan{Quota: &types.QuotaSettings{Limit: 100, Period: types.QuotaPeriodTypeDay}})
	var admitted atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if x.Admit(call(nil)).Verdict == usageplan.Admitted {
					admitted.Add(1)
				}
				x.PublishUsagePlanKey("plan", "key")
			}
		})
	}
	wg.Wait()
	if admitted.Load() != 100 {
		t.Errorf("got %d", admitted.Load())
	}
}

func BenchmarkAdmit(b *testing.B) {
	x := index(types.UsagePlan{
		Throttle: &types.ThrottleSettings{RateLimit: 1e9, BurstLimit: 1 << 30},
		Quota:    &types.QuotaSettings{Limit: 1 << 30, Period: types.QuotaPeriodTypeMonth},
	})
	c := call(nil)
	b.ReportAllocs()
	for b.Loop() {
		x.Admit(c)
	}
}
