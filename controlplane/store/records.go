package store

import (
	"encoding/json"
	"errors"
	"iter"
)

// Everywhere is the scope of records that belong to no account and region.
var Everywhere = Scope{Account: "-", Region: "-"}

// JSONRecords is the codec of records of a service's own types. Its zero value is
// ready to use.
type JSONRecords[T any] struct{}

// Marshal returns the stored form of value.
func (JSONRecords[T]) Marshal(value *T) ([]byte, error) { return json.Marshal(value) }

// Unmarshal decodes the stored form into value.
func (JSONRecords[T]) Unmarshal(data []byte, value *T) error { return json.Unmarshal(data, value) }

// Find reads a record, or returns missing when there is none.
func Find[T any](tx Tx, c Collection[T], scope Scope, missing error, id ...string) (*T, error) {
	record, err := c.Get(tx, scope, id...)
	if errors.Is(err, ErrNotFound) {
		return nil, missing
	}
	return record, err
}

// Exists reports whether there is a record with the given id.
func Exists[T any](tx Tx, c Collection[T], scope Scope, id ...string) (bool, error) {
	_, err := c.Get(tx, scope, id...)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Count returns the number of records below parent.
func Count[T any](tx Tx, c Collection[T], scope Scope, parent ...string) (int, error) {
	n := 0
	for _, err := range tx.Scan(c.prefix(scope, parent), "") {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// CheckRoom returns full when there are limit records or more below parent.
func CheckRoom[T any](tx Tx, c Collection[T], scope Scope, limit int, full error, parent ...string) error {
	n, err := Count(tx, c, scope, parent...)
	if err == nil && n >= limit {
		err = full
	}
	return err
}

// Filtered yields the records that keep wants.
func Filtered[T any](records iter.Seq2[Record[T], error], keep func(*T) bool) iter.Seq2[Record[T], error] {
	return func(yield func(Record[T], error) bool) {
		for record, err := range records {
			if err == nil && !keep(record.Value) {
				continue
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// Collect returns the values of all records.
func Collect[T any](records iter.Seq2[Record[T], error]) ([]T, error) {
	var values []T
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		values = append(values, *record.Value)
	}
	return values, nil
}
