package rest

import "strings"

// node is a path segment in the tree of resources.
type node struct {
	static map[string]*node
	param  *node
	// greedy is the resource of a {name+} child, which takes all that is left.
	greedy *resource
	// resource is nil for segments that only lead to others.
	resource *resource
}

// resource is a compiled resource.
type resource struct {
	id, path string
	// parameters are the names of the path parameters in the order of the path.
	parameters []string
	methods    [verbs]*method
}

// insert adds a resource by its path.
func (n *node) insert(r *resource) {
	for segment := range strings.SplitSeq(strings.Trim(r.path, "/"), "/") {
		if segment == "" {
			break // the root
		}
		name, variable := strings.CutPrefix(segment, "{")
		if !variable {
			n = n.staticChild(segment)
			continue
		}
		name = strings.TrimSuffix(name, "}")
		if greedy, ok := strings.CutSuffix(name, "+"); ok {
			r.parameters = append(r.parameters, greedy)
			n.greedy = r
			return
		}
		r.parameters = append(r.parameters, name)
		if n.param == nil {
			n.param = &node{}
		}
		n = n.param
	}
	n.resource = r
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

// verb is the index of an HTTP method among a resource's methods.
type verb uint8

const (
	verbAny verb = iota
	verbGet
	verbHead
	verbPost
	verbPut
	verbPatch
	verbDelete
	verbOptions
	verbs
)

// verbOf returns the index of an HTTP method. REST APIs know no others than these;
// "ANY" stands for all of them.
func verbOf(method string) (v verb, ok bool) {
	switch method {
	case "GET":
		return verbGet, true
	case "HEAD":
		return verbHead, true
	case "POST":
		return verbPost, true
	case "PUT":
		return verbPut, true
	case "PATCH":
		return verbPatch, true
	case "DELETE":
		return verbDelete, true
	case "OPTIONS":
		return verbOptions, true
	default:
		return verbAny, false
	}
}
