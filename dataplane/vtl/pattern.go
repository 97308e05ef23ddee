package vtl

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/javaregexp"
)

// pattern is a regular expression of Java's.
type pattern struct {
	*javaregexp.Pattern

	// plain is the text that the expression stands for, when it is one.
	plain   string
	isPlain bool
	err     error
}

// takesPattern reports whether the first argument of a method is a regular expression.
func takesPattern(method string) bool {
	switch method {
	case "split", "matches", "replaceAll", "replaceFirst":
		return true
	default:
		return false
	}
}

func compilePattern(source string) *pattern {
	if source != "" && regexp.QuoteMeta(source) == source {
		return &pattern{plain: source, isPlain: true}
	}
	compiled, err := javaregexp.Compile(source)
	if err != nil {
		return &pattern{err: exception("%v", err)}
	}
	return &pattern{Pattern: compiled}
}

func (p *pattern) matches(v string) (bool, error) {
	if p.isPlain {
		return v == p.plain, nil
	}
	matches, err := p.MatchWhole(v)
	if err != nil {
		return false, exception("%v", err)
	}
	return matches, nil
}

// split is String.split: without a limit, empty texts at the end are dropped.
func (p *pattern) split(v string, limit int) ([]string, error) {
	if v == "" {
		return []string{""}, nil
	}
	var parts []string
	rest, at := v, 0
	matches, err := p.find(v, limit)
	if err != nil {
		return nil, err
	}
	for _, match := range matches {
		if match[0] == 0 && match[1] == 0 {
			continue // an empty match at the begin makes no part
		}
		parts = append(parts, v[at:match[0]])
		at = match[1]
		rest = v[at:]
	}
	parts = append(parts, rest)
	if limit == 0 {
		for len(parts) > 0 && parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return parts, nil
}

// find returns the matches that split a text into at most limit parts, 0 and less for all.
func (p *pattern) find(v string, limit int) ([][]int, error) {
	most := -1
	if limit > 0 {
		most = limit - 1
	}
	if most == 0 {
		return nil, nil
	}
	if !p.isPlain {
		matches, err := p.FindAll(v, most)
		if err != nil {
			return nil, exception("%v", err)
		}
		return matches, nil
	}
	var all [][]int
	for at := 0; most < 0 || len(all) < most; {
		i := strings.Index(v[at:], p.plain)
		if i < 0 {
			break
		}
		all = append(all, []int{at + i, at + i + len(p.plain)})
		at += i + len(p.plain)
	}
	return all, nil
}

// replace is String.replaceAll and replaceFirst.
func (p *pattern) replace(s *state, v, with string, onlyFirst bool) (any, error) {
	most := -1
	if onlyFirst {
		most = 1
	}
	matches, err := p.find(v, most+1)
	if err != nil {
		return nil, err
	}
	var out []byte
	at := 0
	for _, match := range matches {
		out = append(out, v[at:match[0]]...)
		if out, err = expand(out, v, with, match); err != nil {
			return nil, err
		}
		if err := s.checkSize(len(out)); err != nil {
			return nil, err
		}
		at = match[1]
	}
	return string(append(out, v[at:]...)), nil
}

// expand appends a replacement, in which $1 is a group and a backslash makes the next
// character plain.
func expand(out []byte, v, with string, match []int) ([]byte, error) {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; c {
		case '\\':
			if i++; i == len(with) {
				return nil, exception("a replacement ends with a backslash")
			}
			out = append(out, with[i])
		case '$':
			if i++; i == len(with) || !isDigit(with[i]) {
				return nil, exception("a replacement has $ without the number of a group")
			}
			group := int(with[i] - '0')
			for groups := len(match)/2 - 1; i+1 < len(with) && isDigit(with[i+1]); i++ {
				next, _ := strconv.Atoi(strconv.Itoa(group) + with[i+1:i+2])
				if next > groups {
					break
				}
				group = next
			}
			if 2*group+1 >= len(match) {
				return nil, exception("there is no group %d", group)
			}
			if match[2*group] >= 0 {
				out = append(out, v[match[2*group]:match[2*group+1]]...)
			}
		default:
			out = append(out, c)
		}
	}
	return out, nil
}
