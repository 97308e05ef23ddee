package integration

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Invoker runs Lambda functions for integrations and authorizers.
//
// Errors of the Lambda service (function missing, permission missing, throttled)
// implement smithy.APIError with the service's error code; a failure of the
// function itself is no error but a result with FunctionError set.
type Invoker interface {
	// InvokeFunction invokes in.FunctionName (an ARN, qualified or not) for the
	// API that sourceARN (an execute-api ARN) names. Without a roleARN the
	// function's resource policy has to allow apigateway.amazonaws.com.
	InvokeFunction(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error)
}
