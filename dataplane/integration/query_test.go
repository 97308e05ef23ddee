package integration

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseQuery(t *testing.T) {
	field := func(name string, values ...string) Field {
		return Field{Name: name, Values: values}
	}
	tests := map[string]struct {
		raw  string
		want []Field
	}{
		"none":                      {"", nil},
		"only separators":           {"&&;", nil},
		"LP-15 plus is a space":     {"a=1+2", []Field{field("a", "1 2")}},
		"LP-15 escapes":             {"email=test%2Balias@gmail.com", []Field{field("email", "test+alias@gmail.com")}},
		"LP-16 repeated":            {"c=1&p=2&c=3", []Field{field("c", "1", "3"), field("p", "2")}},
		"semicolon separates":       {"a=1;b=2", []Field{field("a", "1"), field("b", "2")}},
		"no value":                  {"a&b=", []Field{field("a", ""), field("b", "")}},
		"no name":                   {"=1", []Field{field("", "1")}},
		"value with an equals sign": {"a=b=c", []Field{field("a", "b=c")}},
		"broken escapes stay":       {"a=%zz%4&%=100%", []Field{field("a", "%zz%4"), field("%", "100%")}},
		"escaped name":              {"%61=1&a=2", []Field{field("a", "1", "2")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ParseQuery(test.raw)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzParseQuery compares with net/url where that has an opinion.
func FuzzParseQuery(f *testing.F) {
	f.Add("a=1&b=2&a=3+4%20")
	f.Add("a=%zz;b")
	f.Add("a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&a=2&r=3")
	f.Fuzz(func(t *testing.T, raw string) {
		fields := ParseQuery(raw)
		names := map[string]bool{}
		for _, field := range fields {
			if names[field.Name] || len(field.Values) == 0 {
				t.Fatalf("%q is there twice or empty", field.Name)
			}
			names[field.Name] = true
		}
		if strings.Contains(raw, ";") {
			return
		}
		want, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		if len(want) != len(fields) {
			t.Fatalf("%d names, want %d", len(fields), len(want))
		}
		for _, field := range fields {
			if !slices.Equal(field.Values, want[field.Name]) {
				t.Fatalf("%q is %q, want %q", field.Name, field.Values, want[field.Name])
			}
		}
	})
}
