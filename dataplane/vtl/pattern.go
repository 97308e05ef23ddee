package vtl

import (
	"regexp"
	"strconv"
	"strings"
)

// pattern is a regular expression of Java's, compiled to RE2: it runs in linear time, and
// has no lookaround, backreferences or possessive quantifiers, which are an error.
type pattern struct {
	re *regexp.Regexp
	// whole matches whole texts only.
	whole *regexp.Regexp
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
	re, err := regexp.Compile(source)
	if err != nil {
		return &pattern{err: exception("regular expression %q: %v", source, err)}
	}
	whole, err := regexp.Compile(`\A(?:` + source + `)\z`)
	if err != nil {
		return &pattern{err: exception("regular expression %q: %v", source, err)}
	}
	return &pattern{re: re, whole: whole}
}

func (p *pattern) matches(v string) bool {
	if p.isPlain {
		return v == p.plain
	}
	return p.whole.MatchString(v)
}

// split is String.split: without a limit, empty texts at the end are dropped.
func (p *pattern) split(v string, limit int) []string {
	if v == "" {
		return []string{""}
	}
	var parts []string
	rest, at := v, 0
	for _, match := range p.find(v, limit) {
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
	return parts
}

// find returns the matches that split a text into at most limit parts, 0 and less for all.
func (p *pattern) find(v string, limit int) [][]int {
	most := -1
	if limit > 0 {
		most = limit - 1
	}
	if most == 0 {
		return nil
	}
	if !p.isPlain {
		return p.re.FindAllStringIndex(v, most)
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
	return all
}

// replace is String.replaceAll and replaceFirst.
func (p *pattern) replace(s *state, v, with string, onlyFirst bool) (any, error) {
	most := -1
	if onlyFirst {
		most = 1
	}
	var matches [][]int
	if p.isPlain {
		matches = p.find(v, most+1)
	} else {
		matches = p.re.FindAllStringSubmatchIndex(v, most)
	}
	var out []byte
	at := 0
	for _, match := range matches {
		out = append(out, v[at:match[0]]...)
		var err error
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
