package wire

import (
	"reflect"
	"sync"
)

// Merge is [Copy] for an update that leaves absent members alone: a field of src
// that is nil, or the empty value of an enum, changes nothing in dst. One that is
// there and empty (a text, a list, a map) clears the field: that is how clients
// remove a description. Lists and maps are replaced as a whole.
func Merge(dst, src any) {
	to, err := pointee(dst)
	if err != nil {
		panic("wire: merge to: " + err.Error())
	}
	from, err := pointee(src)
	if err != nil {
		panic("wire: merge from: " + err.Error())
	}
	for _, merge := range mergesOf(to.Type(), from.Type()) {
		merge(to, from)
	}
}

// merges caches compiled merges: typePair to []move.
var merges sync.Map

func mergesOf(to, from reflect.Type) []move {
	pair := typePair{to, from}
	if m, ok := merges.Load(pair); ok {
		return m.([]move)
	}
	compiled := []move{}
	for i := range to.NumField() {
		target := to.Field(i)
		source, ok := from.FieldByName(target.Name)
		if !ok || !target.IsExported() || target.Name == "ResultMetadata" {
			continue
		}
		copyField, index := compileMove(i, source.Index, target.Type, source.Type), source.Index
		compiled = append(compiled, func(d, s reflect.Value) {
			switch value := s.FieldByIndex(index); {
			case value.IsZero():
			case isEmpty(value):
				d.Field(i).SetZero()
			default:
				copyField(d, s)
			}
		})
	}
	merges.Store(pair, compiled)
	return compiled
}

// isEmpty reports whether a value that is there has nothing in it.
func isEmpty(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Map, reflect.Slice:
		return value.Len() == 0
	case reflect.Pointer:
		return value.Elem().Kind() == reflect.String && value.Elem().Len() == 0
	default:
		return false
	}
}
