package vtl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"text/template"

	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// The two templates have 40 lines and make the same text of the same document.
var (
	velocityText = "#set($root = $input.path('$'))\n{\n" + strings.Repeat("  \"$root.name\": \"$root.owner.city\",\n", 30) +
		"  \"items\": [\n#foreach($item in $root.items)\n    {\"id\": $item.id, \"tag\": \"$item.tag\"}#if($foreach.hasNext),#end\n\n#end\n  ],\n  \"request\": \"$context.requestId\"\n}\n"
	goText = "{{$root := .Root}}{\n" + strings.Repeat("  \"{{$root.name}}\": \"{{$root.owner.city}}\",\n", 30) +
		"  \"items\": [\n{{range $i, $item := $root.items}}    {\"id\": {{$item.id}}, \"tag\": \"{{$item.tag}}\"}{{if lt $i $.Last}},{{end}}\n{{end}}  ],\n  \"request\": \"{{.RequestID}}\"\n}\n"
)

func benchmarkDocument() []byte {
	var items []string
	for i := range 20 {
		items = append(items, fmt.Sprintf(`{"id": %d, "tag": "t%d"}`, i, i))
	}
	return []byte(`{"name": "Ann", "owner": {"city": "Graz"}, "items": [` + strings.Join(items, ",") + `]}`)
}

// BenchmarkTemplate includes reading the document, as each request does.
func BenchmarkTemplate(b *testing.B) {
	document := benchmarkDocument()
	velocity, err := vtl.Parse(velocityText)
	if err != nil {
		b.Fatal(err)
	}
	parsed := template.Must(template.New("").Parse(goText))
	runVelocity := func(out []byte) []byte {
		out, err := velocity.Execute(out[:0], &vtl.Scope{
			Input: &vtl.Input{Payload: document, Parameters: request{}}, Context: &vtl.Context{Variables: request{}},
		}, vtl.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		return out
	}
	runGo := func(out *bytes.Buffer) {
		var root map[string]any
		if err := json.Unmarshal(document, &root); err != nil {
			b.Fatal(err)
		}
		if err := parsed.Execute(out, map[string]any{"Root": root, "Last": 19, "RequestID": "r-1"}); err != nil {
			b.Fatal(err)
		}
	}
	var want bytes.Buffer
	runGo(&want)
	if got := runVelocity(nil); string(got) != want.String() {
		b.Fatalf("not the same:\n%s\n%s", got, want.String())
	}
	b.Run("velocity", func(b *testing.B) {
		b.ReportAllocs()
		var out []byte
		for b.Loop() {
			out = runVelocity(out)
		}
	})
	b.Run("text/template", func(b *testing.B) {
		b.ReportAllocs()
		var out bytes.Buffer
		for b.Loop() {
			out.Reset()
			runGo(&out)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vtl.Parse(velocityText); err != nil {
			b.Fatal(err)
		}
	}
}
