package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// Exchange is one request on its way through a stage. Each group of fields is set by one
// step and read by those after it.
type Exchange struct {
	// Request is set before the first step.
	Request Request
	// Match is set by the match of the route.
	Match Match
	// Mapped is set by the step "request parameters"; nil when nothing is mapped.
	Mapped *Mapped
	// Integration is set by the step that calls the backend.
	Integration Integration
	// Response is what the client gets, set by the last step or by a failure.
	Response Response
	// Failure is set when a step failed.
	Failure *Failure
	// Trace is nil when nobody observes.
	Trace *trace.Trace

	stage   *Stage
	program *program
	// authorization is what is known of the caller; its zero value is nothing.
	authorization authorization
}

// Request is the request of the client.
type Request struct {
	HTTP *http.Request
	// ID is $context.requestId and the header apigw-requestid.
	ID   string
	Time time.Time
	// Path is the path behind the stage, DecodedPath the same without percent-encoding:
	// what routes are matched against. Both begin with a slash.
	Path, DecodedPath string
	// StagePath is Path with the stage where the client sent it; ContextPath has the
	// mapping key of a custom domain name, too. Both are decoded.
	StagePath, ContextPath string
	// ByCustomDomain tells whether a custom domain name was called; BasePath is the
	// mapping key that matched then.
	ByCustomDomain           bool
	BasePath                 string
	DomainName, DomainPrefix string

	trace       requestid.Trace
	traced      bool
	query       []integration.Field
	queryParsed bool
	body        []byte
	bodyRead    bool
	// document is the body as mappings read it.
	document *mapping.Document
}

// Match is the outcome of routing.
type Match struct {
	route *route
	// values are the path parameters' values, decoded, in the order of the path.
	values []string
	buffer [8]string
}

// Integration is what the backend answered.
type Integration struct {
	// Called tells whether the backend was called, Latency how long that took.
	Called  bool
	Latency time.Duration
	// Status is the status of the answer, 0 for none: for functions the one that they
	// returned. ServiceStatus is that of Lambda then, 0 for other backends.
	Status, ServiceStatus int
	// RequestID and RequestID2 are the backend's own; empty for none.
	RequestID, RequestID2 string
	// Error is why there is no answer that can be used; empty when there is one.
	Error string
	// Response is the answer, nil for none. Its body is given back when the exchange is
	// over.
	Response *integration.Response

	// document is the body as mappings read it.
	document *mapping.Document
}

// Response is what the client gets.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

func newExchange(stage *Stage, r *http.Request, call *Call) *Exchange {
	x := &Exchange{stage: stage, program: stage.compiled()}
	_, id := requestid.New()
	x.Request = Request{
		HTTP: r, ID: id, Time: stage.env.Now(), Path: rooted(call.Path),
		BasePath: call.BasePath, DomainName: call.DomainName, DomainPrefix: call.DomainPrefix,
	}
	x.Request.DecodedPath = decodePath(x.Request.Path)
	switch {
	case call.CustomPath != "":
		x.Request.ByCustomDomain = true
		x.Request.StagePath, x.Request.ContextPath = x.Request.DecodedPath, decodePath(call.CustomPath)
	case call.StagePath == call.Path:
		x.Request.StagePath, x.Request.ContextPath = x.Request.DecodedPath, x.Request.DecodedPath
	default:
		path := decodePath(rooted(call.StagePath))
		x.Request.StagePath, x.Request.ContextPath = path, path
	}
	if stage.env.Observe != nil {
		x.observe()
	}
	return x
}

// rooted returns a path that begins with a slash.
func rooted(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// decodePath decodes a path; one with an escape that is none stays as it is.
func decodePath(path string) string {
	if strings.IndexByte(path, '%') < 0 {
		return path
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		return decoded
	}
	return path
}

// Query returns the decoded query parameters, grouped by name.
func (r *Request) Query() []integration.Field {
	if !r.queryParsed {
		r.query, r.queryParsed = integration.ParseQuery(r.HTTP.URL.RawQuery), true
	}
	return r.query
}

// Trace returns the trace id of the request.
func (r *Request) Trace() requestid.Trace {
	if !r.traced {
		r.trace, r.traced = requestid.NewTrace(r.HTTP.Header.Get("X-Amzn-Trace-Id"), r.Time), true
	}
	return r.trace
}
