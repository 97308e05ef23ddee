// Package store holds the state of the control plane: a transactional, ordered
// key-value store with prefix scans and a change feed, and typed collections on
// top of it.
//
// Start with [Store] and [Collection]. Package store/bolt is the durable
// implementation; package store/memory keeps everything in memory for
// --ephemeral. Package store/storetest is the suite that both pass.
package store

import (
	"context"
	"errors"
	"iter"
)

// ErrNotFound is returned by typed reads of a key that does not exist.
var ErrNotFound = errors.New("store: not found")

// ErrReadOnly is returned by writes within View.
var ErrReadOnly = errors.New("store: transaction is read-only")

// ErrClosed is returned by transactions on a closed store.
var ErrClosed = errors.New("store: closed")

// Store is a transactional key-value store. It is safe for concurrent use.
//
// Transactions are serializable: a View sees one committed state, an Update sees
// the state left by the Update before it. When Update returns nil the write is
// durable (bolt) and every watcher has been told.
type Store interface {
	// View runs fn in a read-only transaction. Slices read are valid until fn returns.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn in a read-write transaction and commits when fn returns nil.
	// It may run fn more than once, each time on a fresh transaction: fn has no
	// side effects, and draws ids, secrets and the time before Update.
	Update(ctx context.Context, fn func(Tx) error) error

	// Watch calls fn with the changes of each committed Update whose keys start
	// with prefix: in commit order, after the commit, before that Update
	// returns. fn may call View and must not call Update or Watch.
	// The returned function ends the watch; after it returns fn is not called again.
	Watch(prefix string, fn func([]Change)) (cancel func())

	// Close waits for running transactions and closes the store.
	Close() error
}

// Tx is a transaction. It is valid only within the function it was passed to.
type Tx interface {
	// Get returns the value of key, nil when it does not exist.
	Get(key string) ([]byte, error)
	// Put sets key to value; the caller does not modify value afterwards.
	Put(key string, value []byte) error
	// Delete removes key; it is no error when key does not exist.
	Delete(key string) error
	// Scan yields the entries whose key starts with prefix and is greater than
	// after ("" = from the first), in ascending key order. The transaction may not
	// be written to while a scan is under way. It stops after yielding an error.
	Scan(prefix, after string) iter.Seq2[Entry, error]
}

// Entry is a key with its value.
type Entry struct {
	Key   string
	Value []byte
}

// Change is a committed write; a nil Value says the key was deleted.
type Change struct {
	Key   string
	Value []byte
}
