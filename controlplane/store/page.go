package store

import (
	"encoding/base64"
	"iter"
)

// Page says which part of a listing is asked for.
type Page struct {
	// Size is the most records that the page has.
	Size int
	// After is the last id of the page before; empty = from the first.
	After string
}

// NewPage returns the page of at most size records that token stands for: one that
// [Take] returned, or empty for the first page. It reports false for any other.
func NewPage(size int, token string) (Page, bool) {
	after, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(after) == 0 && token != "" {
		return Page{}, false
	}
	return Page{Size: size, After: string(after)}, true
}

// Take collects one page of records, which begin after p.After, and the token of
// the next page, nil after the last. The token is the last id, wrapped up so that
// nobody builds one.
func Take[T any](p Page, records iter.Seq2[Record[T], error]) (items []T, next *string, err error) {
	items = []T{}
	last := ""
	for record, err := range records {
		if err != nil {
			return nil, nil, err
		}
		if len(items) == p.Size {
			token := base64.RawURLEncoding.EncodeToString([]byte(last))
			return items, &token, nil
		}
		items = append(items, *record.Value)
		last = record.ID[len(record.ID)-1]
	}
	return items, nil, nil
}
