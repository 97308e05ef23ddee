package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// describe tells a violation in the words that callers of API Gateway see in
// $context.error.validationErrorString.
func (s *Schema) describe(e *jsonschema.ValidationError, document any) string {
	value := at(document, e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return fmt.Sprintf("instance type (%s) does not match any allowed primitive type (allowed: %s)", typeOf(value), jsonText(allowedTypes(k.Want)))
	case *kind.Enum:
		return fmt.Sprintf("instance value (%s) not found in enum (possible values: %s)", jsonText(value), jsonText(k.Want))
	case *kind.Required:
		return fmt.Sprintf("object has missing required properties (%s)", jsonText(sorted(k.Missing)))
	case *kind.AdditionalProperties:
		return "object instance has properties which are not allowed by the schema: " + jsonText(sorted(k.Properties))
	case *kind.MinProperties:
		return fmt.Sprintf("object has too few properties (found %d but schema requires at least %d)", k.Got, k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("object has too many properties (found %d but schema requires at most %d)", k.Got, k.Want)
	case *kind.Dependency:
		return fmt.Sprintf("property %q of object has missing property dependencies (schema requires %s; missing: %s)",
			k.Prop, jsonText(s.dependencies(e.SchemaURL, k.Prop)), jsonText(sorted(k.Missing)))
	case *kind.MinItems:
		return fmt.Sprintf("array is too short: must have at least %d elements but instance has %d elements", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("array is too long: must have at most %d elements but instance has %d elements", k.Want, k.Got)
	case *kind.UniqueItems:
		return "array must not contain duplicate elements"
	case *kind.AdditionalItems:
		items, _ := value.([]any)
		return fmt.Sprintf("schema only allows %d elements in array but instance has %d elements", len(items)-k.Count, len(items))
	case *kind.MinLength:
		return fmt.Sprintf("string %s is too short (length: %d, required minimum: %d)", quoted(value), k.Got, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("string %s is too long (length: %d, maximum allowed: %d)", quoted(value), k.Got, k.Want)
	case *kind.Pattern:
		return fmt.Sprintf(`ECMA 262 regex "%s" does not match input string "%s"`, k.Want, k.Got)
	case *kind.Minimum:
		return tooLow(k.Want, value)
	case *kind.ExclusiveMinimum:
		if k.Got.Cmp(k.Want) == 0 {
			return "numeric instance is not strictly greater than the required minimum " + numberText(k.Want)
		}
		return tooLow(k.Want, value)
	case *kind.Maximum:
		return tooHigh(k.Want, value)
	case *kind.ExclusiveMaximum:
		if k.Got.Cmp(k.Want) == 0 {
			return "numeric instance is not strictly lower than the required maximum " + numberText(k.Want)
		}
		return tooHigh(k.Want, value)
	case *kind.MultipleOf:
		return fmt.Sprintf("remainder of division is not zero (%s / %s)", jsonText(value), numberText(k.Want))
	case *kind.AllOf:
		matched, total := countMatches(s.at(e).AllOf, value)
		return fmt.Sprintf("instance failed to match all required schemas (matched only %d out of %d)", matched, total)
	case *kind.AnyOf:
		return fmt.Sprintf("instance failed to match at least one required schema among %d", len(s.at(e).AnyOf))
	case *kind.OneOf:
		matched, total := countMatches(s.at(e).OneOf, value)
		return fmt.Sprintf("instance failed to match exactly one schema (matched %d out of %d)", matched, total)
	case *kind.Not:
		return "instance matched a schema which it should not have"
	default:
		// A schema that refers to itself without end: the wording is ours.
		return fmt.Sprintf("instance cannot be validated (%T)", k)
	}
}

// at returns the schema that a violation is of.
func (s *Schema) at(e *jsonschema.ValidationError) *jsonschema.Schema {
	if found := s.known[e.SchemaURL]; found != nil {
		return found
	}
	return &jsonschema.Schema{}
}

func (s *Schema) dependencies(location, property string) []string {
	if found := s.known[location]; found != nil {
		names, _ := found.Dependencies[property].([]string)
		return sorted(names)
	}
	return []string{}
}

func countMatches(schemas []*jsonschema.Schema, value any) (matched, total int) {
	for _, sub := range schemas {
		if sub.Validate(value) == nil {
			matched++
		}
	}
	return matched, len(schemas)
}

func tooLow(minimum *big.Rat, value any) string {
	return fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", numberText(minimum), jsonText(value))
}

func tooHigh(maximum *big.Rat, value any) string {
	return fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", numberText(maximum), jsonText(value))
}

// allowedTypes returns the types in order; a schema that allows numbers allows
// integers.
func allowedTypes(types []string) []string {
	types = slices.Clone(types)
	if slices.Contains(types, "number") && !slices.Contains(types, "integer") {
		types = append(types, "integer")
	}
	slices.Sort(types)
	return types
}

func sorted(names []string) []string {
	if names == nil {
		return []string{}
	}
	return slices.Sorted(slices.Values(names))
}

// quoted puts a string in quotes as it is, without escapes.
func quoted(value any) string {
	text, _ := value.(string)
	return `"` + text + `"`
}

// numberText writes a number with as many digits as it has.
func numberText(number *big.Rat) string {
	if number.IsInt() {
		return number.Num().String()
	}
	digits, _ := number.FloatPrec()
	return number.FloatString(digits)
}

// jsonText writes a value as compact JSON.
func jsonText(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "null" // decoded JSON always encodes
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
