package restapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitKeyLine(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{`a, b ,,c`, []string{"a", "b", "", "c"}},
		{`"a,b",'c,d' , "e""f",'g''h'`, []string{"a,b", "c,d", `e"f`, "g'h"}},
		{`it's,x"y`, []string{"it's", `x"y`}},
		{`a,`, []string{"a", ""}},
		{`"a`, nil},
		{`"a"b`, nil},
	} {
		got, err := splitKeyLine(test.line)
		if diff := cmp.Diff(test.want, got); diff != "" || (err == nil) != (test.want != nil) {
			t.Errorf("%s: %v\n%s", test.line, err, diff)
		}
	}
}

// A file that is read names a header, and its rows and warnings are no more than its lines.
func FuzzKeyFile(f *testing.F) {
	f.Add("Name,Key\na,b\n")
	f.Add("key,NAME,usageplanids\n'a','b',\"c,d\"\r\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		rows, warnings, err := parseKeyFile(text)
		lines := 1
		for _, c := range text {
			if c == '\n' {
				lines++
			}
		}
		if err == nil && len(rows)+len(warnings) >= lines {
			t.Errorf("%d rows and %d warnings of %d lines", len(rows), len(warnings), lines)
		}
	})
}
