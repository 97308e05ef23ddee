package jsonvalue

import (
	"strings"
	"unicode/utf8"
)

// MaxDepth is the number of containers a document may nest. Jackson stops at the
// same depth; what matters here is that no document exhausts the stack.
const MaxDepth = 1000

// Parse reads one JSON document: nil, bool, string, [Number], [*Object] or [*Array].
// The last of members with the same key wins and takes the first one's place.
// The grammar is RFC 8259's, nothing more; errors are [*SyntaxError].
//
// Bytes that are no UTF-8 read as U+FFFD, as does a body that is taken for text.
// Strings share the memory of one copy of data.
func Parse(data []byte) (any, error) { return ParseString(string(data)) }

// ParseString is [Parse] of text, which it does not copy.
func ParseString(text string) (any, error) {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	p := parser{text: text}
	p.skipSpace()
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.at < len(p.text) {
		return nil, p.unexpected("Unexpected trailing content")
	}
	return v, nil
}

// parser reads text in one pass. Members and items of open containers live in two
// stacks, so that every container is allocated once, at its final size.
type parser struct {
	text    string
	at      int
	members []Member
	items   []any
}

func (p *parser) skipSpace() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value(depth int) (any, error) {
	if p.at >= len(p.text) {
		if p.at == 0 || depth == 0 {
			return nil, p.fail("No content to map due to end-of-input")
		}
		return nil, p.unexpectedEnd()
	}
	switch c := p.text[p.at]; {
	case c == '"':
		return p.str()
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			return nil, p.fail("Document nesting depth exceeds the maximum allowed")
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '-' || isDigit(c):
		return p.number()
	default:
		return p.word()
	}
}

func (p *parser) object(depth int) (any, error) {
	p.at++
	base := len(p.members)
	p.skipSpace()
	if p.peek() == '}' {
		p.at++
		return &Object{}, nil
	}
	for {
		p.skipSpace()
		if p.at >= len(p.text) {
			return nil, p.unexpectedEnd()
		}
		if p.text[p.at] != '"' {
			return nil, p.unexpected("was expecting double-quote to start field name")
		}
		key, err := p.text1()
		if err != nil {
			return nil, err
		}
		p.skipSpace()
		if err := p.expect(':', "was expecting a colon to separate field name and value"); err != nil {
			return nil, err
		}
		p.skipSpace()
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		p.members = append(p.members, Member{Key: key, Value: value})
		p.skipSpace()
		if p.peek() == ',' {
			p.at++
			continue
		}
		if err := p.expect('}', "was expecting comma to separate Object entries"); err != nil {
			return nil, err
		}
		return p.closeObject(base), nil
	}
}

// closeObject takes the members from base on off the stack.
func (p *parser) closeObject(base int) *Object {
	open := p.members[base:]
	o := &Object{}
	if len(open) >= indexFrom {
		o.members = make([]Member, 0, len(open))
		o.index = make(map[string]int, len(open))
		for _, m := range open {
			o.Set(m.Key, m.Value)
		}
	} else {
		o.members = make([]Member, 0, len(open))
		for _, m := range open {
			if i := o.find(m.Key); i >= 0 {
				o.members[i].Value = m.Value
				continue
			}
			o.members = append(o.members, m)
		}
	}
	clear(open)
	p.members = p.members[:base]
	return o
}

func (p *parser) array(depth int) (any, error) {
	p.at++
	base := len(p.items)
	p.skipSpace()
	if p.peek() == ']' {
		p.at++
		return &Array{}, nil
	}
	for {
		p.skipSpace()
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		p.items = append(p.items, value)
		p.skipSpace()
		if p.peek() == ',' {
			p.at++
			continue
		}
		if err := p.expect(']', "was expecting comma to separate Array entries"); err != nil {
			return nil, err
		}
		open := p.items[base:]
		a := &Array{items: make([]any, len(open))}
		copy(a.items, open)
		clear(open)
		p.items = p.items[:base]
		return a, nil
	}
}

// peek returns the next byte, 0 at the end (which no grammar rule asks for).
func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) expect(c byte, message string) error {
	if p.at >= len(p.text) {
		return p.unexpectedEnd()
	}
	if p.text[p.at] != c {
		return p.unexpected(message)
	}
	p.at++
	return nil
}

// str reads a string as a value.
func (p *parser) str() (any, error) {
	s, err := p.text1()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// text1 reads a string; without escapes it is a part of the document, not a copy.
func (p *parser) text1() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			s := p.text[start:p.at]
			p.at++
			return s, nil
		case c == '\\':
			return p.escapedText(start)
		case c < ' ':
			return "", p.controlCharacter(c)
		default:
			p.at++
		}
	}
	return "", p.fail("Unexpected end-of-input: was expecting closing quote for a string value")
}

// escapedText reads the rest of a string that began at start and has an escape here.
func (p *parser) escapedText(start int) (string, error) {
	var b strings.Builder
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			b.WriteString(p.text[start:p.at])
			p.at++
			return b.String(), nil
		case c == '\\':
			b.WriteString(p.text[start:p.at])
			if err := p.escape(&b); err != nil {
				return "", err
			}
			start = p.at
		case c < ' ':
			return "", p.controlCharacter(c)
		default:
			p.at++
		}
	}
	return "", p.fail("Unexpected end-of-input: was expecting closing quote for a string value")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
