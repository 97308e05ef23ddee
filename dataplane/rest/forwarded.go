package rest

import (
	"net"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

// forwarded returns what the backend is told of the client. An X-Forwarded-For that
// the client sent is continued; port and scheme are those of this connection.
func (x *Exchange) forwarded(trace requestid.Trace) integration.Forwarded {
	r := x.Request.HTTP
	f := integration.Forwarded{For: x.sourceIP(), Proto: "http", Port: "80", TraceID: trace.Request}
	if sent := r.Header["X-Forwarded-For"]; len(sent) > 0 {
		f.For = strings.Join(sent, ", ") + ", " + f.For
	}
	if r.TLS != nil {
		f.Proto, f.Port = "https", "443"
	}
	if colon := strings.LastIndexByte(r.Host, ':'); colon >= 0 && !strings.HasSuffix(r.Host, "]") {
		f.Port = r.Host[colon+1:]
	}
	return f
}

// trace returns the trace id of the request.
func (x *Exchange) trace() requestid.Trace {
	return requestid.NewTrace(x.Request.HTTP.Header.Get("X-Amzn-Trace-Id"), x.Request.Time)
}

// sourceIP is $context.identity.sourceIp: the address of the immediate peer.
func (x *Exchange) sourceIP() string {
	host, _, err := net.SplitHostPort(x.Request.HTTP.RemoteAddr)
	if err != nil {
		return x.Request.HTTP.RemoteAddr
	}
	return host
}
