package jsonvalue

import (
	"errors"
	"math"
	"strconv"
)

// ErrTooLarge reports output that exceeds the caller's limit, or a value that
// contains itself: templates can build both.
var ErrTooLarge = errors.New("value is too large to print")

// Appender is a value of another package that can stand inside an object or array,
// such as the map a template made. max bounds the length of dst.
type Appender interface {
	// AppendJSONMax appends the value as JSON; depth counts the containers around it.
	AppendJSONMax(dst []byte, limit, depth int) ([]byte, error)
	// AppendJavaMax appends the value as Java's toString prints it.
	AppendJavaMax(dst []byte, limit, depth int) ([]byte, error)
}

// Append appends v as compact JSON in the style of `$input.json`: no spaces, "/" as
// it stands, control characters and the two ranges a script cannot hold safely
// (U+007F to U+009F, U+2000 to U+20FF) as \uXXXX with capital digits, every other
// character as it stands. A value that contains itself prints as null.
//
// Besides what [Parse] returns, v and its parts may be int, int64, float64 and
// [Appender]; anything else prints as null.
func Append(dst []byte, v any) []byte {
	out, err := AppendMax(dst, v, math.MaxInt)
	if err != nil {
		return append(dst, "null"...)
	}
	return out
}

// AppendMax is [Append] that gives up with [ErrTooLarge] once dst is longer than
// limit bytes.
func AppendMax(dst []byte, v any, limit int) ([]byte, error) {
	return AppendJSONAt(dst, v, limit, 0)
}

// AppendJSONAt is [AppendMax] inside depth containers, for an [Appender].
func AppendJSONAt(dst []byte, v any, limit, depth int) ([]byte, error) {
	w := writer{dst: dst, limit: limit}
	err := w.json(v, depth)
	return w.dst, err
}

// AppendJava appends v as Java prints it: a string bare, a map as {a=b, c=d}, a
// number as its toString. Lists are json-smart arrays, which print as JSON with all
// they hold and escape "/" as well (RT-10, RT-15).
func AppendJava(dst []byte, v any) []byte {
	out, err := AppendJavaMax(dst, v, math.MaxInt)
	if err != nil {
		return append(dst, "null"...)
	}
	return out
}

// AppendJavaMax is [AppendJava] that gives up with [ErrTooLarge] once dst is longer
// than limit bytes.
func AppendJavaMax(dst []byte, v any, limit int) ([]byte, error) {
	return AppendJavaAt(dst, v, limit, 0)
}

// AppendJavaAt is [AppendJavaMax] inside depth containers, for an [Appender].
func AppendJavaAt(dst []byte, v any, limit, depth int) ([]byte, error) {
	w := writer{dst: dst, limit: limit}
	err := w.java(v, depth)
	return w.dst, err
}

// writer appends values until dst is longer than limit.
type writer struct {
	dst   []byte
	limit int
	web   bool // escape "/" too: the style of a printed json-smart array
}

func (w *writer) json(v any, depth int) error {
	if depth > MaxDepth || len(w.dst) > w.limit {
		return ErrTooLarge
	}
	switch v := v.(type) {
	case *Object:
		return w.object(v, depth)
	case *Array:
		return w.array(v, depth)
	case string:
		w.dst = appendString(w.dst, v, w.web)
	case Number:
		w.dst = append(w.dst, v...)
	case float64:
		w.dst = appendDouble(w.dst, v)
	case Appender:
		var err error
		w.dst, err = v.AppendJSONMax(w.dst, w.limit, depth)
		return err
	default:
		w.dst = appendPlain(w.dst, v)
	}
	if len(w.dst) > w.limit {
		return ErrTooLarge
	}
	return nil
}

func (w *writer) object(o *Object, depth int) error {
	w.dst = append(w.dst, '{')
	for i := range o.members {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(appendString(w.dst, o.members[i].Key, w.web), ':')
		if err := w.json(o.members[i].Value, depth+1); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, '}')
	return nil
}

func (w *writer) array(a *Array, depth int) error {
	w.dst = append(w.dst, '[')
	for i := range a.items {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		if err := w.json(a.items[i], depth+1); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

func (w *writer) java(v any, depth int) error {
	if depth > MaxDepth || len(w.dst) > w.limit {
		return ErrTooLarge
	}
	switch v := v.(type) {
	case *Object:
		return w.javaMap(v, depth)
	case *Array:
		w.web = true
		err := w.json(v, depth)
		w.web = false
		return err
	case string:
		w.dst = append(w.dst, v...)
	case Number:
		w.dst = append(w.dst, v.Java()...)
	case float64:
		w.dst = append(w.dst, DoubleText(v)...)
	case Appender:
		var err error
		w.dst, err = v.AppendJavaMax(w.dst, w.limit, depth)
		return err
	default:
		w.dst = appendPlain(w.dst, v)
	}
	if len(w.dst) > w.limit {
		return ErrTooLarge
	}
	return nil
}

func (w *writer) javaMap(o *Object, depth int) error {
	w.dst = append(w.dst, '{')
	for i := range o.members {
		if i > 0 {
			w.dst = append(w.dst, ", "...)
		}
		w.dst = append(append(w.dst, o.members[i].Key...), '=')
		if err := w.java(o.members[i].Value, depth+1); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, '}')
	return nil
}

// appendDouble appends f as JSON, which has no word for infinities.
func appendDouble(dst []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(dst, "null"...)
	}
	return append(dst, DoubleText(f)...)
}

// appendPlain appends the values that look the same in both forms.
func appendPlain(dst []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	default:
		return append(dst, "null"...)
	}
}
