package rest

import "strings"

// splitStage cuts the stage off a path that begins with it: "/dev//pets/1" is stage
// "dev" and path "/pets/1". Doubled slashes in front of the stage do not count
// (LP-08), those behind it stay visible in the context's path only (LP-09, LP-10).
func splitStage(raw string) (stage, contextPath, path string) {
	trimmed := strings.TrimLeft(raw, "/")
	stage, rest, _ := strings.Cut(trimmed, "/")
	switch lead := len(raw) - len(trimmed); lead {
	case 0:
		contextPath = "/" + trimmed
	default:
		contextPath = raw[lead-1:]
	}
	// The path begins with one slash; taking it from the raw text saves an allocation.
	rest = strings.TrimLeft(rest, "/")
	if at := len(contextPath) - len(rest) - 1; rest != "" && contextPath[at] == '/' {
		return stage, contextPath, contextPath[at:]
	}
	return stage, contextPath, "/"
}

// find returns the method for a path that begins with a slash, nil when there is
// none, and sets the values of its path parameters. Segments are compared as sent,
// undecoded (LP-13); trailing slashes do not count (LP-06).
func (n *node) find(path string, v verb, m *Match) *method {
	m.values = m.buffer[:0]
	m.method = n.match(strings.Trim(path, "/"), v, m)
	return m.method
}

// match finds rest below n: static before {param} before {proxy+}, segment by
// segment. A branch that ends without the verb or its ANY does not count, and the
// next one is tried (RT-04, RT-05, RT-06).
//
// Each node stands at one place in the tree, so none is visited twice.
func (n *node) match(rest string, v verb, m *Match) *method {
	if rest == "" {
		return n.resource.method(v)
	}
	segment, tail, _ := strings.Cut(rest, "/")
	if segment != "" {
		if child := n.static[segment]; child != nil {
			if found := child.match(tail, v, m); found != nil {
				return found
			}
		}
		if n.param != nil {
			taken := len(m.values)
			m.values = append(m.values, segment)
			if found := n.param.match(tail, v, m); found != nil {
				return found
			}
			m.values = m.values[:taken]
		}
	}
	if found := n.greedy.method(v); found != nil {
		m.values = append(m.values, rest)
		return found
	}
	return nil
}

// method returns the method for a verb: its own, else ANY.
func (r *resource) method(v verb) *method {
	switch {
	case r == nil:
		return nil
	case r.methods[v] != nil:
		return r.methods[v]
	default:
		return r.methods[verbAny]
	}
}
