package wire

import (
	"fmt"
	"reflect"
	"sync"
)

// Copy sets each exported field of the structure dst points to from the field of
// the same name in the structure src points to, as handlers need it between an
// SDK type and the operations' own flattened copies of it (types.RestApi and
// *CreateRestApiOutput). A field that is a pointer on one side only is
// dereferenced or pointed to; a nil source then leaves dst alone. Fields without a
// counterpart and ResultMetadata keep their value.
//
// Maps, slices and pointers are shared, not copied. Mind that equal names are not
// always equal things: PutIntegrationInput.HttpMethod is the method's verb,
// Integration.HttpMethod the backend's.
//
// It panics when dst or src is no pointer to a structure or when two fields of
// one name cannot be assigned: both are mistakes in the program.
func Copy(dst, src any) {
	to, err := pointee(dst)
	if err != nil {
		panic(fmt.Sprintf("wire: copy to: %v", err))
	}
	from, err := pointee(src)
	if err != nil {
		panic(fmt.Sprintf("wire: copy from: %v", err))
	}
	for _, move := range movesOf(to.Type(), from.Type()) {
		move(to, from)
	}
}

type move func(to, from reflect.Value)

type typePair struct{ to, from reflect.Type }

// moves caches compiled copies: typePair to []move.
var moves sync.Map

func movesOf(to, from reflect.Type) []move {
	pair := typePair{to, from}
	if m, ok := moves.Load(pair); ok {
		return m.([]move)
	}
	compiled := []move{}
	for i := range to.NumField() {
		target := to.Field(i)
		source, ok := from.FieldByName(target.Name)
		if !ok || !target.IsExported() || target.Name == "ResultMetadata" {
			continue
		}
		compiled = append(compiled, compileMove(i, source.Index, target.Type, source.Type))
	}
	moves.Store(pair, compiled)
	return compiled
}

func compileMove(i int, j []int, to, from reflect.Type) move {
	switch {
	case from.AssignableTo(to):
		return func(d, s reflect.Value) { d.Field(i).Set(s.FieldByIndex(j)) }
	case from.Kind() == reflect.Pointer && from.Elem() == to:
		return func(d, s reflect.Value) {
			if value := s.FieldByIndex(j); !value.IsNil() {
				d.Field(i).Set(value.Elem())
			}
		}
	case from.Kind() == reflect.Pointer && to.Kind() == reflect.Pointer && from.ConvertibleTo(to):
		// Equal structures of two names, as types.TlsConfigInput and types.TlsConfig.
		return func(d, s reflect.Value) { d.Field(i).Set(s.FieldByIndex(j).Convert(to)) }
	case to.Kind() == reflect.Pointer && to.Elem() == from:
		return func(d, s reflect.Value) {
			value := reflect.New(from)
			value.Elem().Set(s.FieldByIndex(j))
			d.Field(i).Set(value)
		}
	default:
		panic(fmt.Sprintf("wire: copy: field of %s does not fit %s", from, to))
	}
}

// Respond turns a record into the output of an operation, which has the same
// members; an error it passes on.
func Respond[Out, Record any](record *Record, err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	out := new(Out)
	Copy(out, record)
	return out, nil
}
