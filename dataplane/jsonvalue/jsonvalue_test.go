package jsonvalue

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppend(t *testing.T) {
	tests := map[string]struct{ in, json, java string }{
		"RT-09 object":               {`{"foo":"bar"}`, `{"foo":"bar"}`, `{foo=bar}`},
		"RT-10 array is JSON":        {`[{"foo":"bar"}]`, `[{"foo":"bar"}]`, `[{"foo":"bar"}]`},
		"RT-15 array in object":      {`{"foo":[{"nested":"bar"}]}`, `{"foo":[{"nested":"bar"}]}`, `{foo=[{"nested":"bar"}]}`},
		"RT-16 key order":            {`{"bigger":"dict","to":"test","with":"s"}`, `{"bigger":"dict","to":"test","with":"s"}`, `{bigger=dict, to=test, with=s}`},
		"RT-20 empty list":           {`[]`, `[]`, `[]`},
		"spaces go":                  {" { \"a\" : [ 1 , 2 ] }\n", `{"a":[1,2]}`, `{a=[1,2]}`},
		"duplicate keeps its place":  {`{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`, `{a=3, b=2}`},
		"number text":                {`[1.10,12345678901234567890,-0,1e5]`, `[1.10,12345678901234567890,-0,1e5]`, `[1.10,12345678901234567890,-0,1e5]`},
		"number printed":             {`{"a":1.10,"b":1e10,"c":-0,"d":0.0001}`, `{"a":1.10,"b":1e10,"c":-0,"d":0.0001}`, `{a=1.1, b=1.0E10, c=0, d=1.0E-4}`},
		"slash only in printed list": {`{"a":"x/y","b":["x/y"]}`, `{"a":"x/y","b":["x/y"]}`, `{a=x/y, b=["x\/y"]}`},
		"escapes":                    {`"\u0001\n\"\\\u007f\u2028é"`, `"\u0001\n\"\\\u007F\u2028é"`, "\x01\n\"\\\x7f\u2028é"},
		"surrogates":                 {`["\ud83d\ude00","\ud83d!"]`, `["😀","?!"]`, `["😀","?!"]`},
		"null":                       {`{"a":null}`, `{"a":null}`, `{a=null}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v, err := ParseString(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.json, string(Append(nil, v))); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.java, string(AppendJava(nil, v))); diff != "" {
				t.Errorf("Java (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"not JSON":      {"some raw data", "Unrecognized token 'some': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"},
		"single quotes": {"{'a':1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"},
		"empty":         {"", "No content to map due to end-of-input"},
		"unclosed":      {`{"a":1`, "Unexpected end-of-input"},
		"trailing":      {`{} x`, "Unexpected character ('x' (code 120)): Unexpected trailing content"},
		"leading zero":  {`01`, "Invalid numeric value: Leading zeroes not allowed"},
		"deep":          {strings.Repeat("[", 1_000_000), "Document nesting depth exceeds the maximum allowed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseString(test.in)
			syntax, ok := errors.AsType[*SyntaxError](err)
			if !ok || syntax.Message != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestObject(t *testing.T) {
	o := NewObject()
	for i := range 30 {
		o.Set(strings.Repeat("k", i+1), i)
	}
	if v, ok := o.Delete("kkk"); !ok || v != 2 {
		t.Errorf("Delete = %v, %t", v, ok)
	}
	if v, ok := o.Get(strings.Repeat("k", 30)); !ok || v != 29 || o.Len() != 29 {
		t.Errorf("Get = %v, %t with %d members", v, ok, o.Len())
	}
}

func TestAppendMaxSelfContained(t *testing.T) {
	list := NewArray()
	list.Append(list, list)
	if _, err := AppendMax(nil, list, 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
	if _, err := AppendJavaMax(nil, NewObject(Member{Key: "a", Value: "long text"}), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error = %v", err)
	}
}

func TestDoubleText(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", 1.1: "1.1", 1e7: "1.0E7", 9999999: "9999999.0", 1e-3: "0.001", 1e-4: "1.0E-4", 5e-324: "4.9E-324", -2.5e100: "-2.5E100",
	} {
		if got := DoubleText(f); got != want {
			t.Errorf("DoubleText(%v) = %s, want %s", f, got, want)
		}
	}
}

var benchDocument = []byte(`{"items":[` + strings.Repeat(`{"id":"abc","price":12.5,"tags":["a","b"],"ok":true},`, 49) + `{"id":"z"}]}`)

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchDocument)))
	for b.Loop() {
		if _, err := Parse(benchDocument); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	v, err := Parse(benchDocument)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		out = Append(out[:0], v)
	}
}
