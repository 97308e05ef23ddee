package jsonpath

import (
	"strconv"
	"strings"
)

// bracket reads one part in square brackets.
func (c *compiler) bracket() error {
	first := c.afterBlanks(c.at + 1)
	switch b := c.byteAt(first); {
	case b == '\'' || b == '"':
		return c.quotedNames(b)
	case b == '-' || b == ':' || isDigit(b):
		return c.numbers()
	case b == '*':
		end := c.afterBlanks(first + 1)
		if c.byteAt(end) != ']' {
			return syntaxError("expected wildcard token to end with ']' on position %d", first+1)
		}
		c.at = end + 1
		c.append(step{kind: anyStep})
		return nil
	case b == '?':
		return c.filter(first)
	default:
		return syntaxError("could not parse token starting at position %d, expected ?, ', 0-9, *", c.at)
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// filter reads [?(...)]; question is where the question mark is.
func (c *compiler) filter(question int) error {
	open := c.afterBlanks(question + 1)
	if c.byteAt(open) != '(' {
		return syntaxError("expected '(' after '?' at position %d", question)
	}
	closed := c.closing(open, '(', ')', true)
	if closed < 0 {
		return syntaxError("filter at position %d is not closed", question)
	}
	end := c.afterBlanks(closed + 1)
	if c.byteAt(end) != ']' {
		return syntaxError("expected ']' after the filter at position %d", question)
	}
	condition, err := compileFilter(c.text[open:closed+1], c.nesting+1)
	if err != nil {
		return err
	}
	c.at = end + 1
	c.append(step{kind: filterStep, filter: condition})
	return nil
}

// numbers reads [0], [0,1] and [1:3].
func (c *compiler) numbers() error {
	end := c.indexFrom(c.at, ']')
	if end < 0 {
		return syntaxError("bracket at position %d is not closed", c.at)
	}
	text := strings.Trim(c.text[c.at+1:end], " ")
	var s step
	var err error
	if strings.Contains(text, ":") {
		s.kind = sliceStep
		s.slice, err = parseSlice(text)
	} else {
		s.kind = indexStep
		s.indexes, err = parseIndexes(text)
	}
	if err != nil {
		return err
	}
	c.at = end + 1
	c.append(s)
	return nil
}

func parseIndexes(text string) ([]int, error) {
	var indexes []int
	for part := range strings.SplitSeq(text, ",") {
		i, err := parseInt(strings.Trim(part, " "))
		if err != nil {
			return nil, syntaxError("failed to parse index %q", part)
		}
		indexes = append(indexes, i)
	}
	return indexes, nil
}

// parseSlice reads "from:to"; what follows a second colon is ignored, as a step is.
func parseSlice(text string) (slice, error) {
	var s slice
	var err error
	parts := strings.Split(text, ":")
	if parts[0] != "" {
		s.hasFrom = true
		s.from, err = parseInt(parts[0])
	}
	if parts[1] != "" && err == nil {
		s.hasTo = true
		s.to, err = parseInt(parts[1])
	}
	for _, part := range parts {
		if strings.Trim(part, "-0123456789") != "" {
			return slice{}, syntaxError("failed to parse slice %q", text)
		}
	}
	if err != nil || (!s.hasFrom && !s.hasTo) {
		return slice{}, syntaxError("failed to parse slice %q", text)
	}
	return s, nil
}

// parseInt reads a Java int.
func parseInt(text string) (int, error) {
	i, err := strconv.ParseInt(text, 10, 32)
	return int(i), err
}

// quotedNames reads ['a'] and ['a','b']. All names have the quotes of the first.
func (c *compiler) quotedNames(quote byte) error {
	var names []string
	at := c.at + 1
	for {
		at = c.afterBlanks(at)
		if c.byteAt(at) != quote {
			return syntaxError("found empty property at index %d", at)
		}
		end := c.indexUnescaped(at, quote)
		if end < 0 {
			return syntaxError("property has not been closed, missing closing %c", quote)
		}
		name, err := unescape(c.text[at+1 : end])
		if err != nil {
			return err
		}
		names = append(names, name)
		at = c.afterBlanks(end + 1)
		switch c.byteAt(at) {
		case ',':
			at++
		case ']':
			c.at = at + 1
			c.append(step{kind: nameStep, names: names})
			return nil
		default:
			return syntaxError("property must be separated by comma or terminated by a square bracket at index %d", at)
		}
	}
}
