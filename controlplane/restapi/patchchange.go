package restapi

import "slices"

// setText makes a change that sets a text member; "" or no value clears it.
func setText[T any](member func(*T) **string) change[T] {
	return func(target *T, p patch) error {
		*member(target) = nonEmpty(p.text())
		return nil
	}
}

// clearText makes a change that clears a text member; a value is ignored (MI-16).
func clearText[T any](member func(*T) **string) change[T] {
	return func(target *T, _ patch) error {
		*member(target) = nil
		return nil
	}
}

// nonEmpty is nil for "", as AWS leaves out empty optional members (MI-27).
func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// nonEmptyMap is nil for an empty map, likewise.
func nonEmptyMap[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

// entries are the changes of a map whose entries a path names by key.
type entries[T any, V any] struct {
	// of is the map within the target.
	of func(*T) *map[string]V
	// missing is the error when the entry to replace or remove is not there.
	missing error
	// parse checks a key and reads its value.
	parse func(target *T, key string, p patch) (V, error)
}

func (e entries[T, V]) add(target *T, p patch) error {
	value, err := e.parse(target, p.name(), p)
	if err != nil {
		return err
	}
	m := e.of(target)
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[p.name()] = value
	return nil
}

func (e entries[T, V]) replace(target *T, p patch) error {
	if _, ok := (*e.of(target))[p.name()]; !ok {
		return e.missing
	}
	return e.add(target, p)
}

// remove deletes the entry; a map that becomes empty vanishes (RM-43, RM-66).
func (e entries[T, V]) remove(target *T, p patch) error {
	m := e.of(target)
	if _, ok := (*m)[p.name()]; !ok {
		return e.missing
	}
	delete(*m, p.name())
	if len(*m) == 0 {
		*m = nil
	}
	return nil
}

// rule is the path pattern with all three changes.
func (e entries[T, V]) rule(path string) patchRule[T] {
	return patchRule[T]{path: path, add: e.add, replace: e.replace, remove: e.remove}
}

// withElement returns list with element at its end, unless it is there already.
func withElement(list []string, element string) []string {
	if slices.Contains(list, element) {
		return list
	}
	return append(list, element)
}

// withoutElement returns list without element, nil when none is left.
func withoutElement(list []string, element string) []string {
	list = slices.DeleteFunc(list, func(e string) bool { return e == element })
	if len(list) == 0 {
		return nil
	}
	return list
}
