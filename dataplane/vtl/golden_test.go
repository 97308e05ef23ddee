package vtl_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// goldenCase is a template with what Apache Velocity 1.7 makes of it
// (scripts/velocity-oracle).
type goldenCase struct {
	Template string  `json:"template"`
	Want     *string `json:"want"`
	Error    string  `json:"error"`
	// AWS is what is right where it is not what Velocity says, and Why the reason.
	AWS *string `json:"aws"`
	Why string  `json:"why"`
}

// oracleScope is the context that the recorder has.
func oracleScope() *vtl.Scope {
	list := func(items ...any) *vtl.List { return &vtl.List{Items: items} }
	object := func(members ...any) *vtl.Map {
		m := &vtl.Map{Object: *jsonvalue.NewObject()}
		for i := 0; i < len(members); i += 2 {
			m.Set(members[i].(string), members[i+1])
		}
		return m
	}
	return &vtl.Scope{Variables: map[string]any{
		"name": "Ann", "empty": "", "n": int64(7), "d": 1.5, "yes": true, "no": false,
		"list": list("a", "b", "c"),
		"map":  object("k", "v", "x", int64(1)),
		"obj":  object("a", object("b", "c", "items", list(int64(1), int64(2)))),
	}}
}

// TestGolden replays what Apache Velocity did.
func TestGolden(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "vtl", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 400 {
		t.Errorf("only %d cases", len(cases))
	}
	for _, c := range cases {
		want := c.Want
		if c.Why != "" {
			want = c.AWS
		}
		template, err := vtl.Parse(c.Template)
		var out []byte
		if err == nil {
			out, err = template.Execute(nil, oracleScope(), vtl.Limits{})
		}
		switch {
		case want == nil && err == nil:
			t.Errorf("%q: got %q, want an error (%s)", c.Template, out, c.Error)
		case want != nil && err != nil:
			t.Errorf("%q: %v, want %q", c.Template, err, *want)
		case want != nil && string(out) != *want:
			t.Errorf("%q:\n got %q\nwant %q", c.Template, out, *want)
		}
	}
}
