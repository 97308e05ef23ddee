package txn

import (
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Gate counts the transactions under way so that Close can wait for them. The
// zero value is open. It is safe for concurrent use.
//
// It is no sync.RWMutex because a View may run within a View: a read lock taken
// twice by one goroutine deadlocks as soon as a writer waits in between.
type Gate struct {
	// mu guards the fields below.
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // made by the first Close, closed when nobody is inside
}

// Enter admits a transaction, which calls Leave when it ends. It returns
// [store.ErrClosed] once Close has been called.
func (g *Gate) Enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return store.ErrClosed
	}
	g.inside++
	return nil
}

// Leave ends what Enter began.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// Close refuses further transactions and waits until the last has left. It
// reports whether this call was the first.
func (g *Gate) Close() (first bool) {
	g.mu.Lock()
	first = !g.closed
	if first {
		g.closed = true
		g.empty = make(chan struct{})
		if g.inside == 0 {
			close(g.empty)
		}
	}
	empty := g.empty
	g.mu.Unlock()
	<-empty
	return first
}
