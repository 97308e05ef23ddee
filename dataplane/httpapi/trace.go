package httpapi

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// traced runs one step and records it.
func (x *Exchange) traced(s *step) *Failure {
	if x.Trace == nil {
		return s.run(x)
	}
	x.Trace.Begin(s.name)
	failure := s.run(x)
	reason := ""
	if failure != nil {
		reason = failure.Reason
	}
	x.Trace.End(reason)
	return failure
}

// observe begins the trace of an exchange, also of what is sent to endpoints.
func (x *Exchange) observe() {
	x.Trace = trace.New(x.stage.env.Now, x.Request.Time, trace.KeptBodyBytes)
	x.Request.HTTP = x.Request.HTTP.WithContext(trace.With(x.Request.HTTP.Context(), x.Trace))
}

// endTrace completes the trace and shows it.
func (x *Exchange) endTrace() {
	t, r, end := x.Trace, x.Request.HTTP, x.stage.env.Now()
	t.Summary = trace.Summary{
		RequestID: x.Request.ID, ExtendedID: x.Request.ID, Time: x.Request.Time,
		ApiID: x.stage.snapshot.ApiID, Stage: x.stage.name,
		Method: r.Method, Path: x.Request.ContextPath, MethodPath: x.Request.Path, Resource: x.routeKey(),
		Status: x.Response.Status, Duration: end.Sub(x.Request.Time),
	}
	t.Query, t.Host, t.Header = r.URL.RawQuery, r.Host, r.Header
	if x.Failure != nil {
		t.Error = x.Failure.Reason
	}
	ending := trace.Ending{
		Time: end, Header: x.Response.Header, Body: x.Response.Body,
		RequestBody: x.Request.body, HasRequestBody: x.Request.bodyRead, PassesBody: true,
	}
	if x.Integration.Response != nil {
		ending.EndpointBody = x.Integration.Response.Body
	}
	t.Add(trace.Message{Kind: trace.MethodRequest, Header: r.Header, Size: max(r.ContentLength, 0)})
	t.Complete(&ending)
	if !x.stage.env.Observe(t) {
		t.Release()
	}
	x.Trace = nil
}
