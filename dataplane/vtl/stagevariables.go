package vtl

import (
	"maps"
	"slices"
)

// StageVariables is $stageVariables. Templates do not change them, so that one serves all
// executions.
type StageVariables struct{ variables *Map }

// NewStageVariables returns the variables of a stage in the order of their names.
func NewStageVariables(variables map[string]string) *StageVariables {
	m := &Map{}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		m.Set(name, variables[name])
	}
	return &StageVariables{m}
}

// Property implements [Object].
func (v *StageVariables) Property(name string) any {
	value, _ := v.variables.Get(name)
	return value
}

// Call implements [Object]. Methods that change a map have no effect on the variables.
func (v *StageVariables) Call(name string, args []any) (any, bool, error) {
	switch name {
	case "get", "containsKey", "containsValue", "keySet", "values", "entrySet", "size", "isEmpty", "toString", "getOrDefault":
		c := methodCall{name: name, args: args}
		value, err := c.onMap(v.variables, &v.variables.Object, false)
		return value, true, err
	default:
		return nil, false, nil
	}
}

// String is what $stageVariables prints as.
func (v *StageVariables) String() string { return textOf(v.variables) }

// items implements lister.
func (v *StageVariables) items() []any { return valuesOf(&v.variables.Object, false) }
