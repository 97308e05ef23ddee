package memory

import (
	"context"
	"sync/atomic"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/internal/txn"
)

// Store is a [store.Store] in memory; make one with [New]. It is safe for
// concurrent use.
type Store struct {
	root atomic.Pointer[node] // the last committed version; nil = empty
	turn chan struct{}        // holds a token while an Update or its watchers run
	feed txn.Feed

	// Close shuts updates first: until they have ended, their watchers may View.
	updates, views txn.Gate
}

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() store.Store {
	return &Store{turn: make(chan struct{}, 1)}
}

// View implements [store.Store].
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.views.Enter(); err != nil {
		return err
	}
	defer s.views.Leave()
	t := &tx{root: s.root.Load()}
	defer func() { t.done = true }()
	return fn(t)
}

// Update implements [store.Store]. It runs fn once.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.updates.Enter(); err != nil {
		return err
	}
	defer s.updates.Leave()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	// Where both were ready, select chose at random.
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{root: s.root.Load(), journal: new(txn.Journal)}
	if err := run(t, fn); err != nil {
		return err
	}
	s.root.Store(t.root)
	s.feed.Publish(t.journal.Changes())
	return nil
}

func run(t *tx, fn func(store.Tx) error) error {
	defer func() { t.done = true }()
	return fn(t)
}

// Watch implements [store.Store].
func (s *Store) Watch(prefix string, fn func([]store.Change)) (cancel func()) {
	return s.feed.Watch(prefix, fn)
}

// Close implements [store.Store].
func (s *Store) Close() error {
	s.updates.Close()
	if first := s.views.Close(); first {
		s.root.Store(nil)
	}
	return nil
}
