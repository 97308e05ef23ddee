package jsonvalue

import (
	"math"
	"strconv"
	"strings"
)

// Number is a JSON number in its source text: "1.10" stays "1.10", and
// "12345678901234567890" keeps every digit.
type Number string

// IsInteger tells whether the text has neither a fraction nor an exponent, which is
// what makes a Java parser read an integer rather than a double.
func (n Number) IsInteger() bool {
	return n != "" && !strings.ContainsAny(string(n), ".eE")
}

// Int64 returns the value of an integer text that fits 64 bits.
func (n Number) Int64() (int64, bool) {
	if !n.IsInteger() {
		return 0, false
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	return i, err == nil
}

// Float64 returns the nearest double, an infinity when the number exceeds it.
func (n Number) Float64() float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil && !math.IsInf(f, 0) {
		return math.NaN() // no text of a parsed number
	}
	return f
}

// Java returns the text Java prints for the number: the digits of an Integer, Long
// or BigInteger, Double.toString of a decimal ("1.10" gives "1.1", "1e10" gives
// "1.0E10"), BigDecimal.toString of one whose text is too long for a double.
func (n Number) Java() string {
	text := string(n)
	if n.IsInteger() {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f := n.Float64()
	if len(text) > doubleText {
		if DoubleText(f) == text {
			return text // the result of a computation, not of a document
		}
		if d, ok := ParseDecimal(text); ok {
			return d.String()
		}
	}
	return DoubleText(f)
}

// doubleText is the length of the longest decimal json-smart reads as a double;
// longer ones become a BigDecimal.
const doubleText = 18

// DoubleText formats f as Java's Double.toString does: plain with at least one
// digit after the point from 0.001 up to 10 million, otherwise in computerised
// scientific notation ("1.0E10").
func DoubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		if math.Signbit(f) {
			return "-0.0"
		}
		return "0.0"
	}
	if math.Abs(f) == math.SmallestNonzeroFloat64 {
		return strings.Replace(strconv.FormatFloat(f, 'g', 2, 64), "e", "E", 1) // 4.9E-324, two digits as in Java
	}
	if size := math.Abs(f); size >= 1e-3 && size < 1e7 {
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return mantissa + "E" + exponent
	}
	return mantissa + "E" + strconv.Itoa(power)
}
