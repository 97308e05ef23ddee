package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// AuthorizerResult is what an authorizer made of a request.
type AuthorizerResult struct {
	// Status is what a client would have got, 0 when the authorizer succeeded.
	Status int
	// Result is nil when the authorizer failed, and for user pools.
	Result *authorize.Result
	// Claims are those of a user of a user pool.
	Claims  map[string]string
	Log     string
	Latency time.Duration
}

// reasonAuthorizer is the line for an authorizer that failed. Unverified: the wording.
const reasonAuthorizer = "Execution failed due to configuration error: Authorizer error"

// TestAuthorize runs the authorizer of a snapshot that has just one: its
// function runs for real, what it returns is not kept, and whether its policy allows
// anything does not matter.
func TestAuthorize(ctx context.Context, env *Environment, snapshot *deployed.RestStage, call TestCall) *AuthorizerResult {
	stage := newStage(env, snapshot, nil, &traffic.Buckets{})
	x := newTestExchange(ctx, stage, call)
	defer x.dropTrace()
	id := aws.ToString(snapshot.Api.Authorizers[0].Id)
	w := logWriter{Writer: executionlog.Writer{At: x.Request.Time, Whole: true}, trace: x.Trace, form: TestLog}
	w.Line("Starting authorizer: " + id + " for request: " + x.Request.ID)

	if snapshot.Api.Authorizers[0].Type == types.AuthorizerTypeCognitoUserPools {
		claims, status := x.claimsTest(&w) //nolint:contextcheck // the request of the exchange has it
		return &AuthorizerResult{Status: status, Claims: claims, Latency: env.Now().Sub(x.Request.Time), Log: testLogText(x.Request.ID, w.Lines)}
	}
	result, status := x.authorizeTest(&w) //nolint:contextcheck // the request of the exchange has it
	if status == 0 {
		w.At = env.Now()
		w.Line("Using valid authorizer policy for principal: " + trace.Masked)
		w.Line("Successfully completed authorizer execution")
	}
	return &AuthorizerResult{
		Status: status, Result: result, Latency: env.Now().Sub(x.Request.Time),
		Log: testLogText(x.Request.ID, w.Lines),
	}
}

// authorizeTest runs the authorizer and writes its log but for the first line and, when
// the status is 0, the last two.
func (x *Exchange) authorizeTest(w *logWriter) (result *authorize.Result, status int) {
	snapshot := x.stage.snapshot
	authorizer, err := authorize.New(authorize.Config{
		Account: snapshot.Account, Region: snapshot.Region, APIID: snapshot.ApiID,
		Variables: snapshot.Stage.Variables, Invoker: x.stage.env.Invoker,
	}, &snapshot.Api.Authorizers[0])
	if err != nil {
		w.Line(reasonAuthorizer + ": " + err.Error())
		return nil, http.StatusInternalServerError
	}
	identity, ok := authorizer.Identity(x)
	if !ok {
		w.Line("Unauthorized request: " + x.Request.ID)
		return nil, http.StatusUnauthorized
	}
	w.Masks = x.identityMasks(identity)
	w.Line("Incoming identity: " + trace.Masked)
	traced := x.trace().Response()
	ctx, release := x.functionContext(traced)
	defer release()
	result, answer, err := authorizer.Call(ctx, authorizer.Event(identity, x.testMethodARN(), x.authorizerEvent()))
	for i := range x.Trace.Messages {
		m := &x.Trace.Messages[i]
		w.At = m.Time
		if m.Kind == trace.EndpointRequest { // what comes back is told in the authorizer's own line
			w.message(m)
		}
	}
	w.At = x.stage.env.Now()
	if answer != nil {
		w.Line("Authorizer result body before parsing: " + w.Masks.Text(string(answer)))
	}
	switch {
	case err == nil:
		return result, 0
	case errors.Is(err, authorize.ErrUnauthorized):
		w.Line("Unauthorized request: " + x.Request.ID)
		return nil, http.StatusUnauthorized
	case errors.Is(err, authorize.ErrTimeout):
		w.Line("Execution failed due to a timeout error")
	default:
		w.Line(reasonAuthorizer + ": " + w.Masks.Text(err.Error()))
	}
	return nil, http.StatusInternalServerError
}

// claimsTest checks an ID token; access tokens are not tested. Unverified: the log.
func (x *Exchange) claimsTest(w *logWriter) (claims map[string]string, status int) {
	pools, err := newUserPools(x.stage.env, &x.stage.snapshot.Api.Authorizers[0])
	if err != nil {
		w.Line(reasonAuthorizer + ": " + err.Error())
		return nil, http.StatusInternalServerError
	}
	w.Line("Incoming identity: " + trace.Masked)
	claims, failure := pools.claims(x, nil)
	if failure != nil {
		w.Line(failure.Reason)
		return nil, http.StatusUnauthorized
	}
	w.Line("Successfully completed authorizer execution")
	return claims, 0
}

// identityMasks hides what identifies the caller, besides all else that is hidden.
func (x *Exchange) identityMasks(identity []string) trace.Masks {
	var m trace.Masks
	for _, value := range identity {
		m.Add(value)
	}
	m.AddHeader(x.Request.HTTP.Header)
	m.Sort()
	return m
}

// testMethodARN is the ARN of a method that does not exist: an authorizer is tested
// without one. Unverified: that the verb is always GET.
func (x *Exchange) testMethodARN() string {
	s := x.stage.snapshot
	return "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + x.stage.name + "/" +
		x.Request.HTTP.Method + "/" + strings.TrimPrefix(x.Request.Path, "/")
}

// authorizerEvent is the request as a REQUEST authorizer sees it in a test.
func (x *Exchange) authorizerEvent() *integration.Event {
	r := x.Request.HTTP
	return &integration.Event{
		Resource: x.Request.Path, Path: x.Request.Path, HTTPMethod: r.Method,
		Headers: x.eventHeaders(integration.Forwarded{}), Query: x.Request.Query(),
		StageVariables: sortedPairs(x.stage.snapshot.Stage.Variables),
		Context: integration.EventContext{
			ResourcePath: x.Request.Path, HTTPMethod: r.Method,
			RequestID: x.Request.ID, ExtendedRequestID: x.Request.ExtendedID, Time: x.Request.Time, Path: x.Request.ContextPath,
			AccountID: x.stage.snapshot.Account, Protocol: r.Proto, Stage: x.stage.name,
			DomainName: x.Request.DomainName, DomainPrefix: x.Request.DomainPrefix, APIID: x.stage.snapshot.ApiID,
			SourceIP: x.sourceIP(), UserAgent: x.userAgent(), APIKey: x.apiKey, APIKeyID: x.apiKeyID, Caller: x.caller,
		},
	}
}
