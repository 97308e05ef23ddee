package jsonpath

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// golden is a document with what Jayway JsonPath 2.9.0 answers to each path; see
// scripts/velocity-oracle/JsonPathOracle.java.
type golden struct {
	Document string       `json:"document"`
	Cases    []goldenCase `json:"cases"`
}

type goldenCase struct {
	Path     string  `json:"path"`
	Definite bool    `json:"definite"`
	Want     *string `json:"want"`
	Error    string  `json:"error"`
}

func loadGolden(tb testing.TB) map[string]golden {
	tb.Helper()
	files, err := filepath.Glob("../../testdata/jsonpath/*.json")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden files: %v", err)
	}
	all := make(map[string]golden)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		var g golden
		if err := json.Unmarshal(data, &g); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = g
	}
	return all
}

func TestJayway(t *testing.T) {
	cases := 0
	for file, g := range loadGolden(t) {
		root := mustParse(t, g.Document)
		for _, c := range g.Cases {
			cases++
			t.Run(file+" "+c.Path, func(t *testing.T) { replay(t, root, c) })
		}
	}
	if cases < 200 {
		t.Errorf("%d cases, want 200 at least", cases)
	}
}

func replay(t *testing.T, root any, c goldenCase) {
	t.Helper()
	want := c.Error
	if c.Want != nil {
		want = *c.Want
	}
	got, definite := answer(c.Path, root)
	if ours, ok := deviations[c.Path]; ok {
		if got == want {
			t.Errorf("%s no longer deviates", c.Path)
		}
		want = ours
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", c.Path, diff)
	}
	if want != "syntax" && got != "syntax" && definite != c.Definite {
		t.Errorf("%s: definite = %t, want %t", c.Path, definite, c.Definite)
	}
}

// answer evaluates a path and puts the outcome like the golden files do.
func answer(path string, root any) (outcome string, definite bool) {
	p, err := Compile(path)
	if err != nil {
		return "syntax", false
	}
	v, err := p.Evaluate(root)
	switch {
	case errors.Is(err, ErrNotFound):
		return "not found", p.Definite()
	case err != nil:
		return "failed", p.Definite()
	default:
		return string(jsonvalue.Append(nil, javaNumbers(v))), p.Definite()
	}
}

// javaNumbers replaces every number by the text Java gives it: Jayway does not keep
// the source text.
func javaNumbers(v any) any {
	switch v := v.(type) {
	case jsonvalue.Number:
		return jsonvalue.Number(v.Java())
	case *jsonvalue.Array:
		out := &jsonvalue.Array{}
		for _, item := range v.All() {
			out.Append(javaNumbers(item))
		}
		return out
	case *jsonvalue.Object:
		out := &jsonvalue.Object{}
		for key, value := range v.All() {
			out.Set(key, javaNumbers(value))
		}
		return out
	default:
		return v
	}
}

func mustParse(tb testing.TB, text string) any {
	tb.Helper()
	v, err := jsonvalue.ParseString(text)
	if err != nil {
		tb.Fatalf("parse %s: %v", text, err)
	}
	return v
}
