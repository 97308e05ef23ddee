package jsonpath

import (
	"regexp"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// value reads one operand of a comparison.
func (c *filterCompiler) value() (operand, error) {
	switch b := c.skipBlanks().here(); b {
	case '$', '@':
		return c.path()
	case '\'', '"':
		text, err := c.quoted(b)
		return operand{literal: text}, err
	case 't', 'f', 'n':
		return c.constant()
	case '[':
		return c.list('[', ']')
	case '{':
		return c.list('{', '}')
	case '/':
		pattern, err := c.pattern()
		return operand{literal: pattern}, err
	default:
		return c.number()
	}
}

func (c *filterCompiler) quoted(quote byte) (string, error) {
	end := c.indexUnescaped(c.at, quote)
	if end < 0 {
		return "", syntaxError("string literal does not have matching quotes, expected %c in %s", quote, c.text)
	}
	text, err := unescape(c.text[c.at+1 : end])
	c.at = end + 1
	return text, err
}

func (c *filterCompiler) constant() (operand, error) {
	switch {
	case c.word("true"):
		return operand{literal: true}, nil
	case c.word("false"):
		return operand{literal: false}, nil
	case c.word("null"):
		return operand{}, nil
	default:
		return operand{}, syntaxError("expected boolean or null literal at position %d", c.at)
	}
}

func (c *filterCompiler) list(opens, closes byte) (operand, error) {
	end := c.closing(c.at, opens, closes, false)
	if end < 0 {
		return operand{}, syntaxError("%c is not closed in %s", opens, c.text)
	}
	value, err := parseLiteral(c.text[c.at : end+1])
	c.at = end + 1
	return operand{literal: jsonText{value: value}}, err
}

func (c *filterCompiler) pattern() (*regexp.Regexp, error) {
	end := c.indexUnescaped(c.at, '/')
	if end < 0 {
		return nil, syntaxError("pattern not closed, expected / in %s", c.text)
	}
	source := c.text[c.at+1 : end]
	flags := end + 1
	for flags < len(c.text) && strings.IndexByte("dixmsuU", c.text[flags]) >= 0 {
		flags++
	}
	c.at = flags
	return compilePattern(source, c.text[end+1:flags])
}

func (c *filterCompiler) number() (operand, error) {
	start := c.at
	for c.inside() && (isDigit(c.here()) || strings.IndexByte("-.eE", c.here()) >= 0) {
		c.at++
	}
	d, ok := jsonvalue.ParseDecimal(c.text[start:c.at])
	if !ok {
		return operand{}, syntaxError("failed to parse filter: error on position %d in %s", c.at, c.text)
	}
	return operand{literal: d}, nil
}
