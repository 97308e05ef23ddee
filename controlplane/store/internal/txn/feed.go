package txn

import (
	"slices"
	"strings"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Feed tells watchers of committed changes, with the promises of
// [store.Store.Watch]. The zero value has no watchers. It is safe for concurrent
// use, except that Publish calls are made one after the other.
type Feed struct {
	// mu guards the fields below and those of each watcher. It is not held while
	// a watcher's function runs.
	mu       sync.Mutex
	watchers []*watcher // replaced, never written to in place
}

type watcher struct {
	prefix string
	fn     func([]store.Change)

	cancelled bool
	running   chan struct{} // closed when the call of fn under way ends; nil when none is
}

// Watch adds a watcher; the returned function removes it.
func (f *Feed) Watch(prefix string, fn func([]store.Change)) (cancel func()) {
	w := &watcher{prefix: prefix, fn: fn}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers = append(slices.Clip(f.watchers), w)
	return func() { f.cancel(w) }
}

func (f *Feed) cancel(w *watcher) {
	f.mu.Lock()
	if !w.cancelled {
		w.cancelled = true
		f.watchers = slices.DeleteFunc(slices.Clone(f.watchers), func(o *watcher) bool { return o == w })
	}
	running := w.running
	f.mu.Unlock()
	if running != nil {
		<-running
	}
}

// Publish tells the watchers of the changes of one Update and returns when each
// has been told. When a watcher panics, the others are told all the same before
// the panic passes through Publish.
func (f *Feed) Publish(changes []store.Change) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	watchers := f.watchers
	f.mu.Unlock()
	// Deferred calls run last to first, and all of them even when one panics.
	for _, w := range slices.Backward(watchers) {
		matching := filter(changes, w.prefix)
		if len(matching) == 0 {
			continue
		}
		defer f.tell(w, matching)
	}
}

func (f *Feed) tell(w *watcher, changes []store.Change) {
	f.mu.Lock()
	if w.cancelled {
		f.mu.Unlock()
		return
	}
	running := make(chan struct{})
	w.running = running
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		w.running = nil
		f.mu.Unlock()
		close(running)
	}()
	w.fn(changes)
}

// filter returns the changes below prefix in a slice that the watcher may keep.
func filter(changes []store.Change, prefix string) []store.Change {
	var matching []store.Change
	for _, change := range changes {
		if strings.HasPrefix(change.Key, prefix) {
			matching = append(matching, change)
		}
	}
	return matching
}
