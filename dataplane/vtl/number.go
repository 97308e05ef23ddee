package vtl

import (
	"math"
	"math/big"
	"strconv"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// number is a number to compute with: an integer, which may be large, or a double.
type number struct {
	isDouble bool
	integer  int64
	// large is set for integers beyond 64 bits.
	large  *big.Int
	double float64
}

// numberOf returns the number that v is.
func numberOf(v any) (number, bool) {
	switch v := v.(type) {
	case int64:
		return number{integer: v}, true
	case float64:
		return number{isDouble: true, double: v}, true
	case jsonvalue.Number:
		if i, ok := v.Int64(); ok {
			return number{integer: i}, true
		}
		const maxDigits = 1000
		if v.IsInteger() && len(v) < maxDigits {
			if large, ok := new(big.Int).SetString(string(v), 10); ok {
				return number{large: large}, true
			}
		}
		return number{isDouble: true, double: v.Float64()}, true
	default:
		return number{}, false
	}
}

func (n number) float() float64 {
	switch {
	case n.isDouble:
		return n.double
	case n.large != nil:
		f, _ := new(big.Float).SetInt(n.large).Float64()
		return f
	default:
		return float64(n.integer)
	}
}

func (n number) bigInt() *big.Int {
	if n.large != nil {
		return n.large
	}
	return big.NewInt(n.integer)
}

func (n number) isZero() bool {
	if n.isDouble {
		return n.double == 0
	}
	return n.large == nil && n.integer == 0
}

// int64 returns the number without its fraction, as Number.longValue does.
func (n number) int64() int64 {
	switch {
	case n.isDouble && math.IsNaN(n.double):
		return 0
	case n.isDouble && n.double >= math.MaxInt64:
		return math.MaxInt64
	case n.isDouble && n.double <= math.MinInt64:
		return math.MinInt64
	case n.isDouble:
		return int64(n.double)
	case n.large != nil:
		return int64(new(big.Int).And(n.large, new(big.Int).SetUint64(math.MaxUint64)).Uint64())
	default:
		return n.integer
	}
}

// wholeOf returns v as an int, for indices and sizes.
func wholeOf(v any) (int, bool) {
	n, ok := numberOf(v)
	if !ok || n.isDouble || n.large != nil || n.integer > math.MaxInt32 || n.integer < math.MinInt32 {
		return 0, false
	}
	return int(n.integer), true
}

func compareNumbers(a, b number) int {
	switch {
	case a.isDouble || b.isDouble:
		x, y := a.float(), b.float()
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	default:
		return a.bigInt().Cmp(b.bigInt())
	}
}

// largeValue is a value for an integer of any size.
func largeValue(i *big.Int) any {
	if i.IsInt64() {
		return i.Int64()
	}
	return jsonvalue.Number(i.String())
}

// compute returns a op b, nil for a division by zero. Integers that do not fit become
// large ones, as Velocity promotes them.
func compute(op operator, a, b number) any {
	if (op == opDivide || op == opModulo) && b.isZero() {
		return nil
	}
	if a.isDouble || b.isDouble {
		return computeDoubles(op, a.float(), b.float())
	}
	x, y := a.bigInt(), b.bigInt()
	result := new(big.Int)
	if a.large == nil && b.large == nil {
		if value, ok := computeSmall(op, a.integer, b.integer); ok {
			return value
		}
	}
	const maxBits = 1 << 16
	if x.BitLen()+y.BitLen() > maxBits {
		return computeDoubles(op, a.float(), b.float())
	}
	switch op {
	case opAdd:
		result.Add(x, y)
	case opSubtract:
		result.Sub(x, y)
	case opMultiply:
		result.Mul(x, y)
	case opDivide:
		result.Quo(x, y)
	case opModulo:
		result.Rem(x, y)
	default:
		return nil
	}
	return largeValue(result)
}

// computeSmall computes within 64 bits; ok is false when that may not do.
func computeSmall(op operator, x, y int64) (value any, ok bool) {
	const safe = 1 << 31 // products of such numbers fit, sums of much larger ones, too
	switch op {
	case opDivide:
		return x / y, x != math.MinInt64
	case opModulo:
		return x % y, y != -1
	default:
	}
	if x > safe || x < -safe || y > safe || y < -safe {
		return nil, false
	}
	switch op {
	case opAdd:
		return x + y, true
	case opSubtract:
		return x - y, true
	case opMultiply:
		return x * y, true
	default:
		return nil, false
	}
}

func computeDoubles(op operator, x, y float64) any {
	switch op {
	case opAdd:
		return x + y
	case opSubtract:
		return x - y
	case opMultiply:
		return x * y
	case opDivide:
		return x / y
	case opModulo:
		return math.Mod(x, y)
	default:
		return nil
	}
}

// parseNumber reads a number literal.
func parseNumber(text string, isDouble bool) any {
	if isDouble {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(f, 0) {
			return nil
		}
		return f
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	return jsonvalue.Number(text)
}
