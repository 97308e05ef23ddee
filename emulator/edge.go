package emulator

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/functionurl"
	"github.com/stagedoor-dev/stagedoor/emulator/internal/listener"
)

// apis serves deployed APIs; [*dataplane.DataPlane] does.
type apis interface {
	Serve(w http.ResponseWriter, r *http.Request, address dataplane.Address)
}

// edge is the handler of every request: it finds out who answers, lets the gate
// decide whether they may be asked, and asks.
type edge struct {
	hosts    *hosts
	dispatch *dispatch
	apis     apis
	urls     *functionurl.Server
	upstream *upstream
	health   http.Handler
	metrics  http.Handler
	code     http.Handler
	requests http.Handler
	logs     *logs.Service
	// account is the account of callers whose access key is none.
	account string
	logger  *slog.Logger
}

func (e *edge) ServeHTTP(writer http.ResponseWriter, r *http.Request) {
	names := listener.HeaderNames(r)
	w := &response{ResponseWriter: writer}
	defer e.recoverPanic(w, r)

	host := e.hosts.of(r)
	t := e.dispatch.of(r, host)
	refused := gate(r, host, t)
	if refused == nil {
		// Both draw their own request ids.
		switch t.kind {
		case invokeTarget:
			if t.refusal != "" {
				e.logger.Warn("custom domain name refused", "host", r.Host, "path", r.URL.Path, "reason", t.refusal)
			}
			t.address.HeaderNames = names
			e.apis.Serve(w, r, t.address)
			return
		case functionURLTarget:
			e.urls.Serve(w, r, t.functionURL)
			return
		case serviceTarget:
			if t.service == lambdaService {
				r = r.WithContext(deployed.WithTraceID(r.Context(), r.Header.Get("X-Amzn-Trace-Id")))
			}
			t.handler.ServeHTTP(w, r)
			return
		default:
		}
	}

	id := newRequestID()
	r = r.WithContext(wire.WithRequestID(r.Context(), id))
	if refused != nil {
		e.logger.Warn("request refused", "request_id", id, "method", r.Method, "path", r.URL.Path, "reason", refused.Message)
		writeFailure(w, r, t.service, refused)
		return
	}
	switch t.kind {
	case healthTarget:
		e.health.ServeHTTP(w, r)
	case metricsTarget:
		e.metrics.ServeHTTP(w, r)
	case codeTarget:
		e.code.ServeHTTP(w, r)
	case requestsTarget:
		e.requests.ServeHTTP(w, r)
	case logsTarget:
		e.logs.ServeHTTP(w, r)
	case stsTarget:
		e.serveSTS(w, r)
	case foreignTarget:
		e.upstream.serve(w, r, t.service)
	default:
		writeFailure(w, r, "", wire.NewError(http.StatusNotFound, "UnknownOperationException", fmt.Sprintf(
			"%s %s is no operation of apigateway, apigatewayv2 or lambda. Deployed APIs are at /restapis/{apiId}/{stage}/_user_request_/{path}.", r.Method, r.URL.Path)))
	}
}

// serveSTS answers GetCallerIdentity; the other operations of the service go to the
// upstream.
func (e *edge) serveSTS(w http.ResponseWriter, r *http.Request) {
	ask, failure := asksForCallerIdentity(r)
	switch {
	case failure != nil:
		writeFailure(w, r, stsService, failure)
	case ask:
		account := e.account
		if credential, ok := wire.ParseCredential(r); ok && isAccount(credential.AccessKeyID) {
			account = credential.AccessKeyID
		}
		serveCallerIdentity(w, r, account)
	default:
		e.upstream.serve(w, r, stsService)
	}
}

// recoverPanic is the one place where a panic of a handler ends: in the log, and in
// a 500 when nothing was sent yet.
func (e *edge) recoverPanic(w *response, r *http.Request) {
	value := recover()
	if value == nil {
		return
	}
	if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(value) // net/http's own way to drop a connection
	}
	e.logger.Error("handler panicked", "method", r.Method, "path", r.URL.Path, "panic", value, "stack", string(debug.Stack()))
	if w.started {
		// What was sent is incomplete; only the end of the connection can say so.
		panic(http.ErrAbortHandler)
	}
	writeFailure(w, r.WithContext(wire.WithRequestID(r.Context(), newRequestID())), "", wire.NewError(http.StatusInternalServerError, "InternalFailure", "Internal server error"))
}

// newRequestID returns a random UUID (version 4).
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
