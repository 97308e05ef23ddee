package websocket

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// logLevel is the level of the execution log that settings ask for, those of a route
// before those of the stage.
func (s *Stage) logLevel(settings ...*types.RouteSettings) executionlog.Level {
	if s.env.ExecutionLog == nil {
		return executionlog.Off
	}
	level, traced := types.LoggingLevelOff, false
	for _, one := range settings {
		if one == nil {
			continue
		}
		if one.LoggingLevel != "" {
			level = one.LoggingLevel
		}
		if one.DataTraceEnabled != nil {
			traced = *one.DataTraceEnabled
		}
	}
	return executionlog.LevelOf(string(level), traced)
}

// logLevel is that of the route; what no route takes has the level of the stage.
func (x *Exchange) logLevel() executionlog.Level {
	if x.route != nil {
		return x.route.logLevel
	}
	return x.stage.compiled().logLevel
}

// writeExecutionLog writes what the settings of the route ask for, from the complete trace.
// Each line begins with the id of the request.
func (x *Exchange) writeExecutionLog() {
	level := x.logLevel()
	switch {
	case level == executionlog.Off,
		level == executionlog.Errors && x.failure == nil,
		x.route == nil && x.failure == nil: // a connection without $connect and $disconnect
		return
	}
	w := executionlog.Writer{Masks: x.trace.Masks(), At: x.time, Terse: level != executionlog.All}
	if level == executionlog.Errors {
		w.At = x.stage.env.Now()
		w.Line(w.Masks.Text(x.failure.reason)) // unverified: which lines AWS has then
	} else {
		x.logSteps(&w)
	}
	for i := range w.Lines {
		w.Lines[i].Text = "(" + x.id + ") " + w.Lines[i].Text
	}
	s := x.stage.snapshot
	x.stage.env.ExecutionLog(s.Account, s.Region, s.ApiID, x.stage.name, w.Lines)
}

// logSteps writes the whole log of an exchange. Unverified: the order of the lines, and
// those about the client.
func (x *Exchange) logSteps(w *executionlog.Writer) {
	t := x.trace
	w.Line("Extended Request Id: " + x.id)
	if x.isAdmitted {
		w.UsagePlan(t, "route '"+x.routeKey()+"'")
		x.logRequest(w)
	}
	for i := range t.Messages {
		if m := &t.Messages[i]; m.Kind == trace.EndpointRequest || m.Kind == trace.EndpointResponse {
			w.At = m.Time
			w.Endpoint(m)
		}
	}
	w.At = t.Time.Add(t.Duration)
	status := strconv.Itoa(t.Status)
	if x.failure != nil {
		w.Line(w.Masks.Text(x.failure.reason))
	} else {
		x.logAnswer(w)
		w.Line("Successfully completed execution")
	}
	w.Line("Method completed with status: " + status)
	if id := executionlog.EndpointRequestID(t); id != "" {
		w.Line("AWS Integration Endpoint RequestId : " + id)
	}
}

// logRequest writes what the client wants.
func (x *Exchange) logRequest(w *executionlog.Writer) {
	c, api := x.conn, x.stage.snapshot.ApiID
	w.Line("Starting execution for request: " + x.id)
	w.Line("WebSocket Request Route: [" + x.routeKey() + "]")
	switch x.eventType {
	case eventConnect:
		w.Line("Client [UserAgent: " + c.userAgent + ", SourceIp: " + c.sourceIP + "] is connecting to WebSocket API [" + api + "].")
		if w.Terse {
			return
		}
		w.Line("Method request query string: " + w.Masks.Text(executionlog.JavaMap(shownQuery(x.query))))
		w.Header("Method request headers: ", x.trace.Header)
	case eventMessage:
		w.Body("Method request body before transformations: ", &trace.Message{Body: x.body, Size: int64(len(x.body))})
	case eventDisconnect:
		w.Line("Client [Connection Id: " + c.id + "] disconnected from API [" + api + "] : Disconnect status code: " +
			strconv.Itoa(x.disconnect.Code) + " , Disconnect reason: " + x.disconnect.Reason)
	}
}

// logAnswer writes what the client gets.
func (x *Exchange) logAnswer(w *executionlog.Writer) {
	isRefused := x.eventType == eventConnect && (x.reply.status < 200 || x.reply.status > 299)
	if isRefused || x.eventType == eventMessage && x.route.isTwoWay {
		w.Body("Method response body after transformations: ", &trace.Message{Body: x.reply.body, Size: int64(len(x.reply.body))})
	}
	if x.eventType == eventConnect && !isRefused {
		w.Line("Client [Connection Id: " + x.conn.id + "] connected to API [" + x.stage.snapshot.ApiID + "] successfully.")
	}
}

// shownQuery is a query without the values of a signature.
func shownQuery(query []integration.Field) map[string][]string {
	shown := make(map[string][]string, len(query))
	for _, field := range query {
		shown[field.Name] = field.Values
		if trace.IsSecretParameter(field.Name) {
			shown[field.Name] = []string{trace.Masked}
		}
	}
	return shown
}

// settings returns the settings of the stage and those of a route; either may be nil.
func (s *Stage) settings(routeKey string) []*types.RouteSettings {
	both := []*types.RouteSettings{s.snapshot.Stage.DefaultRouteSettings, nil}
	if own, ok := s.snapshot.Stage.RouteSettings[routeKey]; ok {
		both[1] = &own
	}
	return both
}

// hasDetailedMetrics tells whether a route is counted by itself.
func (s *Stage) hasDetailedMetrics(routeKey string) bool {
	detailed := false
	for _, settings := range s.settings(routeKey) {
		if settings != nil && settings.DetailedMetricsEnabled != nil {
			detailed = aws.ToBool(settings.DetailedMetricsEnabled)
		}
	}
	return detailed
}
