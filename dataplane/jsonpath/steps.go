package jsonpath

import (
	"errors"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// name applies a property step, or several names.
func (e *evaluation) name(at int, s *step, model any) error {
	object, ok := model.(*jsonvalue.Object)
	if !ok {
		if s.upstreamDefinite {
			return notFound("expected an object with property " + strings.Join(s.names, ", "))
		}
		return nil
	}
	if len(s.names) > 1 && s.last {
		return e.pick(s, object)
	}
	for _, name := range s.names {
		value, ok := object.Get(name)
		if !ok {
			if err := e.missing(s, name); err != nil {
				return err
			}
			continue
		}
		if err := e.from(at+1, value); err != nil {
			return err
		}
	}
	return nil
}

// missing decides about a property that is not there.
func (e *evaluation) missing(s *step, name string) error {
	switch {
	case e.required:
		return notFound("no property " + name)
	case !s.last && s.upstreamDefinite && s.definite():
		return notFound("no property " + name)
	default:
		return nil
	}
}

// pick gives an object of the named properties that are there.
func (e *evaluation) pick(s *step, object *jsonvalue.Object) error {
	if err := e.spend(len(s.names)); err != nil {
		return err
	}
	picked := &jsonvalue.Object{}
	for _, name := range s.names {
		value, ok := object.Get(name)
		if ok {
			picked.Set(name, value)
		} else if e.required {
			return notFound("no property " + name)
		}
	}
	e.add(picked)
	return nil
}

// array returns model as an array, nil where anything else is no match.
func (e *evaluation) array(s *step, model any) (*jsonvalue.Array, error) {
	list, ok := model.(*jsonvalue.Array)
	if !ok && s.upstreamDefinite {
		return nil, notFound("an index applies to arrays only")
	}
	return list, nil
}

func (e *evaluation) index(at int, s *step, model any) error {
	list, err := e.array(s, model)
	if list == nil {
		return err
	}
	for _, i := range s.indexes {
		if err := e.item(at, list, i); err != nil {
			return err
		}
	}
	return nil
}

// item goes on with the item at index i, negative ones counting from the end. Out
// of range is no match; so is an index out of range further down, because in Jayway
// the one handler serves both.
func (e *evaluation) item(at int, list *jsonvalue.Array, i int) error {
	if i < 0 {
		i += list.Len()
	}
	if i < 0 || i >= list.Len() {
		return e.spend(1)
	}
	err := e.from(at+1, list.At(i))
	if err != nil && isOutOfRange(err) {
		return nil
	}
	return err
}

func (e *evaluation) slice(at int, s *step, model any) error {
	list, err := e.array(s, model)
	if list == nil {
		return err
	}
	from, to := s.slice.bounds(list.Len())
	for i := from; i < to; i++ {
		if err := e.item(at, list, i); err != nil {
			return err
		}
	}
	return nil
}

// any goes on with every value of an object or array.
func (e *evaluation) any(at int, model any) error {
	switch model := model.(type) {
	case *jsonvalue.Object:
		for i := range model.Len() {
			_, value := model.At(i)
			if err := e.from(at+1, value); err != nil {
				return err
			}
		}
	case *jsonvalue.Array:
		for i := range model.Len() {
			err := e.item(at, model, i)
			if errors.Is(err, ErrNotFound) && !e.required {
				continue
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// filter goes on with the items of an array that match, or with an object that does.
func (e *evaluation) filter(at int, s *step, model any) error {
	switch model := model.(type) {
	case *jsonvalue.Object:
		ok, err := e.accepts(s, model)
		if err != nil || !ok {
			return err
		}
		return e.from(at+1, model)
	case *jsonvalue.Array:
		for i := range model.Len() {
			ok, err := e.accepts(s, model.At(i))
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := e.item(at, model, i); err != nil {
				return err
			}
		}
		return nil
	default:
		if s.upstreamDefinite {
			return refusal("a filter applies to objects and arrays only")
		}
		return nil
	}
}

// accepts applies a filter's condition; an operand of the wrong type is a no.
func (e *evaluation) accepts(s *step, item any) (bool, error) {
	ok, err := s.filter.holds(e.work, item)
	if err != nil && refuses(err) {
		return false, nil
	}
	return ok, err
}
