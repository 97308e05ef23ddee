package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// StreamInvoker is an [Invoker] that hands the response on as it comes.
type StreamInvoker interface {
	Invoker
	// InvokeFunctionStream is InvokeFunction with the response going to w; the output
	// has a payload only when the function failed.
	InvokeFunctionStream(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string, w deployed.ResponseStream) (*lambda.InvokeOutput, error)
}

// StreamHead is what a function says of its response before the response itself: JSON,
// then eight NUL bytes.
type StreamHead struct {
	Status int
	Header http.Header
}

// streamDelimiter stands between the head and the body of a streamed response.
var streamDelimiter = make([]byte, 8)

// maxStreamHeadBytes is within what the delimiter has to come.
const maxStreamHeadBytes = 16 << 10

// DecodeStreamHead reads the head of a streamed response. All its members are optional.
func DecodeStreamHead(text []byte) (*StreamHead, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	head := &StreamHead{Status: http.StatusOK, Header: http.Header{}}
	if value := members["statusCode"]; value != nil {
		var err error
		if head.Status, err = decodeStatus(value); err != nil {
			return nil, fmt.Errorf("statusCode: %w", err)
		}
	}
	var single map[string]json.RawMessage
	var multi map[string][]json.RawMessage
	var cookies []string
	if err := errors.Join(optional(members["headers"], &single), optional(members["multiValueHeaders"], &multi), optional(members["cookies"], &cookies)); err != nil {
		return nil, err
	}
	merged := headerMerge{header: head.Header, spelling: map[string]string{}}
	for name, values := range multi {
		if err := merged.add(name, values...); err != nil {
			return nil, err
		}
	}
	for name, value := range single {
		if err := merged.add(name, value); err != nil {
			return nil, err
		}
	}
	if len(cookies) > 0 {
		head.Header["Set-Cookie"] = append(head.Header["Set-Cookie"], cookies...)
	}
	return head, nil
}

// HeadReader is a [deployed.ResponseStream] that takes the head off a streamed response
// and passes the rest on.
type HeadReader struct {
	// Head is called once with the head; its error ends the stream.
	Head func(*StreamHead) error
	// Body gets what follows the head.
	Body io.Writer

	buffer []byte
	done   bool
}

// Begin implements [deployed.ResponseStream].
func (h *HeadReader) Begin(string) error { return nil }

// Write implements [deployed.ResponseStream].
func (h *HeadReader) Write(piece []byte) (int, error) {
	if h.done {
		return h.Body.Write(piece)
	}
	h.buffer = append(h.buffer, piece...)
	at := bytes.Index(h.buffer, streamDelimiter)
	if at < 0 || at > maxStreamHeadBytes {
		if len(h.buffer) > maxStreamHeadBytes+len(streamDelimiter) {
			return 0, errNoHead
		}
		return len(piece), nil
	}
	head, err := DecodeStreamHead(h.buffer[:at])
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errNoHead, err)
	}
	h.done = true
	rest := h.buffer[at+len(streamDelimiter):]
	h.buffer = nil
	if err := h.Head(head); err != nil {
		return 0, err
	}
	if len(rest) > 0 {
		if _, err := h.Body.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(piece), nil
}

var errNoHead = errors.New("the streamed response does not begin with metadata and eight NUL bytes")

// InvokeStream runs the function with the event and returns when the head of its response
// is there. The body is read while the function writes it; reading fails when the
// function fails or writes nothing for the time idle.
func (l *LambdaProxy) InvokeStream(ctx context.Context, event *Event, idle time.Duration) (*Stream, *Failure) {
	invoker, ok := l.Invoker.(StreamInvoker)
	if !ok {
		return nil, &Failure{Kind: Misconfigured, Reason: "Execution failed: the function cannot stream"}
	}
	ctx, cancelTimeout := context.WithTimeout(ctx, l.Timeout)
	ctx, cancel := context.WithCancelCause(ctx)
	reader, writer := io.Pipe()
	heads := make(chan *StreamHead, 1)
	ended := make(chan *Failure, 1)
	go func() {
		defer cancelTimeout()
		failure := l.stream(ctx, invoker, event, &HeadReader{
			Head: func(head *StreamHead) error { heads <- head; return nil },
			Body: writer,
		})
		if failure == nil {
			_ = writer.Close() // never fails
		} else {
			_ = writer.CloseWithError(errors.Join(errors.New(failure.Reason), failure.Cause)) // never fails
		}
		ended <- failure
	}()
	var head *StreamHead
	select {
	case head = <-heads:
	case failure := <-ended:
		select {
		case head = <-heads: // a short response may be over already
		default:
			cancel(nil)
			if failure == nil {
				failure = &Failure{Kind: Malformed, Reason: reasonMalformedLambda, Cause: errNoHead}
			}
			return nil, failure
		}
	}
	body := &idleBody{ReadCloser: reader, ctx: ctx, idle: idle, release: func() { cancel(nil) }}
	body.timer = time.AfterFunc(idle, func() { cancel(errIdle); _ = reader.CloseWithError(errIdle) })
	body.timer.Stop()
	return &Stream{Status: head.Status, Header: head.Header, Body: body}, nil
}

// stream runs the function to its end.
func (l *LambdaProxy) stream(ctx context.Context, invoker StreamInvoker, event *Event, w deployed.ResponseStream) *Failure {
	in := &lambda.InvokeInput{FunctionName: aws.String(l.FunctionARN), Payload: event.Append(make([]byte, 0, event.sizeHint()))}
	output, err := invoker.InvokeFunctionStream(ctx, in, l.SourceARN, l.RoleARN, w)
	switch {
	case err != nil:
		return invokeFailure(ctx, err)
	case output.FunctionError != nil:
		return functionFailure(output.Payload)
	default:
		return nil
	}
}

const (
	streamingPrefix = "path/2021-11-15/functions/"
	streamingSuffix = "/response-streaming-invocations"
)
