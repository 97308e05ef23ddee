package function

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// routing is a routing configuration as it is stored: none when it says nothing.
func routing(given *types.AliasRoutingConfiguration) *types.AliasRoutingConfiguration {
	if given == nil || len(given.AdditionalVersionWeights) == 0 {
		return nil
	}
	return given
}

// weightsOf is the share of calls that goes to other versions than the alias's own.
func weightsOf(alias *types.AliasConfiguration) map[string]float64 {
	if alias.RoutingConfig == nil {
		return nil
	}
	return alias.RoutingConfig.AdditionalVersionWeights
}

// checkRouting refuses a version and weights that do not go together.
func checkRouting(alias *types.AliasConfiguration) error {
	version := *alias.FunctionVersion
	if version != latest && !isVersion(version) {
		return violation("functionVersion", version, `Member must satisfy regular expression pattern: (\$LATEST(\.PUBLISHED)?|[0-9]+)`)
	}
	weights := weightsOf(alias)
	if len(weights) == 0 {
		return nil
	}
	if len(weights) > 1 {
		return invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	if version == latest {
		return invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version")
	}
	for additional, weight := range weights {
		if additional == version {
			return invalidParameter(fmt.Sprintf(
				"Invalid function version %s. Function version %[1]s is already included in routing configuration.", version))
		}
		if !isVersion(additional) {
			return violation("routingConfig.additionalVersionWeights", additional,
				"Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]+]")
		}
		if !(weight >= 0 && weight <= 1) { // also refuses NaN
			return violation("routingConfig.additionalVersionWeights", fmt.Sprint(weight),
				"Map value must satisfy constraint: [Member must have value between 0.0 and 1.0]")
		}
	}
	return nil
}

// checkTargets refuses an alias of versions that do not exist.
func checkTargets(tx store.Tx, r reference, alias *types.AliasConfiguration) error {
	target := r
	target.qualifier = *alias.FunctionVersion
	if _, err := findVersion(tx, target); err != nil {
		return err
	}
	for additional := range weightsOf(alias) {
		target.qualifier = additional
		if _, err := findVersion(tx, target); err != nil {
			return err
		}
	}
	return nil
}
