package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// pet is a record to store.
type pet struct {
	Name string
	Legs int
}

type petCodec struct{}

func (petCodec) Marshal(p *pet) ([]byte, error) {
	if p.Legs < 0 {
		return nil, errNegative
	}
	return json.Marshal(p)
}

func (petCodec) Unmarshal(data []byte, p *pet) error { return json.Unmarshal(data, p) }

var (
	errNegative = errors.New("negative number of legs")

	pets   = store.NewCollection[pet]("pet", petCodec{})
	owners = store.NewCollection[pet]("owner", petCodec{})
	// oddly has a kind that needs escaping.
	oddly = store.NewCollection[pet]("pet/odd", petCodec{})

	home  = store.Scope{Account: "000000000000", Region: "us-east-1"}
	away  = store.Scope{Account: "000000000000", Region: "eu-west-1"}
	weird = store.Scope{Account: "a/b%2F", Region: ""}
)

// oddIDs are ids that must come back as they went in and must not meet.
var oddIDs = [][]string{
	{"plain"},
	{"a/b"},
	{"a", "b"},
	{"a%2Fb"},
	{"a%252Fb"},
	{"100%"},
	{"ünï/cødé 猫"},
	{"$default"},
	{"GET /pets/{id}"},
	{"*.example.com"},
	{"..", ".", "//"},
	{""},
	{"", ""},
	{"", "x"},
	{"x", ""},
	{"+ ?#&=;:@"},
	{"\x00\xff\xfe"},
}

func (open Open) testCollection(t *testing.T) {
	t.Run("odd ids", open.testOddIDs)
	t.Run("errors", open.testCollectionErrors)
	t.Run("replace", func(t *testing.T) {
		s := open.start(t)
		update(t, s, func(tx store.Tx) error {
			return errors.Join(pets.Put(tx, home, &pet{"cat", 3}, "1"), pets.Put(tx, home, &pet{"cat", 4}, "1"))
		})
		view(t, s, func(tx store.Tx) error {
			got, err := pets.Get(tx, home, "1")
			if diff := cmp.Diff(&pet{"cat", 4}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		})
	})
	t.Run("All", open.testAll)
	t.Run("DeleteUnder", open.testDeleteUnder)
	t.Run("Each", open.testEach)
}

func view(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func (open Open) testOddIDs(t *testing.T) {
	s := open.start(t)
	update(t, s, func(tx store.Tx) error {
		for i, id := range oddIDs {
			if err := pets.Put(tx, home, &pet{Legs: i}, id...); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx store.Tx) error {
		for i, id := range oddIDs {
			got, err := pets.Get(tx, home, id...)
			if err != nil {
				t.Error(err)
			} else if got.Legs != i {
				t.Errorf("%q holds the record of %q", id, oddIDs[got.Legs])
			}
		}
		found := 0
		for record, err := range pets.All(tx, home, "") {
			if err != nil {
				return err
			}
			found++
			if diff := cmp.Diff(oddIDs[record.Value.Legs], record.ID); diff != "" {
				t.Errorf("id (-want +got):\n%s", diff)
			}
		}
		if found != len(oddIDs) {
			t.Errorf("All found %d records, want %d", found, len(oddIDs))
		}
		return nil
	})
	update(t, s, func(tx store.Tx) error {
		for _, id := range oddIDs {
			if err := pets.Delete(tx, home, id...); err != nil {
				return err
			}
			if _, err := pets.Get(tx, home, id...); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("get %q after delete: %v", id, err)
			}
		}
		return nil
	})
	expect(t, s)
}

func (open Open) testCollectionErrors(t *testing.T) {
	s := open.start(t)
	update(t, s, func(tx store.Tx) error {
		_, absent := pets.Get(tx, home, "absent")
		_, noID := pets.Get(tx, home)
		return errors.Join(
			wantError("Get", absent, store.ErrNotFound),
			wantError("Get without id", noID, store.ErrInvalidKey),
			wantError("Put without id", pets.Put(tx, home, &pet{}), store.ErrInvalidKey),
			wantError("Delete without id", pets.Delete(tx, home), store.ErrInvalidKey),
			wantError("Delete absent", pets.Delete(tx, home, "absent"), nil),
			wantError("Put", pets.Put(tx, home, &pet{Legs: -1}, "1"), errNegative))
	})
	expect(t, s)

	view(t, s, func(tx store.Tx) error {
		return errors.Join(
			wantError("Put in View", pets.Put(tx, home, &pet{}, "1"), store.ErrReadOnly),
			wantError("Delete in View", pets.Delete(tx, home, "1"), store.ErrReadOnly))
	})

	for name, e := range map[string]store.Entry{
		"undecodable value": entry("v1/000000000000/us-east-1/pet/1", "no JSON"),
		"malformed key":     entry("v1/000000000000/us-east-1/pet/%zz", "{}"),
	} {
		s := open.start(t, e)
		view(t, s, func(tx store.Tx) error {
			failed := func(what string, records func(yield func(store.Record[pet], error) bool)) {
				calls := 0
				for _, err := range records {
					if calls++; err == nil {
						t.Errorf("%s: %s yields no error", name, what)
					}
				}
				if calls != 1 {
					t.Errorf("%s: %s yields %d times, want 1", name, what, calls)
				}
			}
			failed("All", pets.All(tx, home, ""))
			failed("Each", pets.Each(tx))
			return nil
		})
	}
}

// family puts records of two kinds and two levels into three scopes.
func family(tx store.Tx) error {
	var errs []error
	for i, scope := range []store.Scope{home, away, weird} {
		errs = append(errs,
			owners.Put(tx, scope, &pet{"owner", i}, "a"),
			oddly.Put(tx, scope, &pet{"odd", i}, "1"))
		for _, id := range [][]string{{"a", "1"}, {"a", "1/2"}, {"a", "2"}, {"a", "10"}, {"a-b", "1"}, {"b", "1"}, {"", "1"}} {
			errs = append(errs, pets.Put(tx, scope, &pet{id[0] + "." + id[1], i}, id...))
		}
	}
	return errors.Join(errs...)
}

func names(records func(yield func(store.Record[pet], error) bool)) (names []string, err error) {
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		names = append(names, record.Value.Name)
	}
	return names, nil
}

func (open Open) testAll(t *testing.T) {
	s := open.start(t)
	update(t, s, family)
	tests := []struct {
		name, after string
		parent      []string
		want        []string
	}{
		{"children", "", []string{"a"}, []string{"a.1", "a.1/2", "a.10", "a.2"}},
		{"children after", "1", []string{"a"}, []string{"a.1/2", "a.10", "a.2"}},
		{"children after an escaped id", "1/2", []string{"a"}, []string{"a.10", "a.2"}},
		{"children after an absent id", "11", []string{"a"}, []string{"a.2"}},
		{"children after the last", "2", []string{"a"}, nil},
		{"child of an empty parent", "", []string{""}, []string{".1"}},
		{"none", "", []string{"c"}, nil},
		{"no parent", "", nil, []string{".1", "a-b.1", "a.1", "a.1/2", "a.10", "a.2", "b.1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			view(t, s, func(tx store.Tx) error {
				got, err := names(pets.All(tx, home, test.after, test.parent...))
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return err
			})
		})
	}

	t.Run("pages", func(t *testing.T) {
		s := open.start(t)
		var want []string
		update(t, s, func(tx store.Tx) error {
			for i := range 25 {
				id := fmt.Sprintf("%d/%c", i, 'z'-i)
				want = append(want, id)
				if err := pets.Put(tx, home, &pet{Name: id}, "a", id); err != nil {
					return err
				}
			}
			return nil
		})
		slices.Sort(want)
		var got []string
		for page, after := 7, ""; page == 7; {
			page = 0
			view(t, s, func(tx store.Tx) error {
				for record, err := range pets.All(tx, home, after, "a") {
					if err != nil {
						return err
					}
					got = append(got, record.Value.Name)
					after = record.ID[1]
					if page++; page == 7 {
						break
					}
				}
				return nil
			})
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func (open Open) testDeleteUnder(t *testing.T) {
	s := open.start(t)
	update(t, s, family)
	update(t, s, func(tx store.Tx) error {
		return errors.Join(pets.Put(tx, home, &pet{Name: "a"}, "a"), pets.DeleteUnder(tx, home, "a"))
	})
	view(t, s, func(tx store.Tx) error {
		got, err := names(pets.All(tx, home, ""))
		if diff := cmp.Diff([]string{".1", "a", "a-b.1", "b.1"}, got); diff != "" {
			t.Errorf("same scope (-want +got):\n%s", diff)
		}
		elsewhere, errAway := names(pets.All(tx, away, "", "a"))
		if len(elsewhere) != 4 {
			t.Errorf("other scope holds %q", elsewhere)
		}
		_, errOwner := owners.Get(tx, home, "a")
		return errors.Join(err, errAway, errOwner)
	})
	update(t, s, func(tx store.Tx) error { return pets.DeleteUnder(tx, home) })
	view(t, s, func(tx store.Tx) error {
		got, err := names(pets.All(tx, home, ""))
		if len(got) > 0 {
			t.Errorf("left after DeleteUnder without parent: %q", got)
		}
		return err
	})
}

func (open Open) testEach(t *testing.T) {
	s := open.start(t)
	view(t, s, func(tx store.Tx) error {
		for record, err := range pets.Each(tx) {
			t.Errorf("empty store yields %v, %v", record, err)
		}
		return nil
	})
	update(t, s, family)
	put(t, s, "v10/a/b/pet/1", "no JSON, but not of this layout either")
	view(t, s, func(tx store.Tx) error {
		for _, c := range []store.Collection[pet]{owners, oddly} {
			var got []store.Scope
			for record, err := range c.Each(tx) {
				if err != nil {
					return err
				}
				got = append(got, record.Scope)
			}
			// In order of their keys.
			if diff := cmp.Diff([]store.Scope{away, home, weird}, got); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
		}
		all, err := names(pets.Each(tx))
		if len(all) != 21 {
			t.Errorf("%d records, want 21", len(all))
		}
		for _, err := range pets.Each(tx) {
			if err != nil {
				return err
			}
			break
		}
		return err
	})
}
