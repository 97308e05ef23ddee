package wire

import (
	"regexp"
	"strings"
	"sync"
)

// patterns caches compiled patterns: string to *pattern.
var patterns sync.Map

// pattern is a Java regular expression of the models, as what Go's can express: a
// value matches when it matches want and does not match refuse.
type pattern struct {
	want, refuse *regexp.Regexp
}

// lookarounds are the models' patterns with lookahead or lookbehind, which Go's
// regular expressions do not have, each as {want, refuse}.
var lookarounds = map[string][2]string{
	`(?!^[0-9]+$)([a-zA-Z0-9-_]+)`:              {`[a-zA-Z0-9-_]+`, `[0-9]+`},
	`((?!^\d+$)^[0-9a-zA-Z-_]+$)`:               {`[0-9a-zA-Z-_]+`, `\d+`},
	`(^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*)`: {`[_a-zA-Z0-9][^$]*`, `system\x2e(?s:.*)`},
	`[0-9A-Za-z\.\-_]*(?<!\.)`:                  {`[0-9A-Za-z\.\-_]*`, `(?s:.*)\.`},
}

// matches reports whether the Java pattern text matches all of value.
func matches(text, value string) bool {
	p, ok := patterns.Load(text)
	if !ok {
		p, _ = patterns.LoadOrStore(text, compilePattern(text))
	}
	return p.(*pattern).matches(value)
}

// compilePattern panics on a pattern that Go cannot express: a mistake in the
// table, which a test rules out.
func compilePattern(text string) *pattern {
	if pair, ok := lookarounds[text]; ok {
		return &pattern{want: whole(pair[0]), refuse: whole(pair[1])}
	}
	return &pattern{want: whole(text)}
}

// whole compiles text so that it matches whole strings only, as Java's matches.
func whole(text string) *regexp.Regexp {
	return regexp.MustCompile(`\A(?:` + strings.TrimSpace(text) + `)\z`)
}

func (p *pattern) matches(value string) bool {
	return p.want.MatchString(value) && (p.refuse == nil || !p.refuse.MatchString(value))
}
