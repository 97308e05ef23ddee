package restapi

import (
	"math"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	// wholeStage is the key of the method setting for methods without their own.
	wholeStage = "*/*"
	// methodSettingPath is the path of a whole method setting, which can be removed. The
	// slashes of the resource's path come escaped or, from Terraform, as they are.
	methodSettingPath = "/{resourcePath...}/{httpMethod}"

	maxCacheTTLSeconds = 3600
)

var (
	loggingLevels = enum{"LoggingLevel", []string{"OFF", "ERROR", "INFO"}}
	strategies    = enumOf("UnauthorizedCacheControlHeaderStrategy", types.UnauthorizedCacheControlHeaderStrategy("").Values())
)

// defaultMethodSetting is SD-09. There is no logging level until one is set.
func defaultMethodSetting() types.MethodSetting {
	return types.MethodSetting{
		ThrottlingBurstLimit:                   5000,
		ThrottlingRateLimit:                    10000,
		CacheTtlInSeconds:                      300,
		RequireAuthorizationForCacheControl:    true,
		UnauthorizedCacheControlHeaderStrategy: types.UnauthorizedCacheControlHeaderStrategySucceedWithResponseHeader,
	}
}

// methodSettingRules are the PATCH rules for method settings. They follow the
// other rules of a stage, because their first two segments match anything.
func methodSettingRules() []patchRule[types.Stage] {
	settings := []struct {
		path string
		set  func(*types.MethodSetting, patch) error
	}{
		{"/metrics/enabled", setFlag(func(m *types.MethodSetting) *bool { return &m.MetricsEnabled })},
		{"/logging/dataTrace", setFlag(func(m *types.MethodSetting) *bool { return &m.DataTraceEnabled })},
		{"/logging/loglevel", setLoggingLevel},
		{"/throttling/burstLimit", setBurstLimit},
		{"/throttling/rateLimit", setRateLimit},
		{"/caching/enabled", setFlag(func(m *types.MethodSetting) *bool { return &m.CachingEnabled })},
		{"/caching/ttlInSeconds", setCacheTTL},
		{"/caching/dataEncrypted", setFlag(func(m *types.MethodSetting) *bool { return &m.CacheDataEncrypted })},
		{
			"/caching/requireAuthorizationForCacheControl",
			setFlag(func(m *types.MethodSetting) *bool { return &m.RequireAuthorizationForCacheControl }),
		},
		{"/caching/unauthorizedCacheControlHeaderStrategy", setStrategy},
	}
	rules := make([]patchRule[types.Stage], 0, len(settings)+1)
	for _, setting := range settings {
		change := changeMethodSetting(setting.set)
		rules = append(rules, patchRule[types.Stage]{path: methodSettingPath + setting.path, add: change, replace: change})
	}
	return append(rules, patchRule[types.Stage]{path: methodSettingPath, remove: removeMethodSetting})
}

// methodSettingKey is the key of the setting that segments of a path name: as sent, escapes
// kept and without the path's own slash in front (SD-07).
func methodSettingKey(segments []string) string { return strings.Join(segments, "/") }

// changeMethodSetting changes one member of a setting. A new one starts as a copy
// of the stage's (SD-07); those that exist do not follow the stage's (SD-08).
func changeMethodSetting(set func(*types.MethodSetting, patch) error) change[types.Stage] {
	return func(stage *types.Stage, p patch) error {
		key := methodSettingKey(p.raw[:len(p.raw)-2])
		setting, ok := stage.MethodSettings[key]
		if !ok {
			setting, ok = stage.MethodSettings[wholeStage]
		}
		if !ok {
			setting = defaultMethodSetting()
		}
		if err := set(&setting, p); err != nil {
			return err
		}
		stage.MethodSettings[key] = setting
		return nil
	}
}

func removeMethodSetting(stage *types.Stage, p patch) error {
	key := methodSettingKey(p.raw)
	if _, ok := stage.MethodSettings[key]; !ok {
		return errNoMethodSetting(key)
	}
	delete(stage.MethodSettings, key) // the empty map stays (SD-11)
	return nil
}

func setFlag(member func(*types.MethodSetting) *bool) func(*types.MethodSetting, patch) error {
	return func(m *types.MethodSetting, p patch) error {
		*member(m) = p.isTrue()
		return nil
	}
}

func setLoggingLevel(m *types.MethodSetting, p patch) error {
	value, err := loggingLevels.parse(p.text())
	m.LoggingLevel = aws.String(value)
	return err
}

func setStrategy(m *types.MethodSetting, p patch) error {
	value, err := strategies.parse(p.text())
	m.UnauthorizedCacheControlHeaderStrategy = types.UnauthorizedCacheControlHeaderStrategy(value)
	return err
}

// errSettingValue is the error for a number out of range. Unverified: the wording.
func errSettingValue(p patch) error {
	return wire.BadRequest("Invalid method setting value: " + p.text() + " for path: " + p.path)
}

// The limits are -1 where throttling is off.
func setBurstLimit(m *types.MethodSetting, p patch) error {
	limit, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil || limit < -1 {
		return errSettingValue(p)
	}
	m.ThrottlingBurstLimit = int32(limit)
	return nil
}

func setRateLimit(m *types.MethodSetting, p patch) error {
	limit, err := strconv.ParseFloat(p.text(), 64)
	if err != nil || math.IsNaN(limit) || math.IsInf(limit, 0) || limit < 0 && limit != -1 {
		return errSettingValue(p)
	}
	m.ThrottlingRateLimit = limit
	return nil
}

func setCacheTTL(m *types.MethodSetting, p patch) error {
	seconds, err := strconv.ParseInt(p.text(), 10, 32)
	if err != nil || seconds < 0 || seconds > maxCacheTTLSeconds {
		return errSettingValue(p)
	}
	m.CacheTtlInSeconds = int32(seconds)
	return nil
}
