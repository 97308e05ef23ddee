package vtl

import (
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// loop is $foreach.
type loop struct {
	index  int
	more   bool
	parent *loop
}

// Property implements [Object].
func (l *loop) Property(name string) any {
	switch name {
	case "index":
		return int64(l.index)
	case "count":
		return int64(l.index + 1)
	case "hasNext":
		return l.more
	case "first":
		return l.index == 0
	case "last":
		return !l.more
	case "parent":
		if l.parent != nil {
			return l.parent
		}
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return top
	}
	return nil
}

// Call implements [Object].
func (l *loop) Call(name string, args []any) (any, bool, error) {
	if len(args) != 0 {
		return nil, false, nil
	}
	switch name {
	case "hasNext", "isFirst", "isLast":
		return l.Property(map[string]string{"hasNext": "hasNext", "isFirst": "first", "isLast": "last"}[name]), true, nil
	case "getIndex":
		return int64(l.index), true, nil
	case "getCount":
		return int64(l.index + 1), true, nil
	}
	return nil, false, nil
}

// each is #foreach.
type each struct {
	slot int
	// loop, count and next are the slots of $foreach, $velocityCount and
	// $velocityHasNext; -1 when the template does not use them.
	loop, count, next int
	collection        expression
	body              block
}

func (d *each) render(s *state) (signal, error) {
	collection, err := d.collection.eval(s)
	if err != nil {
		return proceed, err
	}
	items := itemsOf(collection)
	if len(items) == 0 {
		return proceed, nil
	}
	l := &loop{parent: s.loop}
	s.loop = l
	saved := [...]any{s.vars[d.slot], s.slotValue(d.loop), s.slotValue(d.count), s.slotValue(d.next)}
	s.setSlot(d.loop, l)
	defer func() {
		s.loop = l.parent
		s.vars[d.slot] = saved[0]
		s.setSlot(d.loop, saved[1])
		s.setSlot(d.count, saved[2])
		s.setSlot(d.next, saved[3])
	}()
	for i, item := range items {
		if i == s.limits.LoopIterations {
			break
		}
		if err := s.step(); err != nil {
			return proceed, err
		}
		l.index, l.more = i, i+1 < len(items)
		s.vars[d.slot] = item
		s.setSlot(d.count, int64(i+1))
		s.setSlot(d.next, l.more)
		sig, err := d.body.render(s)
		switch {
		case err != nil || sig == stopped:
			return sig, err
		case sig == broken:
			return proceed, nil
		}
	}
	return proceed, nil
}

func (s *state) slotValue(slot int) any {
	if slot < 0 {
		return nil
	}
	return s.vars[slot]
}

func (s *state) setSlot(slot int, v any) {
	if slot >= 0 {
		s.vars[slot] = v
	}
}

// itemsOf returns what #foreach goes over: the items of a list, the values of a map; none
// for everything else. It is a copy where the loop could change it.
func itemsOf(v any) []any {
	switch v := v.(type) {
	case *List:
		return append([]any(nil), v.Items...)
	case *jsonvalue.Array:
		items := append([]any(nil), v.Slice()...)
		for i := range items {
			items[i] = orMissing(items[i])
		}
		return items
	case *Map:
		return valuesOf(&v.Object, false)
	case *jsonvalue.Object:
		return valuesOf(v, true)
	case lister:
		return v.items()
	default:
		return nil
	}
}

// lister is a host object that #foreach can go over.
type lister interface{ items() []any }

func valuesOf(o *jsonvalue.Object, isDocument bool) []any {
	values := make([]any, 0, o.Len())
	for _, value := range o.All() {
		if isDocument {
			value = orMissing(value)
		}
		values = append(values, value)
	}
	return values
}
