package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// event is what the function reads of a Lambda proxy event.
type event struct {
	Resource              string            `json:"resource"`
	Path                  string            `json:"path"`
	HTTPMethod            string            `json:"httpMethod"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
}

// reply is a Lambda proxy response.
type reply struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

// greeting is the body of the function's responses.
type greeting struct {
	Message  string            `json:"message"`
	Resource string            `json:"resource"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    map[string]string `json:"query,omitempty"`
}

// Run answers invocations until ctx is done. api is the address of the Lambda Runtime
// API, the value of AWS_LAMBDA_RUNTIME_API.
func Run(ctx context.Context, api string) error {
	if api == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: this command is run by the emulator")
	}
	base := "http://" + api + "/2018-06-01/runtime/invocation/"
	for {
		err := answerNext(ctx, base)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // being stopped is how this ends
		}
		if err != nil {
			return err
		}
	}
}

func answerNext(ctx context.Context, base string) error {
	header, input, err := call(ctx, http.MethodGet, base+"next", nil)
	if err != nil {
		return err
	}
	requestID := header.Get("Lambda-Runtime-Aws-Request-Id")
	output, err := answer(input)
	if err != nil {
		failure, marshalErr := json.Marshal(map[string]string{"errorType": "InvalidEvent", "errorMessage": err.Error()})
		if marshalErr != nil {
			return marshalErr
		}
		_, _, err = call(ctx, http.MethodPost, base+requestID+"/error", failure)
		return err
	}
	_, _, err = call(ctx, http.MethodPost, base+requestID+"/response", output)
	return err
}

// answer is the function itself.
func answer(input []byte) ([]byte, error) {
	var in event
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, fmt.Errorf("the event is no proxy event: %w", err)
	}
	body, err := json.Marshal(greeting{
		Message: "Hello from Stagedoor", Resource: in.Resource, Method: in.HTTPMethod, Path: in.Path, Query: in.QueryStringParameters,
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(reply{
		StatusCode: http.StatusOK, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(body),
	})
}

func call(ctx context.Context, method, url string, body []byte) (http.Header, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: status %d", method, url, response.StatusCode)
	}
	return response.Header, content, err
}
