package bolt

import (
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/internal/txn"
)

// Store is a [store.Store] in a file; make one with [Open]. It is safe for
// concurrent use.
type Store struct {
	db    *bbolt.DB
	queue queue
	feed  txn.Feed

	// Close shuts updates first: until they have ended, their watchers may View.
	updates, views txn.Gate
}

var _ store.Store = (*Store)(nil)

// View implements [store.Store].
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.views.Enter(); err != nil {
		return err
	}
	defer s.views.Leave()
	snapshot, err := s.db.Begin(false)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = snapshot.Rollback() }()
	t := &tx{records: snapshot.Bucket(bucketRecords)}
	defer func() { t.done = true }()
	return fn(t)
}

// Update implements [store.Store]. It runs fn once. An error of the commit leaves
// open whether the write reached the disk.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.updates.Enter(); err != nil {
		return err
	}
	defer s.updates.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	b, err := s.queue.join(ctx)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		s.pass(b)
		return err
	}
	err = s.run(b, fn)
	// An error that fn returned waits too: it may rest on what members before it
	// wrote, which is true only once they have committed.
	<-b.done
	if b.err != nil {
		return b.err
	}
	return err
}

// run runs fn in b and passes b on, also when fn panics or ends its goroutine.
func (s *Store) run(b *batch, fn func(store.Tx) error) error {
	defer s.pass(b)
	return b.run(s.db, fn)
}

// pass gives b to the next Update or, when nobody waits, ends it.
func (s *Store) pass(b *batch) {
	if s.queue.pass(b) {
		return
	}
	// Deferred, since bbolt or a watcher may panic.
	defer s.queue.finish()
	defer close(b.done)
	b.err = b.commit()
	if b.err != nil {
		return
	}
	// Deferred calls run last to first, and all of them even when a watcher panics.
	for _, changes := range slices.Backward(b.changes) {
		defer s.feed.Publish(changes)
	}
}

// Watch implements [store.Store].
func (s *Store) Watch(prefix string, fn func([]store.Change)) (cancel func()) {
	return s.feed.Watch(prefix, fn)
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.updates.Close()
	if first := s.views.Close(); !first {
		return nil
	}
	return s.db.Close()
}
