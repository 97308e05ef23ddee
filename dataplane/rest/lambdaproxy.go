package rest

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

// lambdaProxy compiles an AWS_PROXY integration. Its requestParameters have no
// effect (LP-20).
func (c *compiler) lambdaProxy(r *resource, m *types.Method) step {
	const name = "Lambda proxy integration"
	function, failure := c.function(r, m)
	if failure != nil {
		return refusal(name, failure)
	}
	proxy := &lambdaProxy{
		binary:         c.binary,
		stageVariables: c.stageVariables(),
		LambdaProxy:    integration.LambdaProxy{Function: *function},
		idle:           c.streamIdle(),
	}
	if m.MethodIntegration.ResponseTransferMode == types.ResponseTransferModeStream {
		return step{name: name, run: proxy.runStream}
	}
	return step{name: name, run: proxy.run}
}

// function compiles what a Lambda integration invokes.
func (c *compiler) function(r *resource, m *types.Method) (*integration.Function, *Failure) {
	i := m.MethodIntegration
	arn, err := integration.LambdaFunctionARN(c.substitute(i.Uri))
	if err != nil {
		return nil, unsupported(err.Error())
	}
	if aws.ToString(i.HttpMethod) != http.MethodPost {
		// The Invoke operation is a POST; any other verb is turned down by Lambda (LP-30).
		return nil, integrationFailure(&integration.Failure{
			Kind:   integration.Refused,
			Reason: "Execution failed due to configuration error: Lambda takes no invocation by " + aws.ToString(i.HttpMethod),
		})
	}
	role := c.substitute(i.Credentials)
	if strings.HasPrefix(role, "arn:aws:iam::*:") {
		return nil, unsupported("the caller's credentials for an integration")
	}
	return &integration.Function{
		Invoker:     c.stage.env.Invoker,
		FunctionARN: arn,
		SourceARN:   c.sourceARN(r, m),
		RoleARN:     role,
		Timeout:     timeout(i),
	}, nil
}

// sourceARN names the method to the function's resource policy: variable path
// segments and the verb ANY are "*".
func (c *compiler) sourceARN(r *resource, m *types.Method) string {
	verb := aws.ToString(m.HttpMethod)
	if verb == "ANY" {
		verb = "*"
	}
	segments := strings.Split(strings.TrimPrefix(r.path, "/"), "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "*"
		}
	}
	s := c.stage.snapshot
	return "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + c.stage.name + "/" + verb + "/" + strings.Join(segments, "/")
}

// lambdaProxy is a compiled AWS_PROXY integration with what REST APIs add.
type lambdaProxy struct {
	integration.LambdaProxy

	binary         mediaTypes
	stageVariables []integration.Pair
	// idle is how long a streamed response may pause.
	idle time.Duration
}

// runStream makes a response that is sent as the function writes it.
func (l *lambdaProxy) runStream(x *Exchange) *Failure {
	body, failure := x.body()
	if failure != nil {
		return failure
	}
	trace := x.trace()
	traced := trace.Response()
	ctx, release := x.functionContext(traced)
	stream, failed := l.InvokeStream(ctx, l.event(x, body, trace), l.idle)
	if failed != nil {
		release()
		return integrationFailure(failed)
	}
	header := make(http.Header, len(stream.Header)+2)
	addResponseHeaders(header, stream.Header, false)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{applicationJSON} // as LP-22; unverified for streams
	}
	header["X-Amzn-Trace-Id"] = []string{traced}
	x.Response = Response{Status: stream.Status, Header: header, Stream: &releasingBody{stream.Body, release}}
	return nil
}

// releasingBody releases the context of an invocation when its response is over.
type releasingBody struct {
	io.ReadCloser

	release func()
}

// Close implements [io.Closer].
func (b *releasingBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

func (l *lambdaProxy) run(x *Exchange) *Failure {
	body, failure := x.body()
	if failure != nil {
		return failure
	}
	trace := x.trace()
	traced := trace.Response() // RT-31: the function's own, with a parent, is what the client sees
	ctx, release := x.functionContext(traced)
	defer release()
	answer, failed := l.Invoke(ctx, l.event(x, body, trace))
	if failed != nil {
		return integrationFailure(failed)
	}
	content := []byte(answer.Body)
	if answer.IsBase64Encoded && l.binary.match(x.accept("")) { // LP-26
		decoded, err := base64.StdEncoding.DecodeString(answer.Body)
		if err != nil {
			failure := configurationError("Unable to base64 decode the body") // LP-27
			failure.Cause = err
			return failure
		}
		content = decoded
	}
	header := make(http.Header, len(answer.Header)+2)
	addResponseHeaders(header, answer.Header, false)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{applicationJSON} // LP-22
	}
	header["X-Amzn-Trace-Id"] = []string{traced}
	x.Response = Response{Status: answer.Status, Header: header, Body: content}
	return nil
}

// eventPath is the path without the stage; by a custom domain name it has the base path.
func (x *Exchange) eventPath() string {
	if x.Request.ByCustomDomain {
		return x.Request.ContextPath
	}
	return x.Request.Path
}

// functionContext returns the context of an invocation: a function that was started
// runs to its end, whether the client waits or not. The caller releases it.
func (x *Exchange) functionContext(traceID string) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.Request.HTTP.Context()))
	stop := context.AfterFunc(x.stage.env.Lifetime, cancel)
	return deployed.WithTraceID(ctx, traceID), func() { stop(); cancel() }
}

// event builds what the function gets.
func (l *lambdaProxy) event(x *Exchange, body []byte, trace requestid.Trace) *integration.Event {
	event := x.event(trace)
	event.StageVariables = l.stageVariables
	event.Body = body
	event.IsBase64Encoded = len(body) > 0 && l.binary.match(x.contentType())
	return event
}

// event is the request as functions see it, without its body and the stage's variables.
func (x *Exchange) event(trace requestid.Trace) *integration.Event {
	r, m := x.Request.HTTP, x.Match.method
	parameters := make([]integration.Pair, len(x.Match.values))
	for i, value := range x.Match.values {
		parameters[i] = integration.Pair{Name: m.resource.parameters[i], Value: value}
	}
	return &integration.Event{
		Resource:       m.resource.path,
		Path:           x.eventPath(),
		HTTPMethod:     r.Method,
		Headers:        x.eventHeaders(x.forwarded(trace)),
		Query:          x.Request.Query(),
		PathParameters: parameters,
		Context: integration.EventContext{
			ResourceID:        m.resource.id,
			ResourcePath:      m.resource.path,
			OperationName:     m.operationName,
			HTTPMethod:        r.Method,
			RequestID:         x.Request.ID,
			ExtendedRequestID: x.Request.ExtendedID,
			Time:              x.Request.Time,
			Path:              x.Request.ContextPath,
			AccountID:         x.stage.snapshot.Account,
			Protocol:          r.Proto,
			Stage:             x.stage.name,
			DomainName:        x.Request.DomainName,
			DomainPrefix:      x.Request.DomainPrefix,
			DeploymentID:      x.stage.deploymentID(),
			APIID:             x.stage.snapshot.ApiID,
			SourceIP:          x.sourceIP(),
			UserAgent:         x.userAgent(),
			APIKey:            x.apiKey,
			APIKeyID:          x.apiKeyID,
			Caller:            x.caller,
			Authorizer:        x.eventAuthorizer(),
		},
	}
}
