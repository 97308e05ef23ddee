package function

import (
	"errors"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// streamGate stands before a stream that may go away while the function writes.
type streamGate struct {
	mu sync.Mutex // held while the stream is used
	to deployed.ResponseStream
	// closed says that the stream is gone.
	closed bool
}

var errStreamGone = errors.New("function: nobody takes the response any more")

func newStreamGate() *streamGate { return new(streamGate) }

// open sets the stream; it returns false when the gate is closed already.
func (g *streamGate) open(to func() deployed.ResponseStream) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.to = to()
	return true
}

// close waits until the stream is not in use, and keeps it from being used again.
func (g *streamGate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// Begin begins the stream if it is there.
func (g *streamGate) Begin(contentType string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return errStreamGone
	}
	return g.to.Begin(contentType)
}

// Write writes to the stream if it is there.
func (g *streamGate) Write(piece []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, errStreamGone
	}
	return g.to.Write(piece)
}
