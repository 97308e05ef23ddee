package filterpattern

import (
	"encoding/json"
	"io"
	"strings"
)

// compileJSON compiles conditions on the members of a message that is a JSON object.
func compileJSON(s *scanner) (func(string) bool, error) {
	test, err := s.conditions()
	if err != nil {
		return nil, err
	}
	return func(message string) bool {
		if !strings.HasPrefix(strings.TrimLeft(message, " \t\r\n"), "{") {
			return false
		}
		decoder := json.NewDecoder(strings.NewReader(message))
		decoder.UseNumber()
		var object any
		if decoder.Decode(&object) != nil {
			return false
		}
		if _, err := decoder.Token(); err != io.EOF {
			return false
		}
		return test(object)
	}, nil
}

func (s *scanner) conditions() (func(any) bool, error) { return compound(s, s.member) }

// member reads a condition, or several in parentheses.
func (s *scanner) member() (func(any) bool, error) {
	if s.take("(") {
		test, err := s.conditions()
		if err == nil && !s.take(")") {
			err = errInvalid
		}
		return test, err
	}
	selected, err := s.selector()
	if err != nil {
		return nil, err
	}
	switch {
	case s.word("NOT"):
		if !s.word("EXISTS") {
			return nil, errInvalid
		}
		return func(object any) bool { return !selected.any(object, func(any) bool { return true }) }, nil
	case s.word("IS"):
		var want any
		switch {
		case s.word("NULL"):
		case s.word("TRUE"):
			want = true
		case s.word("FALSE"):
			want = false
		default:
			return nil, errInvalid
		}
		return func(object any) bool {
			return selected.any(object, func(member any) bool {
				switch member.(type) {
				case nil, bool:
					return member == want
				}
				return false
			})
		}, nil
	}
	test, err := s.condition()
	if err != nil {
		return nil, err
	}
	return func(object any) bool {
		return selected.any(object, func(member any) bool {
			switch member := member.(type) {
			case string:
				return test(value{text: member})
			case json.Number:
				return test(numberOf(member.String()))
			case bool:
				// Unverified: AWS documents that selectors point to strings and numbers.
				return test(value{text: map[bool]string{true: "true", false: "false"}[member]})
			default:
				// Neither "=" nor "!=" holds for objects, arrays, null and what is not there.
				return false
			}
		})
	}, nil
}
