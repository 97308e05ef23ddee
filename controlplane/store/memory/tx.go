package memory

import (
	"iter"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/internal/txn"
)

// tx is a transaction on one version of the tree. The journal is nil in a View.
type tx struct {
	root    *node
	journal *txn.Journal
	done    bool
}

var _ store.Tx = (*tx)(nil)

// Get implements [store.Tx].
func (t *tx) Get(key string) ([]byte, error) {
	if t.done {
		return nil, store.ErrTxDone
	}
	return t.root.get(key), nil
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
	t.journal.Put(key, t.root.get(key), value)
	t.root = t.root.put(key, value)
	return nil
}

// Delete implements [store.Tx].
func (t *tx) Delete(key string) error {
	if err := t.writable(); err != nil {
		return err
	}
	before := t.root.get(key)
	if before == nil {
		return nil
	}
	t.journal.Delete(key, before)
	t.root = t.root.remove(key)
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
		t.root.ascend(max(prefix, after), func(n *node) bool {
			if !strings.HasPrefix(n.key, prefix) {
				return false
			}
			if n.key == after {
				return true
			}
			return yield(store.Entry{Key: n.key, Value: n.value}, nil)
		})
	}
}
