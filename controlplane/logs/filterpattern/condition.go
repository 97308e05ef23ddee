package filterpattern

import (
	"regexp"
	"strconv"
	"strings"
)

// value is what a condition looks at.
type value struct {
	text     string
	number   float64
	isNumber bool
}

func numberOf(text string) value {
	n, err := strconv.ParseFloat(text, 64)
	return value{text, n, err == nil && isNumber.MatchString(text)}
}

var isNumber = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// condition reads an operator and what follows it.
func (s *scanner) condition() (func(value) bool, error) {
	s.space()
	var operator string
	for _, operator = range []string{"!=", "<=", ">=", "=", "<", ">", ""} {
		if s.take(operator) {
			break
		}
	}
	if operator == "" {
		return nil, errInvalid
	}
	s.space()
	equal, err := s.operand(operator)
	if err != nil {
		return nil, err
	}
	if operator == "!=" {
		return func(v value) bool { return !equal(v) }, nil
	}
	return equal, nil
}

// operand reads the right side of a condition. With "!=" it returns what "=" does.
func (s *scanner) operand(operator string) (func(value) bool, error) {
	equality := operator == "=" || operator == "!="
	switch c := s.next(); {
	case c == '%' && equality:
		match, err := s.regex()
		if err == nil && s.regexes > maxRegexes {
			err = errInvalid
		}
		return func(v value) bool { return match(v.text) }, err
	case c == '"' && equality:
		text, err := s.quoted('"')
		return textTest(text), err
	}
	// Unverified: the characters that need no quotes; AWS documents letters, digits and
	// the underscore, and has addresses, host names and dates without in its examples.
	text := s.run(func(c byte) bool { return isAlphanumeric(c) || strings.IndexByte(".*-+:/", c) >= 0 })
	n := numberOf(text)
	switch {
	case text == "", !equality && !n.isNumber:
		return nil, errInvalid
	case !n.isNumber:
		return textTest(text), nil
	}
	return numberTest(operator, n), nil
}

func numberTest(operator string, n value) func(value) bool {
	switch operator {
	case "<":
		return func(v value) bool { return v.isNumber && v.number < n.number }
	case "<=":
		return func(v value) bool { return v.isNumber && v.number <= n.number }
	case ">":
		return func(v value) bool { return v.isNumber && v.number > n.number }
	case ">=":
		return func(v value) bool { return v.isNumber && v.number >= n.number }
	default:
		return func(v value) bool { return v.isNumber && v.number == n.number || !v.isNumber && v.text == n.text }
	}
}

// textTest compares with a text in which asterisks stand for anything.
func textTest(text string) func(value) bool {
	parts := strings.Split(text, "*")
	if len(parts) == 1 {
		return func(v value) bool { return v.text == text }
	}
	first, last, middle := parts[0], parts[len(parts)-1], parts[1:len(parts)-1]
	return func(v value) bool {
		rest, ok := strings.CutPrefix(v.text, first)
		if !ok {
			return false
		}
		for _, part := range middle {
			if _, rest, ok = strings.Cut(rest, part); !ok {
				return false
			}
		}
		return strings.HasSuffix(rest, last)
	}
}

// compound reads operands that "&&" and "||" connect, of which the former binds closer.
func compound[T any](s *scanner, operand func() (func(T) bool, error)) (func(T) bool, error) {
	var some []func(T) bool
	for {
		var all []func(T) bool
		for {
			one, err := operand()
			if err != nil {
				return nil, err
			}
			all = append(all, one)
			if !s.take("&&") {
				break
			}
		}
		some = append(some, conjunction(all))
		if !s.take("||") {
			return disjunction(some), nil
		}
	}
}

func conjunction[T any](all []func(T) bool) func(T) bool {
	if len(all) == 1 {
		return all[0]
	}
	return func(v T) bool {
		for _, one := range all {
			if !one(v) {
				return false
			}
		}
		return true
	}
}

func disjunction[T any](some []func(T) bool) func(T) bool {
	if len(some) == 1 {
		return some[0]
	}
	return func(v T) bool {
		for _, one := range some {
			if one(v) {
				return true
			}
		}
		return false
	}
}
