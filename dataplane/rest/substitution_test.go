package rest

import (
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// FuzzSubstitution checks that a template loses nothing but its variables: put
// together again it is the text.
func FuzzSubstitution(f *testing.F) {
	for _, seed := range []string{defaultTemplate, "$context.a.-$stageVariables.b$", "$$context.", "$method.request.header.X-A.", "${context.stage}"} {
		f.Add(seed)
	}
	prefixes := map[mapping.Source]string{
		mapping.Context: "$context.", mapping.StageVariable: "$stageVariables.", mapping.Path: "$method.request.path.",
		mapping.Querystring: "$method.request.querystring.", mapping.Header: "$method.request.header.",
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for _, part := range cutVariables(text) {
			if part.literal == "" {
				b.WriteString(prefixes[part.variable.Source()] + part.variable.Name())
			}
			b.WriteString(part.literal)
		}
		if b.String() != text {
			t.Errorf("%q is cut to %q", text, b.String())
		}
	})
}
