package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testClose(t *testing.T) {
	t.Run("refuses transactions", func(t *testing.T) {
		s := open.start(t, entry("a", "1"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		fail := func(store.Tx) error { t.Error("fn ran"); return nil }
		err := errors.Join(
			wantError("View", s.View(t.Context(), fail), store.ErrClosed),
			wantError("Update", s.Update(t.Context(), fail), store.ErrClosed),
			wantError("Close", s.Close(), nil))
		if err != nil {
			t.Error(err)
		}
		s.Watch("", func([]store.Change) { t.Error("told after Close") })()
	})

	t.Run("waits for a View", func(t *testing.T) {
		s := open.start(t, entry("a", "1"))
		testCloseWaits(t, s, func(started func()) error {
			return s.View(t.Context(), func(tx store.Tx) error {
				started()
				_, err := tx.Get("a")
				return err
			})
		})
	})

	t.Run("waits for an Update and its watchers", func(t *testing.T) {
		s := open.start(t)
		told := false
		defer s.Watch("", func([]store.Change) {
			told = true
			if _, err := read(t.Context(), s); err != nil {
				t.Errorf("View of a watcher during Close: %v", err)
			}
		})()
		testCloseWaits(t, s, func(started func()) error {
			return s.Update(t.Context(), func(tx store.Tx) error {
				started()
				return tx.Put("a", []byte("1"))
			})
		})
		if !told {
			t.Error("watcher was not told")
		}
	})
}

// testCloseWaits closes s while transaction runs, which calls started from within
// it, and fails when Close returns first.
func testCloseWaits(t *testing.T, s store.Store, transaction func(started func()) error) {
	t.Helper()
	var mu sync.Mutex
	ended := false
	closing := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		<-closing
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if !ended {
			t.Error("Close returned before the transaction")
		}
	})
	err := transaction(func() {
		close(closing)
		awaitClosing(s)
		mu.Lock()
		defer mu.Unlock()
		ended = true
	})
	if err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// awaitClosing returns once s refuses Updates. One that it still takes cannot get
// its turn while another runs, so each gets little time.
func awaitClosing(s store.Store) {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		err := s.Update(ctx, func(store.Tx) error { return nil })
		cancel()
		if errors.Is(err, store.ErrClosed) {
			return
		}
	}
}
