package function

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// StreamRunner is a [Runner] that hands on a response as it comes. Without it,
// streams have the whole response in one piece.
type StreamRunner interface {
	// InvokeStream is Invoke with the response going to w; the outcome has a payload
	// only when the function failed.
	InvokeStream(ctx context.Context, fn *deployed.Function, in deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error)
}

// InvokeWithResponseStream runs a function and sends its response as it comes, then
// how it went. A failure of the function, before or in its response, is in the last
// event.
func (s *Service) InvokeWithResponseStream(ctx context.Context, in *lambda.InvokeWithResponseStreamInput, events wire.EventStream) error {
	r, err := s.permit(ctx, in.FunctionName, in.Qualifier)
	if err != nil {
		return err
	}
	request := &lambda.InvokeInput{
		ClientContext: in.ClientContext, InvocationType: types.InvocationType(in.InvocationType),
		LogType: in.LogType, Payload: in.Payload, TenantId: in.TenantId,
	}
	switch in.InvocationType {
	case "", types.ResponseStreamingInvocationTypeRequestResponse:
	case types.ResponseStreamingInvocationTypeDryRun:
		out, err := s.invoke(ctx, r, request)
		if err != nil {
			return err
		}
		return events.Begin(&lambda.InvokeWithResponseStreamOutput{StatusCode: out.StatusCode})
	default:
		return enumViolation("invocationType", in.InvocationType, in.InvocationType.Values())
	}
	chunks := &chunkEvents{events: events}
	out, err := s.invokeStream(ctx, r, request, func(version string) deployed.ResponseStream {
		chunks.version = version
		return chunks
	})
	if err != nil {
		return err
	}
	if chunks.err != nil {
		return chunks.err
	}
	return chunks.complete(out)
}

// chunkEvents is the response stream of InvokeWithResponseStream.
type chunkEvents struct {
	events  wire.EventStream
	version string
	begun   bool
	// err is why the client gets no more.
	err error
}

// Begin sends the head. What type the function named is not told: it belongs to the
// payload, and the header says what the events are.
func (c *chunkEvents) Begin(string) error {
	c.begun = true
	c.err = c.events.Begin(&lambda.InvokeWithResponseStreamOutput{StatusCode: http.StatusOK, ExecutedVersion: &c.version})
	return c.err
}

// Write sends a piece of the response.
func (c *chunkEvents) Write(piece []byte) (int, error) {
	if c.err = c.events.Send("PayloadChunk", &types.InvokeResponseStreamUpdate{Payload: piece}); c.err != nil {
		return 0, c.err
	}
	return len(piece), nil
}

// complete sends how the invocation went.
// Unverified: ErrorDetails holding the error object.
func (c *chunkEvents) complete(out *lambda.InvokeOutput) error {
	if !c.begun {
		if err := c.Begin(""); err != nil {
			return err
		}
	}
	complete := &types.InvokeWithResponseStreamCompleteEvent{ErrorCode: out.FunctionError, LogResult: out.LogResult}
	if out.FunctionError != nil {
		complete.ErrorDetails = aws.String(string(out.Payload))
	}
	return c.events.Send("InvokeComplete", complete)
}

// InvokeFunctionStream is InvokeFunction for an integration that passes the response
// on as it comes: it goes to w, and the output has a payload only when the function
// failed, its error object. A function that does not stream writes everything at
// once. in.InvocationType has to be empty or RequestResponse.
//
// When ctx ends it returns at once, w is used no more, and the function runs on.
func (s *Service) InvokeFunctionStream(
	ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string, w deployed.ResponseStream,
) (*lambda.InvokeOutput, error) {
	r, err := s.permitGateway(in, sourceARN, roleARN)
	if err != nil {
		return nil, err
	}
	return s.invokeStream(ctx, r, in, func(string) deployed.ResponseStream { return w })
}

// InvokeFunctionURLStream is InvokeFunctionURL with the response going to w as it
// comes, like that of InvokeFunctionStream.
func (s *Service) InvokeFunctionURLStream(ctx context.Context, url *deployed.FunctionURL, event []byte, w deployed.ResponseStream) (*lambda.InvokeOutput, error) {
	r, err := s.permitURL(url)
	if err != nil {
		return nil, err
	}
	return s.invokeStream(ctx, r, &lambda.InvokeInput{Payload: event}, func(string) deployed.ResponseStream { return w })
}

// invokeStream runs an invocation that is permitted. to returns where the response
// of the version that was chosen goes.
func (s *Service) invokeStream(
	ctx context.Context, r reference, in *lambda.InvokeInput, to func(version string) deployed.ResponseStream,
) (*lambda.InvokeOutput, error) {
	if t := in.InvocationType; t != "" && t != types.InvocationTypeRequestResponse {
		return nil, enumViolation("invocationType", t, []types.InvocationType{types.InvocationTypeRequestResponse})
	}
	request, err := newInvocation(ctx, r, in)
	if err != nil {
		return nil, err
	}
	gate := newStreamGate()
	// Whoever leaves takes the stream along: it is the client's connection.
	defer gate.close()
	e, outcome, err := s.runWith(ctx, r, func(life context.Context, e *entry) (deployed.Outcome, error) {
		if !gate.open(func() deployed.ResponseStream { return to(e.function.Version) }) {
			return s.runner.Invoke(life, e.function, request)
		}
		return s.runStream(life, e.function, request, gate)
	})
	if err != nil {
		return nil, err
	}
	return invoked(e, request.RequestID, outcome, in.LogType), nil
}

// runStream runs a function with the runner, whether it can stream or not.
func (s *Service) runStream(ctx context.Context, fn *deployed.Function, request deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
	if streaming, ok := s.runner.(StreamRunner); ok {
		return streaming.InvokeStream(ctx, fn, request, w)
	}
	outcome, err := s.runner.Invoke(ctx, fn, request)
	if err != nil || outcome.FunctionError != "" {
		return outcome, err
	}
	if err := w.Begin("application/json"); err == nil && len(outcome.Payload) > 0 {
		_, _ = w.Write(outcome.Payload) // the stream knows that it failed, the function has run
	}
	outcome.Payload = nil
	return outcome, nil
}
