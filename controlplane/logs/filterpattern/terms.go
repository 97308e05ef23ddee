package filterpattern

import (
	"errors"
	"strings"
	"unicode"
)

// compileTerms compiles terms: all of them have to be in a message, none with "-" may be.
// Terms with "?" count only when there are no others: then one of them suffices.
func compileTerms(text string) (func(string) bool, error) {
	var all, some, none []string
	s := &scanner{text: text}
	for s.space(); !s.done(); s.space() {
		list := &all
		switch s.next() {
		case '?':
			list = &some
			s.at++
		case '-':
			list = &none
			s.at++
		}
		term, err := s.term()
		if err != nil {
			return nil, err
		}
		*list = append(*list, term)
	}
	if len(all) > 0 || len(none) > 0 {
		some = nil
	}
	return func(message string) bool {
		for _, term := range all {
			if !strings.Contains(message, term) {
				return false
			}
		}
		for _, term := range none {
			if strings.Contains(message, term) {
				return false
			}
		}
		for _, term := range some {
			if strings.Contains(message, term) {
				return true
			}
		}
		return len(some) == 0
	}, nil
}

// term reads a word, or a phrase between quotes; one of spaces only is in every message.
func (s *scanner) term() (string, error) {
	if s.next() == '"' {
		phrase, err := s.quoted('"')
		if strings.TrimSpace(phrase) == "" {
			phrase = ""
		}
		return phrase, err
	}
	term := s.run(func(c byte) bool { return strings.IndexByte(" \t\r\n\"", c) < 0 })
	bad := strings.ContainsFunc(term, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if term == "" || bad {
		return "", errors.New("Invalid character(s) in term '" + term + "'")
	}
	return term, nil
}
