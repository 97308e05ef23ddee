package wire

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

// shape is how values of one Go type are written and read in one place of the
// service model.
type shape struct {
	goType reflect.Type
	schema *smithy.Schema
	// absent tells that a member with this value is not written.
	absent func(reflect.Value) bool
	encode func([]byte, reflect.Value) ([]byte, error)
	decode func(*reader, reflect.Value) error
	// elem is what a pointer points to, or the element of a list or map.
	elem *shape
}

func never(reflect.Value) bool { return false }

func isNil(v reflect.Value) bool { return v.IsNil() }

func isEmptyString(v reflect.Value) bool { return v.Len() == 0 }

var (
	bytesType  = reflect.TypeFor[[]byte]()
	timeType   = reflect.TypeFor[time.Time]()
	readerType = reflect.TypeFor[io.Reader]()
)

// compileShape builds the shape of a Go type. schema is nil inside structures of
// our own.
func compileShape(t reflect.Type, schema *smithy.Schema) (*shape, error) {
	s := &shape{goType: t, schema: schema, absent: never}
	switch {
	case t == bytesType:
		s.absent, s.encode, s.decode = isNil, encodeBlob, decodeBlob
		return s, nil
	case t == timeType:
		s.timestamp()
		return s, nil
	case t == readerType || t.Implements(readerType):
		s.absent, s.encode, s.decode = isNil, encodeStream, decodeStream
		return s, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.pointer()
	case reflect.Struct:
		s.structure()
	case reflect.Slice:
		return s.list()
	case reflect.Map:
		return s.mapping()
	case reflect.String:
		// A string that is no pointer is an enum in the SDK's types: "" is absent.
		s.absent, s.encode, s.decode = isEmptyString, encodeString, decodeString
	case reflect.Bool:
		s.encode, s.decode = encodeBool, decodeBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		s.encode, s.decode = encodeInt, decodeInt
	case reflect.Float32, reflect.Float64:
		s.encode, s.decode = encodeFloat, decodeFloat
	default:
		return nil, fmt.Errorf("the codec has no form for %s", t)
	}
	return s, nil
}

func (s *shape) pointer() (*shape, error) {
	elem, err := compileShape(s.goType.Elem(), s.schema)
	if err != nil {
		return nil, err
	}
	s.elem, s.absent = elem, isNil
	s.encode = func(b []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return elem.encode(b, v.Elem())
	}
	s.decode = func(r *reader, v reflect.Value) error {
		target := reflect.New(elem.goType)
		if err := elem.decode(r, target.Elem()); err != nil {
			return err
		}
		v.Set(target)
		return nil
	}
	return s, nil
}

// structure compiles the structure at first use, since structures may nest
// themselves.
func (s *shape) structure() {
	compiled := sync.OnceValues(func() (*structure, error) { return structureOf(s.goType) })
	s.encode = func(b []byte, v reflect.Value) ([]byte, error) {
		plan, err := compiled()
		if err != nil {
			return nil, err
		}
		return plan.appendJSON(b, v, everyField)
	}
	s.decode = func(r *reader, v reflect.Value) error {
		plan, err := compiled()
		if err != nil {
			return err
		}
		return plan.decodeJSON(r, v, everyField)
	}
}

func (s *shape) list() (*shape, error) {
	var member *smithy.Schema
	if s.schema != nil {
		member = s.schema.ListMember()
	}
	elem, err := compileShape(s.goType.Elem(), member)
	if err != nil {
		return nil, err
	}
	s.elem, s.absent = elem, isNil
	s.encode = func(b []byte, v reflect.Value) ([]byte, error) { return encodeList(b, v, elem) }
	s.decode = func(r *reader, v reflect.Value) error { return decodeList(r, v, elem) }
	return s, nil
}

func (s *shape) mapping() (*shape, error) {
	if s.goType.Key().Kind() != reflect.String {
		return nil, fmt.Errorf("the codec has no form for keys of %s", s.goType)
	}
	var member *smithy.Schema
	if s.schema != nil {
		member = s.schema.MapValue()
	}
	elem, err := compileShape(s.goType.Elem(), member)
	if err != nil {
		return nil, err
	}
	s.elem, s.absent = elem, isNil
	s.encode = func(b []byte, v reflect.Value) ([]byte, error) { return encodeMap(b, v, elem.encode) }
	s.decode = func(r *reader, v reflect.Value) error { return decodeMap(r, v, elem) }
	return s, nil
}

// withNullValues returns the shape of a string map whose empty values are
// written as null.
func (s *shape) withNullValues() *shape {
	c := *s
	c.encode = func(b []byte, v reflect.Value) ([]byte, error) {
		return encodeMap(b, v, func(b []byte, value reflect.Value) ([]byte, error) {
			if value.Len() == 0 {
				return append(b, "null"...), nil
			}
			return c.elem.encode(b, value)
		})
	}
	return &c
}

// timestamp picks the form that the schema asks for: RFC 3339 or, by default in
// JSON bodies, a number of seconds since 1970. Our own structures keep every
// digit.
func (s *shape) timestamp() {
	if s.schema == nil {
		s.encode, s.decode = encodeExactTime, decodeDateTime
		return
	}
	if t, ok := smithy.SchemaTrait[*traits.TimestampFormat](s.schema); ok && t.Format == "date-time" {
		s.encode, s.decode = encodeDateTime, decodeDateTime
		return
	}
	s.encode, s.decode = encodeEpoch, decodeEpoch
}

var errStream = errors.New("a stream has no JSON form")

func encodeStream([]byte, reflect.Value) ([]byte, error) { return nil, errStream }

func decodeStream(*reader, reflect.Value) error { return errStream }
