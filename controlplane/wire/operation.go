package wire

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"
)

// Operation is one operation of a service. It is immutable and safe for
// concurrent use.
type Operation struct {
	// Service is the service that the operation belongs to.
	Service Service
	// Name is the operation's name, for instance "CreateRestApi".
	Name string

	schema        *smithy.OperationSchema
	input, output reflect.Type
	http          *traits.HTTP
	route         route
	// plans compiles the structures at first use: a client calls few of them.
	plans func() (plans, error)
}

// plans are the compiled structures of an operation.
type plans struct {
	input, output *structure
}

// operation makes an entry of the generated tables. It panics on a schema without
// HTTP binding: that is a mistake in the table.
func operation[In, Out any](service Service, name string, schema *smithy.OperationSchema) *Operation {
	binding, ok := smithy.SchemaTrait[*traits.HTTP](schema.Schema)
	if !ok {
		panic(fmt.Sprintf("wire: %s has no HTTP binding", name))
	}
	o := &Operation{
		Service: service,
		Name:    name,
		schema:  schema,
		input:   reflect.TypeFor[In](),
		output:  reflect.TypeFor[Out](),
		http:    binding,
		route:   parseRoute(binding.URI),
	}
	o.plans = sync.OnceValues(func() (plans, error) {
		in, err := structureOf(o.input)
		if err != nil {
			return plans{}, err
		}
		out, err := structureOf(o.output)
		return plans{input: in, output: out}, err
	})
	return o
}

// Method returns the HTTP method.
func (o *Operation) Method() string { return o.http.Method }

// URI returns the operation's path template and query literals, for instance
// "/restapis?mode=import".
func (o *Operation) URI() string { return o.http.URI }

// NewInput returns a pointer to an empty input structure.
func (o *Operation) NewInput() any { return reflect.New(o.input).Interface() }

// NewOutput returns a pointer to an empty output structure.
func (o *Operation) NewOutput() any { return reflect.New(o.output).Interface() }

// String returns the operation's full name, for instance "apigateway.CreateRestApi".
func (o *Operation) String() string { return o.Service.String() + "." + o.Name }

// route is a parsed path template.
type route struct {
	// pattern is the path for net/http's ServeMux, with numbered wildcards: member
	// names are not all legal ones.
	pattern string
	// labels maps a member name to the index of its path segment.
	labels map[string]int
	// literal are the query parameters that select the operation.
	literal url.Values
	// arn is the member whose label is the ARN at the end of the path, which
	// clients may send unencoded; empty when there is none.
	arn string
}

func parseRoute(uri string) route {
	path, query, _ := strings.Cut(uri, "?")
	r := route{labels: map[string]int{}}
	// The literals come from the SDK and are sound.
	r.literal, _ = url.ParseQuery(query)
	segments := splitPath(path)
	for i, segment := range segments {
		name, isLabel := strings.CutPrefix(segment, "{")
		if !isLabel {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		r.labels[name] = i
		segments[i] = fmt.Sprintf("{p%d}", i)
		if i == len(segments)-1 && i > 0 && segments[i-1] == "tags" {
			r.arn = name
		}
	}
	r.pattern = "/" + strings.Join(segments, "/")
	return r
}

// splitPath returns the segments of an absolute path, still escaped; a slash at
// the end makes no segment.
func splitPath(path string) []string {
	return strings.Split(strings.Trim(path, "/"), "/")
}

// restPattern is the pattern that takes an ARN with its slashes unencoded.
func (r route) restPattern() string {
	return r.pattern[:strings.LastIndex(r.pattern, "/")] + "/{arn...}"
}

// matches reports whether the query has the literals that select the operation.
func (r route) matches(query url.Values) bool {
	for name, values := range r.literal {
		if query.Get(name) != values[0] {
			return false
		}
	}
	return true
}

// label returns the decoded label of the member in an escaped request path.
func (r route) label(member, path string) (string, error) {
	index, ok := r.labels[member]
	if !ok {
		return "", fmt.Errorf("no label %s in %s", member, r.pattern)
	}
	segments := splitPath(path)
	if index >= len(segments) {
		return "", fmt.Errorf("no label %s in the path", member)
	}
	if member == r.arn {
		return url.PathUnescape(strings.Join(segments[index:], "/"))
	}
	return url.PathUnescape(segments[index])
}
