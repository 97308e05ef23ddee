package trace

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

var errNoStreams = errors.New("functions cannot stream their responses here")

// InvokeFunctionStream implements [integration.StreamInvoker]. Only the request is
// recorded here: the response is, with the one that the client gets.
func (t tracedInvoker) InvokeFunctionStream(
	ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string, w deployed.ResponseStream,
) (*lambda.InvokeOutput, error) {
	next, ok := t.next.(integration.StreamInvoker)
	if !ok {
		return nil, errNoStreams
	}
	if trace := from(ctx); trace != nil {
		trace.Add(Message{
			Kind: EndpointRequest, Method: http.MethodPost, URI: invocationURL(aws.ToString(in.FunctionName)),
			Header: invocationHeader(in, sourceARN), Body: in.Payload,
		})
	}
	return next.InvokeFunctionStream(ctx, in, sourceARN, roleARN, w)
}
