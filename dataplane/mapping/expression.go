package mapping

import (
	"fmt"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonpath"
)

// Source tells what an [Expression] reads.
type Source uint8

// The sources of expressions. Those of the integration response can be used in
// response parameters only.
const (
	Literal Source = iota
	StageVariable
	Context
	Path
	Querystring
	MultiValueQuerystring
	Header
	MultiValueHeader
	Body
	ResponseHeader
	ResponseMultiValueHeader
	ResponseBody
)

// Expression is a compiled source expression. It is immutable.
type Expression struct {
	source Source
	// name is the parameter's name; for bodies the JSONPath without "$.", empty
	// for the whole body.
	name string
	// literal is the value of a Literal, made once so that evaluating allocates nothing.
	literal []string
	// path is the JSONPath of a body; nil for the whole body.
	path *jsonpath.Path
}

// Source returns what the expression reads.
func (e Expression) Source() Source { return e.source }

// Name returns the parameter that the expression reads.
func (e Expression) Name() string { return e.name }

// expressionError reports an expression that names no known source.
type expressionError struct{ text string }

func (e *expressionError) Error() string {
	return fmt.Sprintf("invalid mapping expression %q", e.text)
}

// prefixes lists the sources that carry a parameter's name behind a dot.
var prefixes = []struct {
	prefix string
	source Source
}{
	{"method.request.path.", Path},
	{"method.request.querystring.", Querystring},
	{"method.request.multivaluequerystring.", MultiValueQuerystring},
	{"method.request.header.", Header},
	{"method.request.multivalueheader.", MultiValueHeader},
	{"method.request.body.", Body},
	{"integration.response.header.", ResponseHeader},
	{"integration.response.multivalueheader.", ResponseMultiValueHeader},
	{"integration.response.body.", ResponseBody},
	{"stageVariables.", StageVariable},
	{"context.", Context},
}

// ParseExpression compiles a source expression. Its error says that text names no
// source, or a name with characters outside [a-zA-Z0-9._$-] (body paths excepted).
func ParseExpression(text string) (Expression, error) {
	if literal, ok := strings.CutPrefix(text, "'"); ok {
		literal, closed := strings.CutSuffix(literal, "'")
		if !closed {
			return Expression{}, &expressionError{text}
		}
		return Expression{source: Literal, literal: []string{literal}}, nil
	}
	switch text {
	case "method.request.body":
		return Expression{source: Body}, nil
	case "integration.response.body":
		return Expression{source: ResponseBody}, nil
	}
	for _, p := range prefixes {
		name, ok := strings.CutPrefix(text, p.prefix)
		if !ok {
			continue
		}
		isBody := p.source == Body || p.source == ResponseBody
		if name == "" || !isBody && !isName(name) {
			break
		}
		expression := Expression{source: p.source, name: name}
		if isBody {
			path, err := jsonpath.Compile("$." + name)
			if err != nil {
				return Expression{}, fmt.Errorf("%w: %w", &expressionError{text}, err)
			}
			expression.path = path
		}
		return expression, nil
	}
	return Expression{}, &expressionError{text}
}

// isName reports whether all of name is of [a-zA-Z0-9._$-].
func isName(name string) bool {
	for i := range len(name) {
		c := name[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && c != '.' && c != '_' && c != '$' && c != '-' {
			return false
		}
	}
	return true
}
