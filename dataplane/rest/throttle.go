package rest

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// methodSetting looks for the stage's settings of a method, then for those of the
// stage. Keys have no leading slash (SD-06, SD-07), or have "~1" for each slash.
// Unverified: that a method ANY has its own settings only, not those of the verb.
func methodSetting(settings map[string]types.MethodSetting, path, verb string) (setting types.MethodSetting, ok bool) {
	if setting, ok = ownMethodSetting(settings, path, verb); !ok {
		setting, ok = settings["*/*"]
	}
	return setting, ok
}

// ownMethodSetting looks for the settings that name the method.
func ownMethodSetting(settings map[string]types.MethodSetting, path, verb string) (setting types.MethodSetting, ok bool) {
	path = strings.TrimPrefix(path, "/")
	escaped := strings.ReplaceAll(path, "/", "~1")
	for _, key := range []string{path + "/" + verb, escaped + "/" + verb, "~1" + escaped + "/" + verb} {
		if setting, ok := settings[key]; ok {
			return setting, true
		}
	}
	return types.MethodSetting{}, false
}

// throttle is the step that limits the calls of a method. The limits of the stage
// hold for each of its methods.
func (c *compiler) throttle(r *resource, m *types.Method) []step {
	verb := aws.ToString(m.HttpMethod)
	setting, ok := methodSetting(c.stage.snapshot.Stage.MethodSettings, r.path, verb)
	limit := traffic.Limit{RatePerSecond: setting.ThrottlingRateLimit, Burst: int(setting.ThrottlingBurstLimit)}
	if !ok || limit.IsUnlimited() {
		return nil
	}
	bucket := c.stage.buckets.Bucket(verb+" "+r.path, limit, c.stage.env.Now())
	throttled := &Failure{
		Type:   types.GatewayResponseTypeThrottled,
		Reason: fmt.Sprintf("Throttle limit of the stage exceeded for %s %s. Limit: %.2f Burst: %d", verb, r.path, limit.RatePerSecond, limit.Burst),
	}
	return []step{{name: "throttle", run: func(x *Exchange) *Failure {
		if !bucket.Take(x.Request.Time) {
			return throttled
		}
		return nil
	}}}
}
