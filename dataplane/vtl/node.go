package vtl

import (
	"maps"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// signal tells how the rendering of a node went on.
type signal uint8

const (
	proceed signal = iota
	// broken ends the innermost loop, stopped the template.
	broken
	stopped
)

// node is a part of a template.
type node interface {
	render(s *state) (signal, error)
}

// block is a list of nodes.
type block []node

func (b block) render(s *state) (signal, error) {
	for _, n := range b {
		if sig, err := n.render(s); err != nil || sig != proceed {
			return sig, err
		}
	}
	return proceed, nil
}

// text is printed as it stands.
type text string

func (t text) render(s *state) (signal, error) {
	s.out = append(s.out, t...)
	return proceed, s.checkOutput()
}

// printed is a reference in the text.
type printed struct {
	*reference

	// prefix are the backslashes before a reference: half of them when it has a value,
	// all of them when it has none.
	prefix string
	quiet  bool
}

func (p *printed) render(s *state) (signal, error) {
	v, err := p.eval(s)
	if err != nil {
		return proceed, err
	}
	if v == nil {
		s.out = append(s.out, p.prefix...)
		if isEscaped := len(p.prefix)%2 == 1; isEscaped || !p.quiet {
			s.out = append(s.out, s.sourceOf(p.reference)...)
		}
		return proceed, s.checkOutput()
	}
	s.out = append(s.out, p.prefix[:len(p.prefix)/2]...)
	if len(p.prefix)%2 == 1 {
		s.out = append(s.out, p.source...)
		return proceed, s.checkOutput()
	}
	if b, ok := v.(*blockValue); ok {
		return b.render(s)
	}
	s.out = appendValue(s.out, v)
	return proceed, s.checkOutput()
}

// set is #set.
type set struct {
	target *reference
	value  expression
}

func (d *set) render(s *state) (signal, error) {
	v, err := d.value.eval(s)
	if err != nil || v == nil {
		return proceed, err // null is not assigned
	}
	return proceed, d.target.assign(s, v)
}

// branch is one of the blocks of #if with its condition; nil for #else.
type branch struct {
	condition expression
	body      block
}

// choice is #if with all its branches.
type choice []branch

func (c choice) render(s *state) (signal, error) {
	for i := range c {
		if c[i].condition != nil {
			v, err := c[i].condition.eval(s)
			if err != nil {
				return proceed, err
			}
			if !decides(c[i].condition, v) {
				continue
			}
		}
		return c[i].body.render(s)
	}
	return proceed, nil
}

// end is #stop and #break.
type end signal

func (e end) render(*state) (signal, error) { return signal(e), nil }

// evaluate is #evaluate: it renders a text as a template.
type evaluate struct{ text expression }

func (d *evaluate) render(s *state) (signal, error) {
	v, err := d.text.eval(s)
	if err != nil || v == nil {
		return proceed, err
	}
	if err := s.enter(); err != nil {
		return proceed, err
	}
	defer s.leave()
	if !s.ownNames {
		// The template's own names are not written: others execute it, too.
		s.names, s.ownNames = &names{slots: maps.Clone(s.names.slots), macros: s.names.cloneMacros()}, true
	}
	body, err := parse(textOf(v), s.names)
	if err != nil {
		return proceed, exception("#evaluate: %v", err)
	}
	known := len(s.vars)
	s.vars = append(s.vars, make([]any, len(s.names.slots)-known)...)
	for name, value := range s.variables {
		if slot, ok := s.names.slots[name]; ok && slot >= known {
			s.vars[slot] = value
		}
	}
	return body.render(s)
}

// define is #define: the block is rendered where the variable is printed.
type define struct {
	slot int
	body block
}

func (d *define) render(s *state) (signal, error) {
	s.vars[d.slot] = &blockValue{body: d.body}
	return proceed, nil
}

// blockValue is the value of a #define, or the body of a macro call.
type blockValue struct{ body block }

func (b *blockValue) render(s *state) (signal, error) {
	if err := s.enter(); err != nil {
		return proceed, err
	}
	defer s.leave()
	return b.body.render(s)
}

// macro is the definition of a macro. Its body is set when it has been parsed: a macro may
// call itself.
type macro struct {
	parameters []int
	body       block
	defined    bool
}

// call is the call of a macro, or a text that looks like one.
type call struct {
	*macro

	arguments []expression
	// source is the text of the call, printed when there is no such macro; prefix are the
	// backslashes before it.
	source, prefix string
	// content is the block of #@name, the value of bodySlot.
	bodySlot int
	content  *blockValue
}

func (c *call) render(s *state) (signal, error) {
	if !c.defined {
		return text(c.prefix + c.source).render(s)
	}
	s.out = append(s.out, c.prefix[:len(c.prefix)/2]...)
	return c.expand(s)
}

// escapedCall is the name of a macro behind an odd number of backslashes: half of them
// are printed with the name, all when there is no such macro.
type escapedCall struct {
	*macro

	prefix, source string
}

func (c *escapedCall) render(s *state) (signal, error) {
	prefix := c.prefix
	if c.defined {
		prefix = prefix[:len(prefix)/2]
	}
	return text(prefix + c.source).render(s)
}

// expand renders the macro.
func (c *call) expand(s *state) (signal, error) {
	if err := s.enter(); err != nil {
		return proceed, err
	}
	defer s.leave()
	values := make([]any, len(c.parameters))
	outer := s.unset
	for i, argument := range c.arguments {
		if i == len(values) {
			break
		}
		v, err := argument.eval(s)
		if err != nil {
			return proceed, err
		}
		if r, ok := argument.(*reference); ok && v == nil {
			s.unset = &unset{slot: c.parameters[i], source: s.sourceOf(r), outer: s.unset}
		}
		values[i] = v
	}
	defer func() { s.unset = outer }()
	for i, slot := range c.parameters {
		s.vars[slot], values[i] = values[i], s.vars[slot]
	}
	if c.content != nil {
		s.vars[c.bodySlot] = c.content
	}
	sig, err := c.body.render(s)
	for i, slot := range c.parameters {
		s.vars[slot] = values[i]
	}
	if sig == broken {
		sig = proceed
	}
	return sig, err
}

// unset is a parameter of a macro whose argument has no value: it prints as the argument.
type unset struct {
	slot   int
	source string
	outer  *unset
}

// sourceOf returns what a reference without a value prints as.
func (s *state) sourceOf(r *reference) string {
	if len(r.chain) == 0 {
		for u := s.unset; u != nil; u = u.outer {
			if u.slot == r.slot {
				return u.source
			}
		}
	}
	return r.source
}

// loop is $foreach.
type loop struct {
	index  int
	more   bool
	parent *loop
	ended  bool
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
	case "stop":
		l.ended = true
		return nil, true, nil
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
		case sig == broken || l.ended:
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
