package function

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// settings are what CreateFunction and UpdateFunctionConfiguration have in
// common; the latter's input has no more than these.
type settings = lambda.UpdateFunctionConfigurationInput

// newConfiguration is the configuration of a new function before its settings
// and code: AWS's defaults.
func newConfiguration(r reference) types.FunctionConfiguration {
	return types.FunctionConfiguration{
		FunctionName:     &r.name,
		FunctionArn:      aws.String(r.arn()),
		Version:          aws.String(latest),
		Description:      aws.String(""),
		Timeout:          aws.Int32(3),
		MemorySize:       aws.Int32(128),
		PackageType:      types.PackageTypeZip,
		Architectures:    []types.Architecture{types.ArchitectureX8664},
		EphemeralStorage: &types.EphemeralStorage{Size: aws.Int32(512)},
		TracingConfig:    &types.TracingConfigResponse{Mode: types.TracingModePassThrough},
		LoggingConfig:    defaultLogging(r.name),
		SnapStart: &types.SnapStartResponse{
			ApplyOn:            types.SnapStartApplyOnNone,
			OptimizationStatus: types.SnapStartOptimizationStatusOff,
		},
	}
}

func defaultLogging(name string) *types.LoggingConfig {
	return &types.LoggingConfig{LogFormat: types.LogFormatText, LogGroup: aws.String("/aws/lambda/" + name)}
}

// apply changes config to the settings that are given. Each of them is valid, but not all go
// together.
func apply(scope store.Scope, config *types.FunctionConfiguration, in *settings) error {
	set(&config.Description, in.Description)
	set(&config.Handler, in.Handler)
	set(&config.MemorySize, in.MemorySize)
	set(&config.Role, in.Role)
	set(&config.Timeout, in.Timeout)
	set(&config.EphemeralStorage, in.EphemeralStorage)
	if in.Runtime != "" {
		config.Runtime = in.Runtime
		config.RuntimeVersionConfig = runtimeVersion(in.Runtime, *config.FunctionArn)
	}
	if in.Environment != nil {
		config.Environment = nil
		if len(in.Environment.Variables) > 0 {
			config.Environment = &types.EnvironmentResponse{Variables: in.Environment.Variables}
		}
	}
	if in.TracingConfig != nil && in.TracingConfig.Mode != "" {
		config.TracingConfig = &types.TracingConfigResponse{Mode: in.TracingConfig.Mode}
	}
	if in.DeadLetterConfig != nil {
		config.DeadLetterConfig = nil
		if aws.ToString(in.DeadLetterConfig.TargetArn) != "" {
			config.DeadLetterConfig = in.DeadLetterConfig
		}
	}
	if in.LoggingConfig != nil {
		config.LoggingConfig = logging(*config.FunctionName, *in.LoggingConfig)
	}
	if in.VpcConfig != nil {
		config.VpcConfig = &types.VpcConfigResponse{
			Ipv6AllowedForDualStack: in.VpcConfig.Ipv6AllowedForDualStack,
			SecurityGroupIds:        orEmpty(in.VpcConfig.SecurityGroupIds),
			SubnetIds:               orEmpty(in.VpcConfig.SubnetIds),
			VpcId:                   aws.String(vpcOf(scope, in.VpcConfig.SubnetIds)),
		}
	}
	if in.SnapStart != nil && in.SnapStart.ApplyOn != "" {
		config.SnapStart = &types.SnapStartResponse{ApplyOn: in.SnapStart.ApplyOn, OptimizationStatus: types.SnapStartOptimizationStatusOff}
	}
	return checkSnapStart(config)
}

func set[T any](member **T, given *T) {
	if given != nil {
		*member = given
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// logging fills in what AWS does: the group of the function, and for JSON the
// level INFO.
func logging(name string, in types.LoggingConfig) *types.LoggingConfig {
	defaults := defaultLogging(name)
	if in.LogFormat == "" {
		in.LogFormat = defaults.LogFormat
	}
	if aws.ToString(in.LogGroup) == "" {
		in.LogGroup = defaults.LogGroup
	}
	if in.LogFormat == types.LogFormatJson {
		if in.ApplicationLogLevel == "" {
			in.ApplicationLogLevel = types.ApplicationLogLevelInfo
		}
		if in.SystemLogLevel == "" {
			in.SystemLogLevel = types.SystemLogLevelInfo
		}
	}
	return &in
}

// runtimeVersion names a version of a managed runtime in AWS's form. The version
// is made up: the interpreter is the one found on this machine.
func runtimeVersion(runtime types.Runtime, functionARN string) *types.RuntimeVersionConfig {
	r, _ := parseReference(functionARN)
	sum := sha256.Sum256([]byte(runtime))
	return &types.RuntimeVersionConfig{
		RuntimeVersionArn: aws.String("arn:aws:lambda:" + r.scope.Region + "::runtime:" + hex.EncodeToString(sum[:])),
	}
}

// qualified is config as it is shown to one who named the function with a
// qualifier: that ends the ARN.
func qualified(config types.FunctionConfiguration, r reference) *types.FunctionConfiguration {
	if r.qualifier != "" {
		config.FunctionArn = aws.String(r.qualifiedARN())
	}
	return &config
}

// listed is config as list operations show it: they leave out the state.
func listed(config types.FunctionConfiguration) types.FunctionConfiguration {
	config.State, config.StateReason, config.StateReasonCode = "", nil, ""
	config.LastUpdateStatus, config.LastUpdateStatusReason, config.LastUpdateStatusReasonCode = "", nil, ""
	config.RuntimeVersionConfig = nil
	return config
}

// ephemeralStorage is the size of /tmp in MiB.
func ephemeralStorage(config *types.FunctionConfiguration) int32 {
	if config.EphemeralStorage == nil {
		return 0
	}
	return aws.ToInt32(config.EphemeralStorage.Size)
}
