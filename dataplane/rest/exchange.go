package rest

import (
	"io"
	"net/http"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// Exchange is one request on its way through a stage. Each group of fields is set by
// one step and read by those after it.
type Exchange struct {
	// Request is set before the first step.
	Request Request
	// Match is set by the match of resource and method.
	Match Match
	// IntegrationRequest is set by the steps "integration request parameters" and
	// "integration request body".
	IntegrationRequest IntegrationRequest
	// IntegrationResponse is set by the step that calls the backend. Its body is
	// given back when the exchange is over.
	IntegrationResponse *integration.Response
	// Response is what the client gets, set by the last step or by a failure.
	Response Response
	// Failure is set when a step failed.
	Failure *Failure
	// Trace is nil when nobody observes.
	Trace *trace.Trace

	stage *Stage
	// authorization is what the method's authorizer said; nil without one.
	authorization *authorization
	// claims are those of a Cognito user's token; nil without one.
	claims map[string]string
	// policyDecision is what the resource policy of the API says of the call.
	policyDecision authorize.Decision
	// apiKey and apiKeyID are the valid key of the request, set for methods that
	// require one.
	apiKey, apiKeyID string
	// caller is the IAM identity of the caller, nil when there is none.
	caller *integration.Identity
	// cache is what the response cache said.
	cache cacheLookup
	// test is set for test invocations.
	test *testInvocation
	// responseOverrides are what the response template has assigned.
	responseOverrides responseOverrides
	// responseDocument is the body of the integration response as mappings read it.
	responseDocument *mapping.Document
	// responseTrace is the trace id that the client gets of an integration that is no
	// proxy, set with its response.
	responseTrace string
}

// Request is the method request.
type Request struct {
	HTTP *http.Request
	// ID is $context.requestId, ExtendedID $context.extendedRequestId.
	ID, ExtendedID string
	Time           time.Time
	// ContextPath is the path with the stage, Path the path behind it, both as sent. By
	// a custom domain name ContextPath has the base path in place of the stage.
	ContextPath, Path string
	// ByCustomDomain tells whether a custom domain name was called; BasePath is the base
	// path that matched then.
	ByCustomDomain           bool
	BasePath                 string
	DomainName, DomainPrefix string
	// Spellings are header names as the client wrote them; see [Call].
	Spellings []string

	query       []integration.Field
	queryParsed bool
	body        []byte
	bodyRead    bool
	// document is the body as mappings read it.
	document *mapping.Document
}

// Match is the outcome of resource matching.
type Match struct {
	method *method
	// values are the path parameters' values, undecoded, in the order of the path.
	values []string
	buffer [8]string
}

// IntegrationRequest is what is mapped for the backend.
type IntegrationRequest struct {
	// Header and Query are mapped parameters, Path the values for the URI,
	// percent-encoded.
	Header, Query []integration.Field
	Path          []integration.Pair
	// Body is what the request template produced, for integrations that have one, and
	// ContentType its type.
	Body        []byte
	ContentType string
}

// Response is what the client gets.
type Response struct {
	Status int
	// Header has the names as they are sent, reserved ones remapped already.
	Header http.Header
	Body   []byte
	// Stream is set in place of Body for a response that is sent as it comes. Whoever
	// sends it closes it.
	Stream io.ReadCloser
}

// Query returns the decoded query parameters, grouped by name.
func (r *Request) Query() []integration.Field {
	if !r.queryParsed {
		r.query, r.queryParsed = integration.ParseQuery(r.HTTP.URL.RawQuery), true
	}
	return r.query
}
