package emulator

import (
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// socketCounts are the metrics that CloudWatch has of a WebSocket API, under its names,
// since the stage was first served. The latency is the sum in milliseconds.
type socketCounts struct {
	ConnectCount       uint64  `json:"ConnectCount"`
	MessageCount       uint64  `json:"MessageCount"`
	IntegrationError   uint64  `json:"IntegrationError"`
	ClientError        uint64  `json:"ClientError"`
	ExecutionError     uint64  `json:"ExecutionError"`
	IntegrationLatency float64 `json:"IntegrationLatency"`
}

func (c *socketCounts) add(m *websocket.RouteMetrics) {
	c.ConnectCount += m.ConnectCount
	c.MessageCount += m.MessageCount
	c.IntegrationError += m.IntegrationError
	c.ClientError += m.ClientError
	c.ExecutionError += m.ExecutionError
	c.IntegrationLatency += float64(m.IntegrationLatency) / float64(time.Millisecond)
}

// socketStageCounts are those of a stage and, where detailed metrics are on, of its routes.
type socketStageCounts struct {
	APIID string `json:"ApiId"`
	Stage string `json:"Stage"`
	socketCounts

	// Connections are open now; CloudWatch has no such metric.
	Connections uint64              `json:"Connections"`
	Routes      []socketRouteCounts `json:"Routes,omitempty"`
}

type socketRouteCounts struct {
	Route string `json:"Route"`
	socketCounts
}

func webSocketCountsOf(stage *dataplane.WebSocketMetrics) socketStageCounts {
	all := socketStageCounts{APIID: stage.APIID, Stage: stage.Stage, Connections: stage.Opened - stage.Closed}
	for i := range stage.Routes {
		route := &stage.Routes[i]
		all.add(route)
		// What has no route has no name that could be a dimension.
		if route.DetailedMetricsActive && route.RouteKey != "" {
			detailed := socketRouteCounts{Route: route.RouteKey}
			detailed.add(route)
			all.Routes = append(all.Routes, detailed)
		}
	}
	return all
}
