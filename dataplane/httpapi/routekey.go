package httpapi

import (
	"fmt"
	"strings"
)

// defaultRoute is the key of the route that takes what no other does.
const defaultRoute = "$default"

// routeKey is a route key, taken apart: "$default", or a verb and a path.
type routeKey struct {
	isDefault bool
	verb      verb
	path      string
	segments  []segment
}

// segment is a segment of a route's path.
type segment struct {
	kind segmentKind
	// text is a literal, or the name of a variable.
	text string
}

type segmentKind uint8

// The kinds of segments, the most specific first.
const (
	literalSegment segmentKind = iota
	paramSegment
	greedySegment
)

// parseRouteKey reads a route key.
func parseRouteKey(text string) (routeKey, error) {
	if text == defaultRoute {
		return routeKey{isDefault: true}, nil
	}
	method, path, ok := strings.Cut(text, " ")
	v, known := verbOf(method)
	if !ok || !known && method != "ANY" || !strings.HasPrefix(path, "/") {
		return routeKey{}, fmt.Errorf("route key %q is neither $default nor a method and a path", text)
	}
	key := routeKey{verb: v, path: path}
	rest := path[1:]
	for more := true; more; {
		var part string
		part, rest, more = strings.Cut(rest, "/")
		parsed := parseSegment(part)
		if parsed.kind == greedySegment && more {
			return routeKey{}, fmt.Errorf("route key %q has a greedy variable that is not the last segment", text)
		}
		key.segments = append(key.segments, parsed)
	}
	return key, nil
}

func parseSegment(part string) segment {
	name, opened := strings.CutPrefix(part, "{")
	name, closed := strings.CutSuffix(name, "}")
	if !opened || !closed {
		return segment{literalSegment, part}
	}
	if greedy, ok := strings.CutSuffix(name, "+"); ok {
		return segment{greedySegment, greedy}
	}
	return segment{paramSegment, name}
}

// parameters returns the names of the path's variables, in order.
func (k *routeKey) parameters() []string {
	var names []string
	for _, s := range k.segments {
		if s.kind != literalSegment {
			names = append(names, s.text)
		}
	}
	return names
}

// verb is the index of an HTTP method among the routes of a path.
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

// verbOf returns the index of an HTTP method that a route key can have. Others are taken
// by ANY and $default only (unverified).
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
