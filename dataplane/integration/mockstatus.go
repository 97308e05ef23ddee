package integration

import "strconv"

// MockStatus returns the status that the request template of a MOCK integration
// produced: the integer member statusCode of an object. Templates in the wild are
// written loosely ("{statusCode: 200}" works on AWS), so member names and strings
// may also stand unquoted or in single quotes. It reports false when there is no
// such member or the text is no object.
func MockStatus(payload []byte) (status int, ok bool) {
	s := scanner{text: payload}
	return s.status()
}

// scanner reads loosely written JSON.
type scanner struct {
	text  []byte
	depth int
}

// maxDepth limits the nesting that is followed.
const maxDepth = 100

func (s *scanner) status() (status int, ok bool) {
	if !s.take('{') {
		return 0, false
	}
	found := false
	if !s.take('}') {
		for {
			name, valid := s.word()
			if !valid || !s.take(':') {
				return 0, false
			}
			if string(name) == "statusCode" {
				value, quoted, valid := s.scalar()
				code, err := strconv.Atoi(string(value))
				if !valid || quoted || err != nil || value[0] == '+' {
					return 0, false
				}
				status, found = code, true // any integer, as seen in public reports
			} else if !s.value() {
				return 0, false
			}
			if s.take('}') {
				break
			}
			if !s.take(',') {
				return 0, false
			}
		}
	}
	s.space()
	return status, found && len(s.text) == 0
}

// value skips one value.
func (s *scanner) value() bool {
	switch {
	case s.take('{'):
		return s.members('}', true)
	case s.take('['):
		return s.members(']', false)
	default:
		_, _, ok := s.scalar()
		return ok
	}
}

// members skips what is left of an object or a list.
func (s *scanner) members(end byte, named bool) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	defer func() { s.depth-- }()
	if s.take(end) {
		return true
	}
	for {
		if named {
			if _, ok := s.word(); !ok || !s.take(':') {
				return false
			}
		}
		if !s.value() {
			return false
		}
		if s.take(end) {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) word() (word []byte, ok bool) {
	word, _, ok = s.scalar()
	return word, ok
}

// scalar reads a quoted string, or what stands there up to the next delimiter.
func (s *scanner) scalar() (text []byte, quoted, ok bool) {
	s.space()
	if len(s.text) == 0 {
		return nil, false, false
	}
	if quote := s.text[0]; quote == '"' || quote == '\'' {
		for i := 1; i < len(s.text); i++ {
			switch s.text[i] {
			case '\\':
				i++
			case quote:
				text, s.text = s.text[1:i], s.text[i+1:]
				return text, true, true
			}
		}
		return nil, true, false
	}
	n := 0
	for n < len(s.text) && !delimiter(s.text[n]) {
		n++
	}
	text, s.text = s.text[:n], s.text[n:]
	return text, false, n > 0
}

// take skips space and then c, when c is next.
func (s *scanner) take(c byte) bool {
	s.space()
	if len(s.text) == 0 || s.text[0] != c {
		return false
	}
	s.text = s.text[1:]
	return true
}

func (s *scanner) space() {
	for len(s.text) > 0 && isSpace(s.text[0]) {
		s.text = s.text[1:]
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func delimiter(c byte) bool {
	switch c {
	case '{', '}', '[', ']', ',', ':', '"', '\'':
		return true
	default:
		return isSpace(c)
	}
}
