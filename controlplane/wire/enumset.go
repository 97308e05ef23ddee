package wire

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
)

// enumSet is the legal values of an enum member.
type enumSet struct {
	values []string
	// text is the set as AWS prints it.
	text string
}

// has reports whether value is legal.
func (s *enumSet) has(value string) bool { return slices.Contains(s.values, value) }

// enumKey is a Go enum type and the constraint whose set it goes with.
type enumKey struct {
	goType     reflect.Type
	constraint *constraint
}

// enumSets caches sets: enumKey to *enumSet.
var enumSets sync.Map

// enumOf returns the set of a constraint for a member of the given Go type. Values
// that the SDK knows and the older interface model does not are legal too.
func enumOf(c *constraint, t reflect.Type) *enumSet {
	key := enumKey{t, c}
	if s, ok := enumSets.Load(key); ok {
		return s.(*enumSet)
	}
	values := slices.Clone(c.enum)
	for _, v := range sdkValues(t) {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	set := &enumSet{values: values, text: "[" + strings.Join(javaOrder(values), ", ") + "]"}
	enumSets.Store(key, set)
	return set
}

// sdkValues returns the values that an enum type of the SDK lists.
func sdkValues(t reflect.Type) []string {
	method := reflect.Zero(t).MethodByName("Values")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return nil
	}
	list := method.Call(nil)[0]
	if list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.String {
		return nil
	}
	values := make([]string, list.Len())
	for i := range values {
		values[i] = list.Index(i).String()
	}
	return values
}

// javaOrder sorts the values as AWS prints enum sets: in the order of a Java hash
// set of 32 buckets, the youngest first within a bucket. The rule gives all six
// recorded sets (RA-28, RA-38, RA-39, IN-01, GR-23, DO-12), of up to 21 values.
// Unverified: beyond the 24 values that fill such a set it is taken to have grown
// to 64 buckets and so on.
func javaOrder(values []string) []string {
	buckets := int32(32)
	for len(values)*4 > int(buckets)*3 {
		buckets *= 2
	}
	sorted := slices.Clone(values)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b string) int {
		return cmp.Compare(javaHash(a)&(buckets-1), javaHash(b)&(buckets-1))
	})
	return sorted
}

// javaHash is String.hashCode.
func javaHash(s string) int32 {
	var h int32
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + int32(unit)
	}
	return h
}
