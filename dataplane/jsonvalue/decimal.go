package jsonvalue

import (
	"cmp"
	"strconv"
	"strings"
)

// Decimal is a decimal number of any size, as exact and printed as a
// java.math.BigDecimal. The zero value is not a number; see [ParseDecimal].
type Decimal struct {
	negative bool
	digits   string // without leading zeros, "0" for zero
	scale    int    // digits after the decimal point, negative for trailing zeros
}

// ParseDecimal reads what Java's BigDecimal accepts: a JSON number, and also "+1",
// "1." and ".5". It reports false for anything else.
func ParseDecimal(text string) (Decimal, bool) {
	var d Decimal
	if text != "" && (text[0] == '-' || text[0] == '+') {
		d.negative, text = text[0] == '-', text[1:]
	}
	mantissa, power := text, 0
	if e := strings.IndexAny(text, "eE"); e >= 0 {
		exponent := text[e+1:]
		if exponent == "" || strings.HasPrefix(exponent, "+-") {
			return Decimal{}, false
		}
		p, err := strconv.ParseInt(exponent, 10, 32)
		if err != nil {
			return Decimal{}, false
		}
		mantissa, power = text[:e], int(p)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return Decimal{}, false
	}
	digits := whole
	if fraction != "" {
		digits += fraction
	}
	d.scale = len(fraction) - power
	d.digits = strings.TrimLeft(digits, "0")
	if d.digits == "" {
		d.digits, d.negative = "0", false
	}
	return d, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// Compare orders two decimals by value, so that 1.0 equals 1.
func (d Decimal) Compare(other Decimal) int {
	if c := cmp.Compare(d.sign(), other.sign()); c != 0 || d.digits == "0" {
		return c
	}
	c := cmp.Compare(len(d.digits)-d.scale, len(other.digits)-other.scale)
	if c == 0 {
		c = strings.Compare(strings.TrimRight(d.digits, "0"), strings.TrimRight(other.digits, "0"))
	}
	return c * d.sign()
}

func (d Decimal) sign() int {
	switch {
	case d.digits == "0":
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

// String formats the digits as they stand, in scientific notation when the
// exponent asks for it: "12.50" and "1.0E+10".
func (d Decimal) String() string {
	sign, digits := "", d.digits
	if d.negative {
		sign = "-"
	}
	adjusted := len(digits) - 1 - d.scale
	if d.scale >= 0 && adjusted >= -6 {
		if d.scale == 0 {
			return sign + digits
		}
		if len(digits) <= d.scale {
			digits = strings.Repeat("0", d.scale-len(digits)+1) + digits
		}
		point := len(digits) - d.scale
		return sign + digits[:point] + "." + digits[point:]
	}
	if len(digits) > 1 {
		digits = digits[:1] + "." + digits[1:]
	}
	switch {
	case adjusted > 0:
		return sign + digits + "E+" + strconv.Itoa(adjusted)
	case adjusted < 0:
		return sign + digits + "E" + strconv.Itoa(adjusted)
	default:
		return sign + digits
	}
}

// Int32 returns the value cut to a Java int: without the fraction, and only the
// lowest 32 bits.
func (d Decimal) Int32() int {
	digits := d.digits
	switch {
	case d.scale >= len(digits):
		return 0
	case d.scale > 0:
		digits = digits[:len(digits)-d.scale]
	case d.scale < -32:
		return 0 // a multiple of 2 to the 32nd
	case d.scale < 0:
		digits += strings.Repeat("0", -d.scale)
	}
	var v uint32
	for i := range len(digits) {
		v = v*10 + uint32(digits[i]-'0')
	}
	if d.negative {
		v = -v
	}
	return int(int32(v))
}
