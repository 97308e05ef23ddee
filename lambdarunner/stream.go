package lambdarunner

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const (
	// maxStreamBytes is AWS's limit of a streamed response.
	maxStreamBytes = 200 << 20
	// streamBufferBytes is the largest piece of a stream that is passed on at once.
	streamBufferBytes = 64 << 10
)

const streamTooLargeReason = "Response payload size exceeded maximum allowed payload size (209715200 bytes)."

// headerResponseMode with the value "streaming" says that a response comes piece
// by piece and may fail in the middle.
const headerResponseMode = "Lambda-Runtime-Function-Response-Mode"

func isStreaming(req *http.Request) bool {
	return strings.EqualFold(req.Header.Get(headerResponseMode), "streaming")
}

// responsePipe hands a streamed response from the connection of the process to
// the caller. It holds nothing: the connection reads on when the caller has
// taken the piece before.
type responsePipe struct {
	pieces chan []byte
	// left is closed when the caller takes no more.
	left chan struct{}
	// begun says that a connection streams into the pipe. The process's lock guards
	// it and contentType, which changes no more once there is a piece or an outcome.
	begun       bool
	contentType string
}

func newResponsePipe() *responsePipe {
	return &responsePipe{pieces: make(chan []byte), left: make(chan struct{})}
}

// send hands over a piece, which the caller uses until it takes the next. It
// returns false when the invocation is over; without a caller the piece is gone.
func (s *responsePipe) send(inv *invocation, piece []byte, closed <-chan struct{}) bool {
	select {
	case s.pieces <- piece:
		return true
	case <-s.left:
		return true
	case <-inv.done:
		return false
	case <-closed:
		return false
	}
}

// InvokeStream is Invoke for a caller that takes the response as it comes. A
// function that does not stream is taken as one that writes everything at once.
//
// What the function responds goes to w; the Outcome has a payload only when the
// function failed: its error object. A failure after the response has begun is
// one that w has seen the beginning of. A w that fails gets nothing more; the
// function runs to its end all the same, and so it does when ctx ends.
func (r *Runner) InvokeStream(ctx context.Context, fn *deployed.Function, in deployed.Invocation, w deployed.ResponseStream) (deployed.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return deployed.Outcome{}, err
	}
	launch, err := runtimeOf(fn)
	if err != nil {
		return deployed.Outcome{}, err
	}
	inv := newInvocation(fn, in)
	inv.stream = newResponsePipe()
	if err := r.dispatch(ctx, launch, inv); err != nil {
		return deployed.Outcome{}, err
	}
	return inv.pour(ctx, w)
}

// pour passes the response on until the invocation is done.
func (inv *invocation) pour(ctx context.Context, w deployed.ResponseStream) (deployed.Outcome, error) {
	defer close(inv.stream.left)
	out := streamWriter{to: w}
	for {
		select {
		case piece := <-inv.stream.pieces:
			out.write(inv.stream.contentType, piece)
		case <-ctx.Done():
			return deployed.Outcome{}, ctx.Err()
		case <-inv.done:
			outcome := inv.outcome
			if inv.err == nil && outcome.FunctionError == "" {
				out.write(inv.stream.contentType, outcome.Payload)
				outcome.Payload = nil
			}
			return outcome, inv.err
		}
	}
}

// streamWriter begins a stream with its first piece, and drops what follows a
// failure of it.
type streamWriter struct {
	to            deployed.ResponseStream
	begun, broken bool
}

func (s *streamWriter) write(contentType string, piece []byte) {
	if !s.begun {
		s.begun = true
		s.broken = s.to.Begin(contentType) != nil
	}
	if s.broken || len(piece) == 0 {
		return
	}
	_, err := s.to.Write(piece)
	s.broken = err != nil
}

// streamable returns the invocation that a response with this request id is for,
// when its caller wants the response as it comes and no other connection streams
// it already.
func (p *process) streamable(requestID, contentType string) *invocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	inv := p.inv
	if p.state != stateInvoking || inv.stream == nil || inv.in.RequestID != requestID || inv.stream.begun {
		return nil
	}
	inv.stream.begun, inv.stream.contentType = true, contentType
	return inv
}

// describe notes what a response that came whole calls itself.
func (p *process) describe(requestID, contentType string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == stateInvoking && p.inv.stream != nil && p.inv.in.RequestID == requestID && !p.inv.stream.begun {
		p.inv.stream.contentType = contentType
	}
}

// stream passes the body of a streamed response on to the caller of inv.
func (c *apiConn) stream(inv *invocation, req *http.Request) error {
	p, id := c.process, inv.in.RequestID
	if err := c.welcomeBody(req); err != nil {
		return err
	}
	closed := p.runner.life.Done()
	if !inv.stream.send(inv, nil, closed) { // the response begins
		return errTransition
	}
	var buffers [2][]byte // the caller has one while the other is filled
	size := int64(0)
	for turn := 0; ; turn ^= 1 {
		if buffers[turn] == nil {
			buffers[turn] = make([]byte, streamBufferBytes)
		}
		c.limited.N = maxResponseBytes + maxDiscardBytes
		n, err := req.Body.Read(buffers[turn])
		size += int64(n)
		if size > maxStreamBytes {
			return errors.Join(errTooLarge, p.answer(id, deployed.Outcome{}, &fault{Type: typeResponseTooLarge, Reason: streamTooLargeReason}))
		}
		if n > 0 && !inv.stream.send(inv, buffers[turn][:n], closed) {
			return errTransition
		}
		c.extend()
		switch {
		case errors.Is(err, io.EOF):
			return p.answer(id, result(req, nil), nil)
		case err != nil:
			return errUnreadable
		}
	}
}
