package jsonpath

import (
	"errors"
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// TestLimits wants an error, soon, where the work or the nesting has no bound.
func TestLimits(t *testing.T) {
	wide := "[" + strings.Repeat(`{"a":[1,2,3]},`, 3000) + "{}]"
	self := jsonvalue.NewObject()
	self.Set("self", self)
	tests := map[string]struct {
		path string
		root any
		want error
	}{
		"scans of scans":     {"$..*..*..*..*", mustParse(t, strings.Repeat("[", 90)+strings.Repeat("]", 90)), ErrLimit},
		"filter in filter":   {"$[?(@..a && $..a)][?($..a == $..b)]..*..*..*", mustParse(t, wide), nil},
		"document per item":  {"$[?(@..a in $..a[*])]..*", mustParse(t, wide), nil},
		"contains itself":    {"$..x", self, ErrLimit},
		"slice of the world": {"$[-2147483648:2147483647]", mustParse(t, "[1]"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Compile(test.path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Evaluate(test.root)
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("error = %v, want %v", err, test.want)
			}
		})
	}
}

func TestCompileLimits(t *testing.T) {
	for name, path := range map[string]string{
		"long":    "$." + strings.Repeat("a", maxLength),
		"parens":  "$[?(" + strings.Repeat("(", 9000) + "@.a" + strings.Repeat(")", 9000) + ")]",
		"nots":    "$[?(" + strings.Repeat("!", 9000) + "(@.a))]",
		"filters": strings.Repeat("$[?(", 900) + "@" + strings.Repeat(")]", 900),
		"calls":   strings.Repeat("$.sum(", 900) + "1" + strings.Repeat(")", 900),
		"lists":   "$[?(@ in " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ")]",
	} {
		if _, err := Compile(path); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

// TestNumberText wants what Jayway does not keep: the source text of numbers.
func TestNumberText(t *testing.T) {
	root := mustParse(t, `{"a":1.10,"b":[12345678901234567890,{"c":1e2}]}`)
	for path, want := range map[string]string{"$.a": "1.10", "$..c": "[1e2]", "$.b[0]": "12345678901234567890"} {
		p, err := Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.Evaluate(root)
		if got := string(jsonvalue.Append(nil, v)); err != nil || got != want {
			t.Errorf("%s = %s, %v, want %s", path, got, err, want)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("$.store.book[?(@.price < 10 && @.category == 'fiction')].title"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	root := mustParse(b, loadGolden(b)["store.json"].Document)
	for name, path := range map[string]string{
		"definite": "$.store.book[1].title", "scan": "$..price",
		"filter": "$.store.book[?(@.price < 10)].title",
	} {
		b.Run(name, func(b *testing.B) {
			p, err := Compile(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Evaluate(root); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
