package jsonpath

import (
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// costPerStep is the number of bytes that comparing costs one step for.
const costPerStep = 32

// equal is the operator ==: values of the same kind by value, numbers also with
// strings. Lists and objects are equal if the left one is of the document.
func equal(w *work, left, right any) (bool, error) {
	if container(left) && container(right) {
		if _, ok := left.(jsonText); ok {
			return false, nil
		}
		if text, ok := right.(jsonText); ok {
			right = text.value
		}
		return w.deepEqual(left, right, 0)
	}
	return looselyEqual(w, left, right)
}

// identical is the operator ===, which wants values of one kind.
func identical(w *work, left, right any) (bool, error) {
	if kindOf(left) != kindOf(right) {
		return false, nil
	}
	return equal(w, left, right)
}

// looselyEqual compares scalars. Between a number and a string the left one decides
// how: 1.0 == '1' but '1.0' != 1.
func looselyEqual(w *work, left, right any) (bool, error) {
	switch l := left.(type) {
	case nil:
		return right == nil, nil
	case bool:
		r, ok := right.(bool)
		return ok && l == r, nil
	case string:
		if r, ok := right.(string); ok {
			return l == r, w.spend(min(len(l), len(r)) / costPerStep)
		}
		if !isNumber(right) {
			return false, nil
		}
		d, err := decimal(right)
		return err == nil && l == d.String(), err
	case jsonvalue.Number, jsonvalue.Decimal:
		r, ok := right.(string)
		if !ok {
			if !isNumber(right) {
				return false, nil
			}
			c, err := compareNumbers(left, right)
			return err == nil && c == 0, err
		}
		parsed, ok := jsonvalue.ParseDecimal(r)
		if !ok {
			return false, w.spend(len(r) / costPerStep)
		}
		d, err := decimal(l)
		return err == nil && d.Compare(parsed) == 0, err
	default:
		return false, nil
	}
}

// deepEqual is Java's equals of lists and maps: order counts in lists only, and an
// integer does not equal a decimal.
func (w *work) deepEqual(left, right any, depth int) (bool, error) {
	if err := w.spend(1); err != nil {
		return false, err
	}
	if depth > maxScanDepth {
		return false, &Error{Kind: ErrLimit, Message: "the document is too deep to compare"}
	}
	switch l := left.(type) {
	case *jsonvalue.Array:
		r, ok := right.(*jsonvalue.Array)
		if !ok || l.Len() != r.Len() {
			return false, nil
		}
		for i := range l.Len() {
			if ok, err := w.deepEqual(l.At(i), r.At(i), depth+1); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case *jsonvalue.Object:
		r, ok := right.(*jsonvalue.Object)
		if !ok || l.Len() != r.Len() {
			return false, nil
		}
		for key, value := range l.All() {
			other, ok := r.Get(key)
			if !ok {
				return false, nil
			}
			if ok, err := w.deepEqual(value, other, depth+1); !ok || err != nil {
				return false, err
			}
		}
		return true, nil
	case jsonvalue.Number:
		r, ok := right.(jsonvalue.Number)
		return ok && l.Java() == r.Java(), nil
	case string:
		r, ok := right.(string)
		return ok && l == r, w.spend(len(l) / costPerStep)
	case bool:
		r, ok := right.(bool)
		return ok && l == r, nil
	default:
		return left == nil && right == nil, nil
	}
}

func isNumber(v any) bool {
	switch v.(type) {
	case jsonvalue.Number, jsonvalue.Decimal:
		return true
	default:
		return false
	}
}

// decimal returns the exact value of a number as Java has read it.
func decimal(v any) (jsonvalue.Decimal, error) {
	number, ok := v.(jsonvalue.Number)
	if !ok {
		d, _ := v.(jsonvalue.Decimal)
		return d, nil
	}
	d, ok := jsonvalue.ParseDecimal(number.Java())
	if !ok {
		return d, failure("number is out of range: " + string(number))
	}
	return d, nil
}

func compareNumbers(left, right any) (int, error) {
	l, err := decimal(left)
	if err != nil {
		return 0, err
	}
	r, err := decimal(right)
	if err != nil {
		return 0, err
	}
	return l.Compare(r), nil
}

func container(v any) bool {
	switch v.(type) {
	case *jsonvalue.Array, *jsonvalue.Object, jsonText:
		return true
	default:
		return false
	}
}

func arrayOf(v any) (*jsonvalue.Array, bool) {
	if text, ok := v.(jsonText); ok {
		v = text.value
	}
	list, ok := v.(*jsonvalue.Array)
	return list, ok
}

func objectOf(v any) (*jsonvalue.Object, bool) {
	if text, ok := v.(jsonText); ok {
		v = text.value
	}
	object, ok := v.(*jsonvalue.Object)
	return object, ok
}

// kind is what === distinguishes.
type kind int

const (
	otherKind kind = iota
	nullKind
	boolKind
	stringKind
	numberKind
	containerKind
)

func kindOf(v any) kind {
	switch v.(type) {
	case nil:
		return nullKind
	case bool:
		return boolKind
	case string:
		return stringKind
	case jsonvalue.Number, jsonvalue.Decimal:
		return numberKind
	case *jsonvalue.Array, *jsonvalue.Object, jsonText:
		return containerKind
	default:
		return otherKind
	}
}

// readsAsPath tells whether Jayway takes a string in a list for a path.
func readsAsPath(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || (text[0] != '$' && text[0] != '@') {
		return false
	}
	_, err := Compile(text)
	return err == nil
}

// readsAsJSON tells whether Jayway takes a string in a list for JSON.
func readsAsJSON(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) < 2 {
		return false
	}
	first, last := text[0], text[len(text)-1]
	if (first != '[' || last != ']') && (first != '{' || last != '}') {
		return false
	}
	_, err := parseLiteral(text)
	return err == nil
}

// unquoted resolves quotes and escapes of a string in a list.
func unquoted(text string) (any, error) {
	if n := len(text); n > 1 {
		if first := text[0]; (first == '\'' || first == '"') && text[n-1] == first {
			text = text[1 : n-1]
		}
		s, err := unescape(text)
		if err != nil {
			return nil, failure(err.Error())
		}
		return s, nil
	}
	return text, nil
}
