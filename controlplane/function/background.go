package function

import (
	"context"
	"sync"
)

// background owns goroutines that may outlive the request that started them.
type background struct {
	// life ends with close.
	life context.Context //nolint:containedctx // the lifetime of what is owned
	end  context.CancelFunc

	// mu guards closed, so that nothing starts once close waits.
	mu     sync.Mutex
	closed bool
	jobs   sync.WaitGroup
}

func newBackground() *background {
	b := new(background)
	b.life, b.end = context.WithCancel(context.Background())
	return b
}

// start runs job on a goroutine of its own, with a context that ends at close.
// After close it returns false and runs nothing.
func (b *background) start(job func(context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.jobs.Go(func() { job(b.life) })
	return true
}

// close cancels what runs and waits for it.
func (b *background) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end()
	b.jobs.Wait()
}
