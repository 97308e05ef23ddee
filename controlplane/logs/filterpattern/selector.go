package filterpattern

import "strconv"

// step is one step of a selector.
type step struct {
	name  string
	index int
	kind  stepKind
}

type stepKind uint8

const (
	memberStep stepKind = iota
	indexStep
	// anyMember and anyIndex are wildcards.
	anyMember
	anyIndex
)

// selector is a way to members of an object: several with a wildcard.
type selector []step

// any tells whether test holds for a member that is selected.
func (path selector) any(from any, test func(any) bool) bool {
	if len(path) == 0 {
		return test(from)
	}
	here, rest := path[0], path[1:]
	object, _ := from.(map[string]any)
	list, _ := from.([]any)
	switch here.kind {
	case memberStep:
		member, ok := object[here.name]
		return ok && rest.any(member, test)
	case indexStep:
		return here.index < len(list) && rest.any(list[here.index], test)
	case anyMember:
		for _, member := range object {
			if rest.any(member, test) {
				return true
			}
		}
	case anyIndex:
		for _, member := range list {
			if rest.any(member, test) {
				return true
			}
		}
	}
	return false
}

// selector reads "$.name", "$.['a name']", "$.list[0].*" and the like.
func (s *scanner) selector() (selector, error) {
	if !s.take("$") {
		return nil, errInvalid
	}
	var path selector
	wildcards := 0
	for {
		next, more, err := s.step()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if len(path) == 0 && (next.kind == indexStep || next.kind == anyIndex) {
			return nil, errInvalid // an index follows a property
		}
		if next.kind == anyMember || next.kind == anyIndex {
			wildcards++
		}
		path = append(path, next)
	}
	if s.wildcards += wildcards; len(path) == 0 || wildcards > 1 || s.wildcards > maxWildcards {
		return nil, errInvalid
	}
	return path, nil
}

func (s *scanner) step() (next step, more bool, err error) {
	dotted := s.next() == '.'
	if dotted {
		s.at++
	}
	if s.next() == '[' {
		s.at++
		if next, err = s.bracket(); err != nil || s.next() != ']' || dotted && next.kind != memberStep {
			return step{}, false, errInvalid
		}
		s.at++
		return next, true, nil
	}
	if !dotted {
		return step{}, false, nil
	}
	if s.next() == '*' {
		s.at++
		return step{kind: anyMember}, true, nil
	}
	name := s.run(func(c byte) bool { return isAlphanumeric(c) || c == '-' })
	if name == "" {
		return step{}, false, errInvalid
	}
	return step{name: name}, true, nil
}

// bracket reads what is between brackets.
func (s *scanner) bracket() (step, error) {
	switch c := s.next(); c {
	case '*':
		s.at++
		return step{kind: anyIndex}, nil
	case '\'', '"':
		name, err := s.quoted(c)
		return step{name: name}, err
	}
	index, err := strconv.Atoi(s.run(isDigit))
	return step{kind: indexStep, index: index}, err
}
