package wire

import (
	"fmt"
	"reflect"
)

// Marshal returns the AWS wire JSON of an SDK structure, given as a pointer: all
// members are written as body members, whatever their HTTP binding, so that
// [Unmarshal] gives back an equal value. It is the format of the store.
//
// Nil pointers, nil maps, nil slices and empty enum strings are left out; other
// scalars are always written, also when false or 0, as AWS prints them. Times
// keep their milliseconds. A structure that is no SDK type (a record of our own
// that holds SDK structures) is written by its exported Go field names.
func Marshal(v any) ([]byte, error) {
	value, err := pointee(v)
	if err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	plan, err := structureOf(value.Type())
	if err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	data, err := plan.appendJSON(nil, value, everyField)
	if err != nil {
		return nil, fmt.Errorf("marshal %s: %w", value.Type(), err)
	}
	return data, nil
}

// Unmarshal decodes wire JSON into the SDK structure that v points to; members
// that data does not name keep their value. Unknown members are ignored, as on
// AWS. What is no JSON, or JSON of another type, is an [*Error] with the code
// SerializationException.
func Unmarshal(data []byte, v any) error {
	value, err := pointee(v)
	if err != nil {
		return fmt.Errorf("unmarshal: %w", err)
	}
	plan, err := structureOf(value.Type())
	if err != nil {
		return fmt.Errorf("unmarshal: %w", err)
	}
	r, err := newReader(data)
	if err != nil {
		return err
	}
	return plan.decodeJSON(r, value, everyField)
}

func pointee(v any) (reflect.Value, error) {
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Pointer || value.IsNil() || value.Elem().Kind() != reflect.Struct {
		return reflect.Value{}, fmt.Errorf("want a pointer to a structure, got %T", v)
	}
	return value.Elem(), nil
}

// Records is the codec of stored records of type T, an SDK structure or a
// structure of our own that holds some: a store.Codec made of [Marshal] and
// [Unmarshal]. Its zero value is ready to use.
type Records[T any] struct{}

// Marshal returns the stored form of value.
func (Records[T]) Marshal(value *T) ([]byte, error) { return Marshal(value) }

// Unmarshal decodes the stored form into value.
func (Records[T]) Unmarshal(data []byte, value *T) error { return Unmarshal(data, value) }
