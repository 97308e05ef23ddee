package filterpattern

import "strings"

// columns are the fields of a pattern for messages of fields between spaces. A nil is a
// field without a condition.
type columns struct {
	before, after []func(string) bool
	// ellipsis tells whether any fields may be between the two.
	ellipsis bool
}

func compileColumns(s *scanner) (func(string) bool, error) {
	var c columns
	for {
		if s.take("...") {
			if c.ellipsis {
				return nil, errInvalid
			}
			c.ellipsis = true
		} else {
			test, err := s.column()
			if err != nil {
				return nil, err
			}
			if c.ellipsis {
				c.after = append(c.after, test)
			} else {
				c.before = append(c.before, test)
			}
		}
		if !s.take(",") {
			break
		}
	}
	return c.match, nil
}

// column reads a field: its name, which may be left out, and what holds for it.
func (s *scanner) column() (func(string) bool, error) {
	s.space()
	isName := func(c byte) bool { return isAlphanumeric(c) || c == '-' }
	name := s.run(isName)
	s.space()
	if c := s.next(); c == 0 || c == ',' {
		return nil, nil
	}
	first := true
	test, err := compound(s, func() (func(value) bool, error) {
		if s.space(); !first && s.run(isName) != name {
			return nil, errInvalid // every condition of a field is about the field
		}
		first = false
		return s.condition()
	})
	if err != nil {
		return nil, err
	}
	return func(field string) bool { return test(numberOf(field)) }, nil
}

// match tells whether the fields of a message are those of the pattern. A last field without
// a condition takes all that follow, as the second of AWS's example [w1=ERROR, w2] does.
// Unverified: that one with a condition does not.
func (c *columns) match(message string) bool {
	fields := split(message)
	named := len(c.before) + len(c.after)
	open := c.ellipsis || c.before[len(c.before)-1] == nil
	if len(fields) < named || len(fields) > named && !open {
		return false
	}
	return hold(c.before, fields) && hold(c.after, fields[len(fields)-len(c.after):])
}

func hold(tests []func(string) bool, fields []string) bool {
	for i, test := range tests {
		if test != nil && !test(fields[i]) {
			return false
		}
	}
	return true
}

// split returns the fields of a message; what is in brackets or quotes is one.
func split(message string) []string {
	const spaces = " \t\r\n"
	var fields []string
	for {
		message = strings.TrimLeft(message, spaces)
		if message == "" {
			return fields
		}
		end := byte(0)
		switch message[0] {
		case '[':
			end = ']'
		case '"':
			end = '"'
		}
		if closing := strings.IndexByte(message[1:], end); end != 0 && closing >= 0 {
			fields, message = append(fields, message[1:closing+1]), message[closing+2:]
			continue
		}
		next := strings.IndexAny(message, spaces)
		if next < 0 {
			next = len(message)
		}
		fields, message = append(fields, message[:next]), message[next:]
	}
}
