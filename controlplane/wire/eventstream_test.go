package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"
)

// streamingService implements one operation with a function.
type streamingService func(EventStream) error

func (s streamingService) InvokeWithResponseStream(_ context.Context, _ *lambda.InvokeWithResponseStreamInput, events EventStream) error {
	return s(events)
}

func head(status int32) *lambda.InvokeWithResponseStreamOutput {
	return &lambda.InvokeWithResponseStreamOutput{StatusCode: status, ExecutedVersion: aws.String("7")}
}

// streamOver serves one call and returns the response with what its body had.
func streamOver(t *testing.T, service streamingService) (response *http.Response, body []byte, bodyErr error) {
	t.Helper()
	h, err := NewHandler(Lambda, service, Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/2021-11-15/functions/f/response-streaming-invocations", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err = server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, bodyErr = io.ReadAll(response.Body)
	return response, body, bodyErr
}

func TestEventStream(t *testing.T) {
	t.Parallel()
	r, body, err := streamOver(t, func(events EventStream) error {
		return errors.Join(
			events.Begin(head(200)),
			events.Send("PayloadChunk", &types.InvokeResponseStreamUpdate{Payload: []byte("\x00raw")}),
			events.Send("InvokeComplete", &types.InvokeWithResponseStreamCompleteEvent{ErrorCode: aws.String("Unhandled")}),
		)
	})
	if err != nil || r.StatusCode != 200 || r.Header.Get("X-Amz-Executed-Version") != "7" || r.Header.Get("Content-Type") != "application/vnd.amazon.eventstream" ||
		r.Header.Get("Content-Length") != "" || r.Header.Get("X-Amzn-Requestid") == "" {
		t.Errorf("%d %v, %v", r.StatusCode, r.Header, err)
	}
	var got []map[string]string
	decoder := eventstream.NewDecoder()
	for reader := bytes.NewReader(body); reader.Len() > 0; {
		message, err := decoder.Decode(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		event := map[string]string{"payload": string(message.Payload)}
		for _, header := range message.Headers {
			event[header.Name] = header.Value.String()
		}
		got = append(got, event)
	}
	want := []map[string]string{
		{":message-type": "event", ":event-type": "PayloadChunk", ":content-type": "application/octet-stream", "payload": "\x00raw"},
		{":message-type": "event", ":event-type": "InvokeComplete", ":content-type": "application/json", "payload": `{"ErrorCode":"Unhandled","ErrorDetails":null,"LogResult":null}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEventStreamWithoutEvents(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call   streamingService
		status int
		body   string
		broken bool
	}{
		"no content":      {call: func(e EventStream) error { return e.Begin(head(204)) }, status: 204},
		"an error before": {call: func(EventStream) error { return NewError(429, "TooManyRequestsException", "Rate Exceeded.") }, status: 429, body: `{"Type":"User","message":"Rate Exceeded."}`},
		"another error":   {call: func(EventStream) error { return errors.New("broken") }, status: 500},
		"nothing":         {call: func(EventStream) error { return nil }, status: 500},
		"an event too early": {call: func(e EventStream) error {
			return e.Send("InvokeComplete", &types.InvokeWithResponseStreamCompleteEvent{})
		}, status: 500},
		"another output": {call: func(e EventStream) error { return e.Begin(&lambda.InvokeOutput{}) }, status: 500},
		"an error after": {call: func(e EventStream) error { return errors.Join(e.Begin(head(200)), errors.New("broken")) }, status: 200, broken: true},
		"begun twice":    {call: func(e EventStream) error { return errors.Join(e.Begin(head(200)), e.Begin(head(200))) }, status: 200, broken: true},
		"an event by value": {call: func(e EventStream) error {
			return errors.Join(e.Begin(head(200)), e.Send("InvokeComplete", types.InvokeWithResponseStreamCompleteEvent{}))
		}, status: 200, broken: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body, err := streamOver(t, tt.call)
			if r.StatusCode != tt.status || tt.body != "" && string(body) != tt.body || (err != nil) != tt.broken {
				t.Errorf("%d %s, %v", r.StatusCode, body, err)
			}
		})
	}
}

// bufferedSignature has the signature of operations without events.
type bufferedSignature struct{}

func (bufferedSignature) InvokeWithResponseStream(context.Context, *lambda.InvokeWithResponseStreamInput) (*lambda.InvokeWithResponseStreamOutput, error) {
	return nil, errors.New("never called")
}

func TestEventStreamNeedsItsSignature(t *testing.T) {
	t.Parallel()
	if _, err := NewHandler(Lambda, bufferedSignature{}, Options{}); err == nil || !strings.Contains(err.Error(), "wire.EventStream") {
		t.Errorf("got %v", err)
	}
}
