package jsonpath

import "github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"

// scan applies the step after ".." to model and to everything in it, a container
// before its contents.
//
// A matching array gets the step like any other. Jayway 2.9 applies the steps after
// it to every item instead and then drops some of the results; no path that works
// there depends on it.
func (e *evaluation) scan(at int, model any) error {
	if at+1 == len(e.path.steps) {
		return failure("a path cannot end with a deep scan")
	}
	return e.visit(at+1, &e.path.steps[at+1], model, 0)
}

// maxScanDepth ends the scan of a value that contains itself, which templates can
// make, before the stack does.
const maxScanDepth = 4 * jsonvalue.MaxDepth

func (e *evaluation) visit(at int, target *step, model any, depth int) error {
	if err := e.spend(1); err != nil {
		return err
	}
	if depth > maxScanDepth {
		return &Error{Kind: ErrLimit, Message: "the document is too deep to scan"}
	}
	switch model := model.(type) {
	case *jsonvalue.Object:
		if err := e.visitOne(at, target, model); err != nil {
			return err
		}
		for i := range model.Len() {
			_, value := model.At(i)
			if err := e.visit(at, target, value, depth+1); err != nil {
				return err
			}
		}
	case *jsonvalue.Array:
		if err := e.visitOne(at, target, model); err != nil {
			return err
		}
		for i := range model.Len() {
			if err := e.visit(at, target, model.At(i), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *evaluation) visitOne(at int, target *step, container any) error {
	ok, err := e.scanMatches(target, container)
	if err != nil || !ok {
		return err
	}
	return e.from(at, container)
}

// scanMatches tells whether the step after ".." is applied to a container at all. A
// filter judges the container itself first, even an array whose items it then
// judges: the items of other arrays are found as containers in their own right.
func (e *evaluation) scanMatches(target *step, container any) (bool, error) {
	switch target.kind {
	case nameStep:
		object, ok := container.(*jsonvalue.Object)
		if !ok {
			return false, nil
		}
		if !target.definite() {
			return true, nil
		}
		for _, name := range target.names {
			if _, ok := object.Get(name); !ok {
				return false, nil
			}
		}
		return true, nil
	case indexStep, sliceStep:
		_, ok := container.(*jsonvalue.Array)
		return ok, nil
	case anyStep:
		return true, nil
	case filterStep:
		return e.accepts(target, container)
	case scanStep, callStep:
		return false, nil
	}
	return false, nil
}
