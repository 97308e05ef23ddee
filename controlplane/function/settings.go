package function

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	maxTimeoutSeconds   = 900
	minMemoryMiB        = 128
	maxMemoryMiB        = 10240
	maxEnvironmentBytes = 4096
)

// checkSettings refuses settings that are wrong and those that would be ignored.
func (s *Service) checkSettings(in *settings) error {
	if in.Runtime != "" {
		if err := checkRuntime(in.Runtime); err != nil {
			return err
		}
	}
	if in.Timeout != nil && *in.Timeout < 1 {
		return violation("timeout", strconv.Itoa(int(*in.Timeout)), "Member must have value greater than or equal to 1")
	}
	if in.Timeout != nil && *in.Timeout > maxTimeoutSeconds {
		return violation("timeout", strconv.Itoa(int(*in.Timeout)), "Member must have value less than or equal to 900")
	}
	if in.MemorySize != nil && *in.MemorySize < minMemoryMiB {
		return violation("memorySize", strconv.Itoa(int(*in.MemorySize)), "Member must have value greater than or equal to 128")
	}
	if in.MemorySize != nil && *in.MemorySize > maxMemoryMiB {
		// Unverified: the wording. The model allows more, for managed instances.
		return invalidParameter("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to " +
			strconv.Itoa(maxMemoryMiB))
	}
	if in.Environment != nil {
		if err := checkEnvironment(in.Environment.Variables); err != nil {
			return err
		}
	}
	return s.checkSupported(in)
}

// checkSupported refuses the settings that would change how a function runs or
// who may see its data, and that nothing here heeds yet. Values that say "none"
// pass. What has no meaning on one machine (VPC, tracing, architecture, size of
// /tmp, logging) is stored and shown.
func (s *Service) checkSupported(in *settings) error {
	if err := s.checkDeadLetter(in.DeadLetterConfig); err != nil {
		return err
	}
	switch {
	case len(in.Layers) > 0 && !s.layers:
		return unsupported("Layers")
	case len(in.FileSystemConfigs) > 0:
		return unsupported("FileSystemConfigs")
	case aws.ToString(in.KMSKeyArn) != "":
		return unsupported("KMSKeyArn")
	case in.ImageConfig != nil:
		return unsupported("ImageConfig")
	case in.CapacityProviderConfig != nil:
		return unsupported("CapacityProviderConfig")
	case in.DurableConfig != nil:
		return unsupported("DurableConfig")
	}
	return nil
}

// reservedVariables are set by Lambda and cannot be set by users.
var reservedVariables = []string{
	"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_HANDLER", "_X_AMZN_TRACE_ID",
}

const environmentRefused = "Lambda was unable to configure your environment variables because the environment variables you have provided "

func checkEnvironment(variables map[string]string) error {
	var used []string
	for name, value := range variables {
		if !isVariableName(name) && !slices.Contains(reservedVariables, name) {
			return violation("environment.variables", name, `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]`)
		}
		if strings.ContainsRune(value, 0) {
			// Unverified: the wording. No process can be given such a variable.
			return invalidParameter(environmentRefused + "contains a null character. Key: " + name)
		}
		if slices.Contains(reservedVariables, name) {
			used = append(used, name)
		}
	}
	if len(used) > 0 {
		slices.Sort(used)
		return invalidParameter(environmentRefused +
			"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: " +
			strings.Join(used, ", "))
	}
	measured, err := json.Marshal(variables)
	if err != nil {
		return fmt.Errorf("measure environment: %w", err)
	}
	if len(variables) > 0 && len(measured) > maxEnvironmentBytes {
		return invalidParameter(environmentRefused + "exceeded the 4KB limit. String measured: " + string(measured))
	}
	return nil
}

func isVariableName(name string) bool {
	return len(name) >= 2 && isLetter(name[0]) && all(name, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' })
}
