package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// broken returns the texts of the rules of c that a value breaks. Unverified: the
// order among several rules of one member.
func broken(c *constraint, value reflect.Value) []string {
	var texts []string
	size, unit, sized := measure(value)
	if c.hasMax && sized && size > c.max {
		texts = append(texts, bound(unit, "less", c.max))
	}
	if c.hasMin && sized && size < c.min {
		texts = append(texts, bound(unit, "greater", c.min))
	}
	if value.Kind() != reflect.String {
		return texts
	}
	if c.pattern != "" && !matches(c.pattern, value.String()) {
		texts = append(texts, patternRule(c))
	}
	if c.enum != nil {
		if set := enumOf(c, value.Type()); !set.has(value.String()) {
			texts = append(texts, enumRule(set))
		}
	}
	return texts
}

// allRules lists every rule for the elements of a list or map, broken or not, as
// AWS does when one of them breaks one (RA-39).
func allRules(c *constraint, t reflect.Type) string {
	var texts []string
	_, unit, _ := measure(reflect.Zero(t))
	if c.hasMax {
		texts = append(texts, bound(unit, "less", c.max))
	}
	if c.hasMin {
		texts = append(texts, bound(unit, "greater", c.min))
	}
	if c.pattern != "" {
		texts = append(texts, patternRule(c))
	}
	if c.enum != nil {
		texts = append(texts, enumRule(enumOf(c, t)))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func patternRule(c *constraint) string {
	return "Member must satisfy regular expression pattern: " + c.pattern
}

func enumRule(set *enumSet) string { return "Member must satisfy enum value set: " + set.text }

func bound(unit, direction string, limit float64) string {
	return fmt.Sprintf("Member must have %s %s than or equal to %s", unit, direction, strconv.FormatFloat(limit, 'f', -1, 64))
}

// measure returns what the bounds of a value's shape limit: the value of a number,
// or the length of what has one, of strings in UTF-16 units as Java counts.
func measure(value reflect.Value) (size float64, unit string, ok bool) {
	switch value.Kind() {
	case reflect.String:
		return float64(len(utf16.Encode([]rune(value.String())))), "length", true
	case reflect.Slice, reflect.Map:
		return float64(value.Len()), "length", true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(value.Int()), "value", true
	case reflect.Float32, reflect.Float64:
		return value.Float(), "value", true
	default:
		return 0, "", false
	}
}

// show prints a value as Java's toString does: [a, b] for lists (RA-39), {k=v} for
// maps. Unverified: all but strings and lists.
func show(value reflect.Value) string {
	switch {
	case value.Type() == bytesType:
		return fmt.Sprintf("java.nio.HeapByteBuffer[pos=0 lim=%[1]d cap=%[1]d]", value.Len())
	case value.Kind() == reflect.Pointer:
		return show(value.Elem())
	case value.Kind() == reflect.String:
		return value.String()
	case value.Kind() == reflect.Slice:
		texts := make([]string, value.Len())
		for i := range texts {
			texts[i] = show(value.Index(i))
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case value.Kind() == reflect.Map:
		texts := make([]string, 0, value.Len())
		for entry := value.MapRange(); entry.Next(); {
			texts = append(texts, show(entry.Key())+"="+show(entry.Value()))
		}
		slices.Sort(texts)
		return "{" + strings.Join(texts, ", ") + "}"
	case value.Kind() == reflect.Struct:
		return value.Type().Name()
	default:
		return fmt.Sprint(value.Interface())
	}
}
