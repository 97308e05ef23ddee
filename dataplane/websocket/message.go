package websocket

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// message has the route of a message carry it out. What leaves the process runs apart from
// the reading: messages of a client do not wait for one another, as on AWS.
func (c *Connection) message(text []byte) {
	s := c.shared.current.Load()
	if s == nil {
		return // the connection is about to be closed
	}
	x := s.newExchange(c, eventMessage)
	x.body, x.messageID = text, newID()
	x.reply.status = http.StatusOK
	x.route = s.compiled().findRoute(x)
	x.counters().countMessage(len(text))
	x.failure = x.admit()
	if x.failure != nil || x.route == nil || x.route.isLocal {
		x.serveMessage()
		return
	}
	c.run(x.serveMessage)
}

func (x *Exchange) serveMessage() {
	defer x.contain()
	x.begin()
	switch {
	case x.failure != nil: // is not admitted
	case x.route == nil:
		f := forbidden("no route takes the message")
		f.bare = false
		x.failure = f
	default:
		x.failure = x.execute()
		if x.failure == nil && x.route.isFunction && (x.reply.status < 200 || x.reply.status > 299) {
			x.failure = internal("the function answered with status "+strconv.Itoa(x.reply.status), nil)
		}
	}
	switch {
	case x.failure != nil:
		x.conn.reply(x.failure.body(x))
	case x.route.isTwoWay && len(x.reply.body) > maxMessageBytes: // unverified: what AWS does then
		x.failure = internal("Execution failed due to configuration error: the response exceeds 131072 bytes", nil)
		x.conn.reply(x.failure.body(x))
	case x.route.isTwoWay && len(x.reply.body) > 0:
		x.counters().countMessage(len(x.reply.body))
		x.conn.reply(x.reply.body) // a client that is gone gets nothing
	}
	x.end()
}

// contain keeps a fault in one exchange from ending the process, as net/http does for
// requests.
func (x *Exchange) contain() {
	fault := recover()
	if fault == nil {
		return
	}
	x.stage.logger().Error("WebSocket exchange failed", "request_id", x.id, "fault", fault, "stack", string(debug.Stack()))
	if x.eventType == eventMessage {
		x.conn.reply(internal("fault", nil).body(x))
	}
}

// disconnected runs the route $disconnect of a connection that has ended.
func (c *Connection) disconnected(how *integration.Disconnect) {
	s := c.shared.current.Load()
	if s == nil {
		return
	}
	x := s.newExchange(c, eventDisconnect)
	x.disconnect, x.route = how, s.compiled().disconnect
	x.reply.status = http.StatusOK
	if x.route == nil {
		return
	}
	defer x.contain()
	x.begin()
	x.failure = x.execute()
	x.end()
}

// execute runs the steps of the route.
func (x *Exchange) execute() *failure {
	for i := range x.route.guards {
		if f := x.step(&x.route.guards[i]); f != nil {
			return f
		}
	}
	x.isAdmitted = true
	if x.eventType == eventConnect {
		x.counters().connect.Add(1)
	}
	for i := range x.route.steps {
		if f := x.step(&x.route.steps[i]); f != nil {
			return f
		}
	}
	return nil
}

func (x *Exchange) step(s *step) *failure {
	if x.trace == nil {
		return s.run(x)
	}
	x.trace.Begin(s.name)
	f := s.run(x)
	reason := ""
	if f != nil {
		reason = f.reason
	}
	x.trace.End(reason)
	return f
}

// begin begins the trace of the exchange, where somebody observes or it is logged.
func (x *Exchange) begin() {
	if x.stage.env.Observe != nil || x.logLevel() != executionlog.Off {
		x.trace = trace.New(x.stage.env.Now, x.time, trace.KeptBodyBytes)
	}
}

// traced lets what is sent to backends be recorded.
func (x *Exchange) traced(ctx context.Context) context.Context {
	if x.trace == nil {
		return ctx
	}
	return trace.With(ctx, x.trace)
}

// end logs, counts and shows an exchange that is over.
func (x *Exchange) end() {
	if x.response != nil {
		defer x.response.Release()
	}
	env, s := x.stage.env, x.stage.snapshot
	if x.failure != nil {
		x.countFailure()
		level := slog.LevelInfo
		if x.failure.status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		attributes := []slog.Attr{
			slog.String("request_id", x.id), slog.String("api_id", s.ApiID), slog.String("stage", x.stage.name), slog.String("connection_id", x.conn.id),
			slog.String("route", x.routeKey()), slog.Int("status", x.failure.status), slog.String("reason", x.failure.reason),
		}
		if x.failure.cause != nil {
			attributes = append(attributes, slog.Any("error", x.failure.cause))
		}
		env.Logger.LogAttrs(env.Lifetime, level, "WebSocket request failed", attributes...)
	}
	if p := x.stage.compiled(); p.log != nil {
		env.AccessLog(s.Account, s.Region, p.logTo, x.time, p.log.Line(func(name string) string {
			value, _ := x.ContextVariable(name)
			return value
		}))
	}
	x.endTrace()
}

// endTrace completes the trace and shows it.
func (x *Exchange) endTrace() {
	t := x.trace
	if t == nil {
		return
	}
	end := x.stage.env.Now()
	path := "/" + x.stage.name
	t.Summary = trace.Summary{
		RequestID: x.id, ExtendedID: x.id, Time: x.time, ApiID: x.stage.snapshot.ApiID, Stage: x.stage.name,
		Method: x.eventType, Path: path, MethodPath: path, Resource: x.routeKey(), Status: x.status(), Duration: end.Sub(x.time),
	}
	if x.failure != nil {
		t.Error = x.failure.reason
	}
	t.APIKey = x.apiKey
	if x.route != nil {
		t.RequiresKey = x.route.requiresKey
	}
	if x.handshake != nil {
		t.Query, t.Host, t.Header = x.handshake.URL.RawQuery, x.handshake.Host, x.handshake.Header
	}
	body := x.reply.body
	if x.failure != nil {
		body = x.failure.body(x)
	}
	ending := trace.Ending{Time: end, Header: x.reply.header, Body: body, RequestBody: x.body, HasRequestBody: true}
	if x.response != nil {
		ending.EndpointBody = x.response.Body
	}
	t.Add(trace.Message{Kind: trace.MethodRequest, Header: t.Header, Size: int64(len(x.body))})
	t.Complete(&ending)
	x.writeExecutionLog()
	if observe := x.stage.env.Observe; observe == nil || !observe(t) {
		t.Release()
	}
	x.trace = nil
}
