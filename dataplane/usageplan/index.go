package usageplan

import (
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Index holds API keys and usage plans. The zero value is empty and ready. It is safe
// for concurrent use.
type Index struct {
	// mu guards the maps. Counters and buckets have locks of their own, so that calls
	// need it for reading only.
	mu      sync.RWMutex
	keys    map[string]*deployed.ApiKey // by id
	values  map[valueRef]string         // ids of keys
	plans   map[string]*plan            // by id
	members map[memberRef]*member
	// plansOf are the plans that a key is in: id of the key, id of the plan.
	plansOf map[string]map[string]*member
	// grants and restored may be there before their member is.
	grants   map[memberRef]map[time.Time]int64
	restored map[memberRef]map[time.Time]int64
}

type valueRef struct{ account, region, value string }

type memberRef struct{ planID, keyID string }

// plan is a published plan; immutable.
type plan struct {
	*deployed.UsagePlan

	// stages are the plan's, by API id and stage name.
	stages map[stageRef]*types.ApiStage
}

type stageRef struct{ apiID, stage string }

// PublishApiKey lets a key be used from now on, in place of the one with its id.
func (x *Index) PublishApiKey(key *deployed.ApiKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.withdrawKeyLocked(key.ID)
	put(&x.keys, key.ID, key)
	put(&x.values, valueRef{key.Account, key.Region, key.Value}, key.ID)
}

// WithdrawApiKey ends the use of a key; one that is not there is no error.
func (x *Index) WithdrawApiKey(keyID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.withdrawKeyLocked(keyID)
}

func (x *Index) withdrawKeyLocked(keyID string) {
	key := x.keys[keyID]
	if key == nil {
		return
	}
	delete(x.keys, keyID)
	ref := valueRef{key.Account, key.Region, key.Value}
	if x.values[ref] == keyID { // another key may have the value by now
		delete(x.values, ref)
	}
}

// PublishUsagePlan sets a plan, in place of the one with its id. Its keys stay.
func (x *Index) PublishUsagePlan(published *deployed.UsagePlan) {
	p := &plan{UsagePlan: published, stages: map[stageRef]*types.ApiStage{}}
	for i := range published.Plan.ApiStages {
		stage := &published.Plan.ApiStages[i]
		p.stages[stageRef{aws.ToString(stage.ApiId), aws.ToString(stage.Stage)}] = stage
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	put(&x.plans, aws.ToString(published.Plan.Id), p)
}

// WithdrawUsagePlan removes a plan; one that is not there is no error.
func (x *Index) WithdrawUsagePlan(planID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.plans, planID)
}

// PublishUsagePlanKey puts a key into a plan.
func (x *Index) PublishUsagePlanKey(planID, keyID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ref := memberRef{planID, keyID}
	if x.members[ref] != nil {
		return
	}
	m := &member{counts: map[time.Time]int64{}, grants: map[time.Time]int64{}}
	maps.Copy(m.counts, x.restored[ref])
	maps.Copy(m.grants, x.grants[ref])
	delete(x.restored, ref)
	put(&x.members, ref, m)
	if x.plansOf[keyID] == nil {
		put(&x.plansOf, keyID, map[string]*member{})
	}
	x.plansOf[keyID][planID] = m
}

// WithdrawUsagePlanKey takes a key out of a plan and forgets what it used.
func (x *Index) WithdrawUsagePlanKey(planID, keyID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ref := memberRef{planID, keyID}
	delete(x.members, ref)
	delete(x.restored, ref)
	delete(x.grants, ref)
	delete(x.plansOf[keyID], planID)
	if len(x.plansOf[keyID]) == 0 {
		delete(x.plansOf, keyID)
	}
}

// PublishQuotaGrant changes how many requests a key has in a period of its quota.
func (x *Index) PublishQuotaGrant(grant *deployed.QuotaGrant) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ref := memberRef{grant.UsagePlanID, grant.KeyID}
	if x.grants[ref] == nil {
		put(&x.grants, ref, map[time.Time]int64{})
	}
	x.grants[ref][grant.Period] = grant.Allowed
	if m := x.members[ref]; m != nil {
		m.grant(grant.Period, grant.Allowed)
	}
}

// put sets an element of a map, which is made when it is nil.
func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}
