package txn

import (
	"fmt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Journal lists the keys that one transaction wrote, in the order of their first
// write, with their values before and after. The zero value is an empty journal.
// It is not safe for concurrent use.
type Journal struct {
	writes []Write
	index  map[string]int
}

// Write is what a transaction did to one key; a nil slice says that the key did
// not exist.
type Write struct {
	Key           string
	Before, After []byte
}

// Put notes that key is set to value. before is the key's value in the
// transaction so far.
func (j *Journal) Put(key string, before, value []byte) {
	j.note(key, before, value)
}

// Delete notes that key is removed. before is the key's value in the transaction
// so far.
func (j *Journal) Delete(key string, before []byte) {
	j.note(key, before, nil)
}

func (j *Journal) note(key string, before, after []byte) {
	if i, seen := j.index[key]; seen {
		j.writes[i].After = after
		return
	}
	if j.index == nil {
		j.index = make(map[string]int)
	}
	j.index[key] = len(j.writes)
	j.writes = append(j.writes, Write{Key: key, Before: before, After: after})
}

// Writes returns the writes noted so far, one for each key.
func (j *Journal) Writes() []Write {
	return j.writes
}

// Changes returns the writes as a watcher is told them, nil when there are none.
func (j *Journal) Changes() []store.Change {
	var changes []store.Change
	for _, w := range j.writes {
		if w.Before == nil && w.After == nil {
			continue
		}
		changes = append(changes, store.Change{Key: w.Key, Value: w.After})
	}
	return changes
}

// CheckKey returns an error that wraps [store.ErrInvalidKey] when key cannot be
// written.
func CheckKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: empty", store.ErrInvalidKey)
	case len(key) > store.MaxKeyBytes:
		return fmt.Errorf("%w: %d bytes, limit %d", store.ErrInvalidKey, len(key), store.MaxKeyBytes)
	}
	return nil
}
