package function

import (
	"strings"
	"unicode/utf8"
)

// arnParts is the number of parts of an ARN; the last may contain colons.
const arnParts = 6

// arnPattern is a value of the condition operator ArnLike: the six parts of an
// ARN, which are compared one by one, with case, and in which * stands for any
// text and ? for any one character. A wildcard thus never reaches across a colon
// into the next part.
type arnPattern struct {
	parts []string
}

func compileARNPattern(pattern string) arnPattern {
	return arnPattern{parts: strings.SplitN(pattern, ":", arnParts)}
}

// matches tells whether arn fits the pattern; what is no ARN fits none.
func (p arnPattern) matches(arn string) bool {
	if len(p.parts) != arnParts {
		return false
	}
	for _, pattern := range p.parts[:arnParts-1] {
		part, rest, ok := strings.Cut(arn, ":")
		if !ok || !wildcardMatch(pattern, part) {
			return false
		}
		arn = rest
	}
	return wildcardMatch(p.parts[arnParts-1], arn)
}

// wildcardMatch tells whether text fits a pattern with * and ?. It takes time
// proportional to the product of the lengths at worst: after a mismatch only the
// last * takes one character more, since what the ones before it took is as good
// as any longer choice.
func wildcardMatch(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRuneInString(text[t:])
			p, t = p+1, t+size
		case p < len(pattern) && pattern[p] == text[t]:
			p, t = p+1, t+1
		case star >= 0:
			_, size := utf8.DecodeRuneInString(text[resume:])
			resume += size
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
