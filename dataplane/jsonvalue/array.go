package jsonvalue

import "iter"

// Array is a JSON array. The zero value is an empty array ready for use.
type Array struct {
	items []any
}

// NewArray returns an array of items. It keeps the slice.
func NewArray(items ...any) *Array { return &Array{items: items} }

// Len returns the number of items.
func (a *Array) Len() int { return len(a.items) }

// At returns the item at index i, and panics outside [0, Len).
func (a *Array) At(i int) any { return a.items[i] }

// Set replaces the item at index i, and panics outside [0, Len).
func (a *Array) Set(i int, value any) { a.items[i] = value }

// Append adds values at the end.
func (a *Array) Append(values ...any) { a.items = append(a.items, values...) }

// Insert puts value before index i, and panics outside [0, Len].
func (a *Array) Insert(i int, value any) {
	a.items = append(a.items, nil)
	copy(a.items[i+1:], a.items[i:])
	a.items[i] = value
}

// Delete removes the item at index i and returns it. It panics outside [0, Len).
func (a *Array) Delete(i int) any {
	value := a.items[i]
	copy(a.items[i:], a.items[i+1:])
	a.items[len(a.items)-1] = nil
	a.items = a.items[:len(a.items)-1]
	return value
}

// Clear removes every item.
func (a *Array) Clear() { a.items = nil }

// All iterates over indexes and items. Items added meanwhile are visited.
func (a *Array) All() iter.Seq2[int, any] {
	return func(yield func(int, any) bool) {
		for i := 0; i < len(a.items); i++ {
			if !yield(i, a.items[i]) {
				return
			}
		}
	}
}

// Slice returns the items themselves, not a copy: writes to it are writes to the
// array, until the array grows.
func (a *Array) Slice() []any { return a.items }
