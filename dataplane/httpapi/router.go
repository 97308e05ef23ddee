package httpapi

import "strings"

// node is a path segment in the tree of routes.
type node struct {
	static map[string]*node
	param  *node
	// routes are those whose path ends here; greedy those with a {name+} child, which
	// takes all that is left.
	routes, greedy [verbs]*route
}

// insert adds a route by its path.
func (n *node) insert(r *route) {
	for _, s := range r.key.segments {
		switch s.kind {
		case literalSegment:
			n = n.staticChild(s.text)
		case paramSegment:
			if n.param == nil {
				n.param = &node{}
			}
			n = n.param
		case greedySegment:
			n.greedy[r.key.verb] = r
			return
		}
	}
	n.routes[r.key.verb] = r
}

func (n *node) staticChild(segment string) *node {
	child := n.static[segment]
	if child == nil {
		child = &node{}
		if n.static == nil {
			n.static = map[string]*node{}
		}
		n.static[segment] = child
	}
	return child
}

// find sets the route for a decoded path that begins with a slash, and the values of its
// path parameters. There is one pass for each rank of the priorities of AWS: a full match
// goes before a greedy one, and among those the route of the verb before that of ANY. Each
// node stands at one place in the tree, so no pass visits one twice.
func (p *program) find(path string, v verb, m *Match) {
	rest := path[1:]
	for _, greedy := range [...]bool{false, true} {
		m.values = m.buffer[:0]
		if m.route = p.root.match(rest, v, greedy, m); m.route != nil {
			return
		}
		if v != verbAny {
			m.values = m.buffer[:0]
			if m.route = p.root.match(rest, verbAny, greedy, m); m.route != nil {
				return
			}
		}
	}
	m.values, m.route = nil, p.fallback
}

// match finds what is left of a path below n: segment by segment, literal before {param}
// before {proxy+}. A variable needs at least one character.
func (n *node) match(rest string, v verb, greedy bool, m *Match) *route {
	end := strings.IndexByte(rest, '/')
	part := rest
	if end >= 0 {
		part = rest[:end]
	}
	if child := n.static[part]; child != nil {
		if found := child.below(rest, end, v, greedy, m); found != nil {
			return found
		}
	}
	if n.param != nil && part != "" {
		taken := len(m.values)
		m.values = append(m.values, part)
		if found := n.param.below(rest, end, v, greedy, m); found != nil {
			return found
		}
		m.values = m.values[:taken]
	}
	if found := n.greedy[v]; greedy && found != nil && rest != "" {
		m.values = append(m.values, rest)
		return found
	}
	return nil
}

// below goes on behind the segment that ends at end, below 0 for the last one.
func (n *node) below(rest string, end int, v verb, greedy bool, m *Match) *route {
	if end >= 0 {
		return n.match(rest[end+1:], v, greedy, m)
	}
	if greedy {
		return nil
	}
	return n.routes[v]
}
