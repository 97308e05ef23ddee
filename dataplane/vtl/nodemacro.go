package vtl

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
