package vtl

import (
	"slices"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// listCost is what an item counts toward the size of a value.
const listCost = 16

// onList calls a method of a list, whose items replace sets.
func (c *methodCall) onList(v any, items []any, replace func([]any)) (any, error) {
	switch len(c.args) {
	case 0:
		return c.onListBare(v, items, replace)
	case 1:
		return c.onListWith(v, items, replace)
	case 2:
		return c.onListAt(items, replace)
	}
	return nil, nil
}

func (c *methodCall) onListBare(v any, items []any, replace func([]any)) (any, error) {
	switch c.name {
	case "size", "length":
		return int64(len(items)), nil
	case "isEmpty":
		return len(items) == 0, nil
	case "toString", "toJSONString":
		return textOf(v), nil
	case "clear":
		replace(nil)
		return void, nil
	case "iterator", "listIterator":
		return &iterator{rest: slices.Clone(items)}, nil
	}
	return nil, nil
}

func (c *methodCall) onListWith(v any, items []any, replace func([]any)) (any, error) {
	arg := c.args[0]
	switch c.name {
	case "get":
		i, ok := wholeOf(arg)
		if !ok {
			return nil, nil
		}
		if i < 0 || i >= len(items) {
			return nil, exception("index %d is outside a list of %d", i, len(items))
		}
		return c.document(v, items[i]), nil
	case "add":
		if err := c.s.checkSize((len(items) + 1) * listCost); err != nil {
			return nil, err
		}
		replace(append(items, arg))
		return true, nil
	case "addAll":
		more := itemsOf(arg)
		if err := c.s.checkSize((len(items) + len(more)) * listCost); err != nil {
			return nil, err
		}
		replace(append(slices.Clone(items), more...))
		return len(more) > 0, nil
	case "contains":
		return indexOf(items, arg) >= 0, nil
	case "containsAll":
		for _, item := range itemsOf(arg) {
			if indexOf(items, item) < 0 {
				return false, nil
			}
		}
		return true, nil
	case "indexOf":
		return int64(indexOf(items, arg)), nil
	case "remove":
		return c.remove(items, replace)
	case "equals":
		return textOf(v) == textOf(arg), nil
	}
	return nil, nil
}

// document is an item as it is read: null is missing in a document.
func (c *methodCall) document(list, item any) any {
	if _, ok := list.(*jsonvalue.Array); ok {
		return orMissing(item)
	}
	return item
}

func (c *methodCall) remove(items []any, replace func([]any)) (any, error) {
	if i, ok := c.whole(0); ok {
		if i < 0 || i >= len(items) {
			return nil, exception("index %d is outside a list of %d", i, len(items))
		}
		removed := items[i]
		replace(slices.Delete(slices.Clone(items), i, i+1))
		return removed, nil
	}
	i := indexOf(items, c.args[0])
	if i < 0 {
		return false, nil
	}
	replace(slices.Delete(slices.Clone(items), i, i+1))
	return true, nil
}

func (c *methodCall) onListAt(items []any, replace func([]any)) (any, error) {
	i, ok := c.whole(0)
	if !ok {
		return nil, nil
	}
	switch c.name {
	case "set":
		if i < 0 || i >= len(items) {
			return nil, exception("index %d is outside a list of %d", i, len(items))
		}
		before := items[i]
		items[i] = c.args[1]
		return before, nil
	case "add":
		if i < 0 || i > len(items) {
			return nil, exception("index %d is outside a list of %d", i, len(items))
		}
		if err := c.s.checkSize((len(items) + 1) * listCost); err != nil {
			return nil, err
		}
		replace(slices.Insert(slices.Clone(items), i, c.args[1]))
		return void, nil
	case "subList":
		to, ok := c.whole(1)
		if !ok {
			return nil, nil
		}
		if i < 0 || to > len(items) || i > to {
			return nil, exception("%d to %d is outside a list of %d", i, to, len(items))
		}
		return &List{Items: slices.Clone(items[i:to])}, nil
	}
	return nil, nil
}

func indexOf(items []any, v any) int {
	return slices.IndexFunc(items, func(item any) bool { return isSame(item, v) })
}

// iterator is a java.util.Iterator over what was in a list.
type iterator struct{ rest []any }

// Property implements [Object].
func (*iterator) Property(string) any { return nil }

// Call implements [Object].
func (i *iterator) Call(name string, args []any) (any, bool, error) {
	switch {
	case len(args) > 0:
		return nil, false, nil
	case name == "hasNext":
		return len(i.rest) > 0, true, nil
	case name == "next":
		if len(i.rest) == 0 {
			return nil, true, exception("an iterator is at its end")
		}
		item := i.rest[0]
		i.rest = i.rest[1:]
		return item, true, nil
	}
	return nil, false, nil
}

// items implements lister.
func (i *iterator) items() []any { return i.rest }
