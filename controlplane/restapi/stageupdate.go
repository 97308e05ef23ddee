package restapi

import (
	"context"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/stagevariable"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// stagePaths is AWS's own list of the paths, missing commas and all (SD-12). It
// leaves out paths that are taken nevertheless.
const stagePaths = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, " +
	"/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, " +
	"/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, " +
	"/{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit" +
	"/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, " +
	"/{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, " +
	"/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, " +
	"/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, " +
	"/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, " +
	"/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, " +
	"/*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, " +
	"/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled"

// maxAccessLogFormatBytes is the longest format of access logs (operations.md, section 6).
const maxAccessLogFormatBytes = 3 << 10

// accessLogPattern are the ARNs that access logs can go to: a log group, or a Firehose stream
// with the prefix in its name (operations.md, section 6).
var accessLogPattern = regexp.MustCompile(`^arn:aws[a-z-]*:(logs:[^:]*:[^:]*:log-group:.+|firehose:[^:]*:[^:]*:deliverystream/amazon-apigateway-.+)$`)

// accessLogIDPattern is what each format has to have (operations.md, section 6).
var accessLogIDPattern = regexp.MustCompile(`\$context\.(requestId|extendedRequestId)\b`)

var (
	errAccessLogPath  = wire.BadRequest("Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]") // SD-18
	errEmptyAccessLog = wire.BadRequest("Access Log value must not be empty")                                                                              // SD-24
	errAccessLogLine  = wire.BadRequest("Access Log format must be single line, new line character is allowed only at end of the format")
	errAccessLogSize  = wire.BadRequest("Access Log format must not be longer than 3 KB")                                           // Unverified: the wording.
	errAccessLogID    = wire.BadRequest("Access Log format must contain at least $context.requestId or $context.extendedRequestId") // Unverified: the wording.
	errNoCanary       = wire.BadRequest("Promotion not available. Canary does not exist.")                                          // Unverified: the wording.

	cacheClusterSizes = enumOf("CacheClusterSize", types.CacheClusterSize("").Values())
)

// errNoMethodSetting ends with a space, as AWS's does (SD-10).
func errNoMethodSetting(setting string) error {
	return wire.BadRequest("Cannot remove method setting " + setting + " because there is no method setting for this method ")
}

var stagePatches = patchTable[types.Stage]{
	refuse: refuseStage,
	rules: append([]patchRule[types.Stage]{
		{path: "/deploymentId", replace: setText(func(s *types.Stage) **string { return &s.DeploymentId }), copy: copyDeployment},
		{path: "/description", replace: setText(func(s *types.Stage) **string { return &s.Description })},
		{path: "/documentationVersion", replace: setText(func(s *types.Stage) **string { return &s.DocumentationVersion })},
		{path: "/clientCertificateId", replace: setText(func(s *types.Stage) **string { return &s.ClientCertificateId })},
		{path: "/tracingEnabled", replace: func(s *types.Stage, p patch) error {
			s.TracingEnabled = p.isTrue()
			return nil
		}},
		{path: "/cacheClusterEnabled", replace: func(s *types.Stage, p patch) error {
			s.CacheClusterEnabled = p.isTrue()
			return nil
		}},
		{path: "/cacheClusterSize", replace: replaceCacheClusterSize},
		{path: "/variables/{name}", add: putVariable, replace: putVariable, remove: removeVariable},
		{path: "/variables", copy: copyVariables},
		{path: "/accessLogSettings", remove: func(s *types.Stage, _ patch) error {
			s.AccessLogSettings = nil
			return nil
		}},
		{path: "/accessLogSettings/destinationArn", add: putAccessLogDestination, replace: putAccessLogDestination},
		{path: "/accessLogSettings/format", add: putAccessLogFormat, replace: putAccessLogFormat},
		{path: "/canarySettings", remove: func(s *types.Stage, _ patch) error {
			s.CanarySettings = nil
			return nil
		}},
		{path: "/canarySettings/deploymentId", replace: putCanaryDeployment},
		{path: "/canarySettings/percentTraffic", replace: putCanaryPercent},
		{path: "/canarySettings/useStageCache", replace: putCanaryCache},
		{path: "/canarySettings/stageVariableOverrides/{name}", add: putOverride, replace: putOverride, remove: removeOverride},
	}, methodSettingRules()...),
}

// refuseStage is family (c) of MI-14. Two segments under remove name a method
// setting, whatever else they could be (SD-21, SD-23).
func refuseStage(_ []patchRule[types.Stage], known *patchRule[types.Stage], p patch) error {
	switch {
	case p.op == types.OpCopy:
		return errCopyPath(p)
	case known != nil && canaryMembers[known.path] && (p.op == types.OpAdd || p.op == types.OpRemove):
		return wire.BadRequest("Invalid " + string(p.op) + " operation with path: " + p.path) // Unverified: the wording.
	case p.op == types.OpRemove && len(p.raw) == 2:
		return errNoMethodSetting(strings.Join(p.raw, "/"))
	case p.raw != nil && p.raw[0] == "accessLogSettings" && (p.op == types.OpAdd || p.op == types.OpReplace):
		return errAccessLogPath
	case known != nil && !unlistedStagePaths[known.path]:
		return wrongPatchOp(known.ops())
	default:
		return wire.BadRequest("Invalid method setting path: " + p.path + ". Must be one of: [" + stagePaths + "]")
	}
}

// canaryMembers are the single settings of a canary: they are replaced, or go with
// the canary.
var canaryMembers = map[string]bool{
	"/canarySettings/deploymentId": true, "/canarySettings/percentTraffic": true, "/canarySettings/useStageCache": true,
}

// unlistedStagePaths take an operation or two that stagePaths does not tell of; for
// any other operation they are wrong paths.
var unlistedStagePaths = map[string]bool{methodSettingPath: true, "/canarySettings": true, "/variables": true}

// errCopyPath answers a copy that is no promotion of a canary. Unverified: the wording.
func errCopyPath(p patch) error {
	from := p.from
	if from == "" {
		from = "null"
	}
	return wire.BadRequest("Invalid copy operation with path: " + p.path + " and from " + from +
		". Valid copy:path are [/deploymentId, /variables] and valid copy:from are " +
		"[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]")
}

// UpdateStage changes the settings of a stage, at once for its traffic.
func (s *Service) UpdateStage(ctx context.Context, in *apigateway.UpdateStageInput) (*apigateway.UpdateStageOutput, error) {
	scope, now := scopeOf(ctx), s.timestamp()
	return wire.Respond[apigateway.UpdateStageOutput](update(ctx, s, func(tx store.Tx) (*types.Stage, error) {
		stage, err := findStage(tx, scope, *in.RestApiId, *in.StageName)
		if err != nil {
			return nil, err
		}
		if stage.MethodSettings == nil {
			stage.MethodSettings = map[string]types.MethodSetting{}
		}
		if err := stagePatches.apply(stage, in.PatchOperations); err != nil {
			return nil, err
		}
		if err := checkClientCertificate(tx, scope, stage.ClientCertificateId); err != nil {
			return nil, err
		}
		stage.LastUpdatedDate = now
		return stage, putStage(tx, scope, *in.RestApiId, stage)
	}))
}

func checkClientCertificate(tx store.Tx, scope store.Scope, id *string) error {
	if id == nil {
		return nil
	}
	ok, err := store.Exists(tx, clientCertificates, scope, *id)
	if err == nil && !ok {
		err = errNoClientCertificate
	}
	return err
}

func replaceCacheClusterSize(s *types.Stage, p patch) error {
	value, err := cacheClusterSizes.parse(p.text())
	s.CacheClusterSize = types.CacheClusterSize(value)
	return err
}

// putVariable makes or changes a variable: replace makes one too (SD-07).
func putVariable(s *types.Stage, p patch) error {
	if p.value == nil {
		return stagevariable.InvalidValue("null")
	}
	if s.Variables == nil {
		s.Variables = map[string]string{}
	}
	s.Variables[p.name()] = *p.value
	return nil
}

func removeVariable(s *types.Stage, p patch) error {
	delete(s.Variables, p.name())
	s.Variables = nonEmptyMap(s.Variables)
	return nil
}

func putAccessLogDestination(s *types.Stage, p patch) error {
	if p.text() == "" {
		return errEmptyAccessLog
	}
	if !accessLogPattern.MatchString(p.text()) {
		return errARN
	}
	accessLog(s).DestinationArn = p.value // SD-15: nobody looks whether it exists
	return nil
}

func putAccessLogFormat(s *types.Stage, p patch) error {
	if p.text() == "" {
		return errEmptyAccessLog
	}
	if strings.Contains(strings.TrimRight(p.text(), "\r\n"), "\n") {
		return errAccessLogLine
	}
	if len(p.text()) > maxAccessLogFormatBytes {
		return errAccessLogSize
	}
	if !accessLogIDPattern.MatchString(p.text()) {
		return errAccessLogID
	}
	accessLog(s).Format = p.value
	return nil
}

func accessLog(s *types.Stage) *types.AccessLogSettings {
	if s.AccessLogSettings == nil {
		s.AccessLogSettings = &types.AccessLogSettings{}
	}
	return s.AccessLogSettings
}

// canary returns the canary settings of a stage; the first change makes them, with
// the stage's own deployment.
func canary(s *types.Stage) *types.CanarySettings {
	if s.CanarySettings == nil {
		s.CanarySettings = &types.CanarySettings{DeploymentId: s.DeploymentId}
	}
	return s.CanarySettings
}

func putCanaryDeployment(s *types.Stage, p patch) error {
	canary(s).DeploymentId = aws.String(p.text())
	return nil
}

func putCanaryPercent(s *types.Stage, p patch) error {
	percent, err := strconv.ParseFloat(p.text(), 64)
	if err != nil || percent != percent { // NaN
		return errPercentTraffic
	}
	canary(s).PercentTraffic = percent
	return nil
}

func putCanaryCache(s *types.Stage, p patch) error {
	canary(s).UseStageCache = p.isTrue()
	return nil
}

func putOverride(s *types.Stage, p patch) error {
	if p.value == nil {
		return stagevariable.InvalidValue("null")
	}
	settings := canary(s)
	if settings.StageVariableOverrides == nil {
		settings.StageVariableOverrides = map[string]string{}
	}
	settings.StageVariableOverrides[p.name()] = *p.value
	return nil
}

func removeOverride(s *types.Stage, p patch) error {
	settings := canary(s)
	delete(settings.StageVariableOverrides, p.name())
	settings.StageVariableOverrides = nonEmptyMap(settings.StageVariableOverrides)
	return nil
}

// copyDeployment and copyVariables promote a canary.
func copyDeployment(s *types.Stage, p patch) error {
	if p.from != "/canarySettings/deploymentId" {
		return errCopyPath(p)
	}
	if s.CanarySettings == nil {
		return errNoCanary
	}
	s.DeploymentId = s.CanarySettings.DeploymentId
	return nil
}

func copyVariables(s *types.Stage, p patch) error {
	if p.from != "/canarySettings/stageVariableOverrides" {
		return errCopyPath(p)
	}
	if s.CanarySettings == nil {
		return errNoCanary
	}
	if s.Variables == nil {
		s.Variables = map[string]string{}
	}
	maps.Copy(s.Variables, s.CanarySettings.StageVariableOverrides)
	s.Variables = nonEmptyMap(s.Variables)
	return nil
}
