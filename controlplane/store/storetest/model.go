package storetest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// testModel runs random transactions on a store and on a plain map side by side,
// with a second map that only a watcher writes to.
func (open Open) testModel(t *testing.T) {
	// Few different keys, so that operations meet; prefixes of one another.
	key := rapid.StringMatching(`[ab]?(/[ab]){0,2}|[a-e]`)
	value := rapid.SliceOfN(rapid.Byte(), 0, 40)
	rapid.Check(t, func(r *rapid.T) {
		s := open(t)
		defer func() {
			if err := s.Close(); err != nil {
				r.Errorf("close: %v", err)
			}
		}()
		m := model{}
		watched := model{}
		watchPrefix := key.Draw(r, "watch")
		defer s.Watch(watchPrefix, watched.apply)()

		r.Repeat(map[string]func(*rapid.T){
			"Update": func(r *rapid.T) {
				after := maps.Clone(m)
				fails := rapid.Float64Range(0, 1).Draw(r, "fails") > 0.8
				mine := errors.New("mine")
				// Update may run its function again; random draws may not, so they come first.
				ops := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) op {
					return op{
						remove: rapid.IntRange(0, 2).Draw(r, "remove") == 0,
						key:    key.Filter(func(k string) bool { return k != "" }).Draw(r, "key"),
						value:  value.Draw(r, "value"),
						prefix: key.Draw(r, "prefix"),
						after:  key.Draw(r, "after"),
					}
				}), 1, 12).Draw(r, "ops")
				err := s.Update(t.Context(), func(tx store.Tx) error {
					after = maps.Clone(m)
					for _, o := range ops {
						if err := o.run(tx, after); err != nil {
							return err
						}
						after.compare(r, tx, o.prefix, o.after)
					}
					if fails {
						return mine
					}
					return nil
				})
				switch {
				case !fails && err == nil:
					m = after
				case !errors.Is(err, mine):
					r.Fatalf("Update returned %v", err)
				}
			},
			"View": func(r *rapid.T) {
				prefix, after := key.Draw(r, "prefix"), key.Draw(r, "after")
				err := s.View(t.Context(), func(tx store.Tx) error {
					m.compare(r, tx, prefix, after)
					return nil
				})
				if err != nil {
					r.Fatalf("View returned %v", err)
				}
			},
			"": func(r *rapid.T) {
				if diff := cmp.Diff(m.scan(watchPrefix, ""), watched.scan("", "")); diff != "" {
					r.Fatalf("watcher (-want +got):\n%s", diff)
				}
			},
		})
	})
}

// model is what a store should contain.
type model map[string]string

// op is one write, and a scan that is compared after it.
type op struct {
	remove        bool
	key           string
	value         []byte
	prefix, after string
}

func (o op) run(tx store.Tx, m model) error {
	if o.remove {
		delete(m, o.key)
		return tx.Delete(o.key)
	}
	m[o.key] = string(o.value)
	return tx.Put(o.key, o.value)
}

func (m model) apply(changes []store.Change) {
	for _, change := range changes {
		if change.Value == nil {
			delete(m, change.Key)
		} else {
			m[change.Key] = string(change.Value)
		}
	}
}

func (m model) scan(prefix, after string) []store.Entry {
	var entries []store.Entry
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(key, prefix) && (after == "" || key > after) {
			entries = append(entries, entry(key, m[key]))
		}
	}
	return entries
}

func (m model) compare(r *rapid.T, tx store.Tx, prefix, after string) {
	got, err := dump(tx, prefix, after)
	if err != nil {
		r.Fatalf("scan: %v", err)
	}
	if diff := cmp.Diff(m.scan(prefix, after), got); diff != "" {
		r.Fatalf("Scan(%q, %q) (-want +got):\n%s", prefix, after, diff)
	}
	want, exists := m[prefix]
	value, err := tx.Get(prefix)
	if err != nil || (value != nil) != exists || string(value) != want {
		r.Fatalf("Get(%q) = %q, %v; want %q", prefix, value, err, want)
	}
}
