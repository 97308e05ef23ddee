package jsonpath

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// Path is a compiled path. It never changes and is safe for concurrent use.
type Path struct {
	text string
	// fromRoot tells "$" from "@": inside a filter the one starts at the document,
	// the other at the element.
	fromRoot bool
	steps    []step
	definite bool
	// function tells whether the last step is a function.
	function bool
}

// Definite tells whether the path names at most one value, which [Path.Evaluate]
// then returns as it is; any other path gives a list.
func (p *Path) Definite() bool { return p.definite }

// String returns the path as it was written.
func (p *Path) String() string { return p.text }

// Evaluate applies the path to a document. A definite path gives the value itself,
// which stays part of the document; an indefinite one gives a new [jsonvalue.Array],
// empty when nothing matches. Errors are [*Error]: [ErrNotFound] from definite paths
// only, [ErrEvaluation] and [ErrLimit] from any.
//
// The document is not changed, not even by append(): Jayway would.
func (p *Path) Evaluate(root any) (any, error) {
	w := work{root: root, left: maxSteps}
	return w.evaluate(p, root, false)
}

// finish compiles what the steps say about each other.
func (p *Path) finish() {
	p.definite = true
	for i := range p.steps {
		s := &p.steps[i]
		s.last = i == len(p.steps)-1
		s.upstreamDefinite = p.definite
		p.definite = p.definite && s.definite()
	}
	p.function = len(p.steps) > 0 && p.steps[len(p.steps)-1].kind == callStep
}

// keySet is what keys() gives. Java's key set is neither a list nor a map, so that no
// step finds anything in it; it becomes an array when the evaluation is over.
type keySet struct{ keys []string }

// plain turns what only exists during an evaluation into a value.
func plain(v any) any {
	set, ok := v.(keySet)
	if !ok {
		return v
	}
	list := &jsonvalue.Array{}
	for _, key := range set.keys {
		list.Append(key)
	}
	return list
}
