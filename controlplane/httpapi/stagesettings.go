package httpapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/stagevariable"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const maxLogFormatBytes = 3 << 10

// Unverified: the wordings.
var (
	errExecutionLog = wire.BadRequest("Execution logs are not supported on protocolType HTTP")
	errThrottling   = wire.BadRequest("Throttling limits must not be negative")
	errAccessLog    = wire.BadRequest("Access log settings must have a destinationArn and a format")
	errAccessLogARN = wire.BadRequest("Invalid ARN specified in the request. ARN must be that of a CloudWatch Logs log group or a Firehose delivery stream")
	errLogID        = wire.BadRequest("Access Log format must contain at least $context.requestId or $context.extendedRequestId")
	errLogFormat    = wire.BadRequest("The access log format must not be longer than 3 KB")
	errCertificate  = wire.BadRequest("ClientCertificateId is not supported for protocol type HTTP")

	// logIDPattern is what each format has to have ("Customize HTTP API access logs").
	logIDPattern = regexp.MustCompile(`\$context\.(requestId|extendedRequestId)\b`)
	logPattern   = regexp.MustCompile(`^arn:aws[a-z-]*:(logs:[a-z0-9-]+:\d{12}:log-group:.+|firehose:[a-z0-9-]+:\d{12}:deliverystream/amazon-apigateway-.+)$`)
)

// setDefaultSettings sets the route settings that a stage shows when none were given.
func setDefaultSettings(a apiTx, stage *types.Stage) {
	settings := types.RouteSettings{DetailedMetricsEnabled: aws.Bool(false)}
	if !a.isHTTP() {
		settings.DataTraceEnabled, settings.LoggingLevel = aws.Bool(false), types.LoggingLevelOff
	}
	stage.DefaultRouteSettings = mergedSettings(&settings, stage.DefaultRouteSettings)
}

// mergedSettings returns base with the members of more in place of its own.
func mergedSettings(base, more *types.RouteSettings) *types.RouteSettings {
	result := types.RouteSettings{}
	if base != nil {
		result = *base
	}
	if more != nil {
		wire.Merge(&result, more)
	}
	return &result
}

// mergedRouteSettings is [mergedSettings] for each route.
func mergedRouteSettings(base, more map[string]types.RouteSettings) map[string]types.RouteSettings {
	result := merged(base, nil)
	for key, settings := range more {
		before := result[key]
		result[key] = *mergedSettings(&before, &settings)
	}
	return result
}

// checkStage holds the rules for the settings of a stage.
func checkStage(a apiTx, stage *types.Stage) error {
	if id := aws.ToString(stage.DeploymentId); id != "" {
		ok, err := store.Exists(a.tx, deployments, a.scope, a.id(), id)
		if err != nil {
			return err
		}
		if !ok {
			return errStageDeployment
		}
	}
	if a.isHTTP() && stage.ClientCertificateId != nil {
		return errCertificate
	}
	if err := stagevariable.Check(stage.StageVariables); err != nil {
		return err
	}
	if log := stage.AccessLogSettings; log != nil && aws.ToString(log.DestinationArn) == "" && aws.ToString(log.Format) == "" {
		stage.AccessLogSettings = nil // Terraform's way to end an access log
	}
	if err := checkAccessLog(stage.AccessLogSettings); err != nil {
		return err
	}
	if err := checkSettings(a, stage.DefaultRouteSettings); err != nil {
		return err
	}
	for _, settings := range stage.RouteSettings {
		if err := checkSettings(a, &settings); err != nil {
			return err
		}
	}
	return nil
}

func checkAccessLog(settings *types.AccessLogSettings) error {
	switch {
	case settings == nil:
		return nil
	case aws.ToString(settings.DestinationArn) == "" || aws.ToString(settings.Format) == "":
		return errAccessLog
	case !logPattern.MatchString(*settings.DestinationArn):
		return errAccessLogARN
	case len(*settings.Format) > maxLogFormatBytes:
		return errLogFormat
	case !logIDPattern.MatchString(*settings.Format):
		return errLogID
	}
	return nil
}

func checkSettings(a apiTx, settings *types.RouteSettings) error {
	level := settings.LoggingLevel
	if a.isHTTP() && (aws.ToBool(settings.DataTraceEnabled) || level != "" && level != types.LoggingLevelOff) {
		return errExecutionLog
	}
	// Unverified: -1 stands for no limit, as with REST APIs.
	if aws.ToInt32(settings.ThrottlingBurstLimit) < -1 || aws.ToFloat64(settings.ThrottlingRateLimit) < -1 {
		return errThrottling
	}
	return nil
}

// checkRouteSettingKeys looks whether the API has the routes that settings are for. AWS
// takes settings of $default, $connect and $disconnect before there is such a route, as
// Terraform's provider shows.
func checkRouteSettingKeys(a apiTx, settings map[string]types.RouteSettings) error {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if strings.HasPrefix(key, "$") {
			continue
		}
		ok, err := store.Exists(a.tx, routeKeys, a.scope, a.id(), key)
		if err != nil {
			return err
		}
		if !ok {
			return wire.NotFound(fmt.Sprintf("Unable to find Route by key %s within the provided RouteSettings", key))
		}
	}
	return nil
}
