package integration

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Lambda is a compiled AWS integration with a Lambda function ("Lambda custom"): the
// body is the event, the result is the body.
type Lambda struct{ Function }

// Invoke invokes the function with an event. header are the mapped headers: those
// that the Invoke operation knows choose how it is done, X-Amz-Invocation-Type above
// all. An error of the function is a response with its error object as the body; its
// message selects the integration response (LC-08), and an empty text does when there
// was no error (LC-07).
func (l *Lambda) Invoke(ctx context.Context, event []byte, header []Field) (*Response, *Failure) {
	in := &lambda.InvokeInput{Payload: event}
	for _, field := range header {
		value := field.Values[len(field.Values)-1]
		switch strings.ToLower(field.Name) {
		case "x-amz-invocation-type":
			in.InvocationType = types.InvocationType(value)
		case "x-amz-log-type":
			in.LogType = types.LogType(value)
		case "x-amz-client-context":
			in.ClientContext = &value
		}
	}
	output, failure := l.invoke(ctx, in)
	if failure != nil {
		return nil, failure
	}
	response := &Response{Status: int(output.StatusCode), Header: http.Header{"Content-Type": {"application/json"}}, Body: output.Payload}
	if response.Status == 0 {
		response.Status = http.StatusOK
	}
	response.Header.Set("Content-Length", strconv.Itoa(len(output.Payload)))
	for name, value := range map[string]*string{
		"X-Amz-Executed-Version": output.ExecutedVersion, "X-Amz-Function-Error": output.FunctionError, "X-Amz-Log-Result": output.LogResult,
	} {
		if value != nil {
			response.Header.Set(name, *value)
		}
	}
	if output.FunctionError != nil {
		response.Selection = errorMessage(output.Payload)
	}
	return response, nil
}
