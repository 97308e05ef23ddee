package rest

import (
	"net/http"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// observe begins the trace of an exchange.
func (x *Exchange) observe(keep int) {
	x.Trace = newTrace(x.stage.env.Now, x.Request.Time, keep)
}

// carryTrace lets what is sent to endpoints be recorded.
func (x *Exchange) carryTrace() {
	x.Request.HTTP = x.Request.HTTP.WithContext(withTrace(x.Request.HTTP.Context(), x.Trace))
}

// traceMethodRequest records the method request, when the execution of the method
// begins: who guards it has let it through.
func (x *Exchange) traceMethodRequest() {
	t, m := x.Trace, x.Match.method
	for i, value := range x.Match.values {
		t.pathParameters = append(t.pathParameters, integration.Pair{Name: m.resource.parameters[i], Value: value})
	}
	t.requiresKey, t.apiKey = m.requiresKey, x.apiKey
	t.add(TraceMessage{Kind: MethodRequest, Header: x.Request.HTTP.Header, Body: x.Request.body, Size: max(x.Request.HTTP.ContentLength, 0)})
}

// render executes a mapping template and records what it made of what.
func (x *Exchange) render(t *typedTemplate, payload []byte) ([]byte, *Failure) {
	if x.Trace != nil {
		x.Trace.add(TraceMessage{Kind: TemplateInput, ContentType: t.contentType, Body: payload})
	}
	output, failure := t.Execute(x, payload)
	if x.Trace != nil && failure == nil {
		x.Trace.add(TraceMessage{Kind: TemplateOutput, ContentType: t.contentType, Body: output})
	}
	return output, failure
}

// tapStream lets a streamed response be recorded while it is sent.
func (x *Exchange) tapStream() {
	if x.Trace != nil && x.Response.Stream != nil {
		x.Trace.stream = &bodyTap{ReadCloser: x.Response.Stream, limit: x.Trace.keep}
		x.Response.Stream = x.Trace.stream
	}
}

// dropTrace gives a trace back that nobody took.
func (x *Exchange) dropTrace() {
	if x.Trace != nil {
		x.Trace.Release()
		x.Trace = nil
	}
}

// endTrace completes the trace with how the exchange ended.
func (x *Exchange) endTrace() {
	t, end := x.Trace, x.stage.env.Now()
	t.TraceSummary = TraceSummary{
		RequestID: x.Request.ID, ExtendedID: x.Request.ExtendedID, Time: x.Request.Time,
		ApiID: x.stage.snapshot.ApiID, Stage: x.stage.name,
		Method: x.Request.HTTP.Method, Path: x.Request.ContextPath, MethodPath: x.Request.Path,
		Status: x.Response.Status, Duration: end.Sub(x.Request.Time),
	}
	t.query, t.host = x.Request.HTTP.URL.RawQuery, x.Request.HTTP.Host
	t.header, t.headerNames = x.Request.HTTP.Header, x.Request.Spellings
	if x.Match.method != nil {
		t.Resource = x.Match.method.resource.path
	}
	if x.Failure != nil {
		t.Error, t.GatewayResponse = x.Failure.Reason, x.Failure.Type
	}
	t.completeBodies(x)
	response := TraceMessage{
		Kind: MethodResponse, Step: -1, Time: end, Status: x.Response.Status,
		Header: x.Response.Header, Body: x.Response.Body, Size: int64(len(x.Response.Body)),
	}
	if t.stream != nil {
		response.Body, response.Size = t.stream.taken()
	}
	t.Messages = append(t.Messages, response)
}

// completeBodies fills in the bodies that were not there yet when their messages were
// recorded, because they were read afterwards.
func (t *Trace) completeBodies(x *Exchange) {
	var sent *TraceMessage
	for i := range t.Messages {
		m := &t.Messages[i]
		switch {
		case m.tap != nil:
			m.Body, m.Size = m.tap.taken()
			m.tap = nil
		case m.Kind == EndpointResponse && m.Body == nil && x.IntegrationResponse != nil:
			m.Body, m.Size = x.IntegrationResponse.Body, int64(len(x.IntegrationResponse.Body))
		}
		if m.Kind == EndpointRequest {
			sent = m
		}
	}
	for i := range t.Messages {
		m := &t.Messages[i]
		if m.Kind != MethodRequest || m.Body != nil {
			continue
		}
		if x.Request.bodyRead {
			m.Body, m.Size = x.Request.body, int64(len(x.Request.body))
		} else if sent != nil && x.Match.method.passesBody {
			m.Body, m.Size = sent.Body, sent.Size
		}
	}
}

// TakeTrace returns the trace of an exchange that is over, independent of the
// exchange, and leaves the exchange without one. Whoever takes it releases it.
func (x *Exchange) TakeTrace() *Trace {
	t := x.Trace
	x.Trace = nil
	size := 0
	for i := range t.Messages {
		size += min(len(t.Messages[i].Body), t.keep)
	}
	if cap(t.bodies) < size {
		t.bodies = make([]byte, 0, size)
	}
	for i := range t.Messages {
		m := &t.Messages[i]
		start := len(t.bodies)
		t.bodies = append(t.bodies, m.Body[:min(len(m.Body), t.keep)]...)
		m.Body = t.bodies[start:len(t.bodies):len(t.bodies)]
	}
	return t
}

// MemoryBytes is roughly the memory that the trace holds.
func (t *Trace) MemoryBytes() int {
	const fixed, message, field = 1 << 10, 160, 64
	size := fixed + cap(t.bodies) + message*cap(t.Messages) + len(t.query)
	for i := range t.Messages {
		for name, values := range t.Messages[i].Header {
			size += field + len(name)
			for _, value := range values {
				size += len(value)
			}
		}
	}
	return size
}

// Request returns the request of the client, also of an exchange that ended before its
// method was executed. The URI is the path with the query.
func (t *Trace) Request() TraceMessage {
	request := TraceMessage{Kind: MethodRequest, Step: -1, Time: t.Time}
	for i := range t.Messages {
		if t.Messages[i].Kind == MethodRequest {
			request = t.Messages[i]
		}
	}
	request.Method, request.URI, request.Header = t.Method, t.Path, t.sentHeader(t.header)
	if t.query != "" {
		request.URI += "?" + t.query
	}
	return request
}

// sentHeader returns the headers of the method request as the client spelled them.
func (t *Trace) sentHeader(header http.Header) http.Header {
	if t.host == "" && len(t.headerNames) == 0 {
		return header
	}
	spelled := make(http.Header, len(header)+1)
	r := Request{Spellings: t.headerNames}
	for name, values := range header {
		spelled[r.spelling(name)] = values
	}
	if t.host != "" {
		spelled["Host"] = []string{t.host}
	}
	return spelled
}
