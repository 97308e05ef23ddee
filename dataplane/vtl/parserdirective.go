package vtl

import "strings"

// directive parses a directive or the call of a macro; "#" with anything else is text.
func (p *parser) directive(b *builder, prefix string) (terminator string, err error) {
	start := p.pos
	p.pos++
	isBlock := p.accept("@")
	formal := p.accept("{")
	name := p.word()
	if name == "" || formal && !p.accept("}") {
		p.pos = start + 1
		b.text.WriteString(prefix)
		b.text.WriteByte('#')
		return "", nil
	}
	if !p.isDirective(name) || isBlock {
		return "", p.macroCall(b, prefix, start, name, isBlock)
	}
	b.text.WriteString(prefix[:len(prefix)/2])
	if len(prefix)%2 == 1 {
		b.text.WriteString(p.src[start:p.pos])
		return "", nil
	}
	switch name {
	case "end", "else":
		p.endOfLine()
		return name, nil
	case "elseif":
		return name, nil
	case "stop":
		b.add(end(stopped))
		return "", nil
	case "break":
		b.add(end(broken))
		return "", nil
	case "include", "parse":
		return "", p.fail("#" + name + " is not available")
	}
	n, err := p.withBody(name)
	if err == nil && n != nil {
		b.add(n)
	}
	return "", err
}

// isDirective reports whether a directive begins behind its name; #set without a
// parenthesis is text.
func (p *parser) isDirective(name string) bool {
	switch name {
	case "set":
		return strings.HasPrefix(strings.TrimLeft(p.src[p.pos:], " \t"), "(")
	case "if", "elseif", "else", "end", "foreach", "macro", "define", "evaluate", "stop", "break", "include", "parse":
		return true
	default:
		return false
	}
}

// withBody parses the directives that have something in parentheses.
func (p *parser) withBody(name string) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	switch name {
	case "set":
		return p.set()
	case "if":
		return p.choice()
	case "foreach":
		return p.foreach()
	case "macro":
		return nil, p.macro()
	case "define":
		return p.define()
	default:
		text, err := p.parameter()
		if err != nil {
			return nil, err
		}
		return &evaluate{text: text}, p.closeDirective()
	}
}

// closeDirective parses the parenthesis at the end of a directive, and the rest of its
// line when that is blank.
func (p *parser) closeDirective() error {
	if err := p.expect(")"); err != nil {
		return err
	}
	p.endOfLine()
	return nil
}

func (p *parser) set() (node, error) {
	target, err := p.target()
	if err != nil {
		return nil, err
	}
	if last := len(target.chain) - 1; last >= 0 {
		if _, ok := target.chain[last].(*method); ok {
			return nil, p.fail("a method call cannot be assigned to")
		}
	}
	if err := p.expect("="); err != nil {
		return nil, err
	}
	value, err := p.expression()
	if err != nil {
		return nil, err
	}
	return &set{target: target, value: value}, p.closeDirective()
}

// target parses a reference that has to be there.
func (p *parser) target() (*reference, error) {
	p.space()
	if p.pos == len(p.src) || p.src[p.pos] != '$' {
		return nil, p.fail("expected a reference")
	}
	r, _, err := p.reference()
	if err == nil && r == nil {
		err = p.fail("expected a reference")
	}
	return r, err
}

// variable parses a reference without properties and returns its slot.
func (p *parser) variable() (int, error) {
	r, err := p.target()
	if err == nil && len(r.chain) > 0 {
		err = p.fail("expected a variable")
	}
	if err != nil {
		return 0, err
	}
	return r.slot, nil
}

func (p *parser) choice() (node, error) {
	var branches choice
	for {
		condition, err := p.expression()
		if err == nil {
			err = p.closeDirective()
		}
		if err != nil {
			return nil, err
		}
		body, terminator, err := p.block()
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch{condition, body})
		switch terminator {
		case "elseif":
			if err := p.expect("("); err != nil {
				return nil, err
			}
		case "else":
			body, err := p.closed("#else")
			return append(branches, branch{nil, body}), err
		case "end":
			return branches, nil
		default:
			return nil, p.fail("#if without #end")
		}
	}
}

// closed parses a block that ends with #end.
func (p *parser) closed(directive string) (block, error) {
	body, terminator, err := p.block()
	if err == nil && terminator != "end" {
		err = p.fail(directive + " without #end")
	}
	return body, err
}

func (p *parser) foreach() (node, error) {
	slot, err := p.variable()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.word() != "in" {
		return nil, p.fail("expected in")
	}
	p.space()
	collection, err := p.parameter()
	if err == nil {
		err = p.closeDirective()
	}
	if err != nil {
		return nil, err
	}
	body, err := p.closed("#foreach")
	return &each{
		slot: slot, loop: p.names.slot("foreach"), count: p.names.slot("velocityCount"), next: p.names.slot("velocityHasNext"),
		collection: collection, body: body,
	}, err
}

func (p *parser) define() (node, error) {
	slot, err := p.variable()
	if err == nil {
		err = p.closeDirective()
	}
	if err != nil {
		return nil, err
	}
	body, err := p.closed("#define")
	return &define{slot: slot, body: body}, err
}

// macro parses the definition of a macro. The first definition of a name holds.
func (p *parser) macro() error {
	p.space()
	name := p.word()
	if name == "" {
		return p.fail("expected the name of the macro")
	}
	var parameters []int
	for {
		p.separator()
		if p.pos < len(p.src) && p.src[p.pos] == ')' {
			break
		}
		slot, err := p.variable()
		if err != nil {
			return err
		}
		parameters = append(parameters, slot)
	}
	if err := p.closeDirective(); err != nil {
		return err
	}
	body, err := p.closed("#macro")
	if m := p.names.macro(name); err == nil && !m.defined {
		m.parameters, m.body, m.defined = parameters, body, true
	}
	return err
}

// separator skips blanks, line breaks and a comma.
func (p *parser) separator() {
	p.space()
	if p.accept(",") {
		p.space()
	}
}

// macroCall parses the call of a macro that is defined here or later. What turns out to
// be none is printed as it stands.
func (p *parser) macroCall(b *builder, prefix string, start int, name string, isBlock bool) error {
	c := &call{macro: p.names.macro(name), bodySlot: -1}
	afterName := p.pos
	if len(prefix)%2 == 1 {
		b.add(&escapedCall{macro: c.macro, prefix: prefix, source: p.src[start:p.pos]})
		return nil
	}
	p.blanks()
	if p.accept("(") {
		if err := p.arguments(c); err != nil {
			if isBlock {
				return err
			}
			p.pos, c.arguments = afterName, nil // a text in parentheses
		} else {
			p.endOfLine()
		}
	} else {
		p.pos = afterName
	}
	c.source, c.prefix = p.src[start:p.pos], prefix
	if isBlock {
		if err := p.callBody(c, start); err != nil {
			return err
		}
	}
	b.add(c)
	return nil
}

// callBody parses the block of #@name(...) up to its #end.
func (p *parser) callBody(c *call, start int) error {
	body, err := p.closed("#@")
	if err != nil {
		return err
	}
	c.bodySlot, c.content = p.names.slot("bodyContent"), &blockValue{body: body}
	c.source = p.src[start:p.pos]
	return nil
}

func (p *parser) arguments(c *call) error {
	return p.nested(func() error {
		for {
			p.separator()
			if p.accept(")") {
				return nil
			}
			argument, err := p.parameter()
			if err != nil {
				return err
			}
			c.arguments = append(c.arguments, argument)
		}
	})
}
