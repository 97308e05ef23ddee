package rest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// What test invocations show in place of what only a real call has.
const (
	testSourceIP     = "test-invoke-source-ip"
	testDomainName   = "testPrefix.testDomainName"
	testDomainPrefix = "testPrefix"
	testAPIKey       = "test-invoke-api-key"
	testAPIKeyID     = "test-invoke-api-key-id"
)

// TestCall is a test invocation of a method: what the caller says in place of a
// request.
type TestCall struct {
	// ResourcePath is the path of the resource, Method the verb to call it with.
	ResourcePath, Method string
	// PathWithQuery is the path with its query, as a client would send it. It need not
	// match the resource (TI-03); empty = ResourcePath (TI-05).
	PathWithQuery string
	// Header has the names as the caller spelled them.
	Header map[string][]string
	Body   string
	// Context are further $context variables, named without "$context.".
	Context map[string]string
	// Caller is who tests, UserAgent the program.
	Caller    *integration.Identity
	UserAgent string
}

// TestResult is what a client would have got, and how that came about.
type TestResult struct {
	Status  int
	Header  http.Header
	Body    []byte
	Log     string
	Latency time.Duration
}

// testInvocation is set for exchanges that are test invocations.
type testInvocation struct {
	userAgent string
	// context are $context variables that the tester added.
	context map[string]string
}

// TestInvoke runs a method as it is in the snapshot, which is compiled for this call
// alone: everything behind the guards of the method, as AWS does. The snapshot has to
// have the resource and a method for the verb.
func TestInvoke(ctx context.Context, env *Environment, snapshot *deployed.RestStage, call TestCall) *TestResult {
	stage := newStage(env, snapshot, nil, &traffic.Buckets{})
	x := newTestExchange(ctx, stage, call)
	x.fail(x.traced("match", func() *Failure { return x.matchTest(call) })) //nolint:contextcheck // the request of the exchange has it
	if x.Failure == nil {
		x.fail(x.executeTest()) //nolint:contextcheck // the request of the exchange has it
	}
	return x.endTest() //nolint:contextcheck // the request of the exchange has it
}

func newTestExchange(ctx context.Context, stage *Stage, call TestCall) *Exchange {
	target := call.PathWithQuery
	if target == "" {
		target = call.ResourcePath
	}
	path, query, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	header, spellings := make(http.Header, len(call.Header)), []string(nil)
	for name, values := range call.Header {
		canonical := http.CanonicalHeaderKey(name)
		if canonical != name {
			spellings = append(spellings, name)
		}
		header[canonical] = append(header[canonical], values...)
	}
	r := &http.Request{
		Method: call.Method, URL: &url.URL{Path: path, RawQuery: query},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(call.Body)), ContentLength: int64(len(call.Body)),
		RemoteAddr: testSourceIP, TLS: &tls.ConnectionState{},
	}
	x := &Exchange{stage: stage, test: &testInvocation{userAgent: call.UserAgent, context: call.Context}, caller: call.Caller, apiKey: testAPIKey, apiKeyID: testAPIKeyID}
	x.Request = Request{
		HTTP: r.WithContext(ctx), Time: stage.env.Now(), Spellings: spellings,
		ContextPath: path, Path: path, DomainName: testDomainName, DomainPrefix: testDomainPrefix,
	}
	x.Request.ID, x.Request.ExtendedID = requestid.New()
	x.observe(integration.MaxPayloadBytes)
	x.carryTrace() //nolint:contextcheck // the request of the exchange has it
	return x
}

// matchTest takes the method that is tested, and path parameters only when the path
// happens to be one of the resource (TI-04, TI-06).
func (x *Exchange) matchTest(call TestCall) *Failure {
	v, _ := verbOf(call.Method)
	root := x.stage.compiled().root
	if root.find(x.Request.Path, v, &x.Match) == nil {
		tested := root.find(call.ResourcePath, v, &x.Match)
		if tested == nil {
			return unauthenticated(x)
		}
		x.Match.values = nil
	}
	x.decide(x.Match.method.resource.path)
	return nil
}

// executeTest runs the method. The log shows the body whatever the method does with it.
func (x *Exchange) executeTest() *Failure {
	if _, failure := x.body(); failure != nil {
		return failure
	}
	return x.execute()
}

// endTest ends the exchange and returns its result.
func (x *Exchange) endTest() *TestResult {
	if x.IntegrationResponse != nil {
		defer x.IntegrationResponse.Release()
	}
	x.readStream()
	if x.Failure != nil {
		x.dropDefaultType()
	}
	x.endTrace()
	result := &TestResult{
		Status: x.Response.Status, Header: x.Response.Header,
		Body: append([]byte(nil), x.Response.Body...), Log: testLogText(x.Request.ID, Log(x.Trace, TestLog)), Latency: x.Trace.Duration,
	}
	if x.stage.env.Observe == nil {
		x.dropTrace()
		return result
	}
	x.Trace.Keep(trace.KeptBodyBytes)
	x.showTrace()
	return result
}

// readStream reads a streamed response to its end: the result of a test has all of it.
func (x *Exchange) readStream() {
	stream := x.Response.Stream
	if stream == nil {
		return
	}
	defer stream.Close() //nolint:errcheck // what counts is told by reading
	body, err := io.ReadAll(io.LimitReader(stream, integration.MaxPayloadBytes))
	x.Response.Body, x.Response.Stream = body, nil
	if err != nil {
		x.fail(integrationFailure(&integration.Failure{
			Kind: integration.Unreachable, Reason: "Execution failed due to a network error communicating with endpoint", Cause: err,
		}))
	}
}

// dropDefaultType takes the content type off a gateway response that the API has not
// customised (TI-12).
func (x *Exchange) dropDefaultType() {
	if x.Failure.Type != "" {
		if custom, _ := x.stage.compiled().gateway.find(x.Failure.Type); custom != nil {
			return
		}
	}
	delete(x.Response.Header, "Content-Type")
}

// userAgent is $context.identity.userAgent.
func (x *Exchange) userAgent() string {
	if x.test != nil {
		return x.test.userAgent
	}
	return x.Request.HTTP.UserAgent()
}
