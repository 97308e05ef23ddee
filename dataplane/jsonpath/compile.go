package jsonpath

import "strings"

const (
	// maxLength bounds the text of a path, in bytes. A template is 300 KB at most.
	maxLength = 32 << 10
	// maxNesting bounds filters and functions inside one another.
	maxNesting = 32
)

// Compile reads a path. Without "$" or "@" at the start, "$." is put before it. The
// error is an [*Error] of kind [ErrSyntax].
//
// Jayway overlooks a lone character at the end of a path ("$.a]"); so does this.
func Compile(expr string) (*Path, error) { return compile(expr, 0) }

func compile(expr string, nesting int) (*Path, error) {
	switch {
	case len(expr) > maxLength:
		return nil, syntaxError("path is longer than %d bytes", maxLength)
	case nesting > maxNesting:
		return nil, syntaxError("path nests too deep")
	}
	text := strings.TrimRight(expr, " ")
	if text == "" {
		return nil, syntaxError("path is empty")
	}
	if text[0] != '$' && text[0] != '@' {
		text = "$." + text
	}
	if strings.HasSuffix(text, ".") {
		return nil, syntaxError("path must not end with a '.' or '..'")
	}
	return compileTrimmed(expr, text, nesting)
}

func compileTrimmed(expr, text string, nesting int) (*Path, error) {
	c := compiler{cursor: cursor{text: text, at: 1}, nesting: nesting}
	if c.inside() && c.here() != '.' && c.here() != '[' {
		return nil, syntaxError("illegal character at position %d, expected '.' or '['", c.at)
	}
	for more := c.inside(); more; more = !c.done() {
		if err := c.part(); err != nil {
			return nil, err
		}
	}
	p := &Path{text: expr, fromRoot: text[0] == '$', steps: c.steps}
	p.finish()
	return callOfScan(p), nil
}

// compiler reads the parts of a path one after the other.
type compiler struct {
	cursor
	nesting int
	steps   []step
}

// done tells whether nothing, or only the one overlooked character, is left.
func (c *compiler) done() bool { return c.at >= len(c.text)-1 }

func (c *compiler) append(s step) { c.steps = append(c.steps, s) }

// part reads one part, dots before it included.
func (c *compiler) part() error {
	if c.here() == '.' {
		if err := c.dots(); err != nil {
			return err
		}
	}
	switch c.here() {
	case '[':
		return c.bracket()
	case '*':
		c.at++
		c.append(step{kind: anyStep})
		return nil
	default:
		return c.plainName()
	}
}

func (c *compiler) dots() error {
	c.at++
	if c.here() == '.' {
		c.at++
		c.append(step{kind: scanStep})
	}
	if c.here() == '.' {
		return syntaxError("character '.' on position %d is not valid", c.at)
	}
	return nil
}

// plainName reads a property without quotes or a function call.
func (c *compiler) plainName() error {
	if c.here() == ' ' || !c.inside() {
		return syntaxError("could not parse token starting at position %d", c.at)
	}
	start := c.at
	for ; c.inside(); c.at++ {
		switch c.here() {
		case ' ':
			return syntaxError("use bracket notation ['my prop'] if your property contains blank characters")
		case '.', '[':
			c.append(step{kind: nameStep, names: []string{c.text[start:c.at]}})
			return nil
		case '(':
			return c.function(c.text[start:c.at])
		}
	}
	c.append(step{kind: nameStep, names: []string{c.text[start:c.at]}})
	return nil
}
