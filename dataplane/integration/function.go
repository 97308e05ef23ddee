package integration

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// Function is a Lambda function as integrations invoke it.
type Function struct {
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

// invoke invokes the function with what else in says.
func (f *Function) invoke(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, *Failure) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	in.FunctionName = aws.String(f.FunctionARN)
	output, err := f.Invoker.InvokeFunction(ctx, in, f.SourceARN, f.RoleARN)
	if err != nil {
		return nil, invokeFailure(ctx, err)
	}
	return output, nil
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
		case "InvalidRequestContentException":
			failure.Kind, failure.Message = InvalidRequest, api.ErrorMessage()
			failure.Reason = "Lambda execution failed with status 400: " + failure.Message
		}
	}
	return failure
}

// errorMessage returns the message of a function's error object; empty for a payload
// that is none.
func errorMessage(payload []byte) string {
	var thrown struct {
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(payload, &thrown)
	return thrown.ErrorMessage
}

// Run invokes the function with an event and returns what the function returned, and the
// id of the request to Lambda, empty when Lambda did not run the function. The function runs on until the timeout when ctx is a request's and its client goes away: pass
// a context that does not end with the request.
func (f *Function) Run(ctx context.Context, event []byte) (payload []byte, requestID string, failure *Failure) {
	output, failure := f.invoke(ctx, &lambda.InvokeInput{Payload: event})
	if failure != nil {
		return nil, "", failure
	}
	requestID, _ = awsmiddleware.GetRequestIDMetadata(output.ResultMetadata)
	if output.FunctionError != nil {
		return nil, requestID, functionFailure(output.Payload)
	}
	return output.Payload, requestID, nil
}

// MalformedResponse is the failure of a function that returned something else than the
// integration asks for.
func MalformedResponse(cause error) *Failure {
	return &Failure{Kind: Malformed, Reason: reasonMalformedLambda, Cause: cause}
}
