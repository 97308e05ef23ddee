package vtl

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// reference is $name with what follows it.
type reference struct {
	// source is the text of the reference, printed when it has no value.
	source string
	slot   int
	chain  []access
}

// access is one link of a reference: a property, a method or an index.
type access interface {
	get(s *state, v any) (any, error)
}

func (r *reference) eval(s *state) (any, error) {
	v := s.vars[r.slot]
	for _, link := range r.chain {
		if v == nil {
			return nil, nil
		}
		var err error
		if v, err = link.get(s, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// assign sets what the reference names.
func (r *reference) assign(s *state, v any) error {
	if len(r.chain) == 0 {
		s.vars[r.slot] = v
		return nil
	}
	last := len(r.chain) - 1
	owner, err := (&reference{slot: r.slot, chain: r.chain[:last]}).eval(s)
	if err != nil || owner == nil {
		return err
	}
	switch link := r.chain[last].(type) {
	case property:
		return setProperty(owner, string(link), v)
	case *index:
		at, err := link.at.eval(s)
		if err != nil {
			return err
		}
		return setIndex(owner, at, v)
	default:
		return nil // a method is not assignable; the parser refuses it
	}
}

// property is .name.
type property string

func (p property) get(_ *state, v any) (any, error) {
	name := string(p)
	switch v := v.(type) {
	case *jsonvalue.Object:
		value, _ := v.Get(name)
		return orMissing(value), nil
	case *jsonvalue.Array, missing, Text:
		return missing{}, nil // RT-20, RT-26
	case *Map:
		value, _ := v.Get(name)
		return value, nil
	case *entry:
		switch name {
		case "key":
			return v.key, nil
		case "value":
			return v.value, nil
		}
		return nil, nil
	case Object:
		return v.Property(name), nil
	case *List:
		if name == "empty" {
			return len(v.Items) == 0, nil
		}
		return nil, nil
	case string:
		if name == "empty" {
			return v == "", nil
		}
		return nil, nil
	default:
		return nil, nil
	}
}

func setProperty(owner any, name string, v any) error {
	switch owner := owner.(type) {
	case *Map:
		owner.Set(name, v)
	case *jsonvalue.Object:
		owner.Set(name, v)
	case Assignable:
		return owner.SetProperty(name, v)
	}
	return nil
}

// index is [at].
type index struct{ at expression }

func (i *index) get(s *state, v any) (any, error) {
	at, err := i.at.eval(s)
	if err != nil || at == nil {
		return nil, err
	}
	switch v := v.(type) {
	case *List:
		return itemAt(v.Items, at)
	case *jsonvalue.Array:
		item, err := itemAt(v.Slice(), at)
		return orMissing(item), err
	case *Map:
		value, _ := v.Get(textOf(at))
		return value, nil
	case *jsonvalue.Object:
		value, _ := v.Get(textOf(at))
		return orMissing(value), nil
	case missing:
		return missing{}, nil
	case Object:
		return v.Property(textOf(at)), nil
	default:
		return nil, nil
	}
}

// itemAt returns an item; a negative index counts from the end.
func itemAt(items []any, at any) (any, error) {
	i, ok := wholeOf(at)
	if !ok {
		return nil, nil
	}
	if i < 0 {
		i += len(items)
	}
	if i < 0 || i >= len(items) {
		return nil, exception("index %s is outside a list of %d", textOf(at), len(items))
	}
	return items[i], nil
}

func setIndex(owner, at, v any) error {
	var items []any
	switch owner := owner.(type) {
	case *List:
		items = owner.Items
	case *jsonvalue.Array:
		items = owner.Slice()
	default:
		if at == nil {
			return nil
		}
		return setProperty(owner, textOf(at), v)
	}
	i, ok := wholeOf(at)
	if !ok {
		return nil
	}
	if i < 0 {
		i += len(items)
	}
	if i < 0 || i >= len(items) {
		return exception("index %s is outside a list of %d", textOf(at), len(items))
	}
	items[i] = v
	return nil
}

// method is .name(args).
type method struct {
	name string
	args []expression
	// pattern is the first argument as a regular expression when it is a literal and the
	// method takes one.
	pattern *pattern
}

func (m *method) get(s *state, v any) (any, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	var buffer [4]any
	args := buffer[:0]
	for _, arg := range m.args {
		value, err := arg.eval(s)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	if object, ok := v.(Object); ok {
		value, _, err := object.Call(m.name, args)
		return value, err
	}
	c := methodCall{s: s, name: m.name, args: args, pattern: m.pattern}
	return c.on(v)
}
