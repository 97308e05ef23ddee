package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

func (open Open) testRead(t *testing.T) {
	long := strings.Repeat("k", store.MaxKeyBytes)
	big := strings.Repeat("v", 1<<20)
	s := open.start(t,
		entry("a", "1"), entry("empty", ""), store.Entry{Key: "nil"}, entry("big", big),
		entry(long, "long"), entry("a\x00b", "zero"), entry("\xff", "not UTF-8"))
	for _, test := range []struct {
		name, key string
		want      []byte
	}{
		{"value", "a", []byte("1")},
		{"empty value is not absent", "empty", []byte{}},
		{"nil value is empty", "nil", []byte{}},
		{"big value", "big", []byte(big)},
		{"longest key", long, []byte("long")},
		{"zero byte in key", "a\x00b", []byte("zero")},
		{"any bytes in key", "\xff", []byte("not UTF-8")},
		{"absent", "b", nil},
		{"prefix of a key", "emp", nil},
		{"empty key", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := s.View(t.Context(), func(tx store.Tx) error {
				got, err := tx.Get(test.key)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("Get(%.20q) (-want +got):\n%s", test.key, diff)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}

	t.Run("View writes nothing", func(t *testing.T) {
		err := s.View(t.Context(), func(tx store.Tx) error {
			return errors.Join(
				wantError("Put", tx.Put("a", nil), store.ErrReadOnly),
				wantError("Delete", tx.Delete("a"), store.ErrReadOnly),
				wantError("Delete absent", tx.Delete("absent"), store.ErrReadOnly))
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("error of fn", func(t *testing.T) {
		want := errors.New("mine")
		if err := s.View(t.Context(), func(store.Tx) error { return want }); !errors.Is(err, want) {
			t.Errorf("View returned %v, want %v", err, want)
		}
	})

	t.Run("View within View", func(t *testing.T) {
		err := s.View(t.Context(), func(store.Tx) error {
			return s.View(t.Context(), func(tx store.Tx) error {
				_, err := tx.Get("a")
				return err
			})
		})
		if err != nil {
			t.Error(err)
		}
	})

	t.Run("transaction kept too long", func(t *testing.T) {
		var viewed, updated store.Tx
		if err := s.View(t.Context(), func(tx store.Tx) error { viewed = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		update(t, s, func(tx store.Tx) error { updated = tx; return nil })
		for name, tx := range map[string]store.Tx{"View": viewed, "Update": updated} {
			_, got := tx.Get("a")
			_, scanned := dump(tx, "", "")
			err := errors.Join(
				wantError("Get", got, store.ErrTxDone),
				wantError("Scan", scanned, store.ErrTxDone),
				wantError("Put", tx.Put("a", nil), store.ErrTxDone),
				wantError("Delete", tx.Delete("a"), store.ErrTxDone))
			if err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
	})
}

// wantError returns an error unless got is want.
func wantError(what string, got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return errors.New(what + " returned " + text(got) + ", want " + text(want))
}

func text(err error) string {
	if err == nil {
		return "no error"
	}
	return "error " + err.Error()
}
