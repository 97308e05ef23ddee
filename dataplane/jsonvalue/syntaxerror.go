package jsonvalue

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError reports text that is no JSON document. Its message is worded like the
// parser's behind AWS's "Could not parse request body into json: ...".
type SyntaxError struct {
	Message string // without the place
	Offset  int    // in bytes, from 0
	Line    int    // from 1
	Column  int    // in characters, from 1
}

// Error gives the message alone; callers add [SyntaxError.Place] where AWS does.
func (e *SyntaxError) Error() string { return e.Message }

// Place gives the position as "line: 1, column: 2".
func (e *SyntaxError) Place() string {
	return fmt.Sprintf("line: %d, column: %d", e.Line, e.Column)
}

func (p *parser) fail(message string) error {
	before := p.text[:min(p.at, len(p.text))]
	line := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Message: message,
		Offset:  p.at,
		Line:    strings.Count(before, "\n") + 1,
		Column:  utf8.RuneCountInString(before[line:]) + 1,
	}
}

func (p *parser) unexpected(expected string) error {
	return p.fail("Unexpected character (" + describe(p.runeHere()) + "): " + expected)
}

func (p *parser) unexpectedEnd() error {
	return p.fail("Unexpected end-of-input")
}

func (p *parser) unexpectedInNumber(expected string) error {
	if p.at >= len(p.text) {
		return p.fail("Unexpected end-of-input: " + expected)
	}
	return p.fail("Unexpected character (" + describe(p.runeHere()) + ") in numeric value: " + expected)
}

func (p *parser) controlCharacter(c byte) error {
	return p.fail(fmt.Sprintf("Illegal unquoted character ((CTRL-CHAR, code %d)): "+
		"has to be escaped using backslash to be included in string value", c))
}

func (p *parser) runeHere() rune {
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return r
}

// describe names a character as Jackson does.
func describe(r rune) string {
	if r < ' ' {
		return fmt.Sprintf("(CTRL-CHAR, code %d)", r)
	}
	return fmt.Sprintf("'%c' (code %d)", r, r)
}
