package vtl

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// Object is an object of the host, such as $input.
type Object interface {
	// Property returns a property, nil when there is none.
	Property(name string) any
	// Call calls a method; known tells whether there is one with that name and number of
	// arguments. An error ends the execution.
	Call(name string, args []any) (value any, known bool, err error)
}

// Assignable is an [Object] whose properties #set changes.
type Assignable interface {
	Object
	// SetProperty sets a property.
	SetProperty(name string, value any) error
}

// List is a java.util.List: a literal of the template, or the result of a method.
type List struct{ Items []any }

// Map is a java.util.Map with its entries in the order in which they were put.
type Map struct{ jsonvalue.Object }

// entry is a Map.Entry.
type entry struct {
	key   string
	value any
}

// missing is what a document has no value for, or null: it prints as nothing, is equal to
// null and to "", and everything of it is missing as well (RT-19, RT-20, RT-21).
type missing struct{}

// Text is a text whose properties are missing, not null: $input.body (RT-26, RT-27).
type Text string

// orMissing is a value of a document.
func orMissing(v any) any {
	if v == nil {
		return missing{}
	}
	return v
}

// isTrue is what #if decides by: null and false are false, and what is missing.
func isTrue(v any) bool {
	switch v := v.(type) {
	case nil, missing:
		return false
	case bool:
		return v
	default:
		return true
	}
}

// isNull tells null and what is missing.
func isNull(v any) bool {
	switch v.(type) {
	case nil, missing:
		return true
	default:
		return false
	}
}

// isText returns the text of a string.
func isText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case Text:
		return string(v), true
	default:
		return "", false
	}
}

// areEqual is ==: numbers by value, missing as null and as the empty text, and
// everything else of different kinds by its text, as Velocity 1.7 does.
func (s *state) areEqual(a, b any) (bool, error) {
	if isNull(a) || isNull(b) {
		return equalsMissing(a, b) || equalsMissing(b, a), nil
	}
	if x, ok := numberOf(a); ok {
		if y, ok := numberOf(b); ok {
			return compareNumbers(x, y) == 0, nil
		}
	}
	x, y := textOf(a), textOf(b)
	return x == y, s.charge(len(x) + len(y))
}

// equalsMissing tells whether a, null or missing, is equal to b.
func equalsMissing(a, b any) bool {
	switch a.(type) {
	case nil:
		return isNull(b)
	case missing:
		text, ok := isText(b)
		return isNull(b) || ok && text == ""
	default:
		return false
	}
}
