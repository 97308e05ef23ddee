package dataplane

import (
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// PublishApiStage serves a stage of an HTTP or a WebSocket API, as [DataPlane.PublishRestStage] does
// one of a REST API.
func (d *DataPlane) PublishApiStage(snapshot *deployed.ApiStage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := aws.ToString(snapshot.Stage.StageName)
	switch protocolOf(snapshot) {
	case types.ProtocolTypeWebsocket:
		stage := websocket.NewStage(d.webSocketEnv, snapshot, d.webSockets.stages(snapshot.ApiID).find(name))
		d.webSockets.set(snapshot.ApiID, name, stage)
		d.warmLocked(stage)
	default:
		stage := httpapi.NewStage(d.httpEnv, snapshot, d.httpAPIs.stages(snapshot.ApiID).find(name))
		d.httpAPIs.set(snapshot.ApiID, name, stage)
		d.warmLocked(stage)
	}
}

// WithdrawApiStage ends serving a stage of an HTTP or a WebSocket API, whose connections
// are closed; one that is not served is no error.
func (d *DataPlane) WithdrawApiStage(apiID, stageName string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if stage := d.webSockets.stages(apiID).find(stageName); stage != nil {
		d.webSockets.remove(apiID, stageName)
		stage.Withdraw()
		return
	}
	d.httpAPIs.remove(apiID, stageName)
}

// FlushApiStageAuthorizers forgets the results of a stage's authorizers
// (ResetAuthorizersCache).
func (d *DataPlane) FlushApiStageAuthorizers(apiID, stageName string) {
	if stage := d.httpAPIs.stages(apiID).find(stageName); stage != nil {
		stage.FlushAuthorizers()
	}
}

// ApiStageMetrics returns what was counted of a stage of an HTTP API since it was first
// published, nil when it is not served.
func (d *DataPlane) ApiStageMetrics(apiID, stageName string) []httpapi.RouteMetrics {
	if stage := d.httpAPIs.stages(apiID).find(stageName); stage != nil {
		return stage.Metrics()
	}
	return nil
}

// protocolOf returns the protocol of a stage's API.
func protocolOf(snapshot *deployed.ApiStage) types.ProtocolType {
	if snapshot.Protocol == "" && snapshot.Api != nil {
		return snapshot.Api.Api.ProtocolType
	}
	return snapshot.Protocol
}

// defaultStage is the stage of an HTTP API that has no segment in the path.
const defaultStage = "$default"

// serveHTTPAPI answers a request to an HTTP API: by the stage that a mapping chose, else
// by the one that the first segment of the path names, else by the default stage.
func (d *DataPlane) serveHTTPAPI(w http.ResponseWriter, r *http.Request, a Address, found *stages[httpapi.Stage]) {
	call := httpapi.Call{
		Path: a.Path, StagePath: a.Path, CustomPath: a.CustomPath, BasePath: a.BasePath, DomainName: a.DomainName, DomainPrefix: a.DomainPrefix,
	}
	name := a.Stage
	if name != "" {
		call.Path = withoutSegment(a.Path, name)
		call.StagePath = call.Path
	} else {
		name, _, _ = strings.Cut(strings.TrimPrefix(a.Path, "/"), "/")
		if name != defaultStage && found.find(name) != nil {
			call.Path = withoutSegment(a.Path, name)
		} else {
			name = defaultStage
		}
	}
	stage := found.find(name)
	if stage == nil {
		httpapi.ServeNotFound(d.httpEnv, w, r, a.ApiID, call)
		return
	}
	stage.Serve(w, r, call)
}

// withoutSegment takes the segment that a path begins with off.
func withoutSegment(path, segment string) string {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/"), segment)
	if !ok || rest != "" && rest[0] != '/' {
		return path
	}
	return rest
}
