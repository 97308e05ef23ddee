package jsonpath

import "strings"

// call is a function with what is between its parentheses.
type call struct {
	name       string
	parameters []parameter
}

// parameter is a path, or else a JSON value.
type parameter struct {
	path  *Path
	value any
}

// function reads the call of the function called name from its "(" on.
//
// A call without parameters leaves the position at its ")", so that a part after it
// is read as the property ")": Jayway cannot go on after such a call either.
func (c *compiler) function(name string) error {
	open := c.at
	if !c.balanced(open) {
		return syntaxError("arguments to function: '%s' are not closed properly", name)
	}
	s := step{kind: callStep, call: call{name: name}}
	if c.byteAt(open+1) == ')' {
		c.at = open + 1
		c.append(s)
		return nil
	}
	texts, end := c.parameters(open + 1)
	if end < 0 {
		return syntaxError("arguments to function: '%s' are not closed properly", name)
	}
	for _, text := range texts {
		p, err := c.parameter(text)
		if err != nil {
			return err
		}
		s.call.parameters = append(s.call.parameters, p)
	}
	c.at = end + 1
	c.append(s)
	return nil
}

// balanced tells whether the parenthesis at i is closed, strings or not.
func (c *compiler) balanced(i int) bool {
	depth := 0
	for ; i < len(c.text); i++ {
		switch c.text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return true
			}
		}
	}
	return false
}

// parameters splits the text from start on at its commas, up to the parenthesis that
// closes the call, whose index it returns; -1 if brackets do not match.
func (c *compiler) parameters(start int) ([]string, int) {
	var texts []string
	var open []byte
	quoted := false
	from := start
	for i := start; i < len(c.text); i++ {
		b := c.text[i]
		if quoted {
			switch b {
			case '\\':
				i++
			case '"':
				quoted = false
			}
			continue
		}
		switch b {
		case '"':
			quoted = true
		case '(', '[', '{':
			open = append(open, closerOf(b))
		case ']', '}':
			if len(open) == 0 || open[len(open)-1] != b {
				return nil, -1
			}
			open = open[:len(open)-1]
		case ')':
			if len(open) == 0 {
				return append(texts, c.text[from:i]), i
			}
			if open[len(open)-1] != b {
				return nil, -1
			}
			open = open[:len(open)-1]
		case ',':
			if len(open) == 0 {
				texts = append(texts, c.text[from:i])
				from = i + 1
			}
		}
	}
	return nil, -1
}

func closerOf(open byte) byte {
	switch open {
	case '(':
		return ')'
	case '[':
		return ']'
	default:
		return '}'
	}
}

// parameter compiles one parameter: a path, an object, a string in double quotes or
// a number. Jayway silently drops or misreads anything else; here it is an error.
func (c *compiler) parameter(text string) (parameter, error) {
	text = strings.Trim(text, " \t\r\n")
	switch b := (&cursor{text: text}).here(); {
	case b == '$' || b == '@':
		if strings.HasSuffix(text, ".") {
			return parameter{}, syntaxError("path must not end with a '.' or '..'")
		}
		if c.nesting >= maxNesting {
			return parameter{}, syntaxError("path nests too deep")
		}
		p, err := compileTrimmed(text, text, c.nesting+1)
		return parameter{path: p}, err
	case b == '{' || b == '"' || b == '-' || isDigit(b):
		v, err := parseLiteral(text)
		return parameter{value: v}, err
	default:
		return parameter{}, syntaxError("unexpected function parameter %q", text)
	}
}

// callOfScan turns a path like $..a.sum() into $.sum($..a): a function after a deep
// scan sees all matches as one list.
func callOfScan(p *Path) *Path {
	if !p.function || p.steps[0].kind != scanStep {
		return p
	}
	at := 0
	for p.steps[at].kind != callStep {
		at++
	}
	inner := &Path{text: p.text, fromRoot: true, steps: p.steps[:at:at]}
	inner.finish()
	outer := &Path{text: p.text, fromRoot: p.fromRoot, steps: append([]step(nil), p.steps[at:]...)}
	outer.steps[0].call.parameters = []parameter{{path: inner}}
	outer.finish()
	return outer
}
