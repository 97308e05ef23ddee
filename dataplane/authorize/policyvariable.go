package authorize

import (
	"fmt"
	"strings"
)

// variablesVersion is the version of the policy language that has variables; in older ones
// "${" is text.
const variablesVersion = "2012-10-17"

// policyText is a resource or a wanted value of a policy: text with variables such as
// ${aws:username}, which stand for condition keys of the call (IAM User Guide, "IAM policy
// elements: Variables and tags").
type policyText struct {
	// text is all of it when there are no parts.
	text  string
	parts []textPart
}

// textPart is text, or a variable with its key.
type textPart struct {
	text, key string
	// fallback is what stands for a key that the call does not have, when hasFallback.
	fallback    string
	hasFallback bool
}

// literals stand for characters of values that would be wildcards in a pattern.
var literals = strings.NewReplacer("*", literalStar, "?", literalMark)

const (
	literalStar = "\x01"
	literalMark = "\x02"
)

// parsePolicyText reads a text. A variable that is not closed is an error.
func parsePolicyText(text string, isPattern, hasVariables bool) (policyText, error) {
	if !hasVariables || !strings.Contains(text, "${") {
		return policyText{text: text}, nil
	}
	var t policyText
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "${")
		if before != "" {
			t.parts = append(t.parts, textPart{text: before})
		}
		if !found {
			break
		}
		name, following, closed := strings.Cut(after, "}")
		if !closed {
			return t, fmt.Errorf("%q: a policy variable is not closed", text)
		}
		part, err := parseVariable(name, isPattern)
		if err != nil {
			return t, fmt.Errorf("%q: %w", text, err)
		}
		t.parts = append(t.parts, part)
		rest = following
	}
	return t, nil
}

func parseVariable(name string, isPattern bool) (textPart, error) {
	switch name {
	case "*", "?", "$": // these themselves
		if isPattern {
			name = literals.Replace(name)
		}
		return textPart{text: name}, nil
	}
	key, fallback, hasFallback := strings.Cut(name, ",")
	part := textPart{key: strings.ToLower(strings.TrimSpace(key)), hasFallback: hasFallback}
	if part.key == "" {
		return part, fmt.Errorf("policy variable %q has no name", name)
	}
	if !hasFallback {
		return part, nil
	}
	quoted := strings.TrimSpace(fallback)
	if len(quoted) < 2 || quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' {
		return part, fmt.Errorf("the default of policy variable %q is not in quotes", name)
	}
	part.fallback = quoted[1 : len(quoted)-1]
	if isPattern {
		part.fallback = literals.Replace(part.fallback)
	}
	return part, nil
}

// resolve puts the values of a call in for the variables. It reports false when the call lacks
// one of them or has several values for it: then the text matches nothing. In a pattern
// the values are no patterns.
func (t *policyText) resolve(facts Facts, isPattern bool) (text string, ok bool) {
	if t.parts == nil {
		return t.text, true
	}
	var b strings.Builder
	for _, part := range t.parts {
		switch values := facts[part.key]; {
		case part.key == "":
			b.WriteString(part.text)
		case len(values) == 1 && isPattern:
			b.WriteString(literals.Replace(values[0]))
		case len(values) == 1:
			b.WriteString(values[0])
		case len(values) == 0 && part.hasFallback:
			b.WriteString(part.fallback)
		default:
			return "", false
		}
	}
	return b.String(), true
}

// parsePolicyTexts reads a list of texts.
func parsePolicyTexts(texts []string, isPattern, hasVariables bool) ([]policyText, error) {
	parsed := make([]policyText, len(texts))
	for i, text := range texts {
		var err error
		if parsed[i], err = parsePolicyText(text, isPattern, hasVariables); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}
