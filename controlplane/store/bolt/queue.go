package bolt

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// maxBatch is how many Updates share one commit at most, which bounds how long
// the first of them waits for the functions of those after it.
const maxBatch = 128

// queue hands the store's batch from one Update to the next. Exactly one Update
// holds the batch at a time. The zero value is ready to use.
type queue struct {
	// mu guards the fields below.
	mu      sync.Mutex
	busy    bool          // an Update holds the batch
	waiting []chan *batch // in order of arrival; each has room for one
}

// join waits for its turn and returns the batch to run in. When ctx ends first it
// returns ctx's error; otherwise the caller passes the batch on.
func (q *queue) join(ctx context.Context) (*batch, error) {
	q.mu.Lock()
	if !q.busy {
		q.busy = true
		q.mu.Unlock()
		return newBatch(), nil
	}
	turn := make(chan *batch, 1)
	q.waiting = append(q.waiting, turn)
	q.mu.Unlock()

	select {
	case b := <-turn:
		return b, nil
	case <-ctx.Done():
		if q.withdraw(turn) {
			return nil, ctx.Err()
		}
		return <-turn, nil // the batch was passed here meanwhile
	}
}

// withdraw takes turn out of the queue and reports whether it was still there.
func (q *queue) withdraw(turn chan *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, turn)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// pass gives b to the next in the queue and reports whether it did; if not, the
// caller commits.
func (q *queue) pass(b *batch) bool {
	if b.members >= maxBatch {
		return false
	}
	// The Updates that the last commit released are about to come back for more;
	// letting them run first costs a lone writer nothing measurable and gives
	// sixteen parallel ones a third more (BenchmarkStore).
	runtime.Gosched()
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.giveLocked(b)
}

// finish lets the next in the queue start a new batch.
func (q *queue) finish() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.giveLocked(newBatch()) {
		q.busy = false
	}
}

func (q *queue) giveLocked(b *batch) bool {
	if len(q.waiting) == 0 {
		return false
	}
	q.waiting[0] <- b
	q.waiting = slices.Delete(q.waiting, 0, 1)
	return true
}
