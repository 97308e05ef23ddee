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

// ErrTxDone is returned by a [Tx] used after the function it was passed to
// returned.
var ErrTxDone = errors.New("store: transaction has ended")

// ErrInvalidKey is returned by a write to a key that is empty or longer than
// [MaxKeyBytes], and by typed access to a record without an id.
var ErrInvalidKey = errors.New("store: invalid key")

// MaxKeyBytes is the length in bytes of the longest key.
const MaxKeyBytes = 32768

// Store is a transactional key-value store. It is safe for concurrent use.
//
// Transactions are serializable: a View sees one committed state, an Update sees
// the state left by the Update before it. When Update returns nil the write is
// durable (bolt) and every watcher has been told.
type Store interface {
	// View runs fn in a read-only transaction. Slices read are valid until fn
	// returns and are not to be written to. View does not wait for Updates. When
	// ctx is already done it returns ctx's error without running fn.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn in a read-write transaction and commits when fn returns nil.
	// It may run fn more than once, each time on a fresh transaction: fn has no
	// side effects, and draws ids, secrets and the time before Update.
	//
	// Cancelling ctx ends the wait for the transaction's turn; once fn has
	// started it has no effect. When fn returns an error, panics or ends its
	// goroutine, nothing is written and the store remains usable. fn must not
	// call Update, Watch or Close.
	Update(ctx context.Context, fn func(Tx) error) error

	// Watch calls fn with the changes of each committed Update whose keys start
	// with prefix: in commit order, after the commit, before that Update
	// returns. There is one change for each key, its last; keys stand in the order
	// in which the Update first wrote them. A key that did not exist before and
	// does not exist after is no change, and without changes there is no call.
	//
	// fn may call View, which sees that commit; it must not call Update, Watch,
	// Close or the returned function. It runs on the goroutine of an Update, not
	// always of the one that made the changes.
	//
	// The returned function ends the watch: it waits for a call of fn that is
	// under way, and then fn is not called again.
	Watch(prefix string, fn func([]Change)) (cancel func())

	// Close waits for running transactions and closes the store: from then on
	// View and Update return [ErrClosed]. Closing again does nothing.
	Close() error
}

// Tx is a transaction. It is valid only within the function it was passed to.
type Tx interface {
	// Get returns the value of key, nil when it does not exist. The value of an
	// existing key is never nil, though it may be empty.
	Get(key string) ([]byte, error)
	// Put sets key to value; the caller does not modify value afterwards. A nil
	// value is stored as an empty one.
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
