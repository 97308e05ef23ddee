package jsonpath

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// listOperand returns the list an operand is. An object is none, which makes the
// comparison false; any other operand refuses.
func listOperand(v any) (list *jsonvalue.Array, err error) {
	if list, ok := arrayOf(v); ok {
		return list, nil
	}
	if _, ok := objectOf(v); ok {
		return nil, nil
	}
	return nil, refusal("expected value list node")
}

func in(w *work, left, right any) (bool, error) {
	list, err := listOperand(right)
	if list == nil {
		return false, err
	}
	return w.includes(list, left)
}

func subsetOf(w *work, left, right any) (bool, error) {
	set, part, err := lists(left, right)
	if set == nil || part == nil {
		return false, err
	}
	for _, item := range part.Slice() {
		value, err := w.listItem(item)
		if err != nil {
			return false, err
		}
		if ok, err := w.includes(set, value); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// lists returns the operands as lists, the right one first as it is judged first.
func lists(left, right any) (r, l *jsonvalue.Array, err error) {
	if r, err = listOperand(right); r == nil {
		return nil, nil, err
	}
	l, err = listOperand(left)
	return r, l, err
}

func anyOf(w *work, left, right any) (bool, error) {
	r, l, err := lists(left, right)
	if r == nil || l == nil {
		return false, err
	}
	for _, item := range l.Slice() {
		value, err := w.listItem(item)
		if err != nil {
			return false, err
		}
		if ok, err := w.includes(r, value); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// anyOfOrNeither is the opposite of NONEOF, which is false for objects as well.
func anyOfOrNeither(w *work, left, right any) (bool, error) {
	r, l, err := lists(left, right)
	if err == nil && (r == nil || l == nil) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return anyOf(w, l, r)
}

// includes tells whether v equals an item of the list.
func (w *work) includes(list *jsonvalue.Array, v any) (bool, error) {
	if err := w.checkItems(list); err != nil {
		return false, err
	}
	for _, item := range list.Slice() {
		value, err := w.listItem(item)
		if err != nil {
			return false, err
		}
		if ok, err := looselyEqual(w, v, value); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// checkItems refuses lists with lists or objects in them, which Jayway cannot
// compare with anything.
func (w *work) checkItems(list *jsonvalue.Array) error {
	if err := w.spend(list.Len()); err != nil {
		return err
	}
	for _, item := range list.Slice() {
		switch item.(type) {
		case *jsonvalue.Object, *jsonvalue.Array:
			return failure("could not determine value type")
		}
	}
	return nil
}

// listItem is an item as the operand it becomes: a string loses a pair of quotes
// around it and its escapes, and one that reads as a path or as JSON equals nothing.
func (w *work) listItem(item any) (any, error) {
	text, ok := item.(string)
	if !ok {
		return item, w.spend(1)
	}
	if err := w.spend(1 + len(text)/costPerStep); err != nil {
		return nil, err
	}
	if readsAsPath(text) || readsAsJSON(text) {
		return undefined{}, nil
	}
	return unquoted(text)
}
