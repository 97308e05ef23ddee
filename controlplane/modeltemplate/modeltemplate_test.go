package modeltemplate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModelTemplate(t *testing.T) {
	for _, test := range []struct{ name, schema, want string }{
		{"empty", `{"type":"object"}`, "#set($inputRoot = $input.path('$'))\n{\n}"},
		{"no JSON", `<x/>`, "#set($inputRoot = $input.path('$'))\n{\n}"},
		{
			"list", `{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"},"kind":{"type":"string"}}}}`,
			"#set($inputRoot = $input.path('$'))\n[\n#foreach($elem in $inputRoot)\n  {\n    \"id\" : $elem.id,\n    \"kind\" : \"$elem.kind\"\n  }#if($foreach.hasNext),#end\n#end\n]",
		},
		{
			"nested", `{"definitions":{"B":{"type":"object","properties":{"c d":{"type":"boolean"}}}},"properties":{"b":{"$ref":"#/definitions/B"},"l":{"type":"array","items":{"type":"number"}}}}`,
			"#set($inputRoot = $input.path('$'))\n{\n  \"b\" : {\n    \"c d\" : $inputRoot.b['c d']\n  },\n  \"l\" : [\n  #foreach($elem1 in $inputRoot.l)\n    $elem1#if($foreach.hasNext),#end\n  #end\n  ]\n}",
		},
	} {
		if diff := cmp.Diff(test.want, Of(test.schema)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// A schema that refers to itself often has a template of bounded size.
func TestModelTemplateEnds(t *testing.T) {
	const self = `{"$ref":"#/definitions/A"}`
	schema := `{"definitions":{"A":{"properties":{"a":` + self + `,"b":` + self + `,"c":` + self + `,"d":` + self + `}}},"properties":{"a":` + self + `}}`
	if n := len(Of(schema)); n > maxTemplateBytes+10_000 {
		t.Errorf("%d bytes", n)
	}
}

// A template is made of any schema, one that refers to itself included.
func FuzzModelTemplate(f *testing.F) {
	f.Add(`{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}`)
	f.Add(`{"definitions":{"A":{"properties":{"a":{"$ref":"#/definitions/A"}}}},"$ref":"#/definitions/A"}`)
	f.Add(`{"properties":[1,2],"type":["object","null"]}`)
	f.Fuzz(func(t *testing.T, schema string) {
		if Of(schema) == "" {
			t.Error("no template")
		}
	})
}
