package vtl

import (
	"errors"
	"fmt"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonpath"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// Place is where a parameter of a request is.
type Place string

// The places, in the order in which $input.params looks for a name.
const (
	Path        Place = "path"
	Querystring Place = "querystring"
	Header      Place = "header"
)

var places = [...]Place{Path, Querystring, Header}

// Parameters are the parameters of a method request.
type Parameters interface {
	// Parameter returns the value of a parameter.
	Parameter(place Place, name string) (string, bool)
	// Parameters returns all parameters of a place. The template may change the map.
	Parameters(place Place) *Map
}

// ErrPayload is wrapped by the error of a template that reads a payload as JSON which is
// none.
var ErrPayload = errors.New("payload is not JSON")

// Input is $input. It serves one execution at a time.
type Input struct {
	// Payload is the body that the template transforms. Without one it reads as {}
	// (RT-28).
	Payload    []byte
	Parameters Parameters

	document any
	parsed   bool
}

// emptyPayload is what no payload reads as.
const emptyPayload = "{}"

// Property implements [Object].
func (in *Input) Property(name string) any {
	if name != "body" {
		return nil
	}
	if len(in.Payload) == 0 {
		return Text(emptyPayload)
	}
	return Text(in.Payload)
}

// Call implements [Object].
func (in *Input) Call(name string, args []any) (any, bool, error) {
	switch {
	case name == "params" && len(args) == 0:
		all := &Map{}
		for _, place := range places {
			all.Set(string(place), in.Parameters.Parameters(place))
		}
		return all, true, nil
	case len(args) > 1 || len(args) == 1 && args[0] == nil:
		return nil, false, nil
	case name == "params":
		return in.parameter(textOf(args[0])), true, nil
	case name == "getBody" && len(args) == 0:
		return in.Property("body"), true, nil
	case name == "json" || name == "path":
		value, err := in.evaluate(args)
		if err != nil {
			return nil, true, err
		}
		if name == "path" {
			return value, true, nil
		}
		if _, isMissing := value.(missing); isMissing {
			return `""`, true, nil
		}
		return jsonOf(value), true, nil
	}
	return nil, false, nil
}

// parameter looks for a name in all places, and is empty when it is in none.
func (in *Input) parameter(name string) string {
	for _, place := range places {
		if value, ok := in.Parameters.Parameter(place, name); ok {
			return value
		}
	}
	return ""
}

// evaluate returns what a path leads to in the payload: the whole without a path.
func (in *Input) evaluate(args []any) (any, error) {
	if !in.parsed {
		payload := in.Payload
		if len(payload) == 0 {
			payload = []byte(emptyPayload)
		}
		document, err := jsonvalue.Parse(payload)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPayload, err)
		}
		in.document, in.parsed = document, true
	}
	if len(args) == 0 {
		return orMissing(in.document), nil
	}
	path, err := pathOf(args[0])
	if err != nil {
		return nil, exception("%v", err)
	}
	value, err := path.Evaluate(in.document)
	switch {
	case errors.Is(err, jsonpath.ErrNotFound):
		return missing{}, nil
	case err != nil:
		return nil, exception("%v", err)
	default:
		return orMissing(value), nil
	}
}

// compiledPath is a JSONPath that is a literal of the template.
type compiledPath struct {
	text string
	path *jsonpath.Path
	err  error
}

// String returns the path's text.
func (p *compiledPath) String() string { return p.text }

func compilePath(text string) *compiledPath {
	path, err := jsonpath.Compile(text)
	return &compiledPath{text, path, err}
}

func pathOf(v any) (*jsonpath.Path, error) {
	if compiled, ok := v.(*compiledPath); ok {
		return compiled.path, compiled.err
	}
	return jsonpath.Compile(textOf(v))
}
