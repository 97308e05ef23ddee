package jsonpath

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// maxSteps bounds one evaluation, with all the filters in it: enough to scan any
// document a request can bring, and about a second of work at most. Nested deep
// scans and filters that scan the document for every element end here.
const maxSteps = 5_000_000

// work is what one evaluation shares with the evaluations of its filters' paths.
type work struct {
	root  any
	left  int                // steps left
	cache map[*Path]cacheHit // results of "$" paths inside filters
}

type cacheHit struct {
	value any
	err   error
}

// spend pays for n steps of work.
func (w *work) spend(n int) error {
	w.left -= n
	if w.left < 0 {
		return &Error{Kind: ErrLimit, Message: "the document is too large for this path"}
	}
	return nil
}

// evaluate applies p to model. With required set, as for an existence check, a
// missing property is an error wherever it is missed.
func (w *work) evaluate(p *Path, model any, required bool) (any, error) {
	v, err := w.evaluateRaw(p, model, required)
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// evaluateRaw is evaluate before key sets become arrays.
func (w *work) evaluateRaw(p *Path, model any, required bool) (any, error) {
	e := evaluation{work: w, path: p, required: required}
	if err := e.from(0, model); err != nil {
		return nil, err
	}
	if p.definite {
		if !e.found {
			return nil, notFound("no results for path " + p.text)
		}
		return e.value, nil
	}
	return jsonvalue.NewArray(e.list...), nil
}

// evaluation is one path on its way through a document.
type evaluation struct {
	*work
	path     *Path
	required bool

	// A definite path keeps the latest value, any other one collects.
	found bool
	value any
	list  []any
}

func (e *evaluation) add(v any) {
	if e.path.definite {
		e.found, e.value = true, v
		return
	}
	e.list = append(e.list, plain(v))
}

// from applies the steps from at on to model.
func (e *evaluation) from(at int, model any) error {
	if err := e.spend(1); err != nil {
		return err
	}
	if at == len(e.path.steps) {
		e.add(model)
		return nil
	}
	s := &e.path.steps[at]
	switch s.kind {
	case nameStep:
		return e.name(at, s, model)
	case indexStep:
		return e.index(at, s, model)
	case sliceStep:
		return e.slice(at, s, model)
	case anyStep:
		return e.any(at, model)
	case scanStep:
		return e.scan(at, model)
	case filterStep:
		return e.filter(at, s, model)
	case callStep:
		return e.call(at, s, model)
	}
	return nil
}
