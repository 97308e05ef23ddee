package jsonpath

import (
	"slices"
	"strconv"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// function computes the value of a call on model.
type function func(w *work, c *call, model any) (any, error)

// functionNamed returns a function by its name; size is another name of length.
func functionNamed(name string) (function, bool) {
	switch name {
	case "length", "size":
		return length, true
	case "keys":
		return keys, true
	case "append":
		return appended, true
	case "concat":
		return concat, true
	case "first", "last", "index":
		return pickItem, true
	case "sum", "avg", "min", "max", "stddev":
		return aggregate, true
	default:
		return nil, false
	}
}

// call applies a function step. Its value is a result even where steps follow; for a
// definite path the results of these then take its place.
func (e *evaluation) call(at int, s *step, model any) error {
	f, ok := functionNamed(s.call.name)
	if !ok {
		return refusal("function with name: " + s.call.name + " does not exist")
	}
	value, err := f(e.work, &s.call, model)
	if err != nil {
		return err
	}
	e.add(value)
	if s.last {
		return nil
	}
	return e.from(at+1, value)
}

// resolve evaluates a parameter, a path against the whole document.
func (w *work) resolve(p parameter) (any, error) {
	if p.path == nil {
		return p.value, nil
	}
	return w.evaluateRaw(p.path, w.root, false)
}

// length counts the items of an array or the members of an object; null otherwise.
// With a parameter it counts what is inside the parameter's matches, starting at
// model, and falls back to model itself where the parameter names a single value.
func length(w *work, c *call, model any) (any, error) {
	if len(c.parameters) > 0 {
		p := c.parameters[0].path
		if p == nil {
			return nil, failure("length() takes a path")
		}
		if _, err := w.resolveAll(c); err != nil {
			return nil, err
		}
		inner, err := w.contents(p, model)
		if err != nil {
			return nil, err
		}
		if list, ok := inner.(*jsonvalue.Array); ok {
			return count(list.Len()), nil
		}
	}
	switch model := model.(type) {
	case *jsonvalue.Array:
		return count(model.Len()), nil
	case *jsonvalue.Object:
		return count(model.Len()), nil
	default:
		return nil, nil
	}
}

// contents evaluates p with a wildcard at its end, but gives the last match where p
// itself is definite.
func (w *work) contents(p *Path, model any) (any, error) {
	if p.function || len(p.steps) == 0 {
		return w.evaluateRaw(p, model, false)
	}
	all := &Path{text: p.text, fromRoot: p.fromRoot, steps: append(slices.Clip(p.steps), step{kind: anyStep})}
	all.finish()
	all.definite = p.definite
	return w.evaluateRaw(all, model, false)
}

func (w *work) resolveAll(c *call) ([]any, error) {
	values := make([]any, len(c.parameters))
	for i, p := range c.parameters {
		v, err := w.resolve(p)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

func count(n int) jsonvalue.Number { return jsonvalue.Number(strconv.Itoa(n)) }

func keys(w *work, c *call, model any) (any, error) {
	if _, err := w.resolveAll(c); err != nil {
		return nil, err
	}
	object, ok := model.(*jsonvalue.Object)
	if !ok {
		return nil, nil
	}
	return keySet{keys: object.Keys()}, w.spend(object.Len())
}

// appended gives a list with the parameters at its end. Jayway changes the document.
func appended(w *work, c *call, model any) (any, error) {
	values, err := w.resolveAll(c)
	if err != nil {
		return nil, err
	}
	list, ok := model.(*jsonvalue.Array)
	if !ok {
		return model, nil
	}
	if err := w.spend(list.Len()); err != nil {
		return nil, err
	}
	longer := make([]any, 0, list.Len()+len(values))
	longer = append(longer, list.Slice()...)
	for _, v := range values {
		longer = append(longer, plain(v))
	}
	return jsonvalue.NewArray(longer...), nil
}

// concat joins the strings of a list and the parameters, lists of them item by item.
func concat(w *work, c *call, model any) (any, error) {
	var text []byte
	add := func(s []byte) error {
		text = s
		return w.spend(1 + len(text)/costPerStep)
	}
	if list, ok := model.(*jsonvalue.Array); ok {
		for _, item := range list.Slice() {
			if s, ok := item.(string); ok {
				if err := add(append(text, s...)); err != nil {
					return nil, err
				}
			}
		}
	}
	values, err := w.resolveAll(c)
	if err != nil {
		return nil, err
	}
	for _, v := range spread(values) {
		if v == nil {
			continue
		}
		longer, err := jsonvalue.AppendJavaMax(text, plain(v), maxText)
		if err != nil {
			return nil, &Error{Kind: ErrLimit, Message: "concat() makes too much text"}
		}
		if err := add(longer); err != nil {
			return nil, err
		}
	}
	return string(text), nil
}

// maxText bounds the result of concat, in bytes: a payload has 10 MB.
const maxText = 10 << 20

// spread returns values with the items of lists in place of the lists.
func spread(values []any) []any {
	var all []any
	for _, v := range values {
		if list, ok := v.(*jsonvalue.Array); ok {
			all = append(all, list.Slice()...)
			continue
		}
		all = append(all, v)
	}
	return all
}

// pickItem is first(), last() and index(n). In Jayway neither last() nor a negative
// index reaches the first item, so a list of one has no last(); likewise here.
func pickItem(w *work, c *call, model any) (any, error) {
	values, err := w.resolveAll(c)
	if err != nil {
		return nil, err
	}
	list, ok := model.(*jsonvalue.Array)
	if !ok {
		return nil, failure(c.name + "() applies to arrays only")
	}
	if err := w.spend(list.Len() / costPerStep); err != nil {
		return nil, err
	}
	at := 0
	switch c.name {
	case "last":
		at = -1
	case "index":
		if at, err = indexParameter(values); err != nil {
			return nil, err
		}
	}
	if at < 0 {
		if at += list.Len(); at <= 0 {
			return nil, failure("target index is larger than the object count")
		}
	}
	if at >= list.Len() {
		return nil, outOfRange("target index is larger than the object count")
	}
	return list.At(at), nil
}

func indexParameter(values []any) (int, error) {
	for _, v := range spread(values) {
		if number, ok := v.(jsonvalue.Number); ok {
			return javaInt(number), nil
		}
	}
	return 0, outOfRange("index() takes a number")
}

// javaInt is Number.intValue: an integer keeps its lowest 32 bits, a decimal is cut
// to the range of an int.
func javaInt(n jsonvalue.Number) int {
	if n.IsInteger() {
		if d, ok := jsonvalue.ParseDecimal(string(n)); ok {
			return d.Int32()
		}
	}
	return int(int32(min(max(n.Float64(), -1<<31), 1<<31-1)))
}
