package logs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// tailWriter sends the events of a session, in the format application/vnd.amazon.eventstream.
type tailWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	encoder *eventstream.Encoder
}

// newTailWriter sends the head of the response.
func newTailWriter(ctx context.Context, w http.ResponseWriter) *tailWriter {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	w.Header()["x-amzn-RequestId"] = []string{wire.RequestID(ctx)}
	w.WriteHeader(http.StatusOK)
	return &tailWriter{w, http.NewResponseController(w), eventstream.NewEncoder()}
}

// send sends an event; an error means that the client is gone.
func (t *tailWriter) send(name string, event any) error {
	return t.write(event, eventstream.Headers{
		{Name: ":message-type", Value: eventstream.StringValue("event")},
		{Name: ":event-type", Value: eventstream.StringValue(name)},
	})
}

// fail sends what the session ends with.
func (t *tailWriter) fail(name, message string) error {
	return t.write(map[string]string{"message": message}, eventstream.Headers{
		{Name: ":message-type", Value: eventstream.StringValue("exception")},
		{Name: ":exception-type", Value: eventstream.StringValue(name)},
	})
}

func (t *tailWriter) write(event any, headers eventstream.Headers) error {
	payload, err := json.Marshal(event)
	if err != nil {
		return err
	}
	headers = append(headers, eventstream.Header{Name: ":content-type", Value: eventstream.StringValue("application/json")})
	if err := t.encoder.Encode(t.w, eventstream.Message{Headers: headers, Payload: payload}); err != nil {
		return err
	}
	if err := t.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// newSessionID returns a UUID.
func newSessionID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it does not fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return fmt.Sprintf("%s-%s-%s-%s-%s", text[:8], text[8:12], text[12:16], text[16:20], text[20:])
}
