package httpapi

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
	// RouteKey is empty for requests that matched no route.
	RouteKey              string
	Count, Errors4xx      uint64
	Errors5xx             uint64
	Latency               time.Duration
	IntegrationLatency    time.Duration
	DataProcessed         uint64
	DetailedMetricsActive bool
}

// metrics has the counters of a stage's routes. The zero value is ready. It is safe for
// concurrent use.
type metrics struct{ byRoute sync.Map }

type counters struct {
	count, errors4xx, errors5xx, latency, integrationLatency, data atomic.Uint64
}

// of returns the counters of a route. Those of routes that are gone are kept: a deployment
// may bring them back.
func (m *metrics) of(routeKey string) *counters {
	found, _ := m.byRoute.LoadOrStore(routeKey, &counters{})
	return found.(*counters)
}

// count counts an exchange that is over.
func (x *Exchange) count() {
	c := x.program.counters
	if x.Match.route != nil {
		c = x.Match.route.counters
	}
	if c == nil {
		return
	}
	c.count.Add(1)
	switch status := x.Response.Status; {
	case status >= http.StatusInternalServerError:
		c.errors5xx.Add(1)
	case status >= http.StatusBadRequest:
		c.errors4xx.Add(1)
	}
	c.latency.Add(uint64(x.stage.env.Now().Sub(x.Request.Time)))
	c.integrationLatency.Add(uint64(x.Integration.Latency))
	c.data.Add(uint64(x.dataProcessed()))
}

// dataProcessed is the size of the bodies of both messages, in bytes.
func (x *Exchange) dataProcessed() int64 { return x.bodyLength() + int64(len(x.Response.Body)) }

// Metrics returns what was counted of each route, in the order of their keys.
func (s *Stage) Metrics() []RouteMetrics {
	var all []RouteMetrics
	s.metrics.byRoute.Range(func(key, value any) bool {
		name, c := key.(string), value.(*counters)
		all = append(all, RouteMetrics{
			RouteKey: name, Count: c.count.Load(), Errors4xx: c.errors4xx.Load(), Errors5xx: c.errors5xx.Load(),
			Latency: time.Duration(c.latency.Load()), IntegrationLatency: time.Duration(c.integrationLatency.Load()),
			DataProcessed: c.data.Load(), DetailedMetricsActive: s.detailedMetrics(name),
		})
		return true
	})
	slices.SortFunc(all, func(a, b RouteMetrics) int { return cmp.Compare(a.RouteKey, b.RouteKey) })
	return all
}
