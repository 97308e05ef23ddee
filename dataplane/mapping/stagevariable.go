package mapping

import "strings"

const stageVariableOpen = "${stageVariables."

// SubstituteStageVariables replaces ${stageVariables.name} in a URI, an ARN or
// another setting; a variable that the stage does not have becomes empty, which
// most often makes the URI invalid (TI-12).
func SubstituteStageVariables(text string, variables map[string]string) string {
	if !strings.Contains(text, stageVariableOpen) {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, stageVariableOpen)
		if !ok {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			break
		}
		b.WriteString(before)
		b.WriteString(variables[name])
		text = after
	}
	b.WriteString(text)
	return b.String()
}
