package function

import (
	"context"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// maxInvokeArgsBytes is the payload limit of InvokeAsync.
const maxInvokeArgsBytes = 256 << 10

// InvokeAsync queues an event for the unpublished version of a function. Lambda
// keeps it for old clients; Invoke does more.
func (s *Service) InvokeAsync(ctx context.Context, in *lambda.InvokeAsyncInput) (*lambda.InvokeAsyncOutput, error) {
	r, err := s.permit(ctx, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	var args []byte
	if in.InvokeArgs != nil {
		if args, err = io.ReadAll(io.LimitReader(in.InvokeArgs, maxInvokeArgsBytes+1)); err != nil {
			return nil, serviceFault(err)
		}
	}
	if len(args) > maxInvokeArgsBytes {
		return nil, requestTooLarge(maxInvokeArgsBytes)
	}
	if _, err := s.invoke(ctx, r, &lambda.InvokeInput{InvocationType: types.InvocationTypeEvent, Payload: args}); err != nil {
		return nil, err
	}
	return &lambda.InvokeAsyncOutput{Status: http.StatusAccepted}, nil
}
