package jsonpath

import (
	"errors"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// FuzzCompile wants a path or a syntax error, whatever the text.
func FuzzCompile(f *testing.F) {
	for _, g := range loadGolden(f) {
		for _, c := range g.Cases {
			f.Add(c.Path)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Compile(text)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Errorf("error %v is no ErrSyntax", err)
			}
			return
		}
		if _, err := p.Evaluate(nil); err != nil && errors.Is(err, ErrSyntax) {
			t.Errorf("evaluation reports %v", err)
		}
	})
}

// FuzzEvaluate wants an end to every evaluation, an unchanged document, and a list
// from every indefinite path.
func FuzzEvaluate(f *testing.F) {
	for _, g := range loadGolden(f) {
		for i := 0; i < len(g.Cases); i += 7 {
			f.Add(g.Cases[i].Path, g.Document)
		}
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		p, err := Compile(text)
		if err != nil {
			return
		}
		root, err := jsonvalue.ParseString(document)
		if err != nil {
			return
		}
		before := string(jsonvalue.Append(nil, root))
		v, err := p.Evaluate(root)
		if after := string(jsonvalue.Append(nil, root)); after != before {
			t.Errorf("document changed from %s to %s", before, after)
		}
		if err != nil {
			return
		}
		if _, list := v.(*jsonvalue.Array); !p.Definite() && !list {
			t.Errorf("indefinite path gives %T", v)
		}
	})
}
