package function

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// snapStartRuntimes are the first runtimes of each family with SnapStart ("Improving startup
// performance with Lambda SnapStart").
var snapStartRuntimes = map[string]float64{"java": 11, "python": 3.12, "dotnet": 8}

// snapStartStorageMiB is the largest /tmp of a function with SnapStart.
const snapStartStorageMiB = 512

// checkSnapStart holds the rules of functions with SnapStart. No snapshot is made: a process
// that is started anew answers alike, and starts faster here than one is restored on AWS.
// Unverified: the wordings.
func checkSnapStart(config *types.FunctionConfiguration) error {
	if !hasSnapStart(config) {
		return nil
	}
	if !slices.ContainsFunc([]string{"java", "python", "dotnet"}, func(family string) bool { return isRuntimeFrom(string(config.Runtime), family) }) {
		return invalidParameter(string(config.Runtime) + " is not supported for SnapStart enabled functions.")
	}
	if size := ephemeralStorage(config); size > snapStartStorageMiB {
		return invalidParameter("The specified ephemeral storage size " + strconv.Itoa(int(size)) + " is not supported for SnapStart enabled functions.")
	}
	return nil
}

// isRuntimeFrom tells whether a runtime is of a family, and no older than the first with
// SnapStart. "python3.9" is older than "python3.12".
func isRuntimeFrom(runtime, family string) bool {
	version, ok := strings.CutPrefix(runtime, family)
	if !ok {
		return false
	}
	if major, minor, dotted := strings.Cut(version, "."); dotted && len(minor) == 1 {
		version = major + ".0" + minor
	}
	number, err := strconv.ParseFloat(version, 64)
	return err == nil && number >= snapStartRuntimes[family]
}

func hasSnapStart(config *types.FunctionConfiguration) bool {
	return config.SnapStart != nil && config.SnapStart.ApplyOn == types.SnapStartApplyOnPublishedVersions
}

// ofVersion is how a published version shows the SnapStart of its function.
func ofVersion(s *types.SnapStartResponse) *types.SnapStartResponse {
	if s == nil || s.ApplyOn != types.SnapStartApplyOnPublishedVersions {
		return s
	}
	return &types.SnapStartResponse{ApplyOn: s.ApplyOn, OptimizationStatus: types.SnapStartOptimizationStatusOn}
}

// initialization is how environments of a version come to be.
func initialization(config *types.FunctionConfiguration) deployed.Initialization {
	if hasSnapStart(config) && aws.ToString(config.Version) != latest {
		return deployed.SnapStart
	}
	return deployed.OnDemand
}

// vpcOf is the network of subnets, which nobody here knows: all those of an account and
// region are in one.
func vpcOf(scope store.Scope, subnets []string) string {
	if len(subnets) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(scope.Account + " " + scope.Region))
	return "vpc-" + hex.EncodeToString(sum[:])[:17]
}
