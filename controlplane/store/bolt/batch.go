package bolt

import (
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/internal/txn"
)

// errAborted is what the members of a batch get when the one that was to commit
// did not come to it.
var errAborted = errors.New("bolt: commit did not complete")

// batch is a bbolt transaction that several Updates share. Each runs while it
// holds the batch, then passes it on and waits; the last one commits. It is the
// reverse of bbolt's own Batch, which collects functions and runs them on a
// goroutine of its own: here a function keeps its goroutine, so that its panic
// has its own stack, one that fails does not make the others run again, and
// nobody waits for a timer.
type batch struct {
	tx      *bbolt.Tx // nil until the first member begins
	members int
	changes [][]store.Change // of each member that wrote, in order
	broken  error            // set when a member could not be undone

	done chan struct{} // closed when the batch has ended
	err  error         // outcome of the commit, written before done is closed
}

func newBatch() *batch {
	return &batch{done: make(chan struct{}), err: errAborted}
}

// run runs fn as the next member. Unless fn returns nil, what it wrote is undone;
// members before it are not touched.
func (b *batch) run(db *bbolt.DB, fn func(store.Tx) error) error {
	b.members++
	if b.broken != nil {
		return b.broken
	}
	if b.tx == nil {
		began, err := db.Begin(true)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		b.tx = began
	}
	t := &tx{records: b.tx.Bucket(bucketRecords), journal: new(txn.Journal)}
	ok := false
	// Deferred, since fn may panic or end its goroutine.
	defer func() {
		t.done = true
		if !ok {
			b.undo(t)
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	ok = true
	if changes := t.journal.Changes(); changes != nil {
		b.changes = append(b.changes, changes)
	}
	return nil
}

// undo puts back what the keys written by t held before.
func (b *batch) undo(t *tx) {
	for _, w := range t.journal.Writes() {
		var err error
		if w.Before == nil {
			err = t.records.Delete([]byte(w.Key))
		} else {
			// bbolt keeps the slice it is given, and Before is in its own memory.
			err = t.records.Put([]byte(w.Key), slices.Clone(w.Before))
		}
		if err != nil {
			b.broken = fmt.Errorf("undo write of %q: %w", w.Key, err)
			return
		}
	}
}

// commit makes the writes of all members durable, or none of them.
func (b *batch) commit() error {
	if b.tx == nil {
		return b.broken
	}
	// After a successful commit this does nothing; bbolt does not roll back after
	// every failed one, nor when it panics.
	defer func() { _ = b.tx.Rollback() }()
	if b.broken != nil || len(b.changes) == 0 {
		return b.broken
	}
	if err := b.tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
