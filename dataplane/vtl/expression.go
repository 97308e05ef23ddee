package vtl

import "errors"

// expression is what #set, #if and the arguments of directives and methods compute.
type expression interface {
	// eval returns the value, nil for null.
	eval(s *state) (any, error)
}

// literal is a value of the template's text.
type literal struct{ value any }

func (l literal) eval(*state) (any, error) { return l.value, nil }

// interpolation is a text in double quotes with references or directives in it.
type interpolation struct{ body block }

func (i *interpolation) eval(s *state) (any, error) {
	return s.capture(func() error {
		_, err := i.body.render(s)
		return err
	})
}

// listLiteral is [a, b].
type listLiteral []expression

func (l listLiteral) eval(s *state) (any, error) {
	list := &List{Items: make([]any, len(l))}
	for i, item := range l {
		var err error
		if list.Items[i], err = item.eval(s); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// mapLiteral is {key: value}.
type mapLiteral []struct{ key, value expression }

func (m mapLiteral) eval(s *state) (any, error) {
	object := &Map{}
	for _, member := range m {
		key, err := member.key.eval(s)
		if err != nil {
			return nil, err
		}
		value, err := member.value.eval(s)
		if err != nil {
			return nil, err
		}
		object.Set(textOf(key), value)
	}
	return object, nil
}

// span is [from..to].
type span struct{ from, to expression }

func (r *span) eval(s *state) (any, error) {
	from, err := r.from.eval(s)
	if err != nil {
		return nil, err
	}
	to, err := r.to.eval(s)
	if err != nil {
		return nil, err
	}
	first, ok := wholeOf(from)
	last, both := wholeOf(to)
	if !ok || !both {
		return nil, nil
	}
	step, count := 1, last-first+1
	if last < first {
		step, count = -1, first-last+1
	}
	if err := s.checkSize(count * 16); err != nil {
		return nil, err
	}
	list := &List{Items: make([]any, count)}
	for i := range list.Items {
		list.Items[i] = int64(first + i*step)
	}
	return list, nil
}

type operator uint8

const (
	opOr operator = iota
	opAnd
	opEqual
	opNotEqual
	opLess
	opGreater
	opLessEqual
	opGreaterEqual
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
)

// negation is !a.
type negation struct{ of expression }

func (n *negation) eval(s *state) (any, error) {
	v, err := n.of.eval(s)
	return !decides(n.of, v), err
}

// decides tells whether a condition holds whose value is v. Literals but true and false,
// and what is computed, never do: Velocity asks references and comparisons only.
func decides(condition expression, v any) bool {
	switch condition := condition.(type) {
	case *reference, *negation:
		return isTrue(v)
	case literal:
		return v == true
	case *operation:
		return condition.op < opAdd && isTrue(v)
	default:
		return false
	}
}

// operation is a op b.
type operation struct {
	op   operator
	a, b expression
}

func (o *operation) eval(s *state) (any, error) {
	a, err := o.a.eval(s)
	if err != nil {
		return nil, err
	}
	switch {
	case o.op == opOr && decides(o.a, a):
		return true, nil
	case o.op == opAnd && !decides(o.a, a):
		return false, nil
	}
	b, err := o.b.eval(s)
	if err != nil {
		return nil, err
	}
	switch o.op {
	case opOr, opAnd:
		return decides(o.b, b), nil
	case opEqual:
		return s.areEqual(a, b)
	case opNotEqual:
		equal, err := s.areEqual(a, b)
		return !equal, err
	case opLess, opGreater, opLessEqual, opGreaterEqual:
		return compare(o.op, a, b), nil
	default:
		return o.arithmetic(s, a, b)
	}
}

// compare is false for what is no number.
func compare(op operator, a, b any) bool {
	x, ok := numberOf(a)
	y, both := numberOf(b)
	if !ok || !both {
		return false
	}
	order := compareNumbers(x, y)
	switch op {
	case opLess:
		return order < 0
	case opGreater:
		return order > 0
	case opLessEqual:
		return order <= 0
	default:
		return order >= 0
	}
}

// arithmetic is null where an operand is none; + with a text puts texts together.
func (o *operation) arithmetic(s *state, a, b any) (any, error) {
	x, ok := numberOf(a)
	y, both := numberOf(b)
	switch {
	case ok && both:
		return compute(o.op, x, y), nil
	case o.op != opAdd || isNull(a) || isNull(b):
		return nil, nil
	}
	_, isString := isText(a)
	if _, either := isText(b); !isString && !either {
		return nil, nil
	}
	text := textOf(a) + textOf(b)
	return text, errors.Join(s.checkSize(len(text)), s.charge(len(text)))
}
