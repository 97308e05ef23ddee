package authorize

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Errors of [Authorizer.Call]; all others are of the function or of what it returned,
// and make the answer a 500.
var (
	// ErrUnauthorized is what a function says by failing with this very word: 401.
	ErrUnauthorized = errors.New("Unauthorized")
	// ErrTimeout is the error of a function that did not answer in time.
	ErrTimeout = errors.New("the authorizer did not answer in time")
)

// unauthorized is the error message by which a function turns a caller away.
const unauthorized = "Unauthorized"

// function is how an authorizer's function is invoked.
type function struct {
	invoker           integration.Invoker
	arn, source, role string
}

// Call invokes the function with an event and reads what it returns. The function's
// answer is returned as it was, also with an error; it is nil when there is none.
func (a *Authorizer) Call(ctx context.Context, event []byte) (result *Result, answer []byte, err error) {
	out, err := a.function.invoke(ctx, event, callTimeout)
	switch {
	case out == nil:
		return nil, nil, err
	case err != nil:
		return nil, out.Payload, err
	}
	result, err = ParseResult(out.Payload)
	return result, out.Payload, err
}

// invoke calls the function. That the function failed is an error beside its answer.
func (f *function) invoke(ctx context.Context, event []byte, limit time.Duration) (*lambda.InvokeOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := f.invoker.InvokeFunction(ctx, &lambda.InvokeInput{FunctionName: &f.arn, Payload: event}, f.source, f.role)
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, ErrTimeout
	case err != nil:
		return nil, err
	case out.FunctionError != nil:
		return out, functionError(out)
	}
	return out, nil
}

// functionError is the error of a function that failed.
func functionError(out *lambda.InvokeOutput) error {
	var thrown struct {
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(out.Payload, &thrown) // without a message it is any other error
	if thrown.ErrorMessage == unauthorized {
		return ErrUnauthorized
	}
	return errors.New("the function failed (" + aws.ToString(out.FunctionError) + "): " + thrown.ErrorMessage)
}
