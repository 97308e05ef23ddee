package integration

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// LambdaProxy is a compiled AWS_PROXY integration with a Lambda function.
type LambdaProxy struct{ Function }

// Invoke runs the function with the event and reads its response. The function runs
// on until the timeout when ctx is a request's and its client goes away: pass a
// context that does not end with the request.
func (l *LambdaProxy) Invoke(ctx context.Context, event *Event) (*ProxyResponse, *Failure) {
	output, failure := l.invoke(ctx, &lambda.InvokeInput{Payload: event.Append(make([]byte, 0, event.sizeHint()))})
	if failure != nil {
		return nil, failure
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

func functionFailure(payload []byte) *Failure {
	message := errorMessage(payload)
	return &Failure{Kind: Malformed, Reason: reasonFunctionError + message, FunctionError: &message}
}
