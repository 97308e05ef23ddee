package vtl

import (
	"maps"
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
	mark := len(s.out)
	s.out = appendValue(s.out, v)
	if err := s.charge(len(s.out) - mark); err != nil {
		return proceed, err
	}
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
