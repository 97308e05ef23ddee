package jsonpath

import "strings"

// cursor is a position in the text of a path or filter. Only spaces count as blank.
type cursor struct {
	text string
	at   int
}

// inside tells whether there is a character at the position.
func (c *cursor) inside() bool { return c.at < len(c.text) }

// here returns the character at the position, 0 past the end.
func (c *cursor) here() byte { return c.byteAt(c.at) }

func (c *cursor) byteAt(i int) byte {
	if i >= 0 && i < len(c.text) {
		return c.text[i]
	}
	return 0
}

func (c *cursor) skipBlanks() *cursor {
	for c.here() == ' ' {
		c.at++
	}
	return c
}

// afterBlanks returns the index of the first character at or after i that is not a
// space, possibly the length of the text.
func (c *cursor) afterBlanks(i int) int {
	for i < len(c.text) && c.text[i] == ' ' {
		i++
	}
	return i
}

// indexFrom returns the index of the next b at or after i, -1 if there is none.
func (c *cursor) indexFrom(i int, b byte) int {
	if i > len(c.text) {
		return -1
	}
	if n := strings.IndexByte(c.text[i:], b); n >= 0 {
		return i + n
	}
	return -1
}

// indexUnescaped returns the index of the next b after i that has no backslash
// before it, -1 if there is none.
func (c *cursor) indexUnescaped(i int, b byte) int {
	for i++; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case b:
			return i
		}
	}
	return -1
}

// closing returns the index of the character that closes the one at i, passing over
// strings in quotes and, if asked, over regular expressions between slashes.
func (c *cursor) closing(i int, opens, closes byte, regex bool) int {
	depth := 1
	for i++; i < len(c.text); i++ {
		b := c.text[i]
		if b == '\'' || b == '"' || (regex && b == '/') {
			if i = c.indexUnescaped(i, b); i < 0 {
				return -1
			}
			continue
		}
		switch b {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// unescape resolves the escapes of a name or string in a path. A backslash before
// any other character is dropped.
func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var units []uint16
	var b strings.Builder
	flush := func() {
		b.WriteString(fromUnits(units))
		units = units[:0]
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			flush()
			b.WriteByte(s[i])
			continue
		}
		i++
		if i == len(s) {
			flush()
			b.WriteByte('\\')
			break
		}
		if s[i] == 'u' && len(s)-i <= 4 {
			break // Jayway drops an escape that the end cuts short
		}
		if s[i] == 'u' {
			unit, err := hexUnit(s[i+1:])
			if err != nil {
				return "", err
			}
			units = append(units, unit)
			i += 4
			continue
		}
		flush()
		b.WriteByte(escaped(s[i]))
	}
	flush()
	return b.String(), nil
}

func escaped(b byte) byte {
	switch b {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return b
	}
}
