package authorize

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition is one key of one operator: it holds when a value of the call matches one
// of the wanted values.
type condition struct {
	key string
	// compare matches one value of the call with one that is wanted; false for a value
	// that makes no sense.
	compare func(value, want string) bool
	wants   []policyText
	// isPattern says that wanted values are patterns.
	isPattern bool
	// isNegated turns the result round: none may match, and a missing key is fine.
	isNegated bool
	// ifExists holds for a missing key.
	ifExists bool
	// isNull asks whether the key is missing instead.
	isNull bool
	// set is the prefix for keys of many values.
	set setOperator
}

type setOperator uint8

const (
	anyValue setOperator = iota
	allValues
)

// operator is a condition operator.
type operator struct {
	compare   func(value, want string) bool
	isNegated bool
	isPattern bool
	// valid tells whether a wanted value makes sense; nil = any does. One that makes none
	// would never match, and a deny that never matches is none.
	valid func(want string) bool
}

func operators() map[string]operator {
	equal := func(value, want string) bool { return value == want }
	likeValue := func(value, want string) bool { return like(want, value) }
	known := map[string]operator{
		"StringEquals": {compare: equal}, "StringNotEquals": {compare: equal, isNegated: true},
		"StringEqualsIgnoreCase": {compare: strings.EqualFold}, "StringNotEqualsIgnoreCase": {compare: strings.EqualFold, isNegated: true},
		"StringLike": {compare: likeValue, isPattern: true}, "StringNotLike": {compare: likeValue, isPattern: true, isNegated: true},
		"ArnEquals": {compare: likeValue, isPattern: true}, "ArnNotEquals": {compare: likeValue, isPattern: true, isNegated: true},
		"ArnLike": {compare: likeValue, isPattern: true}, "ArnNotLike": {compare: likeValue, isPattern: true, isNegated: true},
		"BinaryEquals": {compare: equal}, "Bool": {compare: strings.EqualFold, valid: isBool}, "Null": {valid: isBool},
		"IpAddress": {compare: inNetwork, valid: isNetwork}, "NotIpAddress": {compare: inNetwork, isNegated: true, valid: isNetwork},
	}
	for name, holds := range map[string]func(order int) bool{
		"Equals":      func(order int) bool { return order == 0 },
		"LessThan":    func(order int) bool { return order < 0 },
		"GreaterThan": func(order int) bool { return order > 0 }, "LessThanEquals": func(order int) bool { return order <= 0 },
		"GreaterThanEquals": func(order int) bool { return order >= 0 },
	} {
		known["Numeric"+name] = operator{compare: ordered(compareNumbers, holds), valid: isNumber}
		known["Date"+name] = operator{compare: ordered(compareTimes, holds), valid: isTime}
	}
	known["NumericNotEquals"] = operator{compare: known["NumericEquals"].compare, isNegated: true, valid: isNumber}
	known["DateNotEquals"] = operator{compare: known["DateEquals"].compare, isNegated: true, valid: isTime}
	return known
}

var conditionOperators = operators()

func parseConditions(members map[string]map[string]oneOrMore[json.RawMessage], hasVariables bool) ([]condition, error) {
	var conditions []condition
	for name, keys := range members {
		base, ifExists := strings.CutSuffix(name, "IfExists")
		base, isForAll := strings.CutPrefix(base, "ForAllValues:")
		base, isForAny := strings.CutPrefix(base, "ForAnyValue:")
		known, ok := conditionOperators[base]
		set := anyValue
		if isForAll || known.isNegated && !isForAny {
			set = allValues
		}
		if !ok {
			return nil, fmt.Errorf("condition operator %q", name)
		}
		for key, values := range keys {
			c := condition{
				key: strings.ToLower(key), compare: known.compare, isNegated: known.isNegated, isPattern: known.isPattern,
				ifExists: ifExists || isForAll, isNull: base == "Null", set: set,
			}
			for _, value := range values {
				text, err := scalar(value)
				if err != nil {
					return nil, fmt.Errorf("condition %s of %s: %w", name, key, err)
				}
				if known.valid != nil && !known.valid(text) {
					return nil, fmt.Errorf("condition %s of %s: value %q", name, key, text)
				}
				want, err := parsePolicyText(text, c.isPattern, hasVariables)
				if err != nil {
					return nil, fmt.Errorf("condition %s of %s: %w", name, key, err)
				}
				c.wants = append(c.wants, want)
			}
			conditions = append(conditions, c)
		}
	}
	return conditions, nil
}

// holds reports whether the condition is met.
func (c *condition) holds(facts Facts) bool {
	values := facts[c.key]
	if c.isNull {
		return slices.ContainsFunc(c.wants, func(want policyText) bool { return strings.EqualFold(want.text, strconv.FormatBool(len(values) == 0)) })
	}
	if len(values) == 0 {
		return c.isNegated || c.ifExists
	}
	matches := func(value string) bool {
		found := slices.ContainsFunc(c.wants, func(text policyText) bool {
			want, ok := text.resolve(facts, c.isPattern)
			return ok && c.compare(value, want)
		})
		return found != c.isNegated
	}
	if c.set == allValues {
		return !slices.ContainsFunc(values, func(value string) bool { return !matches(value) })
	}
	return slices.ContainsFunc(values, matches)
}

func isBool(want string) bool {
	return strings.EqualFold(want, "true") || strings.EqualFold(want, "false")
}

func isNumber(want string) bool { _, ok := compareNumbers(want, want); return ok }

func isTime(want string) bool { _, ok := parseTime(want); return ok }

func isNetwork(want string) bool {
	_, errNetwork := netip.ParsePrefix(want)
	_, errAddress := netip.ParseAddr(want)
	return errNetwork == nil || errAddress == nil
}

// inNetwork matches an address with an address or a network.
func inNetwork(value, want string) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	if network, err := netip.ParsePrefix(want); err == nil {
		return network.Contains(address.Unmap())
	}
	one, err := netip.ParseAddr(want)
	return err == nil && one.Unmap() == address.Unmap()
}

// ordered makes a comparison of values that have an order.
func ordered(compare func(a, b string) (order int, ok bool), holds func(order int) bool) func(value, want string) bool {
	return func(value, want string) bool {
		order, ok := compare(value, want)
		return ok && holds(order)
	}
}

func compareNumbers(a, b string) (order int, ok bool) {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX != nil || errY != nil:
		return 0, false
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	default:
		return 0, x == y // NaN is in no order
	}
}

func compareTimes(a, b string) (order int, ok bool) {
	x, okX := parseTime(a)
	y, okY := parseTime(b)
	return x.Compare(y), okX && okY
}

// parseTime reads an ISO 8601 date or time, or seconds since 1970.
func parseTime(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
