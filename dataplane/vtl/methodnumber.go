package vtl

import (
	"math"
	"strconv"
	"strings"
)

func (c *methodCall) onNumber(v any, n number) (any, error) {
	switch len(c.args) {
	case 0:
		switch c.name {
		case "toString":
			return textOf(v), nil
		case "intValue":
			return int64(int32(n.int64())), nil
		case "longValue":
			return n.int64(), nil
		case "doubleValue", "floatValue":
			return n.float(), nil
		case "hashCode":
			return int64(int32(n.int64())), nil
		case "isNaN":
			return n.isDouble && math.IsNaN(n.double), nil
		}
	case 1:
		switch c.name {
		case "equals":
			return isSame(v, c.args[0]), nil
		case "compareTo":
			if other, ok := numberOf(c.args[0]); ok {
				return int64(compareNumbers(n, other)), nil
			}
		case "parseInt", "parseLong", "parseDouble", "valueOf":
			return c.parse(n)
		case "toString":
			return textOf(c.args[0]), nil
		}
	}
	return nil, nil
}

// parse is the static methods that read a text, which templates call by any number.
func (c *methodCall) parse(n number) (any, error) {
	text, ok := c.text(0)
	if !ok {
		if c.name == "valueOf" {
			return c.args[0], nil
		}
		return nil, nil
	}
	if c.name == "parseDouble" || c.name == "valueOf" && n.isDouble {
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil && !math.IsInf(f, 0) {
			return nil, exception("%q is no number", text)
		}
		return f, nil
	}
	bits := 32
	if c.name == "parseLong" {
		bits = 64
	}
	i, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return nil, exception("%q is no number", text)
	}
	return i, nil
}
