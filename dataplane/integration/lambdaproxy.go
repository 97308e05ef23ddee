package integration

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// LambdaProxy is a compiled AWS_PROXY integration with a Lambda function.
type LambdaProxy struct {
	Invoker Invoker
	// FunctionARN is the function with its qualifier, if any.
	FunctionARN string
	// SourceARN is the execute-api ARN that the function's policy is checked against.
	SourceARN string
	// RoleARN is the role that invokes; empty when the function's policy decides.
	RoleARN string
	// Timeout limits the invocation.
	Timeout time.Duration
}

// Invoke runs the function with the event and reads its response. The function runs
// on until the timeout when ctx is a request's and its client goes away: pass a
// context that does not end with the request.
func (l *LambdaProxy) Invoke(ctx context.Context, event *Event) (*ProxyResponse, *Failure) {
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	output, err := l.Invoker.InvokeFunction(ctx, &lambda.InvokeInput{
		FunctionName: aws.String(l.FunctionARN),
		Payload:      event.Append(make([]byte, 0, event.sizeHint())),
	}, l.SourceARN, l.RoleARN)
	if err != nil {
		return nil, invokeFailure(ctx, err)
	}
	if output.FunctionError != nil {
		return nil, functionFailure(output.Payload)
	}
	response, err := DecodeProxyResponse(output.Payload)
	if err != nil {
		return nil, &Failure{Kind: Malformed, Reason: reasonMalformedLambda, Cause: err}
	}
	return response, nil
}

// invokeFailure tells what the client gets when the Lambda service did not run the
// function.
func invokeFailure(ctx context.Context, err error) *Failure {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return &Failure{Kind: Timeout, Reason: reasonTimeout, Cause: err}
	}
	if ctx.Err() != nil {
		return &Failure{Kind: ClientGone, Reason: "Execution ended with the server", Cause: err}
	}
	failure := &Failure{Kind: Refused, Reason: "Execution failed: the Lambda service did not run the function", Cause: err}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "AccessDeniedException", "ResourceNotFoundException":
			// AWS tells the two apart neither to the client nor in the log.
			failure.Kind, failure.Reason = Misconfigured, reasonPermission
		case "RequestTooLargeException", "RequestEntityTooLargeException":
			failure.Kind = RequestTooLarge
		}
	}
	return failure
}

func functionFailure(payload []byte) *Failure {
	var thrown struct {
		ErrorMessage string `json:"errorMessage"`
	}
	// A payload that is no error object has no message to show.
	_ = json.Unmarshal(payload, &thrown)
	return &Failure{
		Kind:   Malformed,
		Reason: "Lambda execution failed with status 200 due to customer function error: " + thrown.ErrorMessage,
	}
}
