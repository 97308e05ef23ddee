package vtl

import "strings"

// operators are the binary operators by how tightly they bind, the loosest first. A text
// that begins another one comes behind it.
var operators = [][]struct {
	token string
	op    operator
}{
	{{"||", opOr}, {"or", opOr}},
	{{"&&", opAnd}, {"and", opAnd}},
	{{"==", opEqual}, {"eq", opEqual}, {"!=", opNotEqual}, {"ne", opNotEqual}},
	{{"<=", opLessEqual}, {"le", opLessEqual}, {">=", opGreaterEqual}, {"ge", opGreaterEqual}, {"<", opLess}, {"lt", opLess}, {">", opGreater}, {"gt", opGreater}},
	{{"+", opAdd}, {"-", opSubtract}},
	{{"*", opMultiply}, {"/", opDivide}, {"%", opModulo}},
}

func (p *parser) expression() (e expression, err error) {
	err = p.nested(func() error {
		e, err = p.binary(0)
		return err
	})
	return e, err
}

// binary parses operators of a level and all that bind more tightly.
func (p *parser) binary(level int) (expression, error) {
	if level == len(operators) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	for err == nil {
		p.space()
		op, ok := p.operator(level)
		if !ok {
			return left, nil
		}
		if op == opSubtract && p.pos < len(p.src) && isDigit(p.src[p.pos]) {
			return nil, p.fail("a number follows a value: put a blank behind the minus") // as in Velocity 1.7
		}
		var right expression
		if right, err = p.binary(level + 1); err == nil {
			left = &operation{op: op, a: left, b: right}
		}
	}
	return nil, err
}

// operator skips an operator of a level. Words have to end there.
func (p *parser) operator(level int) (operator, bool) {
	for _, candidate := range operators[level] {
		rest, ok := strings.CutPrefix(p.src[p.pos:], candidate.token)
		if !ok || isLetter(candidate.token[0]) && rest != "" && (isLetter(rest[0]) || isDigit(rest[0])) {
			continue
		}
		p.pos += len(candidate.token)
		return candidate.op, true
	}
	return 0, false
}

func (p *parser) unary() (e expression, err error) {
	p.space()
	start := p.pos
	isNot := p.accept("!") || p.word() == "not"
	if !isNot {
		p.pos = start
		return p.primary()
	}
	err = p.nested(func() error {
		e, err = p.unary()
		return err
	})
	return &negation{of: e}, err
}

func (p *parser) primary() (expression, error) {
	p.space()
	if !p.accept("(") {
		return p.parameter()
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	return e, p.expect(")")
}

// parameter parses a value without operators: what arguments of methods and macros, and
// items of lists and maps, have to be.
func (p *parser) parameter() (e expression, err error) {
	p.space()
	if p.pos == len(p.src) {
		return nil, p.fail("expected a value")
	}
	err = p.nested(func() error {
		switch c := p.src[p.pos]; {
		case c == '$':
			e, err = p.target()
		case c == '"' || c == '\'':
			e, err = p.quoted(c)
		case c == '[':
			e, err = p.list()
		case c == '{':
			e, err = p.mapping()
		case isDigit(c) || c == '-' || c == '.':
			e, err = p.number()
		default:
			e, err = p.keyword()
		}
		return err
	})
	return e, err
}

func (p *parser) keyword() (expression, error) {
	switch p.word() {
	case "true":
		return literal{true}, nil
	case "false":
		return literal{false}, nil
	default:
		return nil, p.fail("expected a value")
	}
}

// number parses a number; ".." behind it is that of a range.
func (p *parser) number() (expression, error) {
	start := p.pos
	p.accept("-")
	p.digits()
	isDouble := false
	if rest := p.src[p.pos:]; strings.HasPrefix(rest, ".") && len(rest) > 1 && isDigit(rest[1]) {
		isDouble = true
		p.pos++
		p.digits()
	}
	if end := p.pos; end > start && isDigit(p.src[end-1]) && (p.accept("e") || p.accept("E")) {
		if !p.accept("-") {
			p.accept("+")
		}
		exponent := p.pos
		p.digits()
		if isDouble = isDouble || p.pos > exponent; p.pos == exponent {
			p.pos = end
		}
	}
	if p.pos == start || !isDigit(p.src[p.pos-1]) {
		return nil, p.fail("expected a number")
	}
	return literal{parseNumber(p.src[start:p.pos], isDouble)}, nil
}

func (p *parser) digits() {
	for p.pos < len(p.src) && isDigit(p.src[p.pos]) {
		p.pos++
	}
}

// quoted parses a text in quotes, which are doubled inside. In double quotes references
// and directives have effect.
func (p *parser) quoted(quote byte) (expression, error) {
	start := p.pos
	var content strings.Builder
	for p.pos++; ; {
		end := strings.IndexByte(p.src[p.pos:], quote)
		if end < 0 {
			p.pos = start
			return nil, p.fail("a text is not closed")
		}
		content.WriteString(p.src[p.pos : p.pos+end])
		p.pos += end + 1
		if p.pos == len(p.src) || p.src[p.pos] != quote {
			break
		}
		content.WriteByte(quote)
		p.pos++
	}
	value := content.String()
	if quote == '\'' || !strings.ContainsAny(value, "$#") {
		return literal{value}, nil
	}
	inner := &parser{src: value, names: p.names, depth: p.depth}
	body, terminator, err := inner.block()
	if err == nil && terminator != "" {
		err = inner.fail("#" + terminator + " in a text")
	}
	if err != nil {
		p.pos = start
		return nil, p.fail("in the text: " + err.Error())
	}
	return &interpolation{body: body}, nil
}

// list parses a list or a range.
func (p *parser) list() (expression, error) {
	p.pos++
	var items listLiteral
	for {
		p.space()
		if len(items) == 0 && p.accept("]") {
			return listLiteral{}, nil
		}
		item, err := p.parameter()
		if err != nil {
			return nil, err
		}
		p.space()
		if len(items) == 0 && p.accept("..") {
			to, err := p.parameter()
			if err != nil {
				return nil, err
			}
			return &span{item, to}, p.expect("]")
		}
		items = append(items, item)
		if p.accept("]") {
			return items, nil
		}
		if !p.accept(",") {
			return nil, p.fail("expected , or ]")
		}
	}
}

func (p *parser) mapping() (expression, error) {
	p.pos++
	var members mapLiteral
	for {
		p.space()
		if len(members) == 0 && p.accept("}") {
			return mapLiteral{}, nil
		}
		key, err := p.parameter()
		if err == nil {
			err = p.expect(":")
		}
		if err != nil {
			return nil, err
		}
		value, err := p.parameter()
		if err != nil {
			return nil, err
		}
		members = append(members, struct{ key, value expression }{key, value})
		p.space()
		if p.accept("}") {
			return members, nil
		}
		if !p.accept(",") {
			return nil, p.fail("expected , or }")
		}
	}
}
