package wire

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

const (
	contentTypeEventStream = "application/vnd.amazon.eventstream"
	contentTypeBytes       = "application/octet-stream"
)

// EventStream is the response of an operation that sends events as they happen,
// in the format application/vnd.amazon.eventstream. It is for the goroutine of the
// call, and ends with it.
//
// A call that returns an error before Begin is answered like any other; after it,
// the connection is broken off.
type EventStream interface {
	// Begin sends the head of the response: out is a pointer to the operation's
	// output, whose status and header members count. A status without body, for
	// instance 204, is a response without events.
	Begin(out any) error
	// Send sends an event at once: name is its member in the union of the events,
	// event a pointer to its SDK structure. It blocks while the client does not read.
	Send(name string, event any) error
}

type eventStreamKey struct{}

// eventStream writes events to a response.
type eventStream struct {
	operation *Operation
	output    *structure
	writer    http.ResponseWriter
	control   *http.ResponseController
	encoder   *eventstream.Encoder
	begun     bool
}

// stream performs an operation whose response is an event stream.
func (h *Handler) stream(ctx context.Context, w http.ResponseWriter, o *Operation, call Call, in any) (*response, error) {
	compiled, err := o.plans()
	if err != nil {
		return nil, err
	}
	s := &eventStream{
		operation: o, output: compiled.output, writer: w,
		control: http.NewResponseController(w), encoder: eventstream.NewEncoder(),
	}
	_, err = call(context.WithValue(ctx, eventStreamKey{}, EventStream(s)), o, in)
	switch {
	case err == nil && !s.begun:
		return nil, fmt.Errorf("%s returned without a response", o)
	case err == nil:
		return nil, nil
	case !s.begun:
		return nil, err
	}
	h.log(ctx, o, err)
	// The client has seen success: only an unfinished body tells it otherwise.
	panic(http.ErrAbortHandler)
}

// Begin sends the head of the response.
func (s *eventStream) Begin(out any) error {
	if s.begun {
		return fmt.Errorf("%s: the stream has begun already", s.operation)
	}
	head, err := s.operation.encode(s.output, out, contentTypeEventStream)
	if err != nil {
		return err
	}
	s.begun = true
	header := s.writer.Header()
	maps.Copy(header, head.header)
	if allowsBody(head.status) {
		header.Set("Content-Type", contentTypeEventStream)
	}
	s.writer.WriteHeader(head.status)
	return s.flush()
}

// Send sends an event.
func (s *eventStream) Send(name string, event any) error {
	if !s.begun {
		return fmt.Errorf("%s: event %s before the head of the response", s.operation, name)
	}
	value, err := pointee(event)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	message, err := eventMessage(name, value)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	if err := s.encoder.Encode(s.writer, message); err != nil {
		return err
	}
	return s.flush()
}

// flush sends what a buffering server holds back.
func (s *eventStream) flush() error {
	if err := s.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// eventMessage encodes an event: a blob that is its payload goes as it is, what has
// none is JSON.
func eventMessage(name string, value reflect.Value) (eventstream.Message, error) {
	plan, err := structureOf(value.Type())
	if err != nil {
		return eventstream.Message{}, err
	}
	contentType := contentTypeJSON
	payload, raw := rawEvent(plan, value)
	if raw {
		contentType = contentTypeBytes
	} else if payload, err = appendEvent(plan, value); err != nil {
		return eventstream.Message{}, err
	}
	return eventstream.Message{
		Headers: eventstream.Headers{
			{Name: ":event-type", Value: eventstream.StringValue(name)},
			{Name: ":content-type", Value: eventstream.StringValue(contentType)},
			{Name: ":message-type", Value: eventstream.StringValue("event")},
		},
		Payload: payload,
	}, nil
}

// rawEvent returns the bytes of an event whose payload is one blob.
func rawEvent(plan *structure, value reflect.Value) ([]byte, bool) {
	for _, f := range plan.fields {
		if _, ok := smithy.SchemaTrait[*traits.EventPayload](f.shape.schema); ok && f.shape.goType == bytesType {
			return value.Field(f.index).Bytes(), true
		}
	}
	return nil, false
}

// appendEvent is the JSON of an event, in which Lambda prints what is not there as
// null.
func appendEvent(plan *structure, value reflect.Value) ([]byte, error) {
	b := []byte{'{'}
	for i, f := range plan.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, f.key...)
		var err error
		if field := value.Field(f.index); f.shape.absent(field) {
			b = append(b, "null"...)
		} else if b, err = f.shape.encode(b, field); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return append(b, '}'), nil
}
