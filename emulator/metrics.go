package emulator

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi"
)

// counts are the metrics that CloudWatch has of an HTTP API, under its names, since the
// stage was first served. Latencies are sums in milliseconds.
type counts struct {
	Count              uint64  `json:"Count"`
	Errors4xx          uint64  `json:"4xx"`
	Errors5xx          uint64  `json:"5xx"`
	Latency            float64 `json:"Latency"`
	IntegrationLatency float64 `json:"IntegrationLatency"`
	DataProcessed      uint64  `json:"DataProcessed"`
}

func (c *counts) add(m *httpapi.RouteMetrics) {
	c.Count += m.Count
	c.Errors4xx += m.Errors4xx
	c.Errors5xx += m.Errors5xx
	c.Latency += float64(m.Latency) / float64(time.Millisecond)
	c.IntegrationLatency += float64(m.IntegrationLatency) / float64(time.Millisecond)
	c.DataProcessed += m.DataProcessed
}

// stageCounts are those of a stage and, where detailed metrics are on, of its routes.
type stageCounts struct {
	APIID string `json:"ApiId"`
	Stage string `json:"Stage"`
	counts

	Routes []routeCounts `json:"Routes,omitempty"`
}

type routeCounts struct {
	Route string `json:"Route"`
	counts
}

// cacheCounts are the metrics that CloudWatch has of the response cache of a REST API.
type cacheCounts struct {
	APIID  string `json:"ApiId"`
	Stage  string `json:"Stage"`
	Hits   uint64 `json:"CacheHitCount"`
	Misses uint64 `json:"CacheMissCount"`
}

// stageMetrics has what was counted of stages; [*dataplane.DataPlane] does.
type stageMetrics interface {
	Metrics() []dataplane.StageMetrics
	WebSocketMetrics() []dataplane.WebSocketMetrics
	CacheMetrics() []dataplane.CacheMetrics
}

// metrics answers /_stagedoor/metrics: the counters of the HTTP and WebSocket APIs that
// are served, and of the response caches of REST APIs.
type metrics struct {
	stages stageMetrics
	logger *slog.Logger
}

func (m *metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	report := struct {
		Stages []any `json:"Stages"`
	}{[]any{}}
	for _, stage := range m.stages.Metrics() {
		one := stageCounts{APIID: stage.APIID, Stage: stage.Stage}
		for i := range stage.Routes {
			route := &stage.Routes[i]
			one.add(route)
			// What matched no route has no name that could be a dimension.
			if route.DetailedMetricsActive && route.RouteKey != "" {
				detailed := routeCounts{Route: route.RouteKey}
				detailed.add(route)
				one.Routes = append(one.Routes, detailed)
			}
		}
		report.Stages = append(report.Stages, one)
	}
	for _, stage := range m.stages.WebSocketMetrics() {
		report.Stages = append(report.Stages, webSocketCountsOf(&stage))
	}
	for _, cache := range m.stages.CacheMetrics() {
		report.Stages = append(report.Stages, cacheCounts{APIID: cache.APIID, Stage: cache.Stage, Hits: cache.Hits, Misses: cache.Misses})
	}
	body, err := json.Marshal(report)
	if err != nil {
		m.logger.Error("metrics cannot be written", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the client may be gone
}
