package vtl

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// methodCall is the call of a method of a Java type. What there is no method for is null.
type methodCall struct {
	s       *state
	name    string
	args    []any
	pattern *pattern
}

// on calls the method of v.
func (c *methodCall) on(v any) (any, error) {
	if err := c.s.charge(sizeOf(v)); err != nil {
		return nil, err
	}
	result, err := c.dispatch(v)
	if err == nil {
		err = c.s.charge(sizeOf(result))
	}
	return result, err
}

// sizeOf is how much a method may go through.
func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case Text:
		return len(v)
	case *List:
		return len(v.Items)
	case *jsonvalue.Array:
		return v.Len()
	case *jsonvalue.Object:
		return v.Len()
	case *Map:
		return v.Len()
	default:
		return 0
	}
}

func (c *methodCall) dispatch(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return c.onText(v)
	case Text:
		return c.onText(string(v))
	case missing:
		return c.onText("")
	case bool:
		return c.onBool(v)
	case int64, float64, jsonvalue.Number:
		n, _ := numberOf(v)
		return c.onNumber(v, n)
	case *List:
		return c.onList(v, v.Items, func(items []any) { v.Items = items })
	case *jsonvalue.Array:
		return c.onList(v, v.Slice(), func(items []any) {
			v.Clear()
			v.Append(items...)
		})
	case *Map:
		return c.onMap(v, &v.Object, false)
	case *jsonvalue.Object:
		return c.onMap(v, v, true)
	case *entry:
		return c.onEntry(v)
	default:
		return nil, nil
	}
}

// void is what a method without a result gives.
const void = ""

// is reports whether the method is called so with that many arguments.
func (c *methodCall) is(name string, args int) bool { return c.name == name && len(c.args) == args }

// text returns an argument that has to be a text; null is none.
func (c *methodCall) text(i int) (string, bool) { return isText(c.args[i]) }

// whole returns an argument that has to be an int.
func (c *methodCall) whole(i int) (int, bool) { return wholeOf(c.args[i]) }

func (c *methodCall) onBool(v bool) (any, error) {
	switch {
	case c.is("toString", 0):
		return textOf(v), nil
	case c.is("booleanValue", 0):
		return v, nil
	case c.is("equals", 1):
		other, ok := c.args[0].(bool)
		return ok && other == v, nil
	case c.is("parseBoolean", 1), c.is("valueOf", 1):
		text, _ := c.text(0)
		return len(text) == 4 && lower(text) == "true", nil
	}
	return nil, nil
}

func (c *methodCall) onEntry(e *entry) (any, error) {
	switch {
	case c.is("getKey", 0):
		return e.key, nil
	case c.is("getValue", 0):
		return e.value, nil
	case c.is("toString", 0):
		return textOf(e), nil
	}
	return nil, nil
}

// isSame is Object.equals: unlike ==, a number is not equal to its text.
func isSame(a, b any) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	x, isNumber := numberOf(a)
	y, both := numberOf(b)
	if isNumber || both {
		return isNumber && both && x.isDouble == y.isDouble && compareNumbers(x, y) == 0
	}
	_, isString := isText(a)
	_, bothString := isText(b)
	if isString != bothString {
		return false
	}
	_, isBool := a.(bool)
	_, bothBool := b.(bool)
	return isBool == bothBool && textOf(a) == textOf(b)
}
