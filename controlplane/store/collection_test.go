package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzKey looks whether every scope, kind and id comes back from its key, and
// whether different ones have different keys.
func FuzzKey(f *testing.F) {
	f.Add("000000000000", "us-east-1", "stage", "abc123", "dev", true)
	f.Add("a/b", "", "k/i n d", "100%", "%2F", true)
	f.Add("", "/", "", "", "", true)
	f.Add("%", "..", ".", "ü猫\x00\xff", "", false)
	f.Fuzz(func(t *testing.T, account, region, kind, first, second string, two bool) {
		c := NewCollection[string](kind, textCodec{})
		scope := Scope{Account: account, Region: region}
		id := []string{first}
		if two {
			id = append(id, second)
		}
		key, err := c.key(scope, id)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(key, Root) || strings.ContainsFunc(key, func(r rune) bool { return r > 0x7e || r < 0x21 }) {
			t.Errorf("key %q is not printable ASCII", key)
		}
		for i := range id {
			if prefix := c.prefix(scope, id[:i]); !strings.HasPrefix(key, prefix) {
				t.Errorf("key %q is not below %q", key, prefix)
			}
		}
		if !c.owns(key) {
			t.Errorf("kind %q does not own %q", kind, key)
		}
		if other := NewCollection[string](kind+"x", textCodec{}); other.owns(key) {
			t.Errorf("kind %q owns %q of %q", kind+"x", key, kind)
		}
		value := "value"
		got, err := c.record(key, []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Record[string]{Scope: scope, ID: id, Value: &value}, got); diff != "" {
			t.Errorf("record at %q (-want +got):\n%s", key, diff)
		}
	})
}

type textCodec struct{}

func (textCodec) Marshal(s *string) ([]byte, error) { return []byte(*s), nil }

func (textCodec) Unmarshal(data []byte, s *string) error {
	*s = string(data)
	return nil
}

// FuzzRecord reads keys that nobody wrote through a collection.
func FuzzRecord(f *testing.F) {
	f.Add("v1/000000000000/us-east-1/stage/abc123/dev")
	f.Add("v1/a/b/stage/%zz")
	f.Add("v1/%/b/stage/a")
	f.Add("v1/a")
	f.Add("")
	f.Fuzz(func(t *testing.T, key string) {
		c := NewCollection[string]("stage", textCodec{})
		if !c.owns(key) {
			return
		}
		record, err := c.record(key, nil)
		if err != nil {
			if !strings.Contains(err.Error(), "malformed key") {
				t.Errorf("error %v", err)
			}
			return
		}
		// Escaping is not unique, but reading what was read is.
		again, err := c.key(record.Scope, record.ID)
		if err != nil {
			t.Fatal(err)
		}
		reread, err := c.record(again, nil)
		if err != nil || reread.Scope != record.Scope || !slices.Equal(reread.ID, record.ID) {
			t.Errorf("%q reads %v, written again as %q reads %v, %v", key, record, again, reread, err)
		}
	})
}

func TestKeyWithoutID(t *testing.T) {
	c := NewCollection[string]("stage", textCodec{})
	if _, err := c.key(Scope{}, nil); !errors.Is(err, ErrInvalidKey) {
		t.Errorf("key without id: %v", err)
	}
}
