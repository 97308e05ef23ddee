package rest

import (
	"maps"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// substitution is a template of a gateway response: text with variables, without the
// directives and methods of mapping templates, which come out as they stand.
type substitution struct {
	contentType string
	parts       []substitutionPart
}

// substitutionPart is a literal, or a variable when it has no text.
type substitutionPart struct {
	literal  string
	variable mapping.Expression
}

// compileSubstitutions compiles templates in the order of their content types.
func compileSubstitutions(byType map[string]string) []substitution {
	compiled := make([]substitution, 0, len(byType))
	for _, contentType := range slices.Sorted(maps.Keys(byType)) {
		compiled = append(compiled, substitution{contentType, cutVariables(byType[contentType])})
	}
	return compiled
}

// cutVariables cuts a text at its variables.
func cutVariables(text string) []substitutionPart {
	var parts []substitutionPart
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		length, variable, ok := leadingVariable(text[i+1:])
		if !ok {
			continue
		}
		if i > start {
			parts = append(parts, substitutionPart{literal: text[start:i]})
		}
		parts = append(parts, substitutionPart{variable: variable})
		start = i + 1 + length
		i = start - 1
	}
	if start < len(text) {
		parts = append(parts, substitutionPart{literal: text[start:]})
	}
	return parts
}

// leadingVariable reads the variable that text begins with, behind its "$".
func leadingVariable(text string) (length int, variable mapping.Expression, ok bool) {
	for length < len(text) && isVariableByte(text[length]) {
		length++
	}
	// A point or a dash at the end is punctuation.
	name := strings.TrimRight(text[:length], ".-")
	variable, err := mapping.ParseExpression(name)
	if err != nil {
		return 0, variable, false
	}
	switch variable.Source() {
	case mapping.Context, mapping.StageVariable, mapping.Path, mapping.Querystring, mapping.Header:
		return len(name), variable, true
	default:
		return 0, variable, false
	}
}

func isVariableByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-'
}

// execute renders the template. A variable without a value is empty (unverified).
func (s *substitution) execute(x *Exchange) []byte {
	var b []byte
	for i := range s.parts {
		part := &s.parts[i]
		if part.literal != "" {
			b = append(b, part.literal...)
			continue
		}
		if values := part.variable.Evaluate(x); len(values) > 0 {
			b = append(b, values[0]...)
		}
	}
	return b
}

// mediaType implements typed.
func (s substitution) mediaType() string { return s.contentType }
