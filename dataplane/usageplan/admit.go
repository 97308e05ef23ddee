package usageplan

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// Call is a request to a method that requires an API key.
type Call struct {
	// Account and Region own the API.
	Account, Region string
	ApiID, Stage    string
	// ResourceID and ResourcePath are the matched resource's, Method is the request's.
	ResourceID, ResourcePath, Method string
	// Key is the value that was presented, empty when none was.
	Key  string
	Time time.Time
}

// Verdict is whether a call is let through.
type Verdict int

// The verdicts.
const (
	// Admitted calls go on.
	Admitted Verdict = iota
	// Refused calls have no valid key (UP-15, UP-17).
	Refused
	// Throttled calls exceed the throttle of the plan.
	Throttled
	// Exhausted calls exceed its quota.
	Exhausted
)

// Decision is the outcome of [Index.Admit].
type Decision struct {
	Verdict Verdict
	// KeyID is the id of a valid key.
	KeyID string
	// Reason says for the log why a call is not let through. The key is masked in it.
	Reason string
}

// Admit decides on a call and counts it when it is let through.
func (x *Index) Admit(c *Call) Decision {
	keyID, planned, m := x.find(c)
	if m == nil {
		return Decision{Verdict: Refused, Reason: c.refusal()}
	}
	limit, name := planned.limit(c)
	if limit != nil && !m.buckets.Bucket(name, *limit, c.Time).Take(c.Time) {
		return Decision{Verdict: Throttled, KeyID: keyID, Reason: c.excess("throttle", fmt.Sprintf(
			"Key throttle limit exceeded for Usage Plan ID %s, RestApi %s, Stage %s, Resource %s, HttpMethod %s. Limit: %.2f Burst: %d",
			aws.ToString(planned.Plan.Id), c.ApiID, c.Stage, c.ResourceID, c.Method, limit.RatePerSecond, limit.Burst))}
	}
	if !m.count(planned.UsagePlan, c.Time) {
		quota := planned.Plan.Quota
		return Decision{Verdict: Exhausted, KeyID: keyID, Reason: c.excess("quota", fmt.Sprintf(
			"Key quota exhausted for Usage Plan ID %s. Limit: %d Period: %s", aws.ToString(planned.Plan.Id), quota.Limit, quota.Period))}
	}
	return Decision{KeyID: keyID}
}

// find returns the id of the key and its membership of the plan that holds the stage;
// nil when the key is not valid for the stage. There is at most one such plan.
func (x *Index) find(c *Call) (keyID string, planned *plan, m *member) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	keyID, known := x.values[valueRef{c.Account, c.Region, c.Key}]
	if !known || !x.keys[keyID].IsEnabled {
		return "", nil, nil
	}
	stage := stageRef{c.ApiID, c.Stage}
	for planID, m := range x.plansOf[keyID] {
		if planned := x.plans[planID]; planned != nil && planned.stages[stage] != nil {
			return keyID, planned, m
		}
	}
	return "", nil, nil
}

// limit returns the throttle that holds for a call and the name of its bucket: that of
// the method replaces that of the plan. It is nil when there is none.
func (p *plan) limit(c *Call) (limit *traffic.Limit, name string) {
	throttles := p.stages[stageRef{c.ApiID, c.Stage}].Throttle
	for _, method := range []string{c.ResourcePath + "/" + c.Method, c.ResourcePath + "/ANY"} {
		if throttle, ok := throttles[method]; ok {
			return limitOf(&throttle), c.ApiID + "/" + c.Stage + method
		}
	}
	if p.Plan.Throttle == nil {
		return nil, ""
	}
	return limitOf(p.Plan.Throttle), ""
}

func limitOf(throttle *types.ThrottleSettings) *traffic.Limit {
	return &traffic.Limit{RatePerSecond: throttle.RateLimit, Burst: int(throttle.BurstLimit)}
}

func (c *Call) excess(of, what string) string {
	return fmt.Sprintf("API Key %s exceeded %s limit for API Stage %s/%s: %s", mask(c.Key), of, c.ApiID, c.Stage, what)
}

func (c *Call) refusal() string {
	tail := "No Usage Plan found for key and API Stage"
	if c.Key == "" {
		tail = "No API Key"
	}
	return fmt.Sprintf("API Key %s not authorized because method '%s %s' requires API Key and API Key is not associated with a Usage Plan for API Stage %s/%s: %s",
		mask(c.Key), c.Method, c.ResourcePath, c.ApiID, c.Stage, tail)
}

// mask hides a key but for its last six characters, as AWS's logs do.
func mask(key string) string {
	const shown = 6
	if len(key) <= shown {
		return strings.Repeat("*", len(key))
	}
	return strings.Repeat("*", len(key)-shown) + key[len(key)-shown:]
}
