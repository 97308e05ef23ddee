package integration

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// Stream is a response that is read while the backend still sends it. It has no size
// limit.
type Stream struct {
	Status int
	// Header has the names as they are to be sent: not necessarily canonical.
	Header http.Header
	// Body is closed by whoever reads it, also when it is not read to its end.
	Body io.ReadCloser
}

// InvokeStream sends the request and returns when the headers of the response are
// there. The integration's timeout holds for the whole response; reading fails when it
// is over, and when the backend sends nothing for the time idle.
func (p *HTTPProxy) InvokeStream(ctx context.Context, in HTTPRequest, idle time.Duration) (*Stream, *Failure) {
	request, failure := p.request(in)
	if failure != nil {
		return nil, failure
	}
	ctx, cancelTimeout := context.WithTimeout(ctx, p.config.Timeout)
	ctx, cancel := context.WithCancelCause(ctx)
	release := func() { cancel(nil); cancelTimeout() }
	response, err := p.roundTrip(ctx, request) //nolint:bodyclose // the stream's to close
	if err != nil {
		failure = httpFailure(ctx, err)
		release()
		return nil, failure
	}
	body := &idleBody{ReadCloser: response.Body, ctx: ctx, idle: idle, release: release}
	body.timer = time.AfterFunc(idle, func() { cancel(errIdle) })
	body.timer.Stop()
	return &Stream{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

var errIdle = errors.New("the backend has sent nothing for too long")

// idleBody is a body whose reads take limited time.
type idleBody struct {
	io.ReadCloser

	ctx  context.Context //nolint:containedctx // of the request that the body belongs to
	idle time.Duration
	// timer ends ctx. It runs while somebody reads: a slow reader is not the backend's
	// fault.
	timer   *time.Timer
	release func()
}

// Read implements [io.Reader].
func (b *idleBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.idle)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		if cause := context.Cause(b.ctx); cause != nil {
			err = cause
		}
	}
	return n, err
}

// Close implements [io.Closer].
func (b *idleBody) Close() error {
	b.timer.Stop()
	b.release()
	return b.ReadCloser.Close()
}
