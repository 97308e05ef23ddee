package function

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

const (
	maxPayloadBytes       = 6 << 20
	maxEventBytes         = 1 << 20
	maxClientContextBytes = 3583
)

// Invoke runs a function, or queues an event for it (InvocationType Event), or
// only checks (DryRun). A failure of the function is no error: FunctionError says
// so. The caller's own account needs no permission, others need the function's.
func (s *Service) Invoke(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	r, err := s.permit(ctx, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return s.invoke(ctx, r, in)
}

// permit resolves what a caller wants to invoke and refuses one that may not.
func (s *Service) permit(ctx context.Context, functionName, qualifier *string) (reference, error) {
	scope := scopeOf(ctx)
	r, err := resolve(scope, functionName, qualifier)
	if err != nil {
		return r, err
	}
	if r.scope.Region != scope.Region {
		return r, unreachable(r, scope)
	}
	if r.scope.Account != scope.Account {
		return r, s.authorize(r, access{account: scope.Account}, rootOf(scope.Account))
	}
	return r, nil
}

// invoke runs an invocation that is permitted.
func (s *Service) invoke(ctx context.Context, r reference, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	request, err := newInvocation(ctx, r, in)
	if err != nil {
		return nil, err
	}
	switch in.InvocationType {
	case "", types.InvocationTypeRequestResponse:
		return s.invokeAndWait(ctx, r, request, in.LogType)
	case types.InvocationTypeEvent:
		return s.invokeLater(ctx, r, request)
	case types.InvocationTypeDryRun:
		_, e, err := s.pick(ctx, r)
		if err != nil {
			return nil, err
		}
		e.release()
		return &lambda.InvokeOutput{StatusCode: http.StatusNoContent}, nil
	default:
		return nil, enumViolation("invocationType", in.InvocationType, in.InvocationType.Values())
	}
}

// newInvocation checks what needs no state.
func newInvocation(ctx context.Context, r reference, in *lambda.InvokeInput) (deployed.Invocation, error) {
	var none deployed.Invocation
	limit := maxPayloadBytes
	if in.InvocationType == types.InvocationTypeEvent {
		limit = maxEventBytes
	}
	if len(in.Payload) > limit {
		return none, requestTooLarge(limit)
	}
	if in.TenantId != nil {
		return none, invalidParameter("The invoked function is not enabled with tenancy configuration.") // Unverified: the wording.
	}
	if in.DurableExecutionName != nil {
		return none, unsupported("DurableExecutionName")
	}
	if in.LogType != "" && in.LogType != types.LogTypeNone && in.LogType != types.LogTypeTail {
		return none, enumViolation("logType", in.LogType, in.LogType.Values())
	}
	request := deployed.Invocation{RequestID: wire.RequestID(ctx), InvokedARN: r.qualifiedARN(), Payload: in.Payload, TraceID: deployed.TraceID(ctx)}
	if request.RequestID == "" {
		request.RequestID = newUUID()
	}
	if len(in.Payload) == 0 {
		request.Payload = []byte("{}")
	} else if err := checkJSON(in.Payload); err != nil {
		return none, err
	}
	if in.InvocationType != types.InvocationTypeEvent { // events carry no client context
		client, err := decodeClientContext(aws.ToString(in.ClientContext))
		if err != nil {
			return none, err
		}
		request.ClientContext = client
	}
	return request, nil
}

func checkJSON(payload []byte) error {
	if json.Valid(payload) {
		return nil
	}
	var ignored json.RawMessage
	err := json.Unmarshal(payload, &ignored)
	if err == nil {
		err = errors.New("not JSON")
	}
	return invalidContent("Could not parse request body into json: Could not parse payload into json: " + err.Error())
}

func decodeClientContext(encoded string) ([]byte, error) {
	if encoded == "" {
		return nil, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(encoded) > maxClientContextBytes || !json.Valid(decoded) {
		return nil, invalidContent("Client context must be a valid Base64-encoded JSON object.") // Unverified: the wording.
	}
	return decoded, nil
}

// pick returns the version that takes a call to r, which the caller releases, and
// what is published of its function. It waits for a version that is being created.
func (s *Service) pick(ctx context.Context, r reference) (*published, *entry, error) {
	var deadline time.Time
	for {
		p := s.index.lookup(functionKey{r.scope, r.name})
		if p == nil {
			return nil, nil, functionNotFound(r.qualifiedARN())
		}
		e := p.entry(r.qualifier, s.draw)
		if e == nil {
			return nil, nil, functionNotFound(r.qualifiedARN())
		}
		if p.pending[e.function.Version] {
			if deadline.IsZero() {
				deadline = time.Now().Add(activationWait)
			}
			if !p.awaitReplacement(ctx, deadline) {
				return nil, nil, cmp.Or(ctx.Err(), statePending())
			}
			continue
		}
		if e.hold() {
			return p, e, nil
		}
		// It was withdrawn since the look-up: the next one finds what replaced it.
	}
}

// entry returns the version that a qualifier leads to, nil when there is none.
func (p *published) entry(qualifier string, draw func() float64) *entry {
	switch {
	case qualifier == "":
		return p.versions[latest]
	case isAlias(qualifier):
		alias, ok := p.routes[qualifier]
		if !ok {
			return nil
		}
		return p.versions[alias.choose(draw)]
	default:
		return p.versions[qualifier]
	}
}

func (s *Service) invokeAndWait(ctx context.Context, r reference, request deployed.Invocation, logType types.LogType) (*lambda.InvokeOutput, error) {
	e, outcome, err := s.run(ctx, r, request)
	if err != nil {
		return nil, err
	}
	return invoked(e, request.RequestID, outcome, logType), nil
}

// invoked is the answer to an invocation that ran. Its metadata have the request id, as the
// answers that the SDK's client returns.
func invoked(e *entry, requestID string, outcome deployed.Outcome, logType types.LogType) *lambda.InvokeOutput {
	out := &lambda.InvokeOutput{
		StatusCode:      http.StatusOK,
		ExecutedVersion: aws.String(e.function.Version),
		Payload:         outcome.Payload,
	}
	awsmiddleware.SetRequestIDMetadata(&out.ResultMetadata, requestID)
	if outcome.FunctionError != "" {
		out.FunctionError = &outcome.FunctionError
	}
	if logType == types.LogTypeTail {
		out.LogResult = aws.String(base64.StdEncoding.EncodeToString(outcome.LogTail))
	}
	return out
}

// result is what came of a run.
type result struct {
	outcome deployed.Outcome
	err     error
}

// run runs a function once and returns the version that ran. When ctx ends it
// returns at once, and the function, as on AWS, runs on: until its end it counts
// for the concurrency and keeps its code.
func (s *Service) run(ctx context.Context, r reference, request deployed.Invocation) (*entry, deployed.Outcome, error) {
	return s.runWith(ctx, r, func(life context.Context, e *entry) (deployed.Outcome, error) {
		return s.runner.Invoke(life, e.function, request)
	})
}

// runWith is run with a call of the runner's.
func (s *Service) runWith(ctx context.Context, r reference, call func(context.Context, *entry) (deployed.Outcome, error)) (*entry, deployed.Outcome, error) {
	p, e, err := s.pick(ctx, r)
	if err != nil {
		return nil, deployed.Outcome{}, err
	}
	release, reason := p.limiter.acquire()
	if release == nil {
		e.release()
		return nil, deployed.Outcome{}, throttled(reason)
	}
	done := make(chan result, 1)
	started := s.runs.start(func(life context.Context) {
		outcome, err := call(life, e)
		e.release()
		release()
		done <- result{outcome, err}
	})
	if !started {
		e.release()
		release()
		return nil, deployed.Outcome{}, serviceFault(errClosed)
	}
	select {
	case got := <-done:
		return e, got.outcome, s.runError(e, got.err)
	case <-ctx.Done():
		return nil, deployed.Outcome{}, ctx.Err()
	}
}

var errClosed = errors.New("function: service is closed")

// runError is the error to send for one of the runner's.
func (s *Service) runError(e *entry, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[smithy.APIError](err); ok {
		return err
	}
	s.logger.Error("a function could not be run", "function", e.function.Name, "error", err)
	return serviceFault(err)
}
