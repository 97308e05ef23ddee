package rest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// routes makes a tree of "VERB /path" lines.
func routes(lines []string) (*node, []*resource) {
	root := &node{}
	byPath := map[string]*resource{}
	var all []*resource
	for _, line := range lines {
		name, path, ok := strings.Cut(line, " ")
		v, known := verbOf(name)
		if !ok || !known && name != "ANY" || !validPath(path) {
			continue
		}
		// Variable siblings of other names are one place in the tree; AWS allows only one.
		place := nameless(path)
		r := byPath[place]
		if r != nil && r.path != path {
			continue
		}
		if r == nil {
			r = &resource{path: path}
			byPath[place] = r
			all = append(all, r)
			root.insert(r)
		}
		r.methods[v] = &method{resource: r}
	}
	return root, all
}

// validPath reports whether a resource can have the path: segments are not empty,
// a greedy one comes last.
func validPath(path string) bool {
	if path == "/" {
		return true
	}
	if !strings.HasPrefix(path, "/") {
		return false
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		variable := strings.HasPrefix(segment, "{")
		switch {
		case segment == "" || variable != strings.HasSuffix(segment, "}") || strings.Contains(strings.Trim(segment, "{}"), "{"):
			return false
		case strings.HasSuffix(segment, "+}") && i != len(segments)-1:
			return false
		}
	}
	return true
}

// naive finds a method by looking at every resource and comparing the ways they
// match, segment by segment: static (0) before parameter (1) before greedy (2).
func naive(resources []*resource, path string, v verb) (found *method, values []string) {
	var best []int
	var segments []string
	if trimmed := strings.Trim(path, "/"); trimmed != "" {
		segments = strings.Split(trimmed, "/")
	}
	for _, r := range resources {
		m := r.method(v)
		if m == nil {
			continue
		}
		ranks, captured, ok := compare(r.path, segments)
		if ok && (best == nil || slices.Compare(ranks, best) < 0) {
			found, values, best = m, captured, ranks
		}
	}
	return found, values
}

func compare(path string, segments []string) (ranks []int, captured []string, ok bool) {
	ranks = []int{}
	var parts []string
	if trimmed := strings.Trim(path, "/"); trimmed != "" {
		parts = strings.Split(trimmed, "/")
	}
	for i, part := range parts {
		switch {
		case i >= len(segments):
			return nil, nil, false
		case strings.HasSuffix(part, "+}"):
			return append(ranks, 2), append(captured, strings.Join(segments[i:], "/")), true
		case strings.HasPrefix(part, "{"):
			if segments[i] == "" {
				return nil, nil, false
			}
			ranks, captured = append(ranks, 1), append(captured, segments[i])
		case part != segments[i]:
			return nil, nil, false
		default:
			ranks = append(ranks, 0)
		}
	}
	return ranks, captured, len(parts) == len(segments)
}

// FuzzMatch compares the tree with a matcher that looks at every resource.
func FuzzMatch(f *testing.F) {
	f.Add("POST /test\nANY /test/any\nOPTIONS /{proxy+}", "OPTIONS", "/test")
	f.Add("GET /part1\nGET /{param+}\nGET /part1/hardcoded-value", "GET", "/part1/random-value")
	f.Add("GET /\nGET /a/{b}\nGET /a/{b}/c\nPUT /a/b/{c+}", "PUT", "/a//b///c/")
	f.Add("GET /{a}/{b}\nGET /{a}/b\nGET /a/{b}/{c+}", "GET", "/a/b/c")
	f.Fuzz(func(t *testing.T, lines, name, path string) {
		v, ok := verbOf(name)
		if !ok {
			return
		}
		root, resources := routes(strings.Split(lines, "\n"))
		var m Match
		got := root.find(path, v, &m)
		want, values := naive(resources, path, v)
		if (got == nil) != (want == nil) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if got == nil {
			return
		}
		if got != want || !slices.Equal(m.values, values) {
			t.Fatalf("got %s %q, want %s %q", got.resource.path, m.values, want.resource.path, values)
		}
		if len(m.values) != len(got.resource.parameters) {
			t.Fatalf("%d values for %q", len(m.values), got.resource.parameters)
		}
	})
}

// nameless is a path without the names of its variables.
func nameless(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "{}"
			if strings.HasSuffix(segment, "+}") {
				segments[i] = "{+}"
			}
		}
	}
	return strings.Join(segments, "/")
}

func TestSplitStage(t *testing.T) {
	tests := map[string]struct{ raw, stage, context, path string }{
		"plain":                 {"/dev/pets/1", "dev", "/dev/pets/1", "/pets/1"},
		"stage only":            {"/dev", "dev", "/dev", "/"},
		"stage and slash":       {"/dev/", "dev", "/dev/", "/"},
		"LP-06 trailing slash":  {"/dev/a/", "dev", "/dev/a/", "/a/"},
		"LP-07 doubled within":  {"/dev/a//b", "dev", "/dev/a//b", "/a//b"},
		"LP-08 doubled before":  {"//dev/a", "dev", "/dev/a", "/a"},
		"LP-09 doubled behind":  {"/dev//a", "dev", "/dev//a", "/a"},
		"slashes only":          {"///", "", "/", "/"},
		"empty":                 {"", "", "/", "/"},
		"no leading slash":      {"dev/a", "dev", "/dev/a", "/a"},
		"many behind the stage": {"/dev///", "dev", "/dev///", "/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			stage, context, path := splitStage(test.raw)
			if diff := cmp.Diff([]string{test.stage, test.context, test.path}, []string{stage, context, path}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// BenchmarkMatch: the cost of a match does not depend on the number of resources.
func BenchmarkMatch(b *testing.B) {
	for _, count := range []int{10, 100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("resources=%d", count), func(b *testing.B) {
			lines := []string{"OPTIONS /{proxy+}"}
			for i := len(lines); i < count; i += 2 {
				lines = append(lines, fmt.Sprintf("GET /service%d/{id}", i), fmt.Sprintf("GET /service%d/{id}/details", i))
			}
			root, _ := routes(lines)
			path := fmt.Sprintf("/service%d/42/details", 1+2*(count/4))
			b.ReportAllocs()
			var m Match
			for b.Loop() {
				if root.find(path, verbGet, &m) == nil {
					b.Fatal("no match")
				}
			}
		})
	}
}

func BenchmarkCompileTree(b *testing.B) {
	lines := make([]string, 10_000)
	for i := range lines {
		lines[i] = fmt.Sprintf("GET /service%d/{id}", i)
	}
	for b.Loop() {
		routes(lines)
	}
}
