package filterpattern

import (
	"regexp"
	"strings"
)

// Symbols and operators that regular expressions may have beside letters and digits. Spaces
// are in AWS's examples.
const (
	regexSymbols   = ":_#=@/;,- "
	regexOperators = `^$?[]{}|\*+.`
)

// regex reads an expression between percent signs.
func (s *scanner) regex() (func(string) bool, error) {
	s.at++
	text, _, closed := strings.Cut(s.rest(), "%")
	if !closed || text == "" {
		return nil, errInvalid
	}
	s.at += len(text) + 1
	for i := range len(text) {
		if c := text[i]; !isAlphanumeric(c) && strings.IndexByte(regexSymbols, c) < 0 && strings.IndexByte(regexOperators, c) < 0 {
			return nil, errInvalid
		}
	}
	if !knownEscapes(text) {
		return nil, errInvalid
	}
	s.regexes++
	expression, err := regexp.Compile(text)
	if err != nil {
		return nil, errInvalid
	}
	return expression.MatchString, nil
}

// knownEscapes tells whether what follows backslashes is an operator, a symbol or one of
// AWS's classes: Go knows more.
func knownEscapes(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if i == len(text) {
			return false
		}
		if c := text[i]; isAlphanumeric(c) && strings.IndexByte("dDsSwWxtn_", c) < 0 {
			return false
		}
	}
	return true
}
