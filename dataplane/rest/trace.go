package rest

import (
	"net/http"
	"slices"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// decide notes what the running step decided.
func (x *Exchange) decide(decision string) { x.Trace.Decide(decision) }

// traced runs one step and records it.
func (x *Exchange) traced(name string, run func() *Failure) *Failure {
	if x.Trace == nil {
		return run()
	}
	x.Trace.Begin(name)
	failure := run()
	reason := ""
	if failure != nil {
		reason = failure.Reason
	}
	x.Trace.End(reason)
	return failure
}

// observe begins the trace of an exchange.
func (x *Exchange) observe(keep int) {
	x.Trace = trace.New(x.stage.env.Now, x.Request.Time, keep)
}

// carryTrace lets what is sent to endpoints be recorded.
func (x *Exchange) carryTrace() {
	x.Request.HTTP = x.Request.HTTP.WithContext(trace.With(x.Request.HTTP.Context(), x.Trace))
}

// traceMethodRequest records the method request, when the execution of the method
// begins: who guards it has let it through.
func (x *Exchange) traceMethodRequest() {
	t, m := x.Trace, x.Match.method
	for i, value := range x.Match.values {
		t.PathParameters = append(t.PathParameters, integration.Pair{Name: m.resource.parameters[i], Value: value})
	}
	t.RequiresKey, t.APIKey = m.requiresKey, x.apiKey
	t.Add(trace.Message{Kind: trace.MethodRequest, Header: x.Request.HTTP.Header, Body: x.Request.body, Size: max(x.Request.HTTP.ContentLength, 0)})
}

// render executes a mapping template and records what it made of what.
func (x *Exchange) render(t *typedTemplate, payload []byte) ([]byte, *Failure) {
	if x.Trace != nil {
		x.Trace.Add(trace.Message{Kind: trace.TemplateInput, ContentType: t.contentType, Body: payload})
	}
	output, failure := t.Execute(x, payload)
	if x.Trace != nil && failure == nil {
		x.Trace.Add(trace.Message{Kind: trace.TemplateOutput, ContentType: t.contentType, Body: output})
	}
	return output, failure
}

// tapStream lets a streamed response be recorded while it is sent.
func (x *Exchange) tapStream() {
	if x.Trace != nil && x.Response.Stream != nil {
		x.Response.Stream = x.Trace.Tap(x.Response.Stream)
	}
}

// dropTrace gives a trace back that nobody took.
func (x *Exchange) dropTrace() {
	if x.Trace != nil {
		x.Trace.Release()
		x.Trace = nil
	}
}

// showTrace shows the trace of an exchange that is over to whoever observes.
func (x *Exchange) showTrace() {
	if observe := x.stage.env.Observe; observe != nil && observe(x.Trace) {
		x.Trace = nil
	}
	x.dropTrace()
}

// endTrace completes the trace with how the exchange ended.
func (x *Exchange) endTrace() {
	t, end := x.Trace, x.stage.env.Now()
	t.Summary = trace.Summary{
		RequestID: x.Request.ID, ExtendedID: x.Request.ExtendedID, Time: x.Request.Time,
		ApiID: x.stage.snapshot.ApiID, Stage: x.stage.name, HasExecutionLog: true,
		Method: x.Request.HTTP.Method, Path: x.Request.ContextPath, MethodPath: x.Request.Path,
		Status: x.Response.Status, Duration: end.Sub(x.Request.Time),
	}
	t.Query, t.Host = x.Request.HTTP.URL.RawQuery, x.Request.HTTP.Host
	t.Header, t.HeaderNames = x.Request.HTTP.Header, x.Request.ownSpellings()
	if x.Match.method != nil {
		t.Resource = x.Match.method.resource.path
	}
	if x.Failure != nil {
		t.Error, t.GatewayResponse = x.Failure.Reason, string(x.Failure.Type)
	}
	ending := trace.Ending{
		Time: end, Header: x.Response.Header, Body: x.Response.Body,
		RequestBody: x.Request.body, HasRequestBody: x.Request.bodyRead,
		PassesBody: x.Match.method != nil && x.Match.method.passesBody,
	}
	if x.IntegrationResponse != nil {
		ending.EndpointBody = x.IntegrationResponse.Body
	}
	t.Complete(&ending)
}

// ownSpellings are the spellings of the client that are shown: not those of headers that
// come out in canonical form.
func (r *Request) ownSpellings() []string {
	isStandard := func(name string) bool { return standard[http.CanonicalHeaderKey(name)] }
	if slices.ContainsFunc(r.Spellings, isStandard) {
		return slices.DeleteFunc(slices.Clone(r.Spellings), isStandard)
	}
	return r.Spellings
}

// Traced returns the environment with transports and an invoker that record what they
// send and get. They cost a look into the context when nobody observes.
func (e Environment) Traced() *Environment {
	e.Transports = e.Transports.Wrapped(trace.Transport)
	e.Invoker = trace.Invoker(e.Invoker)
	return &e
}
