package vtl

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// onMap calls a method of a map; what a document lacks is missing, not null.
func (c *methodCall) onMap(v any, o *jsonvalue.Object, isDocument bool) (any, error) {
	read := func(value any) any {
		if isDocument {
			return orMissing(value)
		}
		return value
	}
	switch len(c.args) {
	case 0:
		return c.onMapBare(v, o, read)
	case 1:
		return c.onMapWith(v, o, read)
	case 2:
		return c.onMapEntry(o, read)
	}
	return nil, nil
}

func (c *methodCall) onMapBare(v any, o *jsonvalue.Object, read func(any) any) (any, error) {
	switch c.name {
	case "size":
		return int64(o.Len()), nil
	case "isEmpty":
		return o.Len() == 0, nil
	case "keySet":
		keys := &List{Items: make([]any, o.Len())}
		for i := range keys.Items {
			keys.Items[i], _ = o.At(i)
		}
		return keys, nil
	case "values":
		values := &List{Items: make([]any, o.Len())}
		for i := range values.Items {
			_, value := o.At(i)
			values.Items[i] = read(value)
		}
		return values, nil
	case "entrySet":
		entries := &List{Items: make([]any, o.Len())}
		for i := range entries.Items {
			key, value := o.At(i)
			entries.Items[i] = &entry{key, read(value)}
		}
		return entries, nil
	case "toString":
		return textOf(v), nil
	case "clear":
		o.Clear()
		return void, nil
	}
	return nil, nil
}

func (c *methodCall) onMapWith(v any, o *jsonvalue.Object, read func(any) any) (any, error) {
	key := textOf(c.args[0])
	switch c.name {
	case "get":
		value, _ := o.Get(key)
		return read(value), nil
	case "containsKey":
		_, ok := o.Get(key)
		return ok, nil
	case "containsValue":
		for _, value := range o.All() {
			if isSame(value, c.args[0]) {
				return true, nil
			}
		}
		return false, nil
	case "remove":
		value, _ := o.Delete(key)
		return value, nil
	case "putAll":
		for key, value := range entriesOf(c.args[0]) {
			if err := c.put(o, key, value); err != nil {
				return nil, err
			}
		}
		return void, nil
	case "equals":
		return textOf(v) == textOf(c.args[0]), nil
	}
	return nil, nil
}

func (c *methodCall) onMapEntry(o *jsonvalue.Object, read func(any) any) (any, error) {
	key := textOf(c.args[0])
	before, known := o.Get(key)
	switch c.name {
	case "put":
		return before, c.put(o, key, c.args[1])
	case "putIfAbsent":
		if known {
			return before, nil
		}
		return nil, c.put(o, key, c.args[1])
	case "getOrDefault":
		if known {
			return read(before), nil
		}
		return c.args[1], nil
	}
	return nil, nil
}

func (c *methodCall) put(o *jsonvalue.Object, key string, value any) error {
	o.Set(key, value)
	return c.s.checkSize(o.Len() * listCost)
}

// entriesOf returns the entries of a map, none for anything else.
func entriesOf(v any) func(yield func(string, any) bool) {
	switch v := v.(type) {
	case *Map:
		return v.All()
	case *jsonvalue.Object:
		return v.All()
	default:
		return func(func(string, any) bool) {}
	}
}
