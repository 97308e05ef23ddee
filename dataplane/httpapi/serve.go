package httpapi

import (
	"log/slog"
	"maps"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// serve runs the exchange.
func (x *Exchange) serve() *Failure {
	if failure := limitHead(x.Request.HTTP); failure != nil {
		return failure
	}
	api := x.stage.snapshot.Api
	switch {
	case api == nil:
		return notFound("The stage has no deployment")
	case aws.ToBool(api.Api.DisableExecuteApiEndpoint) && !x.Request.ByCustomDomain:
		// Unverified: the status.
		return notFound("The default endpoint of the API is disabled")
	case x.program.cors.preflight(x):
		return nil
	}
	if failure := x.traced(&matching); failure != nil {
		return failure
	}
	return x.run(x.Match.route.steps)
}

// matching is the step that finds the route.
var matching = step{name: "match", run: func(x *Exchange) *Failure {
	v, _ := verbOf(x.Request.HTTP.Method)
	x.program.find(x.Request.DecodedPath, v, &x.Match)
	if x.Match.route == nil {
		return notFound("No route matches")
	}
	x.Trace.Decide(x.Match.route.name)
	return nil
}}

// fail makes the response of a failure and logs it; nil is no failure.
func (x *Exchange) fail(failure *Failure) {
	if failure == nil {
		return
	}
	x.Failure = failure
	x.Response = failure.response()
	level := slog.LevelInfo
	switch {
	case failure.ClientGone:
		level = slog.LevelDebug
	case failure.Status >= http.StatusInternalServerError:
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
			slog.Int("status", failure.Status),
			slog.String("reason", failure.Reason),
		}
		if failure.Cause != nil {
			attributes = append(attributes, slog.Any("error", failure.Cause))
		}
		logger.LogAttrs(ctx, level, "request failed", attributes...)
	}
}

// end sends the response and ends the exchange.
func (x *Exchange) end(w http.ResponseWriter) {
	if x.Integration.Response != nil {
		defer x.Integration.Response.Release()
	}
	x.program.cors.apply(x)
	x.send(w)
	x.logServed()
	x.count()
	x.program.log.write(x)
	if x.Trace != nil {
		x.endTrace()
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
		slog.String("route", x.routeKey()),
		slog.Int("status", x.Response.Status),
		slog.Duration("duration", env.Now().Sub(x.Request.Time)),
	)
}

// routeKey is the key of the matched route; empty when none did.
func (x *Exchange) routeKey() string {
	if x.Match.route == nil {
		return ""
	}
	return x.Match.route.name
}

func (x *Exchange) send(w http.ResponseWriter) {
	header := w.Header()
	maps.Copy(header, x.Response.Header)
	fixed := [...]string{x.Request.ID, ""}
	header["Apigw-Requestid"] = fixed[0:1:1]
	status, body := x.Response.Status, x.Response.Body
	withBody := status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
	switch {
	case x.Request.HTTP.Method == http.MethodHead && x.Integration.Response != nil:
		// The backend's: what a GET would have.
		if length := x.Integration.Response.Header["Content-Length"]; len(length) == 1 {
			header["Content-Length"] = length
		}
	case withBody:
		fixed[1] = strconv.Itoa(len(body))
		header["Content-Length"] = fixed[1:2:2]
	}
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // or net/http would guess one
	}
	w.WriteHeader(status)
	if withBody && len(body) > 0 && x.Request.HTTP.Method != http.MethodHead {
		// An error means that the client is gone: there is nobody to tell.
		_, _ = w.Write(body) //nolint:gosec // the backend decides what it sends and as which type
	}
}
