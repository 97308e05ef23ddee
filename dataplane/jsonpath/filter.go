package jsonpath

// condition is a compiled filter or a part of one.
type condition interface {
	// holds applies the condition to an element. An error that refuses rejects the
	// element, whatever the rest of the filter says.
	holds(w *work, item any) (bool, error)
}

type (
	either []condition // ||
	both   []condition // &&
	negate struct{ of condition }

	// exists is a path on its own; absent is one with "!" before it.
	exists struct {
		path *Path
		want bool
	}

	// comparison is an operator between two operands.
	comparison struct {
		left, right operand
		operator    operator
	}
)

func (c either) holds(w *work, item any) (bool, error) {
	for _, part := range c {
		if ok, err := part.holds(w, item); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (c both) holds(w *work, item any) (bool, error) {
	for _, part := range c {
		if ok, err := part.holds(w, item); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (c negate) holds(w *work, item any) (bool, error) {
	ok, err := c.of.holds(w, item)
	return !ok && err == nil, err
}

// holds looks for the path in the element, even a path that begins with "$", as
// Jayway does. An indefinite path exists also when it has no matches, unless it
// misses a property on the way.
func (c exists) holds(w *work, item any) (bool, error) {
	_, err := w.evaluateRaw(c.path, item, true)
	if isNotFound(err) {
		return !c.want, nil
	}
	return err == nil && c.want, err
}

func (c comparison) holds(w *work, item any) (bool, error) {
	if err := w.spend(1); err != nil {
		return false, err
	}
	left, err := c.left.resolve(w, item)
	if err != nil {
		return false, err
	}
	right, err := c.right.resolve(w, item)
	if err != nil {
		return false, err
	}
	return c.operator(w, left, right)
}

// operand is a literal, or else a path to a value.
type operand struct {
	path    *Path
	literal any
}

// undefined is the value of an operand whose path leads nowhere. It equals nothing,
// null included.
type undefined struct{}

// jsonText is a list or object written in the filter. Unlike one of the document it
// equals nothing from the left: Jayway compares its text.
type jsonText struct{ value any }

func (o operand) resolve(w *work, item any) (any, error) {
	if o.path == nil {
		return o.literal, nil
	}
	if !o.path.fromRoot {
		return o.found(w.evaluateRaw(o.path, item, false))
	}
	hit, ok := w.cache[o.path]
	if !ok {
		hit.value, hit.err = w.evaluateRaw(o.path, w.root, false)
		if w.cache == nil {
			w.cache = make(map[*Path]cacheHit)
		}
		w.cache[o.path] = hit
	}
	return o.found(hit.value, hit.err)
}

func (o operand) found(v any, err error) (any, error) {
	if isNotFound(err) {
		return undefined{}, nil
	}
	if _, ok := v.(keySet); ok {
		return nil, failure("keys() has no value in a filter")
	}
	return v, err
}
