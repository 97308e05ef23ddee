package jsonpath

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// hexUnit reads the four digits of a \u escape, one UTF-16 unit.
func hexUnit(s string) (uint16, error) {
	if len(s) < 4 {
		return 0, syntaxError("unfinished unicode escape")
	}
	unit, err := strconv.ParseUint(s[:4], 16, 16)
	if err != nil {
		return 0, syntaxError("unable to parse unicode value: %q", s[:4])
	}
	return uint16(unit), nil
}

func fromUnits(units []uint16) string {
	if len(units) == 0 {
		return ""
	}
	return string(utf16.Decode(units))
}

// javaLength is the length of s as Java counts it, in UTF-16 units.
func javaLength(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// javaCompare orders strings as Java does, by UTF-16 units: characters beyond
// U+FFFF, whose first unit is a surrogate, come before U+E000.
func javaCompare(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			return int(unitOrder(ra)) - int(unitOrder(rb))
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}

// unitOrder maps a rune to a number in the order of its UTF-16 form.
func unitOrder(r rune) rune {
	switch {
	case r < 0xD800:
		return r
	case r <= 0xFFFF:
		return r + 0x110000
	default:
		return r
	}
}
