package wire

import (
	"slices"
	"strings"
)

// constraintTable holds the constraints that a service's model puts on inputs.
// Shape 0 constrains nothing.
type constraintTable struct {
	// inputs are sorted by operation.
	inputs []inputConstraint
	shapes []constraint
}

type inputConstraint struct {
	operation string
	shape     int
}

// constraint is what a shape of the model asks of a value.
type constraint struct {
	// min and max bound the number, or the length in characters, bytes or elements.
	hasMin, hasMax bool
	min, max       float64
	// pattern is a Java regular expression for the whole string.
	pattern string
	// enum are the legal values in the model's order.
	enum []string
	// sensitive values are not repeated in messages.
	sensitive bool
	// key and elem index the shapes of map keys and of map values or list elements.
	key, elem int
	// members stand in the model's order.
	members []memberConstraint
}

type memberConstraint struct {
	name     string
	shape    int
	required bool
}

// input returns the constraint on the operation's input, or nil.
func (t *constraintTable) input(operation string) *constraint {
	i, ok := slices.BinarySearchFunc(t.inputs, operation, func(c inputConstraint, name string) int {
		return strings.Compare(c.operation, name)
	})
	if !ok {
		return nil
	}
	return &t.shapes[t.inputs[i].shape]
}

// leftToService lists the members whose own constraint the service checks itself,
// since AWS answers with another error than for all others.
var leftToService = map[string]bool{
	// InvalidParameterValueException, with Lambda's own list of runtimes.
	"CreateFunction.runtime":              true,
	"UpdateFunctionConfiguration.runtime": true,
	// PayloadTooLargeException, status 413.
	"PostToConnection.data": true,
}
