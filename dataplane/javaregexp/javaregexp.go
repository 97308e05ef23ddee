// Package javaregexp compiles the regular expressions that API Gateway evaluates with
// java.util.regex: selection patterns, and those of mapping templates.
//
// What RE2 can do runs on package regexp, in linear time. Look-around, back references and
// atomic groups run on a backtracking engine with a time limit: a pattern that takes longer
// is an error, not a hanging request. Neither has possessive quantifiers (a*+), nor the
// set operations of Java's character classes.
package javaregexp

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTimeout limits the search of the backtracking engine in one text.
const matchTimeout = 250 * time.Millisecond

// Pattern is a compiled expression. It is immutable and safe for concurrent use.
type Pattern struct {
	// linear and whole are set when RE2 has the expression; whole is for whole texts.
	linear, whole *regexp.Regexp
	// other and otherWhole are set when it has not.
	other, otherWhole *regexp2.Regexp
}

// Compile compiles an expression. The error says that neither engine has it.
func Compile(expression string) (*Pattern, error) {
	linear, err := regexp.Compile(expression)
	if err == nil {
		whole, err := regexp.Compile(`\A(?:` + expression + `)\z`)
		if err == nil {
			return &Pattern{linear: linear, whole: whole}, nil
		}
	}
	other, otherErr := regexp2.Compile(expression, regexp2.None)
	if otherErr != nil {
		return nil, fmt.Errorf("regular expression %q: %w", expression, err)
	}
	otherWhole, otherErr := regexp2.Compile(`\A(?:`+expression+`)\z`, regexp2.None)
	if otherErr != nil {
		return nil, fmt.Errorf("regular expression %q: %w", expression, otherErr)
	}
	other.MatchTimeout, otherWhole.MatchTimeout = matchTimeout, matchTimeout
	return &Pattern{other: other, otherWhole: otherWhole}, nil
}

// MatchWhole reports whether the expression matches the whole text. The error says that
// it took too long.
func (p *Pattern) MatchWhole(text string) (bool, error) {
	if p.whole != nil {
		return p.whole.MatchString(text), nil
	}
	return p.otherWhole.MatchString(text)
}

// FindAll returns the first n matches, all when n is negative: for each the byte offsets
// of begin and end, then those of its groups, -1 for a group without a match.
func (p *Pattern) FindAll(text string, n int) ([][]int, error) {
	if p.linear != nil {
		return p.linear.FindAllStringSubmatchIndex(text, n), nil
	}
	runes := []rune(text)
	offsets := byteOffsets(runes)
	var all [][]int
	match, err := p.other.FindRunesMatch(runes)
	for err == nil && match != nil && (n < 0 || len(all) < n) {
		var found []int
		for _, group := range match.Groups() {
			if len(group.Captures) == 0 {
				found = append(found, -1, -1)
				continue
			}
			found = append(found, offsets[group.Index], offsets[group.Index+group.Length])
		}
		all = append(all, found)
		match, err = p.other.FindNextMatch(match)
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// byteOffsets returns the byte offset of each rune, and of the end.
func byteOffsets(runes []rune) []int {
	offsets := make([]int, len(runes)+1)
	at := 0
	for i, r := range runes {
		offsets[i] = at
		at += len(string(r))
	}
	offsets[len(runes)] = at
	return offsets
}
