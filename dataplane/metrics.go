package dataplane

import (
	"cmp"
	"slices"

	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// StageMetrics is what was counted of a stage of an HTTP API since it was first published.
type StageMetrics struct {
	APIID, Stage string
	Routes       []httpapi.RouteMetrics
}

// Metrics returns the counters of all stages of HTTP APIs, by API and stage.
func (d *DataPlane) Metrics() []StageMetrics {
	var all []StageMetrics
	d.httpAPIs.each(func(apiID, name string, stage *httpapi.Stage) {
		all = append(all, StageMetrics{APIID: apiID, Stage: name, Routes: stage.Metrics()})
	})
	slices.SortFunc(all, func(a, b StageMetrics) int {
		return cmp.Or(cmp.Compare(a.APIID, b.APIID), cmp.Compare(a.Stage, b.Stage))
	})
	return all
}

// WebSocketMetrics is what was counted of a stage of a WebSocket API since it was first
// published.
type WebSocketMetrics struct {
	APIID, Stage string
	Routes       []websocket.RouteMetrics
	// Opened and Closed are how many connections were established, and have ended.
	Opened, Closed uint64
}

// WebSocketMetrics returns the counters of all stages of WebSocket APIs, by API and stage.
func (d *DataPlane) WebSocketMetrics() []WebSocketMetrics {
	var all []WebSocketMetrics
	d.webSockets.each(func(apiID, name string, stage *websocket.Stage) {
		one := WebSocketMetrics{APIID: apiID, Stage: name, Routes: stage.Metrics()}
		one.Opened, one.Closed = stage.Connections()
		all = append(all, one)
	})
	slices.SortFunc(all, func(a, b WebSocketMetrics) int {
		return cmp.Or(cmp.Compare(a.APIID, b.APIID), cmp.Compare(a.Stage, b.Stage))
	})
	return all
}

// CacheMetrics is what was counted of the response cache of a stage of a REST API since the
// stage was first published.
type CacheMetrics struct {
	APIID, Stage string
	Hits, Misses uint64
}

// CacheMetrics returns the counters of all response caches, by API and stage.
func (d *DataPlane) CacheMetrics() []CacheMetrics {
	var all []CacheMetrics
	d.restAPIs.each(func(apiID, name string, stage *rest.Stage) {
		if hits, misses, ok := stage.CacheMetrics(); ok {
			all = append(all, CacheMetrics{APIID: apiID, Stage: name, Hits: hits, Misses: misses})
		}
	})
	slices.SortFunc(all, func(a, b CacheMetrics) int {
		return cmp.Or(cmp.Compare(a.APIID, b.APIID), cmp.Compare(a.Stage, b.Stage))
	})
	return all
}
