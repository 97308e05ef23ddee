package websocket

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// RouteMetrics is what was counted of a route, under the names of the CloudWatch metrics.
type RouteMetrics struct {
	// RouteKey is empty for what has no route: messages that none takes, and those that are
	// sent through @connections.
	RouteKey string
	// ConnectCount are the handshakes that $connect let through to its integration, and
	// those of APIs without $connect.
	ConnectCount uint64
	// MessageCount are the messages in both directions, in units of 32 KB.
	MessageCount uint64
	// IntegrationError are answers of backends with 4XX and 5XX, ClientError refusals with
	// 4XX before the backend, ExecutionError all other failures.
	IntegrationError, ClientError, ExecutionError uint64
	// IntegrationLatency is the sum over all calls of backends.
	IntegrationLatency    time.Duration
	DetailedMetricsActive bool
}

// metrics has the counters of a stage's routes. The zero value is ready. It is safe for
// concurrent use.
type metrics struct{ byRoute sync.Map }

type counters struct {
	connect, message, integrationError, clientError, executionError, latency atomic.Uint64
}

// of returns the counters of a route. Those of routes that are gone are kept: a deployment
// may bring them back.
func (m *metrics) of(routeKey string) *counters {
	found, _ := m.byRoute.LoadOrStore(routeKey, &counters{})
	return found.(*counters)
}

// meteredBytes is what counts as one message.
const meteredBytes = 32 << 10

func (c *counters) countMessage(size int) {
	c.message.Add(uint64(max(1, (size+meteredBytes-1)/meteredBytes)))
}

// counters are those of the route.
func (x *Exchange) counters() *counters {
	if x.route != nil {
		return x.route.counters
	}
	return x.stage.shared.unrouted
}

// countFailure counts a failure that is not counted with the call of the backend.
func (x *Exchange) countFailure() {
	switch {
	case x.isCounted:
	case x.failure.status >= http.StatusInternalServerError:
		x.counters().executionError.Add(1)
	default:
		x.counters().clientError.Add(1)
	}
}

// Metrics returns what was counted of each route of the stage since it was first published,
// in the order of their keys.
func (s *Stage) Metrics() []RouteMetrics {
	var all []RouteMetrics
	s.shared.metrics.byRoute.Range(func(key, value any) bool {
		name, c := key.(string), value.(*counters)
		all = append(all, RouteMetrics{
			RouteKey: name, ConnectCount: c.connect.Load(), MessageCount: c.message.Load(), IntegrationError: c.integrationError.Load(),
			ClientError: c.clientError.Load(), ExecutionError: c.executionError.Load(), IntegrationLatency: time.Duration(c.latency.Load()),
			DetailedMetricsActive: s.hasDetailedMetrics(name),
		})
		return true
	})
	slices.SortFunc(all, func(a, b RouteMetrics) int { return cmp.Compare(a.RouteKey, b.RouteKey) })
	return all
}

// Connections returns how many connections to the stage were established, and how many of
// them have ended, $disconnect included.
func (s *Stage) Connections() (opened, closed uint64) {
	closed = s.shared.closed.Load() // first: so it never exceeds the other
	return s.shared.opened.Load(), closed
}
