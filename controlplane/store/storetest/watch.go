package storetest

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testWatch(t *testing.T) {
	t.Run("changes", open.testChanges)

	t.Run("View sees the commit, before Update returns", func(t *testing.T) {
		s := open.start(t)
		var told []string
		cancel := s.Watch("", func(changes []store.Change) {
			err := s.View(t.Context(), func(tx store.Tx) error {
				got, err := tx.Get(changes[0].Key)
				told = append(told, string(got))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		defer cancel()
		put(t, s, "a", "1")
		if diff := cmp.Diff([]string{"1"}, told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})

	t.Run("commit order", open.testCommitOrder)

	t.Run("several watchers", func(t *testing.T) {
		s := open.start(t)
		var told []string
		for _, prefix := range []string{"a", "", "b", "a/"} {
			defer s.Watch(prefix, func([]store.Change) { told = append(told, prefix) })()
		}
		put(t, s, "a/1", "1")
		if diff := cmp.Diff([]string{"a", "", "a/"}, told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})

	t.Run("panic of a watcher", func(t *testing.T) {
		s := open.start(t)
		told := 0
		cancel := s.Watch("", func([]store.Change) { panic("mine") })
		defer s.Watch("", func([]store.Change) { told++ })()
		func() {
			defer func() {
				if got := recover(); got != "mine" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("a", []byte("1")) })
		}()
		cancel()
		put(t, s, "b", "2")
		expect(t, s, entry("a", "1"), entry("b", "2"))
		if told != 2 {
			t.Errorf("the other watcher was told %d times, want 2", told)
		}
	})
}

func (open Open) testChanges(t *testing.T) {
	change := func(key, value string) store.Change { return store.Change{Key: key, Value: []byte(value)} }
	tests := map[string]struct {
		prefix string
		update func(tx store.Tx) error
		want   [][]store.Change
	}{
		"order of first write": {
			update: func(tx store.Tx) error {
				return errors.Join(tx.Put("z", []byte("1")), tx.Put("a", []byte("2")), tx.Put("m", []byte("3")))
			},
			want: [][]store.Change{{change("z", "1"), change("a", "2"), change("m", "3")}},
		},
		"last write of a key": {
			update: func(tx store.Tx) error {
				return errors.Join(tx.Put("a", []byte("1")), tx.Put("b", []byte("1")), tx.Put("a", []byte("2")))
			},
			want: [][]store.Change{{change("a", "2"), change("b", "1")}},
		},
		"prefix": {
			prefix: "a/",
			update: func(tx store.Tx) error {
				return errors.Join(tx.Put("a", nil), tx.Put("a/", nil), tx.Put("a/1", nil), tx.Put("b/1", nil))
			},
			want: [][]store.Change{{change("a/", ""), change("a/1", "")}},
		},
		"no key with the prefix": {
			prefix: "a/",
			update: func(tx store.Tx) error { return tx.Put("b/1", nil) },
		},
		"delete": {
			update: func(tx store.Tx) error { return tx.Delete("old") },
			want:   [][]store.Change{{{Key: "old"}}},
		},
		"delete and put": {
			update: func(tx store.Tx) error { return errors.Join(tx.Delete("old"), tx.Put("old", []byte("2"))) },
			want:   [][]store.Change{{change("old", "2")}},
		},
		"put and delete of an existing key": {
			update: func(tx store.Tx) error { return errors.Join(tx.Put("old", []byte("2")), tx.Delete("old")) },
			want:   [][]store.Change{{{Key: "old"}}},
		},
		"same value": {
			update: func(tx store.Tx) error { return tx.Put("old", []byte("1")) },
			want:   [][]store.Change{{change("old", "1")}},
		},
		"empty value is not a delete": {
			update: func(tx store.Tx) error { return errors.Join(tx.Put("a", nil), tx.Put("old", []byte{})) },
			want:   [][]store.Change{{change("a", ""), change("old", "")}},
		},
		"delete of an absent key": {
			update: func(tx store.Tx) error { return tx.Delete("absent") },
		},
		"put and delete of a new key": {
			update: func(tx store.Tx) error { return errors.Join(tx.Put("a", nil), tx.Delete("a")) },
		},
		"no write": {
			update: func(store.Tx) error { return nil },
		},
		"failed Update": {
			update: func(tx store.Tx) error { return errors.Join(tx.Put("a", nil), errors.New("mine")) },
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open.start(t, entry("old", "1"))
			var got [][]store.Change
			defer s.Watch(test.prefix, func(changes []store.Change) { got = append(got, changes) })()
			_ = s.Update(t.Context(), test.update)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// testCommitOrder counts up from many goroutines: the watcher must be told of each
// number once, in order, and of a writer's own number before its Update returns.
func (open Open) testCommitOrder(t *testing.T) {
	s := open.start(t)
	var mu sync.Mutex
	var last int // the last number the watcher was told
	defer s.Watch("n", func(changes []store.Change) {
		mu.Lock()
		defer mu.Unlock()
		n, err := strconv.Atoi(string(changes[0].Value))
		if err != nil || len(changes) != 1 || n != last+1 {
			t.Errorf("told of %q after %d", changes[0].Value, last)
		}
		last = n
	})()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range writesPerWriter {
				written := 0
				err := s.Update(t.Context(), func(tx store.Tx) (err error) {
					written, err = increment(tx, "n")
					return err
				})
				mu.Lock()
				if err != nil || written > last {
					t.Errorf("wrote %d, watcher is at %d, error %v", written, last, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if last != writers*writesPerWriter {
		t.Errorf("watcher is at %d, want %d", last, writers*writesPerWriter)
	}
}

func (open Open) testWatchCancel(t *testing.T) {
	t.Run("ends the watch", func(t *testing.T) {
		s := open.start(t)
		told := 0
		cancel := s.Watch("", func([]store.Change) { told++ })
		put(t, s, "a", "1")
		cancel()
		cancel()
		put(t, s, "a", "2")
		if told != 1 {
			t.Errorf("told %d times, want 1", told)
		}
	})

	t.Run("waits for a running call", func(t *testing.T) {
		s := open.start(t)
		started, release := make(chan struct{}), make(chan struct{})
		returned := false // written by the call; reading it needs no lock once it has ended
		cancel := s.Watch("", func([]store.Change) {
			close(started)
			<-release
			returned = true
		})
		var wg sync.WaitGroup
		wg.Go(func() { put(t, s, "a", "1") })
		<-started
		for range 2 {
			wg.Go(func() {
				cancel()
				if !returned {
					t.Error("cancel returned before the call")
				}
			})
		}
		close(release)
		wg.Wait()
	})

	t.Run("of a watcher whose turn is next", func(t *testing.T) {
		s := open.start(t)
		var cancel func()
		defer s.Watch("", func([]store.Change) { cancel() })()
		cancel = s.Watch("", func([]store.Change) { t.Error("told after cancel") })
		put(t, s, "a", "1")
	})

	t.Run("under load", func(t *testing.T) {
		s := open.start(t)
		var wg sync.WaitGroup
		done := make(chan struct{})
		wg.Go(func() {
			defer close(done)
			for i := range 50 {
				put(t, s, "a", strconv.Itoa(i))
			}
		})
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
				var mu sync.Mutex
				ended := false
				cancel := s.Watch("", func([]store.Change) {
					mu.Lock()
					defer mu.Unlock()
					if ended {
						t.Error("told after cancel")
					}
				})
				cancel()
				mu.Lock()
				ended = true
				mu.Unlock()
			}
		}
		wg.Wait()
	})
}
