package parameter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonpath"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// Scope is what an expression may read.
type Scope uint8

const (
	// Request is all but the integration's response.
	Request Scope = iota
	// Response is everything.
	Response
)

// Expression is a compiled value of a mapping. It is immutable and safe for concurrent
// use.
type Expression struct{ parts []part }

// part is a literal, or what a variable reads.
type part struct {
	literal string
	source  source
	// name is the parameter's name; path the JSONPath of a body, nil for all of it.
	name string
	path *jsonpath.Path
}

type source uint8

const (
	literalSource source = iota
	requestHeader
	requestQuerystring
	requestPath
	pathParameter
	requestBody
	responseHeader
	responseBody
	contextVariable
)

// named are the sources with a name behind them.
var named = []struct {
	prefix string
	source source
}{
	{"request.header.", requestHeader},
	{"request.querystring.", requestQuerystring},
	{"request.path.", pathParameter},
	{"response.header.", responseHeader},
	{"context.", contextVariable},
}

const stageVariablePrefix = "stageVariables."

// Parse compiles the value of a mapping: a variable by itself, "$request.header.name", or
// text in which "${request.header.name}" stands for one. Variables of the stage are put in
// now. The error says which variable there is not.
func Parse(text string, scope Scope, stageVariables map[string]string) (Expression, error) {
	c := compiler{scope: scope, variables: stageVariables}
	if name, ok := strings.CutPrefix(text, "$"); ok && !strings.HasPrefix(name, "{") {
		err := c.variable(name)
		return Expression{c.parts}, err
	}
	for {
		before, rest, ok := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			c.literal(text)
			return Expression{c.parts}, nil
		}
		c.literal(before)
		if err := c.variable(name); err != nil {
			return Expression{}, err
		}
		text = after
	}
}

type compiler struct {
	scope     Scope
	variables map[string]string
	parts     []part
}

func (c *compiler) literal(text string) {
	if last := len(c.parts) - 1; last >= 0 && c.parts[last].source == literalSource {
		c.parts[last].literal += text
	} else if text != "" {
		c.parts = append(c.parts, part{literal: text})
	}
}

// variable compiles a variable, named without its "$".
func (c *compiler) variable(name string) error {
	if variable, ok := strings.CutPrefix(name, stageVariablePrefix); ok && variable != "" {
		c.literal(c.variables[variable])
		return nil
	}
	compiled, err := parseVariable(name)
	if err != nil {
		return err
	}
	if c.scope == Request && (compiled.source == responseHeader || compiled.source == responseBody) {
		return fmt.Errorf("$%s cannot be read before there is a response", name)
	}
	c.parts = append(c.parts, compiled)
	return nil
}

func parseVariable(name string) (part, error) {
	switch name {
	case "request.path":
		return part{source: requestPath}, nil
	case "request.body":
		return part{source: requestBody}, nil
	case "response.body":
		return part{source: responseBody}, nil
	}
	for _, n := range named {
		if rest, ok := strings.CutPrefix(name, n.prefix); ok && rest != "" {
			return part{source: n.source, name: rest}, nil
		}
	}
	for prefix, source := range map[string]source{"request.body": requestBody, "response.body": responseBody} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && (rest[0] == '.' || rest[0] == '[') {
			path, err := parsePath(rest)
			return part{source: source, path: path}, err
		}
	}
	return part{}, fmt.Errorf("there is no variable $%s", name)
}

// parsePath compiles the JSONPath behind a body. Recursive descent and filters are not
// supported on HTTP APIs.
func parsePath(text string) (*jsonpath.Path, error) {
	if strings.Contains(text, "..") || strings.Contains(text, "?") {
		return nil, fmt.Errorf("the JSONPath $%s has a filter or a recursive descent", text)
	}
	path, err := jsonpath.Compile("$" + text)
	if err != nil {
		return nil, fmt.Errorf("the JSONPath $%s: %w", text, err)
	}
	return path, nil
}

// Constant returns the value of an expression that reads nothing.
func (e Expression) Constant() (value string, ok bool) {
	switch {
	case len(e.parts) == 0:
		return "", true
	case len(e.parts) == 1 && e.parts[0].source == literalSource:
		return e.parts[0].literal, true
	default:
		return "", false
	}
}

// ReadsRequestBody reports whether the expression reads the body of the request.
func (e Expression) ReadsRequestBody() bool {
	return slices.ContainsFunc(e.parts, func(p part) bool { return p.source == requestBody })
}

// Evaluate returns the value of the expression; what there is not is empty. It is not
// evaluated again, whatever is in it.
func (e Expression) Evaluate(v Values) string {
	if len(e.parts) == 1 {
		return e.parts[0].evaluate(v)
	}
	var b strings.Builder
	for i := range e.parts {
		b.WriteString(e.parts[i].evaluate(v))
	}
	return b.String()
}

func (p *part) evaluate(v Values) string {
	switch p.source {
	case requestHeader:
		return joined(v.RequestHeader(p.name))
	case requestQuerystring:
		return joined(v.RequestQuerystring(p.name))
	case requestPath:
		return v.RequestPath()
	case pathParameter:
		return v.PathParameter(p.name)
	case requestBody:
		return p.read(v.RequestBody())
	case responseHeader:
		return joined(v.ResponseHeader(p.name))
	case responseBody:
		return p.read(v.ResponseBody())
	case contextVariable:
		return v.ContextVariable(p.name)
	default:
		return p.literal
	}
}

// maxPathBytes is where a body is cut before a path is looked up in it.
const maxPathBytes = 100 << 10

// read returns what of a body the variable names. A body that is cut is no JSON any more.
func (p *part) read(body *mapping.Document) string {
	if p.path != nil && body.Len() > maxPathBytes {
		return ""
	}
	return joined(body.Evaluate(p.path))
}

func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}
