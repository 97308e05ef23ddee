package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// validate checks the input of an operation against the model's constraints and
// returns one error that lists all violations (MI-03, MI-05), or nil.
//
// Violations come in the model's order of members (RA-40), those in the body
// before those in path, query and headers (RM-74).
func (o *Operation) validate(p *protocol, in reflect.Value, sent *sentBody) error {
	c := p.constraints.input(o.Name)
	if c == nil {
		return nil
	}
	compiled, err := o.plans()
	if err != nil {
		return err
	}
	v := &validator{table: p.constraints, operation: o.Name, sent: sent}
	prefix := place{}
	if p.prefixed {
		prefix.text = lowerFirst(o.Name) + "Input."
	}
	for _, pass := range []struct {
		at    place
		bound []binding
	}{
		{prefix, []binding{inBody, inPayload}},
		{place{}, []binding{inLabel}},
		{place{}, []binding{inQuery, inQueryMap, inHeader}},
	} {
		v.members(pass.at, c, compiled.input, in, func(f *field) bool { return slices.Contains(pass.bound, f.bound) })
	}
	return v.result(p)
}

// place is where a value stands: the path as AWS prints it, and the JSON names,
// keys and list indexes that lead to it in the body.
type place struct {
	text string
	json []string
}

func (p place) member(f *field) place {
	return place{text: p.text + lowerFirst(f.member), json: append(slices.Clip(p.json), f.name)}
}

func (p place) inside() place { p.text += "."; return p }

// element is the place of a list element or map value that is a structure, as in
// "patchOperations.1.member": shown is the key as AWS prints it.
func (p place) element(shown, key string) place {
	return place{text: p.text + "." + shown + ".member", json: append(slices.Clip(p.json), key)}
}

// validator gathers violations.
type validator struct {
	table     *constraintTable
	operation string
	sent      *sentBody
	found     []string
}

// result renders the violations as one error.
func (v *validator) result(p *protocol) error {
	if len(v.found) == 0 {
		return nil
	}
	noun := "errors"
	if len(v.found) == 1 {
		noun = "error"
	}
	return p.violation(fmt.Sprintf("%d validation %s detected: %s", len(v.found), noun, strings.Join(v.found, "; ")))
}

func (v *validator) report(at place, shown, rule string) {
	value := "Value"
	if shown != "" {
		value += " " + shown
	}
	v.found = append(v.found, fmt.Sprintf("%s at '%s' failed to satisfy constraint: %s", value, at.text, rule))
}

// members checks the selected members of a structure.
func (v *validator) members(at place, c *constraint, s *structure, value reflect.Value, selected func(*field) bool) {
	for _, m := range c.members {
		f := s.byMember[m.name]
		if f == nil || !selected(f) {
			continue
		}
		where, member := at.member(f), value.Field(f.index)
		if v.isAbsent(where, f, member) {
			if m.required {
				v.report(where, "null", "Member must not be null")
			}
			continue
		}
		if m.shape > 0 {
			v.value(where, &v.table.shapes[m.shape], f.shape, member)
		}
	}
}

// isAbsent reports whether the request left the member out. A zero value that is
// no pointer may have been sent as such; then the body tells.
func (v *validator) isAbsent(at place, f *field, value reflect.Value) bool {
	switch {
	case value.Kind() == reflect.String:
		if value.Len() > 0 {
			return false
		}
		return f.bound != inBody || !v.sent.hasEmptyStrings() || !v.sent.has(at.json)
	case f.shape.absent(value):
		return true
	case f.bound == inBody && value.IsZero() && isScalar(value.Kind()):
		return v.sent == nil || !v.sent.has(at.json)
	default:
		return false
	}
}

func isScalar(k reflect.Kind) bool {
	return k == reflect.Bool || reflect.Int <= k && k <= reflect.Float64
}

// value checks a value that is there.
func (v *validator) value(at place, c *constraint, s *shape, value reflect.Value) {
	for value.Kind() == reflect.Pointer {
		value, s = value.Elem(), s.elem
	}
	if !leftToService[v.operation+"."+at.tail()] {
		shown := ""
		if !c.sensitive {
			shown = "'" + show(value) + "'"
		}
		for _, rule := range broken(c, value) {
			v.report(at, shown, rule)
		}
		v.parts(at, c, shown, value)
	}
	v.inner(at, c, s, value)
}

// tail is the path without the name of the input.
func (p place) tail() string {
	if _, tail, ok := strings.Cut(p.text, "Input."); ok {
		return tail
	}
	return p.text
}

// parts checks the scalars in a list or map; their violations are reported for
// the whole (RA-39). Unverified: the wording for maps.
func (v *validator) parts(at place, c *constraint, shown string, value reflect.Value) {
	switch {
	case value.Kind() == reflect.Slice && value.Type() != bytesType && c.elem > 0:
		elem := &v.table.shapes[c.elem]
		for i := range value.Len() {
			if len(broken(elem, value.Index(i))) > 0 {
				v.report(at, shown, "Member must satisfy constraint: "+allRules(elem, value.Type().Elem()))
				return
			}
		}
	case value.Kind() == reflect.Map:
		v.mapParts(at, c, shown, value)
	}
}

func (v *validator) mapParts(at place, c *constraint, shown string, value reflect.Value) {
	key, elem := &v.table.shapes[c.key], &v.table.shapes[c.elem]
	badKey, badValue := false, false
	for entry := value.MapRange(); entry.Next(); {
		badKey = badKey || len(broken(key, entry.Key())) > 0
		badValue = badValue || len(broken(elem, entry.Value())) > 0
	}
	if badKey {
		v.report(at, shown, "Map keys must satisfy constraint: "+allRules(key, value.Type().Key()))
	}
	if badValue {
		v.report(at, shown, "Map value must satisfy constraint: "+allRules(elem, value.Type().Elem()))
	}
}

// inner descends into structures, alone and in lists and maps.
func (v *validator) inner(at place, c *constraint, s *shape, value reflect.Value) {
	switch {
	case value.Kind() == reflect.Struct && value.Type() != timeType:
		plan, err := structureOf(value.Type())
		if err != nil {
			return
		}
		v.members(at.inside(), c, plan, value, everyField)
	case s.elem == nil || s.elem.goType.Kind() != reflect.Struct || c.elem == 0:
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			v.inner(at.element(strconv.Itoa(i+1), strconv.Itoa(i)), &v.table.shapes[c.elem], s.elem, value.Index(i))
		}
	case value.Kind() == reflect.Map:
		keys := value.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			v.inner(at.element(key.String(), key.String()), &v.table.shapes[c.elem], s.elem, value.MapIndex(key))
		}
	}
}
