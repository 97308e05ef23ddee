package vtl_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// seeds are some of the golden templates.
func seeds(f *testing.F) []string {
	f.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "vtl", "golden.json"))
	if err != nil {
		f.Fatal(err)
	}
	var cases []goldenCase
	if err := json.Unmarshal(data, &cases); err != nil {
		f.Fatal(err)
	}
	var texts []string
	for i, c := range cases {
		if i%5 == 0 {
			texts = append(texts, c.Template)
		}
	}
	return texts
}

// FuzzExecute checks that no template panics, hangs or grows without bound.
func FuzzExecute(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text, `{"a": [1, {"b": null}], "c": "text"}`)
	}
	f.Add(`#set($r = $input.path('$.a'))#foreach($i in $r)$i.b$r.add($r)#end$r $input.json('$..b') $util.parseJson($input.body)`, `{"a":[1]}`)
	f.Fuzz(func(t *testing.T, text, payload string) {
		template, err := vtl.Parse(text)
		if err != nil {
			return
		}
		scope := oracleScope()
		scope.Input = &vtl.Input{Payload: []byte(payload), Parameters: request{}}
		scope.Context = &vtl.Context{Variables: request{}, Request: &vtl.Overrides{}, Response: &vtl.Overrides{}}
		scope.StageVariables = vtl.NewStageVariables(map[string]string{"env": "beta"})
		const limit = 1 << 16
		out, err := template.Execute(nil, scope, vtl.Limits{OutputBytes: limit, Steps: 2000})
		if err == nil && len(out) > limit {
			t.Errorf("%d bytes", len(out))
		}
	})
}

// FuzzParse checks that no text panics the parser, and that each error says where it is.
func FuzzParse(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, err := vtl.Parse(text)
		var failed *vtl.ParseError
		if err != nil && !errors.As(err, &failed) {
			t.Errorf("%T is no *ParseError: %v", err, err)
		}
		if (template == nil) != (err != nil) {
			t.Errorf("template %v with error %v", template != nil, err)
		}
	})
}
