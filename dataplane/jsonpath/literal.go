package jsonpath

import (
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// parseLiteral reads a list, object, string or number written in a path. Beyond
// JSON it takes what json-smart's permissive mode does: single quotes, words without
// quotes and superfluous commas, as in ['a', "b", c,].
func parseLiteral(text string) (any, error) {
	p := literalParser{cursor{text: text}}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.inside() {
		return nil, p.unexpected()
	}
	return v, nil
}

type literalParser struct{ cursor }

func (p *literalParser) unexpected() error {
	return syntaxError("unexpected character at position %d of %s", p.at, p.text)
}

func (p *literalParser) skipSpace() {
	for p.inside() && strings.IndexByte(" \t\r\n", p.here()) >= 0 {
		p.at++
	}
}

func (p *literalParser) value(depth int) (any, error) {
	if depth > maxNesting {
		return nil, syntaxError("literal nests too deep")
	}
	p.skipSpace()
	switch b := p.here(); b {
	case '[':
		return p.array(depth + 1)
	case '{':
		return p.object(depth + 1)
	case '"', '\'':
		return p.text1(b)
	default:
		return p.word()
	}
}

func (p *literalParser) array(depth int) (any, error) {
	list := &jsonvalue.Array{}
	p.at++
	for {
		p.skipSpace()
		switch p.here() {
		case 0:
			return nil, p.unexpected()
		case ']':
			p.at++
			return list, nil
		case ',':
			p.at++
			continue
		}
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		list.Append(v)
		if err := p.separator(']'); err != nil {
			return nil, err
		}
	}
}

func (p *literalParser) object(depth int) (any, error) {
	object := &jsonvalue.Object{}
	p.at++
	for {
		p.skipSpace()
		switch p.here() {
		case 0:
			return nil, p.unexpected()
		case '}':
			p.at++
			return object, nil
		case ',':
			p.at++
			continue
		}
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		object.Set(key, v)
		if err := p.separator('}'); err != nil {
			return nil, err
		}
	}
}

// key reads a key and the colon after it.
func (p *literalParser) key() (string, error) {
	var key string
	var err error
	if b := p.here(); b == '"' || b == '\'' {
		key, err = p.text1(b)
	} else {
		end := p.indexFrom(p.at, ':')
		if end < 0 {
			return "", p.unexpected()
		}
		key = strings.TrimSpace(p.text[p.at:end])
		p.at = end
	}
	if err != nil {
		return "", err
	}
	if p.skipSpace(); p.here() != ':' {
		return "", p.unexpected()
	}
	p.at++
	return key, nil
}

// separator leaves the position at a comma or at the end of the container.
func (p *literalParser) separator(end byte) error {
	if p.skipSpace(); p.here() != ',' && p.here() != end {
		return p.unexpected()
	}
	return nil
}

func (p *literalParser) text1(quote byte) (string, error) {
	end := p.indexUnescaped(p.at, quote)
	if end < 0 {
		return "", p.unexpected()
	}
	s, err := unescape(p.text[p.at+1 : end])
	p.at = end + 1
	return s, err
}

// word reads a value without quotes: a number, a constant, or else a string.
func (p *literalParser) word() (any, error) {
	start := p.at
	for p.inside() && strings.IndexByte(",]}:", p.here()) < 0 {
		p.at++
	}
	word := strings.TrimSpace(p.text[start:p.at])
	if word == "" {
		return nil, p.unexpected()
	}
	if v, err := jsonvalue.ParseString(word); err == nil {
		return v, nil
	}
	return word, nil
}
