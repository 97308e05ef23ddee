package filterpattern

import "strings"

// scanner reads a pattern from left to right.
type scanner struct {
	text string
	at   int
	// regexes and wildcards are how many there were.
	regexes, wildcards int
}

func (s *scanner) done() bool   { return s.at == len(s.text) }
func (s *scanner) rest() string { return s.text[s.at:] }

// next is the next character; 0 at the end.
func (s *scanner) next() byte {
	if s.done() {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) space() {
	for !s.done() && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
}

// take skips prefix when it is next, after spaces.
func (s *scanner) take(prefix string) bool {
	s.space()
	if !strings.HasPrefix(s.rest(), prefix) {
		return false
	}
	s.at += len(prefix)
	return true
}

// run reads characters while allowed says so.
func (s *scanner) run(allowed func(byte) bool) string {
	start := s.at
	for !s.done() && allowed(s.text[s.at]) {
		s.at++
	}
	return s.text[start:s.at]
}

// word skips a keyword when it is next, after spaces.
func (s *scanner) word(keyword string) bool {
	s.space()
	rest, ok := strings.CutPrefix(s.rest(), keyword)
	if !ok || rest != "" && isAlphanumeric(rest[0]) {
		return false
	}
	s.at += len(keyword)
	return true
}

// quoted reads a string between quotes, in which a backslash stands before quotes and
// backslashes.
func (s *scanner) quoted(quote byte) (string, error) {
	s.at++
	var b strings.Builder
	for !s.done() {
		c := s.text[s.at]
		s.at++
		switch {
		case c == quote:
			return b.String(), nil
		case c == '\\' && !s.done() && (s.text[s.at] == quote || s.text[s.at] == '\\'):
			b.WriteByte(s.text[s.at])
			s.at++
		default:
			b.WriteByte(c)
		}
	}
	return "", errInvalid
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
