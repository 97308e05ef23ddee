package httpapi

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// accountLimit is what holds when neither stage nor route says anything (HTTP API quotas).
var accountLimit = traffic.Limit{RatePerSecond: 10000, Burst: 5000}

// limitOf puts settings over a limit: what they do not say stays. A rate without a burst
// has the burst of the account and the other way round (unverified).
func limitOf(settings *types.RouteSettings, limit traffic.Limit) (traffic.Limit, bool) {
	if settings == nil || settings.ThrottlingRateLimit == nil && settings.ThrottlingBurstLimit == nil {
		return limit, false
	}
	if settings.ThrottlingRateLimit != nil {
		limit.RatePerSecond = *settings.ThrottlingRateLimit
	}
	if settings.ThrottlingBurstLimit != nil {
		limit.Burst = int(*settings.ThrottlingBurstLimit)
	}
	return limit, true
}

// throttle is the step that limits the calls of a route: by its own settings, else by the
// default ones of the stage, which hold for each route (unverified: not for all routes
// together). The limits of the account are not enforced: nobody else is served here.
func (c *compiler) throttle(r *route) []step {
	stage := &c.snapshot.Stage
	limit, limited := limitOf(stage.DefaultRouteSettings, accountLimit)
	if own, ok := stage.RouteSettings[r.name]; ok {
		if ownLimit, ok := limitOf(&own, limit); ok {
			limit, limited = ownLimit, true
		}
	}
	if !limited {
		return nil
	}
	bucket := c.stage.buckets.Bucket(r.name, limit, c.stage.env.Now())
	throttled := &Failure{
		Status: http.StatusTooManyRequests, Type: "THROTTLED",
		Reason: fmt.Sprintf("Throttle limit of the route %s exceeded. Limit: %.2f Burst: %d", r.name, limit.RatePerSecond, limit.Burst),
	}
	return []step{{name: "throttle", run: func(x *Exchange) *Failure {
		if !bucket.Take(x.Request.Time) {
			return throttled
		}
		return nil
	}}}
}

// detailedMetrics reports whether the metrics of a route are wanted one by one.
func (s *Stage) detailedMetrics(routeKey string) bool {
	stage := &s.snapshot.Stage
	if own, ok := stage.RouteSettings[routeKey]; ok && own.DetailedMetricsEnabled != nil {
		return *own.DetailedMetricsEnabled
	}
	return stage.DefaultRouteSettings != nil && aws.ToBool(stage.DefaultRouteSettings.DetailedMetricsEnabled)
}
