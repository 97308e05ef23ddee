package httpapi

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// programOf returns a program of routes that do nothing.
func programOf(tb testing.TB, keys ...string) *program {
	tb.Helper()
	p := &program{root: &node{}}
	for _, text := range keys {
		key, err := parseRouteKey(text)
		if err != nil {
			tb.Fatal(err)
		}
		r := &route{name: text, key: key, parameters: key.parameters()}
		if key.isDefault {
			p.fallback = r
		} else {
			p.root.insert(r)
		}
	}
	return p
}

// found is what a program finds: the route key and the values.
func (p *program) found(method, path string) string {
	var m Match
	v, _ := verbOf(method)
	p.find(path, v, &m)
	if m.route == nil {
		return "none"
	}
	return strings.Join(append([]string{m.route.name}, m.values...), " | ")
}

func TestRouting(t *testing.T) {
	t.Parallel()
	documented := []string{"GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"}
	tests := map[string]struct {
		routes       []string
		method, path string
		want         string
	}{
		"documented: literal":           {documented, "GET", "/pets/dog/1", "GET /pets/dog/1"},
		"documented: variable":          {documented, "GET", "/pets/dog/2", "GET /pets/dog/{id} | 2"},
		"documented: greedy":            {documented, "GET", "/pets/cat/1", "GET /pets/{proxy+} | cat/1"},
		"documented: ANY greedy":        {documented, "POST", "/test/5", "ANY /{proxy+} | test/5"},
		"documented: root":              {documented, "GET", "/", "$default"},
		"other method goes on":          {documented, "POST", "/pets/dog/1", "ANY /{proxy+} | pets/dog/1"},
		"no default":                    {[]string{"GET /a"}, "GET", "/b", "none"},
		"never 405":                     {[]string{"GET /a"}, "POST", "/a", "none"},
		"root":                          {[]string{"GET /"}, "GET", "/", "GET /"},
		"exact method before ANY":       {[]string{"ANY /a", "GET /a"}, "GET", "/a", "GET /a"},
		"ANY for the rest":              {[]string{"ANY /a", "GET /a"}, "PUT", "/a", "ANY /a"},
		"method that no key has":        {[]string{"ANY /a", "GET /a"}, "TRACE", "/a", "ANY /a"},
		"rank goes before the literal":  {[]string{"ANY /pets/dog", "GET /pets/{id}"}, "GET", "/pets/dog", "GET /pets/{id} | dog"},
		"full before greedy":            {[]string{"GET /pets/{proxy+}", "ANY /pets/{id}"}, "GET", "/pets/1", "ANY /pets/{id} | 1"},
		"literal at the leftmost":       {[]string{"GET /{a}/b", "GET /a/{b}"}, "GET", "/a/b", "GET /a/{b} | b"},
		"longer literal prefix":         {[]string{"GET /{proxy+}", "GET /a/{proxy+}", "GET /a/b/{proxy+}"}, "GET", "/a/b/c/d", "GET /a/b/{proxy+} | c/d"},
		"greedy: exact method first":    {[]string{"ANY /a/b/{proxy+}", "GET /a/{proxy+}"}, "GET", "/a/b/c", "GET /a/{proxy+} | b/c"},
		"backtracking drops values":     {[]string{"GET /{a}/x/y", "GET /{b}/{proxy+}"}, "GET", "/1/x/z", "GET /{b}/{proxy+} | 1 | x/z"},
		"trailing slash":                {[]string{"GET /pets"}, "GET", "/pets/", "none"},
		"trailing slash of a route":     {[]string{"GET /pets/"}, "GET", "/pets/", "GET /pets/"},
		"variable needs a character":    {[]string{"GET /pets/{id}"}, "GET", "/pets/", "none"},
		"greedy needs a character":      {[]string{"GET /pets/{id+}"}, "GET", "/pets/", "none"},
		"greedy keeps slashes":          {[]string{"GET /{p+}"}, "GET", "/a//b/", "GET /{p+} | a//b/"},
		"doubled slash":                 {[]string{"GET /a/b"}, "GET", "/a//b", "none"},
		"case":                          {[]string{"GET /Pets"}, "GET", "/pets", "none"},
		"braces within a literal":       {[]string{"GET /a{b}"}, "GET", "/a{b}", "GET /a{b}"},
		"two variables":                 {[]string{"GET /{a}/{b}"}, "GET", "/1/2", "GET /{a}/{b} | 1 | 2"},
		"default takes other methods":   {[]string{"$default"}, "BREW", "/x", "$default"},
		"greedy does not match shorter": {[]string{"GET /a/{p+}"}, "GET", "/a", "none"},
	}
	for name, test := range tests {
		if got := programOf(t, test.routes...).found(test.method, test.path); got != test.want {
			t.Errorf("%s: %s %s goes to %s, want %s", name, test.method, test.path, got, test.want)
		}
	}
}

func TestRouteKeys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "GET", "GET a", "get /a", "FOO /a", "GET /{a+}/b", " /a", "$defaults"} {
		if _, err := parseRouteKey(text); err == nil {
			t.Errorf("%q is no route key", text)
		}
	}
}

// naive finds a route by looking at all of them: by the ranks of AWS, then by the kinds of
// segments from the left.
func naive(keys []string, method, path string) string {
	type candidate struct {
		text  string
		rank  int
		kinds []segmentKind
		found string
	}
	var best *candidate
	for _, text := range keys {
		key, err := parseRouteKey(text)
		if err != nil {
			continue
		}
		c := &candidate{text: text, rank: 5, found: text}
		if !key.isDefault {
			exact := strings.HasPrefix(text, method+" ")
			if !exact && !strings.HasPrefix(text, "ANY ") {
				continue
			}
			values, ok := naiveMatch(key.segments, strings.Split(path[1:], "/"))
			if !ok {
				continue
			}
			c.found = strings.Join(append([]string{text}, values...), " | ")
			c.rank = 1
			if !exact {
				c.rank = 2
			}
			if key.segments[len(key.segments)-1].kind == greedySegment {
				c.rank += 2
			}
			for _, s := range key.segments {
				c.kinds = append(c.kinds, s.kind)
			}
		}
		if best == nil || c.rank < best.rank || c.rank == best.rank && slices.Compare(c.kinds, best.kinds) < 0 {
			best = c
		}
	}
	if best == nil {
		return "none"
	}
	return best.found
}

func naiveMatch(route []segment, path []string) (values []string, ok bool) {
	for i, s := range route {
		if i >= len(path) {
			return nil, false
		}
		switch s.kind {
		case literalSegment:
			if path[i] != s.text {
				return nil, false
			}
		case paramSegment:
			if path[i] == "" {
				return nil, false
			}
			values = append(values, path[i])
		case greedySegment:
			rest := strings.Join(path[i:], "/")
			return append(values, rest), rest != ""
		}
	}
	return values, len(path) == len(route)
}

// FuzzRouting compares the tree with the naive matcher: of routes that are drawn, for a
// path that is given.
func FuzzRouting(f *testing.F) {
	f.Add(uint64(1), "/a/b/c")
	f.Add(uint64(7), "//a/")
	f.Add(uint64(99), "/b/b/b/b/a")
	f.Fuzz(func(t *testing.T, seed uint64, path string) {
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		random := rand.New(rand.NewPCG(seed, 1))
		keys := drawRoutes(random)
		for _, method := range []string{"GET", "POST", "TRACE"} {
			compare(t, keys, method, path)
			compare(t, keys, method, drawPath(random, "a", "b", ""))
		}
	})
}

func TestRoutingIsThatOfTheNaiveMatcher(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		keys := drawRoutes(random)
		for range 8 {
			compare(t, keys, []string{"GET", "POST", "PUT"}[random.IntN(3)], drawPath(random, "a", "b", ""))
		}
	}
}

func compare(t *testing.T, keys []string, method, path string) {
	t.Helper()
	if diff := cmp.Diff(naive(keys, method, path), programOf(t, keys...).found(method, path)); diff != "" {
		t.Errorf("%s %s of %q: %s", method, path, keys, diff)
	}
}

// drawRoutes returns routes of which no two have the same pattern: AWS refuses the second.
func drawRoutes(random *rand.Rand) []string {
	seen := map[string]bool{}
	var keys []string
	for range 1 + random.IntN(8) {
		path := drawPath(random, "a", "b", "{x}")
		if random.IntN(3) == 0 {
			path = strings.TrimSuffix(path, "/") + "/{p+}"
		}
		key := []string{"GET", "POST", "ANY"}[random.IntN(3)] + " " + path
		if random.IntN(12) == 0 {
			key = defaultRoute
		}
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

func drawPath(random *rand.Rand, segments ...string) string {
	var b strings.Builder
	for range 1 + random.IntN(4) {
		b.WriteString("/" + segments[random.IntN(len(segments))])
	}
	return b.String()
}

func TestRoutingAllocatesNothing(t *testing.T) {
	p := programOf(t, "GET /pets/dog/{id}", "ANY /{proxy+}", "GET /pets/{a}/{b}/{c}")
	m := &Match{}
	if n := testing.AllocsPerRun(100, func() {
		p.find("/pets/dog/1", verbGet, m)
		p.find("/pets/1/2/3", verbGet, m)
		p.find("/pets/1/2/3/4", verbPost, m)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
