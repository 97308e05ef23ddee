package vtl

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func lower(s string) string { return strings.ToLower(s) }

// onText calls a method of a java.lang.String.
func (c *methodCall) onText(v string) (any, error) {
	switch len(c.args) {
	case 0:
		return c.onTextBare(v), nil
	case 1:
		return c.onTextWith(v)
	case 2:
		return c.onTextPair(v)
	}
	if c.name == "format" || c.name == "join" {
		return c.static(v)
	}
	return nil, nil
}

func (c *methodCall) onTextBare(v string) any {
	switch c.name {
	case "length":
		return int64(units(v))
	case "isEmpty":
		return v == ""
	case "isBlank":
		return strings.TrimSpace(v) == ""
	case "toString", "intern":
		return v
	case "toUpperCase":
		return strings.ToUpper(v)
	case "toLowerCase":
		return strings.ToLower(v)
	case "trim":
		return strings.Trim(v, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ")
	case "strip":
		return strings.TrimSpace(v)
	case "hashCode":
		return hashOf(v)
	}
	return nil
}

func (c *methodCall) onTextWith(v string) (any, error) {
	switch c.name {
	case "equals":
		return isSame(v, c.args[0]), nil
	case "substring":
		if from, ok := c.whole(0); ok {
			return substring(v, from, units(v))
		}
		return nil, nil
	case "charAt":
		if at, ok := c.whole(0); ok {
			return substring(v, at, at+1)
		}
		return nil, nil
	case "valueOf", "format":
		return c.static(v)
	case "repeat":
		n, ok := c.whole(0)
		if !ok || n < 0 {
			return nil, exception("repeat(%s)", textOf(c.args[0]))
		}
		if err := c.s.checkSize(len(v) * n); err != nil {
			return nil, err
		}
		return strings.Repeat(v, n), nil
	}
	arg, ok := c.text(0)
	if !ok {
		// Java has a NullPointerException where a text is asked for and null is given.
		return c.onTextNull()
	}
	return c.onTextText(v, arg)
}

func (c *methodCall) onTextNull() (any, error) {
	if _, isMissing := c.args[0].(missing); isMissing || c.name == "equalsIgnoreCase" {
		return false, nil
	}
	return nil, nil
}

func (c *methodCall) onTextText(v, arg string) (any, error) {
	switch c.name {
	case "equalsIgnoreCase":
		return strings.EqualFold(v, arg), nil
	case "contains":
		return strings.Contains(v, arg), nil
	case "startsWith":
		return strings.HasPrefix(v, arg), nil
	case "endsWith":
		return strings.HasSuffix(v, arg), nil
	case "indexOf":
		return unitIndex(v, strings.Index(v, arg)), nil
	case "lastIndexOf":
		return unitIndex(v, strings.LastIndex(v, arg)), nil
	case "concat":
		return v + arg, c.s.checkSize(len(v) + len(arg))
	case "compareTo":
		return compareTexts(v, arg), nil
	case "compareToIgnoreCase":
		return compareTexts(strings.ToLower(v), strings.ToLower(arg)), nil
	case "matches":
		pattern, err := c.compiled(arg)
		if err != nil {
			return nil, err
		}
		matches, err := pattern.matches(v)
		return matches, err
	case "split":
		return c.split(v, arg, 0)
	}
	return nil, nil
}

func (c *methodCall) onTextPair(v string) (any, error) {
	switch c.name {
	case "substring":
		from, ok := c.whole(0)
		to, both := c.whole(1)
		if !ok || !both {
			return nil, nil
		}
		return substring(v, from, to)
	case "format", "join":
		return c.static(v)
	}
	arg, ok := c.text(0)
	if !ok {
		return nil, nil
	}
	switch c.name {
	case "indexOf", "startsWith":
		if from, ok := c.whole(1); ok {
			return c.from(v, arg, from), nil
		}
		return nil, nil
	case "split":
		if limit, ok := c.whole(1); ok {
			return c.split(v, arg, limit)
		}
		return nil, nil
	}
	with, ok := c.text(1)
	if !ok {
		if _, isMissing := c.args[1].(missing); !isMissing {
			return nil, nil
		}
	}
	return c.replace(v, arg, with)
}

// from is indexOf and startsWith with a position to begin at.
func (c *methodCall) from(v, arg string, from int) any {
	at := unitOffset(v, max(from, 0))
	if c.name == "startsWith" {
		return from >= 0 && at >= 0 && strings.HasPrefix(v[at:], arg)
	}
	if at < 0 {
		return int64(-1)
	}
	i := strings.Index(v[at:], arg)
	if i < 0 {
		return int64(-1)
	}
	return unitIndex(v, at+i)
}

func (c *methodCall) replace(v, arg, with string) (any, error) {
	switch c.name {
	case "replace":
		if err := c.s.checkSize(len(v) + strings.Count(v, arg)*len(with)); err != nil {
			return nil, err
		}
		return strings.ReplaceAll(v, arg, with), nil
	case "replaceAll", "replaceFirst":
		pattern, err := c.compiled(arg)
		if err != nil {
			return nil, err
		}
		return pattern.replace(c.s, v, with, c.name == "replaceFirst")
	}
	return nil, nil
}

// compiled returns the first argument as a regular expression.
func (c *methodCall) compiled(source string) (*pattern, error) {
	p := c.pattern
	if p == nil {
		p = compilePattern(source)
	}
	return p, p.err
}

func (c *methodCall) split(v, source string, limit int) (any, error) {
	p, err := c.compiled(source)
	if err != nil {
		return nil, err
	}
	parts, err := p.split(v, limit)
	if err != nil {
		return nil, err
	}
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return &List{Items: items}, nil
}

// Java counts UTF-16 units.

// units is the length of a text.
func units(s string) int {
	n := len(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c&0xc0 == 0x80:
			n-- // a byte of a rune that was counted
		case c >= 0xf0:
			n++ // a rune of two units
		}
	}
	return n
}

// unitIndex returns the position in units of a byte.
func unitIndex(s string, at int) int64 {
	if at < 0 {
		return -1
	}
	return int64(units(s[:at]))
}

// unitOffset returns the byte of a position in units, -1 beyond the end.
func unitOffset(s string, at int) int {
	n := 0
	for i, r := range s {
		if n >= at {
			return i
		}
		n += utf16.RuneLen(r)
	}
	if n >= at {
		return len(s)
	}
	return -1
}

func substring(s string, from, to int) (any, error) {
	if n := units(s); from < 0 || to > n || from > to {
		return nil, exception("%d to %d is outside a text of %d", from, to, n)
	}
	return s[unitOffset(s, from):unitOffset(s, to)], nil
}

func compareTexts(a, b string) int64 {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int64(x[i]) - int64(y[i])
		}
	}
	return int64(len(x) - len(y))
}

// hashOf is String.hashCode.
func hashOf(s string) int64 {
	var h int32
	for _, r := range s {
		if r < utf8.RuneSelf || r < 1<<16 {
			h = 31*h + r
			continue
		}
		high, low := utf16.EncodeRune(r)
		h = 31*(31*h+high) + low
	}
	return int64(h)
}
