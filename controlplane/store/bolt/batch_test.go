package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func openStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "store.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.(*Store)
}

func commits(t *testing.T, s *Store) int {
	t.Helper()
	var id int
	if err := s.db.View(func(tx *bbolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

// gather holds the batch with one Update until n others wait for it, and returns
// their errors and its own, which is first.
func gather(t *testing.T, s *Store, n int, fn func(i int) func(store.Tx) error) []error {
	t.Helper()
	errs := make([]error, n+1)
	var wg sync.WaitGroup
	errs[0] = s.Update(t.Context(), func(tx store.Tx) error {
		for i := 1; i <= n; i++ {
			wg.Go(func() { errs[i] = s.Update(t.Context(), fn(i)) })
			awaitWaiting(s, i) // one by one, to know their order
		}
		return fn(0)(tx)
	})
	wg.Wait()
	return errs
}

func awaitWaiting(s *Store, n int) {
	for {
		s.queue.mu.Lock()
		waiting := len(s.queue.waiting)
		s.queue.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

func putNumber(i int) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.Put(fmt.Sprintf("key/%d", i), []byte("value")) }
}

func TestBatchSharesCommit(t *testing.T) {
	s := openStore(t)
	before := commits(t, s)
	var told []string
	defer s.Watch("", func(changes []store.Change) { told = append(told, changes[0].Key) })()
	if err := errors.Join(gather(t, s, 20, putNumber)...); err != nil {
		t.Fatal(err)
	}
	if got := commits(t, s) - before; got != 1 {
		t.Errorf("21 Updates took %d commits, want 1", got)
	}
	for i, key := range told {
		if want := fmt.Sprintf("key/%d", i); key != want {
			t.Errorf("change %d is of %s, want %s", i, key, want)
		}
	}
	if len(told) != 21 {
		t.Errorf("%d changes, want 21", len(told))
	}
}

func TestBatchIsBounded(t *testing.T) {
	s := openStore(t)
	before := commits(t, s)
	if err := errors.Join(gather(t, s, 2*maxBatch, putNumber)...); err != nil {
		t.Fatal(err)
	}
	if got := commits(t, s) - before; got != 3 {
		t.Errorf("%d Updates took %d commits, want 3", 2*maxBatch+1, got)
	}
}

func TestBatchWithoutWritesDoesNotCommit(t *testing.T) {
	s := openStore(t)
	before := commits(t, s)
	mine := errors.New("mine")
	errs := gather(t, s, 2, func(i int) func(store.Tx) error {
		return func(tx store.Tx) error {
			switch i {
			case 0:
				return nil
			case 1:
				return errors.Join(tx.Put("a", nil), mine)
			}
			return errors.Join(tx.Put("a", nil), tx.Delete("a"))
		}
	})
	if errs[0] != nil || !errors.Is(errs[1], mine) || errs[2] != nil {
		t.Errorf("errors %v", errs)
	}
	if got := commits(t, s) - before; got != 0 {
		t.Errorf("%d commits, want none", got)
	}
}

// TestBatchCommitFails fills the permitted size: nobody's write is there, nobody
// is told of one, and even a member that failed on its own gets the error of the
// commit, for it may have failed because of a write that never came to be.
func TestBatchCommitFails(t *testing.T) {
	s := openStore(t)
	s.db.MaxSize = 1 << 20
	told := 0
	defer s.Watch("", func([]store.Change) { told++ })()
	errs := gather(t, s, 3, func(i int) func(store.Tx) error {
		return func(tx store.Tx) error {
			switch i {
			case 1:
				return tx.Put("big", make([]byte, 8<<20))
			case 3:
				return errors.New("mine")
			}
			return putNumber(i)(tx)
		}
	})
	for i, err := range errs {
		if !errors.Is(err, bbolterrors.ErrMaxSizeReached) {
			t.Errorf("Update %d: %v", i, err)
		}
	}
	if told != 0 {
		t.Errorf("watcher was told %d times", told)
	}
	if err := s.Update(t.Context(), putNumber(9)); err != nil {
		t.Fatalf("after a failed commit: %v", err)
	}
	err := s.View(t.Context(), func(tx store.Tx) error {
		for e := range tx.Scan("", "") {
			if e.Key != "key/9" {
				t.Errorf("found %s", e.Key)
			}
		}
		return nil
	})
	if err != nil || told != 1 {
		t.Errorf("told %d times, error %v", told, err)
	}
}

// TestBatchPassedToCancelled passes the batch to an Update whose context has ended
// while it waited: it runs nothing and holds nobody up.
func TestBatchPassedToCancelled(t *testing.T) {
	s := openStore(t)
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		err := s.Update(t.Context(), func(tx store.Tx) error {
			wg.Go(func() {
				ran := false
				err := s.Update(ctx, func(store.Tx) error { ran = true; return nil })
				if !ran && !errors.Is(err, context.Canceled) || ran && err != nil {
					t.Errorf("ran %v, error %v", ran, err)
				}
			})
			awaitWaiting(s, 1)
			wg.Go(cancel)
			return tx.Put("a", []byte("1"))
		})
		if err != nil {
			t.Fatal(err)
		}
		wg.Wait()
	}
}
