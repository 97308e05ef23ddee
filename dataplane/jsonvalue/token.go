package jsonvalue

import (
	"strings"
	"unicode/utf16"
)

// escape reads one escape sequence into b.
func (p *parser) escape(b *strings.Builder) error {
	if p.at+1 >= len(p.text) {
		p.at = len(p.text)
		return p.fail("Unexpected end-of-input in character escape sequence")
	}
	p.at++
	c := p.text[p.at]
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return p.unicode(b)
	default:
		return p.fail("Unrecognized character escape " + describe(p.runeHere()))
	}
	p.at++
	return nil
}

// unicode reads the hexadecimal digits of an escape, and the second escape of a
// surrogate pair. Half a pair becomes "?", which is what Java makes of it when it
// writes UTF-8.
func (p *parser) unicode(b *strings.Builder) error {
	p.at++
	r, err := p.hex()
	if err != nil {
		return err
	}
	if !utf16.IsSurrogate(r) {
		b.WriteRune(r)
		return nil
	}
	if strings.HasPrefix(p.text[p.at:], `\u`) {
		back := p.at
		p.at += 2
		low, err := p.hex()
		if err != nil {
			return err
		}
		if pair := utf16.DecodeRune(r, low); pair != '\uFFFD' {
			b.WriteRune(pair)
			return nil
		}
		p.at = back
	}
	b.WriteByte('?')
	return nil
}

func (p *parser) hex() (rune, error) {
	var r rune
	for range 4 {
		if p.at >= len(p.text) {
			return 0, p.fail("Unexpected end-of-input in character escape sequence")
		}
		c := p.text[p.at]
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, p.unexpected("expected a hex-digit for character escape sequence")
		}
		p.at++
	}
	return r, nil
}

// number reads a number and keeps its text.
func (p *parser) number() (any, error) {
	start := p.at
	if p.text[p.at] == '-' {
		p.at++
		if !isDigit(p.peek()) {
			return nil, p.unexpectedInNumber("expected digit (0-9) to follow minus sign, for valid numeric value")
		}
	}
	if p.text[p.at] == '0' {
		p.at++
		if isDigit(p.peek()) {
			return nil, p.fail("Invalid numeric value: Leading zeroes not allowed")
		}
	} else {
		p.digits()
	}
	if p.peek() == '.' {
		p.at++
		if !isDigit(p.peek()) {
			return nil, p.unexpectedInNumber("Decimal point not followed by a digit")
		}
		p.digits()
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !isDigit(p.peek()) {
			return nil, p.unexpectedInNumber("Exponent indicator not followed by a digit")
		}
		p.digits()
	}
	return Number(p.text[start:p.at]), nil
}

func (p *parser) digits() {
	for p.at < len(p.text) && isDigit(p.text[p.at]) {
		p.at++
	}
}

// word reads true, false or null.
func (p *parser) word() (any, error) {
	start := p.at
	for p.at < len(p.text) && isWordByte(p.text[p.at]) {
		p.at++
	}
	switch word := p.text[start:p.at]; word {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	case "":
		return nil, p.unexpected("expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
	default:
		return nil, p.fail("Unrecognized token '" + clip(word) + "': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')")
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || isDigit(c) || (c|0x20 >= 'a' && c|0x20 <= 'z') || c >= 0x80
}

// clip bounds what an error repeats of a document.
func clip(word string) string {
	const most = 256
	if len(word) > most {
		return strings.ToValidUTF8(word[:most], "") + "..."
	}
	return word
}
