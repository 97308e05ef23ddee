package filterpattern

import (
	"errors"
	"strings"
)

// The quotas of a pattern.
const (
	maxRegexes   = 2 // of JSON and columns
	maxWildcards = 3 // of JSON, in all selectors together
)

// Pattern is a compiled filter pattern. It is safe for concurrent use.
type Pattern struct {
	match func(message string) bool
}

// Match tells whether a log event's message matches.
func (p *Pattern) Match(message string) bool { return p.match(message) }

// errInvalid is what AWS says of most bad patterns.
var errInvalid = errors.New("Invalid filter pattern")

// Compile compiles a pattern; an empty one matches everything. The text of an error is the
// message of AWS's InvalidParameterException.
func Compile(text string) (*Pattern, error) {
	text = strings.TrimSpace(text)
	var match func(string) bool
	var err error
	switch {
	case text == "":
		match = func(string) bool { return true }
	case text[0] == '{':
		match, err = enclosed(text, '}', compileJSON)
	case text[0] == '[':
		match, err = enclosed(text, ']', compileColumns)
	case text[0] == '%':
		match, err = compileRegexOnly(text)
	default:
		match, err = compileTerms(text)
	}
	if err != nil {
		return nil, err
	}
	return &Pattern{match}, nil
}

// enclosed compiles what is between the first character of text and its last, which has to
// be end.
func enclosed(text string, end byte, compile func(*scanner) (func(string) bool, error)) (func(string) bool, error) {
	if len(text) < 2 || text[len(text)-1] != end {
		return nil, errors.New("If a filter pattern starts with '" + text[:1] + "' it must end with '" + string(end) + "'")
	}
	s := &scanner{text: text[1 : len(text)-1]}
	match, err := compile(s)
	if err != nil {
		return nil, err
	}
	if s.space(); !s.done() {
		return nil, errInvalid
	}
	return match, nil
}

func compileRegexOnly(text string) (func(string) bool, error) {
	s := &scanner{text: text}
	match, err := s.regex()
	if err != nil {
		return nil, err
	}
	if !s.done() {
		return nil, errInvalid
	}
	return match, nil
}
