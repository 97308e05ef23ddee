package emulator

import (
	"strings"
	"sync"

	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// Bounds of the traces that are kept.
const (
	maxRequests     = 1000
	maxRequestBytes = 16 << 20
)

// requests keeps the traces of the latest exchanges with deployed APIs, in memory. It is
// safe for concurrent use.
type requests struct {
	maxCount, maxBytes int

	// mu guards what follows, and the kept traces while they are read: one that is
	// replaced is used again.
	mu sync.Mutex
	// kept are in the order of their end; the first has the number first.
	kept  []keptTrace
	first uint64
	bytes int
	// changed is closed at the next change, when somebody waits for it.
	changed chan struct{}
	ended   bool
}

type keptTrace struct {
	*trace.Trace

	bytes int
}

func newRequests(maxCount, maxBytes int) *requests {
	return &requests{maxCount: maxCount, maxBytes: maxBytes}
}

// observe keeps the trace of an exchange, in place of the oldest ones when there is no
// room.
func (r *requests) observe(t *trace.Trace) (taken bool) {
	t = t.Take()
	kept := keptTrace{t, t.MemoryBytes()}

	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, kept)
	r.bytes += kept.bytes
	for len(r.kept) > 1 && (len(r.kept) > r.maxCount || r.bytes > r.maxBytes) {
		oldest := r.kept[0]
		r.kept[0] = keptTrace{}
		r.kept = r.kept[1:] // append moves what is left to the front of a new array in time
		r.first++
		r.bytes -= oldest.bytes
		oldest.Release()
	}
	r.notifyLocked()
	return true
}

func (r *requests) notifyLocked() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// end ends those who follow.
func (r *requests) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.notifyLocked()
}

// latest returns the latest exchanges, at most limit, the latest first.
func (r *requests) latest(limit int) []requestSummary {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]requestSummary, 0, min(limit, len(r.kept)))
	for i := len(r.kept) - 1; i >= 0 && len(list) < limit; i-- {
		list = append(list, summaryOf(r.kept[i].Trace))
	}
	return list
}

// find returns the exchange with an id, or with the only id that begins so; nil when
// there is none.
func (r *requests) find(id string) *requestDetail {
	if id == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *trace.Trace
	for _, kept := range r.kept {
		switch {
		case kept.RequestID == id:
			return detailOf(kept.Trace)
		case !strings.HasPrefix(kept.RequestID, id):
		case found != nil:
			return nil
		default:
			found = kept.Trace
		}
	}
	if found == nil {
		return nil
	}
	return detailOf(found)
}

// position is the number of the next exchange.
func (r *requests) position() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.first + uint64(len(r.kept))
}

// since returns the exchanges from a number on that are still kept, the number of the
// next, and a channel that is closed when there is more; nil when there will be none.
func (r *requests) since(from uint64) (list []requestSummary, next uint64, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next = r.first + uint64(len(r.kept))
	for number := max(from, r.first); number < next; number++ {
		list = append(list, summaryOf(r.kept[number-r.first].Trace))
	}
	if r.ended {
		return list, next, nil
	}
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return list, next, r.changed
}
