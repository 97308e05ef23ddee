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
// escaped, so that they may contain any character. A record has at least one id.
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

// key returns the key of a record. Without an id it would be the key of the
// record whose id is one empty string.
func (c Collection[T]) key(scope Scope, id []string) (string, error) {
	if len(id) == 0 {
		return "", fmt.Errorf("%w: no id", ErrInvalidKey)
	}
	return strings.TrimSuffix(c.prefix(scope, id), "/"), nil
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
	key, err := c.key(scope, id)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", c.kind, err)
	}
	data, err := tx.Get(key)
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
	key, err := c.key(scope, id)
	if err != nil {
		return fmt.Errorf("put %s: %w", c.kind, err)
	}
	data, err := c.codec.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s %q: %w", c.kind, id, err)
	}
	if err := tx.Put(key, data); err != nil {
		return fmt.Errorf("put %s %q: %w", c.kind, id, err)
	}
	return nil
}

// Delete removes the record with the given id; it is no error when there is none.
func (c Collection[T]) Delete(tx Tx, scope Scope, id ...string) error {
	key, err := c.key(scope, id)
	if err != nil {
		return fmt.Errorf("delete %s: %w", c.kind, err)
	}
	if err := tx.Delete(key); err != nil {
		return fmt.Errorf("delete %s %q: %w", c.kind, id, err)
	}
	return nil
}

// DeleteUnder removes every record below parent, not parent itself; without
// parent, every record of the kind in scope.
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

// All yields the records below parent (without parent, all in scope), starting
// after the one whose next id is after ("" = from the first). Their order is that
// of their keys: ascending by id, where a character that a URL path would escape
// sorts as '%'.
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

// Each yields every record of the kind, in every account and region. It reads
// the records of this kind only.
func (c Collection[T]) Each(tx Tx) iter.Seq2[Record[T], error] {
	return func(yield func(Record[T], error) bool) {
		for scope, err := range scopes(tx) {
			if err != nil {
				yield(Record[T]{}, err)
				return
			}
			for record, err := range c.All(tx, scope, "") {
				if !yield(record, err) || err != nil {
					return
				}
			}
		}
	}
}

// scopes yields each account and region that has a record, skipping from one to
// the next.
func scopes(tx Tx) iter.Seq2[Scope, error] {
	return func(yield func(Scope, error) bool) {
		for after, more := "", true; more; {
			more = false
			for entry, err := range tx.Scan(Root, after) {
				if err != nil {
					yield(Scope{}, err)
					return
				}
				scope, prefix, err := scopeOf(entry.Key)
				if !yield(scope, err) || err != nil {
					return
				}
				// Escaped keys are ASCII, so this is past the last one of the scope.
				after, more = prefix+"\xff", true
				break
			}
		}
	}
}

// scopeOf returns the scope of the record at key and the prefix of all keys in
// that scope.
func scopeOf(key string) (scope Scope, prefix string, err error) {
	parts := strings.SplitN(key, "/", 4)
	if len(parts) < 4 {
		return Scope{}, "", fmt.Errorf("malformed key %q", key)
	}
	account, err := url.PathUnescape(parts[1])
	if err != nil {
		return Scope{}, "", fmt.Errorf("malformed key %q: %w", key, err)
	}
	region, err := url.PathUnescape(parts[2])
	if err != nil {
		return Scope{}, "", fmt.Errorf("malformed key %q: %w", key, err)
	}
	return Scope{Account: account, Region: region}, strings.Join(parts[:3], "/") + "/", nil
}

// Owner reports whether the record at key is of the kind, and if so its scope and
// id, for those who watch several kinds at once.
func (c Collection[T]) Owner(key string) (scope Scope, id []string, ok bool) {
	if !c.owns(key) {
		return Scope{}, nil, false
	}
	record, err := c.record(key, nil)
	return record.Scope, record.ID, err == nil
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
	return len(parts) == 5 && parts[3] == url.PathEscape(c.kind)
}

func (c Collection[T]) record(key string, value []byte) (Record[T], error) {
	scope, prefix, err := scopeOf(key)
	if err != nil {
		return Record[T]{}, err
	}
	_, path, _ := strings.Cut(key[len(prefix):], "/")
	id := strings.Split(path, "/")
	for i, part := range id {
		if id[i], err = url.PathUnescape(part); err != nil {
			return Record[T]{}, fmt.Errorf("malformed key %q: %w", key, err)
		}
	}
	record := Record[T]{Scope: scope, ID: id}
	if value == nil {
		return record, nil
	}
	record.Value, err = c.decode(value, id)
	if err != nil {
		return Record[T]{}, err
	}
	return record, nil
}
