package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testCollectionWatch(t *testing.T) {
	s := open.start(t)
	var got []store.Record[pet]
	var failures []error
	cancel := pets.Watch(s,
		func(record store.Record[pet]) { got = append(got, record) },
		func(err error) { failures = append(failures, err) })
	cancelOdd := oddly.Watch(s,
		func(record store.Record[pet]) { got = append(got, record) },
		func(err error) { failures = append(failures, err) })

	update(t, s, func(tx store.Tx) error {
		return errors.Join(
			pets.Put(tx, home, &pet{"cat", 4}, "a", "1/2"),
			owners.Put(tx, home, &pet{"owner", 2}, "a"),
			oddly.Put(tx, weird, &pet{"odd", 3}, ""))
	})
	update(t, s, func(tx store.Tx) error { return owners.Delete(tx, home, "a") })
	update(t, s, func(tx store.Tx) error {
		return errors.Join(
			tx.Put("v1/a/b/pet/1", []byte("no JSON")),
			pets.Delete(tx, home, "a", "1/2"))
	})
	cancel()
	cancelOdd()
	update(t, s, func(tx store.Tx) error { return pets.Put(tx, home, &pet{"late", 0}, "b") })

	want := []store.Record[pet]{
		{Scope: home, ID: []string{"a", "1/2"}, Value: &pet{"cat", 4}},
		{Scope: weird, ID: []string{""}, Value: &pet{"odd", 3}},
		{Scope: home, ID: []string{"a", "1/2"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if len(failures) != 1 {
		t.Errorf("errors: %v, want one", failures)
	}
}
