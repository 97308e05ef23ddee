package jsonvalue

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzParse compares acceptance with encoding/json and wants every document to
// survive being written and read again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":[true,false,null,"x\u00e9\n"],"a":1.10}`, `[]`, `{}`, `""`, `-0`, `1e5`,
		`[1,]`, `{"a"}`, `nul`, `"\ud83d\ude00"`, `"\ud83d"`, ` [ 1 , 2 ] `, "\"\x01\"", `01`, `1.`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data)
		if utf8.Valid(data) && (err == nil) != json.Valid(data) && nesting(data) < MaxDepth {
			t.Fatalf("Parse(%q) error = %v, encoding/json says %t", data, err, json.Valid(data))
		}
		if err != nil {
			return
		}
		first := Append(nil, v)
		again, err := Parse(first)
		if err != nil {
			t.Fatalf("Parse of own output %q: %v", first, err)
		}
		if second := Append(nil, again); string(second) != string(first) {
			t.Errorf("round trip gives %q, then %q", first, second)
		}
		AppendJava(nil, v)
	})
}

// nesting bounds the depth of a document from above.
func nesting(data []byte) int {
	n := 0
	for _, c := range data {
		if c == '[' || c == '{' {
			n++
		}
	}
	return n
}
