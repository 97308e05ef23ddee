package storetest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testScan(t *testing.T) {
	s := open.start(t)
	// Written in an order that is not theirs.
	update(t, s, func(tx store.Tx) error {
		for _, key := range []string{"b/2", "a", "b", "b/10", "b0", "b/", "c", "b/1", "\xff\xff", "\xff"} {
			if err := tx.Put(key, []byte(key)); err != nil {
				return err
			}
		}
		return nil
	})
	tests := []struct {
		name, prefix, after string
		want                []string
	}{
		{"everything, bytewise", "", "", []string{"a", "b", "b/", "b/1", "b/10", "b/2", "b0", "c", "\xff", "\xff\xff"}},
		{"prefix is a key itself", "b/", "", []string{"b/", "b/1", "b/10", "b/2"}},
		{"prefix without separator", "b", "", []string{"b", "b/", "b/1", "b/10", "b/2", "b0"}},
		{"prefix before all", "0", "", nil},
		{"prefix between keys", "b/3", "", nil},
		{"prefix past all", "\xff\xff\xff", "", nil},
		{"prefix of highest byte", "\xff", "", []string{"\xff", "\xff\xff"}},
		{"after an existing key", "b/", "b/1", []string{"b/10", "b/2"}},
		{"after an absent key", "b/", "b/15", []string{"b/2"}},
		{"after the last", "b/", "b/2", nil},
		{"after equal to prefix", "b/", "b/", []string{"b/1", "b/10", "b/2"}},
		{"after below prefix", "b/", "a", []string{"b/", "b/1", "b/10", "b/2"}},
		{"after above prefix", "b/", "c", nil},
		{"after without prefix", "", "b0", []string{"c", "\xff", "\xff\xff"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			scan := func(tx store.Tx) error {
				entries, err := dump(tx, test.prefix, test.after)
				var got []string
				for _, e := range entries {
					if string(e.Value) != e.Key {
						t.Errorf("%q has value %q", e.Key, e.Value)
					}
					got = append(got, e.Key)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("Scan(%q, %q) (-want +got):\n%s", test.prefix, test.after, diff)
				}
				return err
			}
			if err := s.View(t.Context(), scan); err != nil {
				t.Error(err)
			}
			update(t, s, scan)
		})
	}

	t.Run("stops when told", func(t *testing.T) {
		err := s.View(t.Context(), func(tx store.Tx) error {
			for e, err := range tx.Scan("", "") {
				if err != nil {
					return err
				}
				if e.Key != "a" {
					return fmt.Errorf("began with %q", e.Key)
				}
				break
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("sees the transaction's own writes", func(t *testing.T) {
		update(t, s, func(tx store.Tx) error {
			if err := putAll(tx, []store.Entry{entry("b/11", "new"), entry("b/2", "changed")}); err != nil {
				return err
			}
			if err := tx.Delete("b/1"); err != nil {
				return err
			}
			got, err := dump(tx, "b/", "b/")
			want := []store.Entry{entry("b/10", "b/10"), entry("b/11", "new"), entry("b/2", "changed")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		})
	})

	t.Run("many", func(t *testing.T) {
		const count = 5000
		s := open.start(t)
		update(t, s, func(tx store.Tx) error {
			for i := range count {
				// 7919 is prime, so that this visits each number once, in disorder.
				if err := tx.Put(fmt.Sprintf("key/%06d", i*7919%count), []byte("value")); err != nil {
					return err
				}
			}
			return nil
		})
		err := s.View(t.Context(), func(tx store.Tx) error {
			entries, err := dump(tx, "key/", "key/000099")
			if len(entries) != count-100 || entries[0].Key != "key/000100" || entries[len(entries)-1].Key != "key/004999" {
				t.Errorf("%d entries", len(entries))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
