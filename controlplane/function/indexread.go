package function

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// storedFunction is what the store holds of a function, as far as invocations
// depend on it.
type storedFunction struct {
	records     []*functionRecord
	routes      map[string]route
	policies    map[string]*policy
	events      map[string]eventPolicy
	provisioned map[string]int
	loops       bool
	limit       int64
}

// readStored returns nil when there is no such function.
func readStored(tx store.Tx, key functionKey) (*storedFunction, error) {
	r := reference{scope: key.scope, name: key.name}
	first, err := findOrNil(tx, functions, key.scope, key.name)
	if err != nil || first == nil {
		return nil, err
	}
	stored := &storedFunction{routes: map[string]route{}, policies: map[string]*policy{}, events: map[string]eventPolicy{}, limit: unlimited}
	published, err := versionsOf(tx, r)
	if err != nil {
		return nil, err
	}
	stored.records = append(published, first)
	for alias, err := range aliases.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, err
		}
		stored.routes[alias.ID[1]] = newRoute(alias.Value)
	}
	for policy, err := range policies.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, err
		}
		stored.policies[policy.ID[1]] = compilePolicy(policy.Value)
	}
	for config, err := range eventConfigs.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, err
		}
		stored.events[config.ID[1]] = newEventPolicy(config.Value)
	}
	if stored.provisioned, err = provisionedOf(tx, r); err != nil {
		return nil, err
	}
	recursion, err := findOrNil(tx, recursions, key.scope, key.name)
	if err != nil {
		return nil, err
	}
	stored.loops = recursion != nil && recursion.RecursiveLoop == types.RecursiveLoopAllow
	reserved, err := findOrNil(tx, concurrencies, key.scope, key.name)
	if err != nil {
		return nil, err
	}
	if reserved != nil && reserved.ReservedConcurrentExecutions != nil {
		stored.limit = int64(*reserved.ReservedConcurrentExecutions)
	}
	return stored, nil
}
