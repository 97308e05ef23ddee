package jsonpath

import (
	"regexp"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// operator compares two resolved operands: nil, bool, string, jsonvalue.Number,
// jsonvalue.Decimal (a literal number), *jsonvalue.Object, *jsonvalue.Array, jsonText,
// *regexp.Regexp or undefined.
type operator func(w *work, left, right any) (bool, error)

// operatorNamed returns the operator written so, in capitals. ALL, MATCHES and TYPE
// exist, but no filter text can give them an operand they take.
func operatorNamed(text string) (operator, bool) {
	switch text {
	case "==":
		return equal, true
	case "!=":
		return not(equal), true
	case "===":
		return identical, true
	case "!==":
		return not(identical), true
	case "<":
		return ordered(func(c int) bool { return c < 0 }), true
	case "<=":
		return ordered(func(c int) bool { return c <= 0 }), true
	case ">":
		return ordered(func(c int) bool { return c > 0 }), true
	case ">=":
		return ordered(func(c int) bool { return c >= 0 }), true
	case "=~":
		return matches, true
	case "IN":
		return in, true
	case "NIN":
		return not(in), true
	case "CONTAINS":
		return contains, true
	case "SIZE":
		return size, true
	case "EMPTY":
		return empty, true
	case "SUBSETOF":
		return subsetOf, true
	case "ANYOF":
		return anyOf, true
	case "NONEOF":
		return not(anyOfOrNeither), true
	case "EXISTS":
		return existing, true
	case "ALL", "MATCHES", "TYPE":
		return never, true
	default:
		return nil, false
	}
}

func not(op operator) operator {
	return func(w *work, left, right any) (bool, error) {
		ok, err := op(w, left, right)
		return !ok && err == nil, err
	}
}

func never(*work, any, any) (bool, error) {
	return false, refusal("operand does not fit its operator")
}

// ordered compares two numbers or two strings; anything else is a no.
func ordered(holds func(int) bool) operator {
	return func(w *work, left, right any) (bool, error) {
		if l, ok := left.(string); ok {
			r, ok := right.(string)
			return ok && holds(javaCompare(l, r)), w.spend(len(l) / costPerStep)
		}
		if !isNumber(left) || !isNumber(right) {
			return false, nil
		}
		c, err := compareNumbers(left, right)
		return err == nil && holds(c), err
	}
}

func matches(w *work, left, right any) (bool, error) {
	pattern, ok := right.(*regexp.Regexp)
	subject := left
	if p, also := left.(*regexp.Regexp); also {
		if ok {
			return false, nil
		}
		pattern, subject, ok = p, right, true
	}
	if !ok {
		return false, nil
	}
	list, ok := arrayOf(subject)
	if !ok {
		return w.matchOne(pattern, subject)
	}
	for _, item := range list.Slice() {
		value, err := w.listItem(item)
		if err != nil {
			return false, err
		}
		if ok, err := w.matchOne(pattern, value); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// matchOne matches the text of a value; lists, objects and null have none.
func (w *work) matchOne(pattern *regexp.Regexp, v any) (bool, error) {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case bool:
		text = "false"
		if v {
			text = "true"
		}
	case jsonvalue.Number, jsonvalue.Decimal:
		d, err := decimal(v)
		if err != nil {
			return false, err
		}
		text = d.String()
	}
	if err := w.spend(len(text) / 4); err != nil {
		return false, err
	}
	return pattern.MatchString(text), nil
}

func contains(w *work, left, right any) (bool, error) {
	if l, ok := left.(string); ok {
		r, ok := right.(string)
		return ok && strings.Contains(l, r), w.spend(len(l) / costPerStep)
	}
	list, ok := arrayOf(left)
	if !ok {
		return false, nil
	}
	return w.includes(list, right)
}

func size(_ *work, left, right any) (bool, error) {
	if !isNumber(right) {
		return false, nil
	}
	d, err := decimal(right)
	if err != nil {
		return false, err
	}
	n := -1
	switch l := left.(type) {
	case string:
		n = javaLength(l)
	case *jsonvalue.Array, *jsonvalue.Object, jsonText:
		if list, ok := arrayOf(l); ok {
			n = list.Len()
		}
	default:
		return false, nil
	}
	return n == d.Int32(), nil
}

// empty is true of empty strings, lists and objects if the right operand is true.
// Jayway fails on objects, where it mistakes the map for a collection.
func empty(_ *work, left, right any) (bool, error) {
	isEmpty := false
	switch l := left.(type) {
	case string:
		isEmpty = l == ""
	case *jsonvalue.Array, *jsonvalue.Object, jsonText:
		if list, ok := arrayOf(l); ok {
			isEmpty = list.Len() == 0
		} else if object, ok := objectOf(l); ok {
			isEmpty = object.Len() == 0
		}
	default:
		return false, nil
	}
	want, ok := right.(bool)
	if !ok {
		return false, refusal("expected boolean node")
	}
	return isEmpty == want, nil
}

// existing is the word EXISTS between two operands.
func existing(_ *work, left, right any) (bool, error) {
	l, leftOK := left.(bool)
	r, rightOK := right.(bool)
	switch {
	case !leftOK && !rightOK:
		return false, failure("failed to evaluate exists expression")
	case !leftOK || !rightOK:
		return false, refusal("expected boolean node")
	default:
		return l == r, nil
	}
}
