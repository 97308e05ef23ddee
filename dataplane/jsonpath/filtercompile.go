package jsonpath

import "strings"

// compileFilter reads a filter from its "(" to its ")". The grammar:
//
//	or         = and { "||" and }
//	and        = operand { "&&" operand }
//	operand    = "(" or ")" | "!" operand | comparison
//	comparison = value [ operator value ]
//
// A "!" before a path belongs to the path and counts only where the path stands alone.
func compileFilter(text string, nesting int) (condition, error) {
	c := filterCompiler{cursor: cursor{text: text}, nesting: nesting}
	condition, err := c.or(nesting)
	if err != nil {
		return nil, err
	}
	if c.skipBlanks().inside() {
		return nil, syntaxError("expected end of filter expression instead of: %s", c.text[c.at:])
	}
	return condition, nil
}

type filterCompiler struct {
	cursor
	nesting int
}

// word passes over s if it comes next.
func (c *filterCompiler) word(s string) bool {
	at := c.afterBlanks(c.at)
	if !strings.HasPrefix(c.text[at:], s) {
		return false
	}
	c.at = at + len(s)
	return true
}

func (c *filterCompiler) or(depth int) (condition, error) {
	var parts either
	for {
		part, err := c.and(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !c.word("||") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (c *filterCompiler) and(depth int) (condition, error) {
	var parts both
	for {
		part, err := c.operand(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !c.word("&&") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (c *filterCompiler) operand(depth int) (condition, error) {
	if depth > 2*maxNesting {
		return nil, syntaxError("filter nests too deep")
	}
	switch c.skipBlanks().here() {
	case '!':
		if next := c.byteAt(c.afterBlanks(c.at + 1)); next == '$' || next == '@' {
			return c.comparison()
		}
		c.at++
		part, err := c.operand(depth + 1)
		return negate{of: part}, err
	case '(':
		c.at++
		part, err := c.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if c.skipBlanks().here() != ')' {
			return nil, syntaxError("expected character: )")
		}
		c.at++
		return part, nil
	default:
		return c.comparison()
	}
}

func (c *filterCompiler) comparison() (condition, error) {
	wanted := !c.word("!")
	left, err := c.value()
	if err != nil {
		return nil, err
	}
	before := c.at
	operator, known := operatorNamed(strings.ToUpper(c.operatorText()))
	if !known {
		c.at = before
		if left.path == nil {
			return nil, syntaxError("expected path node")
		}
		return exists{path: left.path, want: wanted}, nil
	}
	c.skipBlanks()
	c.word("!")
	right, err := c.value()
	if err != nil {
		return nil, err
	}
	return comparison{left: left, operator: operator, right: right}, nil
}

// operatorText reads a sign of operator characters, or a word up to the next space.
func (c *filterCompiler) operatorText() string {
	start := c.skipBlanks().at
	isPart := func(b byte) bool { return b != ' ' }
	if isOperatorByte(c.here()) {
		isPart = isOperatorByte
	}
	for c.inside() && isPart(c.here()) {
		c.at++
	}
	return c.text[start:c.at]
}

func isOperatorByte(b byte) bool {
	return b == '<' || b == '>' || b == '=' || b == '~' || b == '!'
}

// path reads a path, whose end the filter's own syntax decides: a space, an operator
// or a parenthesis that closes no function call. Only the first brackets may hold
// any of these.
func (c *filterCompiler) path() (operand, error) {
	start := c.at
	c.at++
	for c.inside() {
		if c.here() == '[' {
			end := c.closing(c.at, '[', ']', false)
			if end < 0 {
				return operand{}, syntaxError("square brackets do not match in filter %s", c.text)
			}
			c.at = end + 1
		}
		b := c.here()
		if !c.inside() || b == ' ' || isOperatorByte(b) || (b == ')' && !c.closesCall(start)) {
			break
		}
		c.at++
	}
	p, err := compile(c.text[start:c.at], c.nesting+1)
	return operand{path: p}, err
}

// closesCall tells whether the parenthesis here ends a call without parameters of a
// path that began at start.
func (c *filterCompiler) closesCall(start int) bool {
	i := c.at - 1
	for i >= 0 && c.text[i] == ' ' {
		i--
	}
	return i >= 0 && c.text[i] == '(' && i > start && strings.Contains(c.text[start+1:i], ".")
}
