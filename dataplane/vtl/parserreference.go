package vtl

// reference parses $name, ${name} and their quiet forms with all properties, methods and
// indices. It is nil when what follows "$" is no reference.
func (p *parser) reference() (r *reference, quiet bool, err error) {
	start := p.pos
	p.pos++
	quiet = p.accept("!")
	formal := p.accept("{")
	name := p.word()
	if name == "" {
		return nil, false, nil
	}
	r = &reference{slot: p.names.slot(name)}
	err = p.nested(func() error { return p.chain(r) })
	if err != nil {
		return nil, false, err
	}
	if formal && !p.accept("}") {
		return nil, false, nil
	}
	r.source = p.src[start:p.pos]
	return r, quiet, nil
}

func (p *parser) chain(r *reference) error {
	for p.pos < len(p.src) {
		start := p.pos
		switch p.src[p.pos] {
		case '.':
			p.pos++
			name := p.word()
			if name == "" {
				p.pos = start
				return nil
			}
			if !p.accept("(") {
				r.chain = append(r.chain, property(name))
				continue
			}
			m, err := p.method(name)
			if err != nil {
				return err
			}
			if r.slot == slotInput && len(r.chain) == 0 {
				m.compilePath()
			}
			r.chain = append(r.chain, m)
		case '[':
			p.pos++
			at, err := p.parameter()
			if err == nil {
				err = p.expect("]")
			}
			if err != nil {
				return err
			}
			r.chain = append(r.chain, &index{at})
		default:
			return nil
		}
	}
	return nil
}

// compilePath compiles the path of $input.json and $input.path when it is a literal.
func (m *method) compilePath() {
	if m.name != "json" && m.name != "path" || len(m.args) != 1 {
		return
	}
	if text, ok := m.args[0].(literal); ok {
		if source, ok := text.value.(string); ok {
			m.args[0] = literal{compilePath(source)}
		}
	}
}

// method parses arguments up to the closing parenthesis.
func (p *parser) method(name string) (*method, error) {
	m := &method{name: name}
	p.space()
	if p.accept(")") {
		return m, nil
	}
	for {
		arg, err := p.parameter()
		if err != nil {
			return nil, err
		}
		m.args = append(m.args, arg)
		p.space()
		if p.accept(")") {
			break
		}
		if !p.accept(",") {
			return nil, p.fail("expected , or )")
		}
	}
	if text, ok := m.args[0].(literal); ok && takesPattern(name) {
		if source, ok := text.value.(string); ok {
			m.pattern = compilePattern(source)
		}
	}
	return m, nil
}
