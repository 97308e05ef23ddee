package javaregexp_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/javaregexp"
)

func TestMatchWhole(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expression, text string
		want             bool
	}{
		{`2\d{2}`, "200", true},
		{`2\d{2}`, "2000", false},
		{`20|200`, "200", true},
		{`.*four hundred.*`, "a four hundred b", true},
		{`.*four hundred.*`, "four hundred\nline", false},
		{`(?s).*four hundred.*`, "four hundred\nline", true},
		{`(?!2).*`, "404", true},
		{`(?!2).*`, "200", false},
		{`(a)\1`, "aa", true},
		{`(?<=x)y`, "y", false},
		{`(?i)ERROR.*`, "error: é", true},
	}
	for _, test := range tests {
		p, err := javaregexp.Compile(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.MatchWhole(test.text); err != nil || got != test.want {
			t.Errorf("%q of %q: %v, %v", test.expression, test.text, got, err)
		}
	}
	for _, text := range []string{"(", "a*+b"} {
		if _, err := javaregexp.Compile(text); err == nil {
			t.Errorf("%s is an expression", text)
		}
	}
}

func TestFindAll(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string][][]int{
		`(é)(x)?`:      {{0, 2, 0, 2, -1, -1}, {3, 6, 3, 5, 5, 6}},
		`(é)(x)?(?!y)`: {{0, 2, 0, 2, -1, -1}, {3, 6, 3, 5, 5, 6}},
	} {
		p, err := javaregexp.Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.FindAll("é-éx", -1)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", expression, err, diff)
		}
		if got, err := p.FindAll("é-éx", 1); err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", expression, got, err)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	t.Parallel()
	p, err := javaregexp.Compile(`(?=x|(a+)+)(a+)+$`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.MatchWhole(strings.Repeat("a", 60) + "b"); err == nil {
		t.Error("an expression that backtracks for ever has an answer")
	}
}
