package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// Open returns a new, empty store. The suite closes it.
type Open func(t *testing.T) store.Store

// Run tests the stores that open returns.
func Run(t *testing.T, open Open) {
	t.Helper()
	t.Run("Read", open.testRead)
	t.Run("Scan", open.testScan)
	t.Run("Update", open.testUpdate)
	t.Run("Cancel", open.testCancel)
	t.Run("Concurrency", open.testConcurrency)
	t.Run("Watch", open.testWatch)
	t.Run("WatchCancel", open.testWatchCancel)
	t.Run("Close", open.testClose)
	t.Run("Model", open.testModel)
	t.Run("Collection", open.testCollection)
	t.Run("CollectionWatch", open.testCollectionWatch)
}

// start opens a store that is closed at the end of the test, holding entries.
func (open Open) start(t *testing.T, entries ...store.Entry) store.Store {
	t.Helper()
	s := open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if len(entries) > 0 {
		update(t, s, func(tx store.Tx) error { return putAll(tx, entries) })
	}
	return s
}

func putAll(tx store.Tx, entries []store.Entry) error {
	for _, entry := range entries {
		if err := tx.Put(entry.Key, entry.Value); err != nil {
			return err
		}
	}
	return nil
}

func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func put(t *testing.T, s store.Store, key, value string) {
	t.Helper()
	update(t, s, func(tx store.Tx) error { return tx.Put(key, []byte(value)) })
}

// entry returns an entry with a text value.
func entry(key, value string) store.Entry {
	return store.Entry{Key: key, Value: []byte(value)}
}

// dump returns the entries that a scan yields, with values of their own.
func dump(tx store.Tx, prefix, after string) ([]store.Entry, error) {
	var entries []store.Entry
	for e, err := range tx.Scan(prefix, after) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry(e.Key, string(e.Value)))
	}
	return entries, nil
}

// read returns every entry of s.
func read(ctx context.Context, s store.Store) (entries []store.Entry, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		entries, err = dump(tx, "", "")
		return err
	})
	return entries, err
}

// expect compares the whole content of s.
func expect(t *testing.T, s store.Store, want ...store.Entry) {
	t.Helper()
	got, err := read(t.Context(), s)
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}
