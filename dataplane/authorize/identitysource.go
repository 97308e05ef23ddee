package authorize

import (
	"fmt"
	"strings"
)

// RequestValues are the values of a request of an HTTP or a WebSocket API that identity
// sources read.
type RequestValues interface {
	// RequestHeader returns the values of a header, in order.
	RequestHeader(name string) []string
	// RequestQuerystring returns the decoded values of a query parameter, in order.
	RequestQuerystring(name string) []string
	// ContextVariable returns a $context variable, named without "$context."; empty when
	// there is none.
	ContextVariable(name string) string
}

// IdentitySource is a compiled identity source of an HTTP or a WebSocket API.
type IdentitySource struct {
	kind sourceKind
	// name is what is read; the value itself for a stage variable, which does not change.
	name string
}

type sourceKind uint8

const (
	sourceHeader sourceKind = iota
	sourceQuerystring
	sourceContext
	sourceStageVariable
)

// ParseIdentitySource compiles $request.header.Name, $request.querystring.name,
// $context.name or $stageVariables.name; WebSocket APIs write route.request.header.Name
// and so on, without "$".
func ParseIdentitySource(text string, stageVariables map[string]string) (IdentitySource, error) {
	bare := strings.TrimPrefix(strings.TrimPrefix(text, "$"), "route.")
	for _, known := range [...]struct {
		prefix string
		kind   sourceKind
	}{
		{"request.header.", sourceHeader},
		{"request.querystring.", sourceQuerystring},
		{"context.", sourceContext},
		{"stageVariables.", sourceStageVariable},
	} {
		name, ok := strings.CutPrefix(bare, known.prefix)
		if !ok || name == "" {
			continue
		}
		if known.kind == sourceStageVariable {
			name = stageVariables[name]
		}
		return IdentitySource{known.kind, name}, nil
	}
	return IdentitySource{}, fmt.Errorf("identity source %q", text)
}

// Evaluate returns the value of the source in a request, empty when there is none.
// Unverified: that several values are joined by commas, as in events.
func (s IdentitySource) Evaluate(request RequestValues) string {
	switch s.kind {
	case sourceHeader:
		return joined(request.RequestHeader(s.name))
	case sourceQuerystring:
		return joined(request.RequestQuerystring(s.name))
	case sourceContext:
		return request.ContextVariable(s.name)
	case sourceStageVariable:
		return s.name
	default:
		return ""
	}
}

func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}
