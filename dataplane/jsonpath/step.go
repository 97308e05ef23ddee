package jsonpath

// stepKind is the kind of one part of a path.
type stepKind int

const (
	nameStep   stepKind = iota // .a ['a'] ['a','b']
	indexStep                  // [0] [0,1]
	sliceStep                  // [1:3]
	anyStep                    // .* [*]
	scanStep                   // ..
	filterStep                 // [?(...)]
	callStep                   // length()
)

// step is one part of a path. The fields are those of its kind.
type step struct {
	kind    stepKind
	names   []string
	indexes []int
	slice   slice
	filter  condition
	call    call

	// last tells that results are added here. upstreamDefinite tells that all parts
	// before this one are definite: then a document that does not fit is an error
	// rather than no match.
	last             bool
	upstreamDefinite bool
}

// definite tells whether the step leads to one value. Several names at the end of a
// path do: they give one object.
func (s *step) definite() bool {
	switch s.kind {
	case nameStep:
		return len(s.names) == 1 || s.last
	case indexStep:
		return len(s.indexes) == 1
	case callStep:
		return true
	case sliceStep, anyStep, scanStep, filterStep:
		return false
	}
	return false
}

// slice is a range of indexes, its end excluded; negative ones count from the end.
type slice struct {
	from, to       int
	hasFrom, hasTo bool
}

// bounds gives the indexes a slice of a list of n items visits. Jayway resolves a
// negative start only without an end, and otherwise counts up through the negative
// indexes: [-1:2] of four items gives the last, the first and the second.
func (s slice) bounds(n int) (from, to int) {
	switch {
	case s.hasFrom && s.hasTo:
		return max(s.from, -n), min(s.to, n)
	case s.hasFrom:
		if s.from < 0 {
			return max(n+s.from, 0), n
		}
		return s.from, n
	default:
		if s.to < 0 {
			return 0, n + s.to
		}
		return 0, min(s.to, n)
	}
}
