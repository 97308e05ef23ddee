package function

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// retiredRuntimes are refused by create and update, as on AWS.
var retiredRuntimes = []types.Runtime{
	types.RuntimeNodejs, types.RuntimeNodejs43, types.RuntimeNodejs43edge, types.RuntimeNodejs610, types.RuntimeNodejs810,
	types.RuntimeNodejs10x, types.RuntimeNodejs12x, types.RuntimeNodejs14x,
	types.RuntimePython27, types.RuntimePython36, types.RuntimePython37,
	types.RuntimeRuby25, types.RuntimeRuby27,
	types.RuntimeDotnetcore10, types.RuntimeDotnetcore20, types.RuntimeDotnetcore21, types.RuntimeDotnetcore31,
	types.RuntimeJava8, types.RuntimeGo1x, types.RuntimeProvided,
}

// successors maps the family of a retired runtime to the runtime that AWS's
// refusal recommends. Unverified: which one AWS names today.
var successors = map[string]types.Runtime{
	"nodejs":     types.RuntimeNodejs22x,
	"python":     types.RuntimePython313,
	"ruby":       types.RuntimeRuby34,
	"dotnetcore": types.RuntimeDotnet8,
	"java":       types.RuntimeJava21,
	"go":         types.RuntimeProvidedal2023,
	"provided":   types.RuntimeProvidedal2023,
}

// checkRuntime refuses what is no runtime, or is one no longer.
func checkRuntime(runtime types.Runtime) error {
	if err := checkRuntimeKnown("runtime", runtime); err != nil {
		return err
	}
	if slices.Contains(retiredRuntimes, runtime) {
		family := strings.TrimRight(strings.SplitN(string(runtime), ".", 2)[0], "0123456789")
		return invalidParameter("The runtime parameter of " + string(runtime) +
			" is no longer supported for creating or updating AWS Lambda functions. We recommend you use the new runtime (" +
			string(successors[family]) + ") while creating or updating functions.")
	}
	return nil
}

// checkRuntimeKnown refuses what is no runtime, today's or yesterday's.
func checkRuntimeKnown(member string, runtime types.Runtime) error {
	known := runtime.Values()
	if slices.Contains(known, runtime) {
		return nil
	}
	current := slices.DeleteFunc(known, func(r types.Runtime) bool { return slices.Contains(retiredRuntimes, r) })
	return invalidParameter("Value " + string(runtime) + " at '" + member + "' failed to satisfy constraint: " +
		"Member must satisfy enum value set: [" + joined(current) + "] or be a valid ARN")
}
