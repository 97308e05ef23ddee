package bolt

import (
	"bytes"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/internal/txn"
)

// tx is one function's view of a bbolt transaction. The journal is nil in a View.
type tx struct {
	records *bbolt.Bucket
	journal *txn.Journal
	done    bool
}

var _ store.Tx = (*tx)(nil)

// Get implements [store.Tx].
func (t *tx) Get(key string) ([]byte, error) {
	if t.done {
		return nil, store.ErrTxDone
	}
	return t.records.Get([]byte(key)), nil
}

// Put implements [store.Tx].
func (t *tx) Put(key string, value []byte) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := txn.CheckKey(key); err != nil {
		return err
	}
	if value == nil {
		value = []byte{}
	}
	before := t.records.Get([]byte(key))
	if err := t.records.Put([]byte(key), value); err != nil {
		return err
	}
	t.journal.Put(key, before, value)
	return nil
}

// Delete implements [store.Tx].
func (t *tx) Delete(key string) error {
	if err := t.writable(); err != nil {
		return err
	}
	before := t.records.Get([]byte(key))
	if before == nil {
		return nil
	}
	if err := t.records.Delete([]byte(key)); err != nil {
		return err
	}
	t.journal.Delete(key, before)
	return nil
}

func (t *tx) writable() error {
	switch {
	case t.done:
		return store.ErrTxDone
	case t.journal == nil:
		return store.ErrReadOnly
	}
	return nil
}

// Scan implements [store.Tx].
func (t *tx) Scan(prefix, after string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		if t.done {
			yield(store.Entry{}, store.ErrTxDone)
			return
		}
		cursor := t.records.Cursor()
		key, value := cursor.Seek([]byte(max(prefix, after)))
		if key != nil && string(key) == after {
			key, value = cursor.Next()
		}
		for ; key != nil && bytes.HasPrefix(key, []byte(prefix)); key, value = cursor.Next() {
			if !yield(store.Entry{Key: string(key), Value: value}, nil) {
				return
			}
		}
	}
}
