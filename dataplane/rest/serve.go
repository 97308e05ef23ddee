package rest

import (
	"log/slog"
	"maps"
	"net/http"
	"strconv"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

func newExchange(env *Environment, stage *Stage, r *http.Request, call Call) *Exchange {
	x := &Exchange{stage: stage}
	x.Request = Request{
		HTTP: r, Time: env.Now(),
		DomainName: call.DomainName, DomainPrefix: call.DomainPrefix,
		Spellings: call.HeaderNames,
	}
	x.Request.ID, x.Request.ExtendedID = requestid.New()
	_, x.Request.ContextPath, x.Request.Path = splitStage(call.Path)
	if call.CustomPath != "" {
		x.Request.ContextPath, x.Request.ByCustomDomain, x.Request.BasePath = call.CustomPath, true, call.BasePath
	}
	if env.Observe != nil || stage.isLogged || stage.access != nil {
		x.observe(trace.KeptBodyBytes)
	}
	return x
}

// ServeForbidden answers a call whose API or stage does not exist.
func ServeForbidden(env *Environment, w http.ResponseWriter, r *http.Request, call Call) {
	x := newExchange(env, &Stage{env: env, snapshot: &noStage}, r, call)
	x.fail(forbidden("No such API or stage"))
	x.write(w)
}

// fail makes the response of a failure and logs it; nil is no failure.
func (x *Exchange) fail(failure *Failure) {
	if failure == nil {
		return
	}
	x.Failure = failure
	x.Response = x.failureResponse()
	level := slog.LevelInfo
	switch {
	case failure.ClientGone:
		level = slog.LevelDebug
	case x.Response.Status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	ctx := x.Request.HTTP.Context()
	if logger := x.stage.env.Logger; logger.Enabled(ctx, level) {
		attributes := []slog.Attr{
			slog.String("request_id", x.Request.ID),
			slog.String("api_id", x.stage.snapshot.ApiID),
			slog.String("stage", x.stage.name),
			slog.String("method", x.Request.HTTP.Method),
			slog.String("path", x.Request.ContextPath),
			slog.Int("status", x.Response.Status),
			slog.String("reason", failure.Reason),
		}
		if failure.Cause != nil {
			attributes = append(attributes, slog.Any("error", failure.Cause))
		}
		logger.LogAttrs(ctx, level, "request failed", attributes...)
	}
}

// write sends the response and ends the exchange.
func (x *Exchange) write(w http.ResponseWriter) {
	if x.IntegrationResponse != nil {
		defer x.IntegrationResponse.Release()
	}
	x.tapStream()
	cut := x.send(w)
	x.logServed()
	if x.Trace != nil {
		x.endTrace()
		x.writeExecutionLog()
		x.writeAccessLog()
		x.showTrace()
	}
	if cut != nil {
		x.abort(cut)
	}
}

// logServed logs an exchange that did not fail, for whoever is debugging.
func (x *Exchange) logServed() {
	ctx, env := x.Request.HTTP.Context(), x.stage.env
	if x.Failure != nil || !env.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	env.Logger.LogAttrs(ctx, slog.LevelDebug, "request served",
		slog.String("request_id", x.Request.ID),
		slog.String("api_id", x.stage.snapshot.ApiID),
		slog.String("stage", x.stage.name),
		slog.String("method", x.Request.HTTP.Method),
		slog.String("path", x.Request.ContextPath),
		slog.String("resource", x.Match.method.resource.path),
		slog.Int("status", x.Response.Status),
		slog.Duration("duration", env.Now().Sub(x.Request.Time)),
	)
}

// send sends the response. Its error tells that a streamed one is not complete.
func (x *Exchange) send(w http.ResponseWriter) error {
	header := w.Header()
	maps.Copy(header, x.Response.Header)
	fixed := [...]string{x.Request.ID, x.Request.ExtendedID, ""}
	header["x-amzn-RequestId"] = fixed[0:1:1] // the spelling of RT-34
	header["x-amz-apigw-id"] = fixed[1:2:2]
	if x.Request.HTTP.ProtoMajor == 1 {
		header["Connection"] = keepAlive
	}
	status, body := x.Response.Status, x.Response.Body
	if x.Response.Stream != nil {
		w.WriteHeader(status)
		return x.sendStream(w)
	}
	if hasBody(status) {
		fixed[2] = strconv.Itoa(len(body))
		header["Content-Length"] = fixed[2:3:3]
	}
	w.WriteHeader(status)
	if hasBody(status) && len(body) > 0 && x.Request.HTTP.Method != http.MethodHead {
		// An error means that the client is gone: there is nobody to tell.
		_, _ = w.Write(body) //nolint:gosec // the backend decides what it sends and as which type
	}
	return nil
}

// keepAlive is shared by all responses and never written.
var keepAlive = []string{"keep-alive"}

// noStage stands in for a stage that does not exist.
var noStage deployed.RestStage
