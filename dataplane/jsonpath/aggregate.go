package jsonpath

import (
	"math"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// aggregate is sum(), avg(), min(), max() and stddev() of the numbers in a list and
// in the parameters. The result is a double, null where it has no number.
func aggregate(w *work, c *call, model any) (any, error) {
	var t tally
	t.low, t.high = math.MaxFloat64, math.SmallestNonzeroFloat64
	if list, ok := model.(*jsonvalue.Array); ok {
		if err := w.spend(list.Len()); err != nil {
			return nil, err
		}
		t.addAll(list.Slice())
	}
	values, err := w.resolveAll(c)
	if err != nil {
		return nil, err
	}
	values = spread(values)
	if err := w.spend(len(values)); err != nil {
		return nil, err
	}
	t.addAll(values)
	if t.count == 0 {
		return nil, failure("aggregation function attempted to calculate value using empty array")
	}
	return double(t.result(c.name)), nil
}

func double(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return jsonvalue.Number(jsonvalue.DoubleText(f))
}

// tally takes in numbers. Its maximum starts at the smallest positive double, as
// Jayway's does: the maximum of negative numbers is 4.9E-324.
type tally struct {
	count, sum, squares, low, high float64
}

func (t *tally) addAll(values []any) {
	for _, v := range values {
		n, ok := v.(jsonvalue.Number)
		if !ok {
			continue
		}
		f := n.Float64()
		t.count++
		t.sum += f
		t.squares += float64(f * f)
		t.low = min(t.low, f)
		t.high = max(t.high, f)
	}
}

func (t *tally) result(name string) float64 {
	switch name {
	case "sum":
		return t.sum
	case "avg":
		return t.sum / t.count
	case "min":
		return t.low
	case "max":
		return t.high
	default:
		return math.Sqrt(t.squares/t.count - float64(t.sum*t.sum)/t.count/t.count)
	}
}
