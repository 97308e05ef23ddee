package httpapi

import (
	"regexp"
	"strings"
)

// selectionVariable is a variable of a selection expression, less its dollar and
// braces.
var selectionVariable = regexp.MustCompile(`^(request|integration\.response|context|stageVariables)(\.[^\s${}]+)+$`)

// isSelectionExpression reports whether text is a selection expression: static text
// with variables $name or ${name}; \$ is a dollar.
func isSelectionExpression(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '$':
			name, length := selectionName(text[i+1:])
			if !selectionVariable.MatchString(name) {
				return false
			}
			i += length
		}
	}
	return text != ""
}

// selectionName returns the name at the beginning of text, after a dollar, and how
// many bytes it takes with its braces.
func selectionName(text string) (name string, length int) {
	if strings.HasPrefix(text, "{") {
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return "", 0
		}
		return text[1:end], end + 1
	}
	length = strings.IndexFunc(text, func(r rune) bool {
		return !strings.ContainsRune("._-[]'\"@*", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if length < 0 {
		length = len(text)
	}
	return strings.TrimSuffix(text[:length], "."), length
}
