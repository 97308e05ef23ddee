package websocket

import (
	"fmt"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonpath"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// selection is a compiled selection expression: text and variables, which are read in one
// pass. The empty selection selects nothing.
//
// Source: "WebSocket selection expressions" in AWS's developer guide.
type selection []selectionPart

// selectionPart is a literal, or a variable.
type selectionPart struct {
	literal string
	// variable is the name of one, without "$" and braces; of a body only what is behind
	// "request.body." and so on is in path.
	variable string
	path     *jsonpath.Path
}

// The variables that read JSON.
const (
	requestBody  = "request.body"
	responseBody = "integration.response.body"
)

// maxSelectionBytes bounds an expression.
const maxSelectionBytes = 1024

// parseSelection compiles an expression.
func parseSelection(text string) (selection, error) {
	if len(text) > maxSelectionBytes {
		return nil, fmt.Errorf("a selection expression exceeds %d characters", maxSelectionBytes)
	}
	var parts selection
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, selectionPart{literal: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			literal.WriteByte(text[i+1])
			i += 2
		case text[i] == '$' && i+1 < len(text):
			name, end := variableAt(text, i+1)
			if name == "" {
				literal.WriteByte('$')
				i++
				continue
			}
			part, err := parseVariable(name)
			if err != nil {
				return nil, fmt.Errorf("selection expression %q: %w", text, err)
			}
			flush()
			parts = append(parts, part)
			i = end
		default:
			literal.WriteByte(text[i])
			i++
		}
	}
	flush()
	return parts, nil
}

// variableRoots are what a variable begins with; "$default" is text.
var variableRoots = []string{"request.", "integration.response.", "context.", "stageVariables."}

// variableAt reads the name of a variable behind a "$", in braces or bare.
func variableAt(text string, at int) (name string, end int) {
	if text[at] == '{' {
		closing := strings.IndexByte(text[at:], '}')
		if closing < 0 {
			return "", at
		}
		name, end = text[at+1:at+closing], at+closing+1
	} else {
		end = at
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		name = text[at:end]
	}
	for _, root := range variableRoots {
		if strings.HasPrefix(name, root) {
			return name, end
		}
	}
	return "", at
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._-[]'*@", c) >= 0
}

func parseVariable(name string) (selectionPart, error) {
	for _, root := range []string{requestBody, responseBody} {
		rest, ok := strings.CutPrefix(name, root)
		switch {
		case !ok:
			continue
		case rest == "":
			return selectionPart{variable: root}, nil
		case rest[0] != '.' && rest[0] != '[':
			continue
		}
		path, err := jsonpath.Compile("$" + rest)
		return selectionPart{variable: root, path: path}, err
	}
	return selectionPart{variable: name}, nil
}

// values are what variables of selection expressions read.
type values interface {
	// selectionVariable returns a variable that is no body.
	selectionVariable(name string) string
	// document returns a body; false when it is no JSON.
	document(ofResponse bool) (value any, ok bool)
}

// evaluate returns the text; ok is false when a variable reads a body that is no JSON.
func (s selection) evaluate(v values) (text string, ok bool) {
	if len(s) == 1 && s[0].variable == "" {
		return s[0].literal, true
	}
	var b []byte
	for i := range s {
		part := &s[i]
		switch part.variable {
		case "":
			b = append(b, part.literal...)
		case requestBody, responseBody:
			root, isJSON := v.document(part.variable == responseBody)
			if !isJSON {
				return "", false
			}
			if part.path == nil {
				b = appendSelected(b, root)
				continue
			}
			if found, err := part.path.Evaluate(root); err == nil && found != nil {
				b = appendSelected(b, found)
			}
		default:
			b = append(b, v.selectionVariable(part.variable)...)
		}
	}
	return string(b), true
}

// appendSelected appends a value as text. A list is one of Java's, "[item1, item2]", with
// bare texts in it; the developer guide shows no other than a flat one.
func appendSelected(b []byte, value any) []byte {
	list, ok := value.(*jsonvalue.Array)
	if !ok {
		return jsonvalue.AppendJava(b, value)
	}
	b = append(b, '[')
	for i, item := range list.All() {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = jsonvalue.AppendJava(b, item)
	}
	return append(b, ']')
}
