package store

import (
	"fmt"
	"iter"
	"net/url"
	"strings"
)

// Scope is the account and region that a record belongs to.
type Scope struct {
	Account, Region string
}

// Codec turns records of type T into the bytes that are stored.
type Codec[T any] interface {
	Marshal(value *T) ([]byte, error)
	Unmarshal(data []byte, value *T) error
}

// Collection is typed access to the records of one kind. Its zero value is not
// usable; make one with [NewCollection]. A Collection is immutable and safe for
// concurrent use.
//
// Keys have the form v1/<account>/<region>/<kind>/<id>[/<id>...]: a record below
// another one (a stage of an API) has the parent's ids before its own. Ids are
// escaped, so that they may contain any character.
type Collection[T any] struct {
	kind  string
	codec Codec[T]
}

// NewCollection returns the collection of records named kind.
func NewCollection[T any](kind string, codec Codec[T]) Collection[T] {
	return Collection[T]{kind: kind, codec: codec}
}

// Root is the prefix of every key of this layout version.
const Root = "v1/"

func (c Collection[T]) key(scope Scope, id []string) string {
	var b strings.Builder
	b.WriteString(c.prefix(scope, nil))
	for i, part := range id {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(url.PathEscape(part))
	}
	return b.String()
}

func (c Collection[T]) prefix(scope Scope, parent []string) string {
	var b strings.Builder
	b.WriteString(Root)
	for _, part := range []string{scope.Account, scope.Region, c.kind} {
		b.WriteString(url.PathEscape(part))
		b.WriteByte('/')
	}
	for _, part := range parent {
		b.WriteString(url.PathEscape(part))
		b.WriteByte('/')
	}
	return b.String()
}

// Get returns the record with the given id (parents first), or an error that
// wraps [ErrNotFound].
func (c Collection[T]) Get(tx Tx, scope Scope, id ...string) (*T, error) {
	data, err := tx.Get(c.key(scope, id))
	if err != nil {
		return nil, fmt.Errorf("get %s %q: %w", c.kind, id, err)
	}
	if data == nil {
		return nil, fmt.Errorf("get %s %q: %w", c.kind, id, ErrNotFound)
	}
	return c.decode(data, id)
}

func (c Collection[T]) decode(data []byte, id []string) (*T, error) {
	value := new(T)
	if err := c.codec.Unmarshal(data, value); err != nil {
		return nil, fmt.Errorf("decode %s %q: %w", c.kind, id, err)
	}
	return value, nil
}

// Put creates or replaces the record with the given id (parents first).
func (c Collection[T]) Put(tx Tx, scope Scope, value *T, id ...string) error {
	data, err := c.codec.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s %q: %w", c.kind, id, err)
	}
	if err := tx.Put(c.key(scope, id), data); err != nil {
		return fmt.Errorf("put %s %q: %w", c.kind, id, err)
	}
	return nil
}

// Delete removes the record with the given id; it is no error when there is none.
func (c Collection[T]) Delete(tx Tx, scope Scope, id ...string) error {
	if err := tx.Delete(c.key(scope, id)); err != nil {
		return fmt.Errorf("delete %s %q: %w", c.kind, id, err)
	}
	return nil
}

// DeleteUnder removes every record whose id starts with parent.
func (c Collection[T]) DeleteUnder(tx Tx, scope Scope, parent ...string) error {
	var keys []string
	for entry, err := range tx.Scan(c.prefix(scope, parent), "") {
		if err != nil {
			return fmt.Errorf("scan %s %q: %w", c.kind, parent, err)
		}
		keys = append(keys, entry.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(key); err != nil {
			return fmt.Errorf("delete %s %q: %w", c.kind, key, err)
		}
	}
	return nil
}

// Record is a stored value with its place.
type Record[T any] struct {
	Scope Scope
	// ID is the record's id, its parents' ids before it.
	ID []string
	// Value is nil in a change that deleted the record.
	Value *T
}

// All yields the records below parent in ascending order of id, starting after
// the record whose last ids are after ("" = from the first).
func (c Collection[T]) All(tx Tx, scope Scope, after string, parent ...string) iter.Seq2[Record[T], error] {
	return func(yield func(Record[T], error) bool) {
		prefix, start := c.prefix(scope, parent), ""
		if after != "" {
			start = prefix + url.PathEscape(after)
		}
		for entry, err := range tx.Scan(prefix, start) {
			var record Record[T]
			if err == nil {
				record, err = c.record(entry.Key, entry.Value)
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// Each yields every record of the kind, in every account and region.
func (c Collection[T]) Each(tx Tx) iter.Seq2[Record[T], error] {
	return func(yield func(Record[T], error) bool) {
		for entry, err := range tx.Scan(Root, "") {
			var record Record[T]
			if err == nil {
				if !c.owns(entry.Key) {
					continue
				}
				record, err = c.record(entry.Key, entry.Value)
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// Watch calls fn with each committed change of a record of the kind, as
// [Store.Watch] does; a change that cannot be decoded goes to onError.
func (c Collection[T]) Watch(s Store, fn func(Record[T]), onError func(error)) (cancel func()) {
	return s.Watch(Root, func(changes []Change) {
		for _, change := range changes {
			if !c.owns(change.Key) {
				continue
			}
			record, err := c.record(change.Key, change.Value)
			if err != nil {
				onError(err)
				continue
			}
			fn(record)
		}
	})
}

func (c Collection[T]) owns(key string) bool {
	parts := strings.SplitN(key, "/", 5)
	return len(parts) == 5 && parts[3] == c.kind
}

func (c Collection[T]) record(key string, value []byte) (Record[T], error) {
	parts := strings.Split(key, "/")
	if len(parts) < 5 {
		return Record[T]{}, fmt.Errorf("malformed key %q", key)
	}
	for i, part := range parts {
		decoded, err := url.PathUnescape(part)
		if err != nil {
			return Record[T]{}, fmt.Errorf("malformed key %q: %w", key, err)
		}
		parts[i] = decoded
	}
	record := Record[T]{Scope: Scope{Account: parts[1], Region: parts[2]}, ID: parts[4:]}
	if value == nil {
		return record, nil
	}
	decoded, err := c.decode(value, record.ID)
	if err != nil {
		return Record[T]{}, err
	}
	record.Value = decoded
	return record, nil
}
