package wire

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// router finds the operation of a request. ServeMux matches the paths; its
// redirects (for "//" and "..") and plain-text refusals never reach a client,
// since it is only asked and serves nothing.
type router struct {
	mux *http.ServeMux
}

// candidates are the operations that share a method and path; those that query
// literals select come first.
type candidates []*Operation

// ServeHTTP is never called: the type is a handler so that ServeMux holds it.
func (candidates) ServeHTTP(http.ResponseWriter, *http.Request) {}

func newRouter(operations []*Operation) *router {
	byPattern := map[string]candidates{}
	for _, o := range operations {
		pattern := o.Method() + " " + o.route.pattern
		byPattern[pattern] = append(byPattern[pattern], o)
		if o.route.arn != "" {
			byPattern[o.Method()+" "+o.route.restPattern()] = candidates{o}
		}
	}
	mux := http.NewServeMux()
	for pattern, list := range byPattern {
		slices.SortFunc(list, func(a, b *Operation) int { return cmp.Compare(len(b.route.literal), len(a.route.literal)) })
		mux.Handle(pattern, list)
	}
	return &router{mux: mux}
}

// find returns the operation that r calls, or nil. Its path may end with one
// slash (clients of older Lambda models send "/functions/").
func (t *router) find(r *http.Request) *Operation {
	path := r.URL.EscapedPath()
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	if !tidy(path) {
		return nil
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return nil
	}
	handler, _ := t.mux.Handler(&http.Request{Method: r.Method, URL: &url.URL{Path: decoded, RawPath: path}})
	list, ok := handler.(candidates)
	if !ok {
		return nil
	}
	query := r.URL.Query()
	for _, o := range list {
		// ServeMux lets HEAD in where GET is; no operation is called that way.
		if o.Method() == r.Method && o.route.matches(query) {
			return o
		}
	}
	return nil
}

// tidy reports whether the path is absolute and has no empty, "." or ".."
// segments, for which ServeMux would answer with a redirect.
func tidy(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	for segment := range strings.SplitSeq(path[1:], "/") {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
	}
	return true
}
