package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/schema"
)

const base = "https://apigateway.amazonaws.com/restapis/api1/models/"

// compile compiles the model "M" with this text, among others.
func compile(tb testing.TB, text string) (*schema.Schema, error) {
	tb.Helper()
	return schema.NewModels("api1", map[string]string{
		"M":           text,
		"testSchema":  `{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`,
		"StatusModel": `{"type":"object","properties":{"Status":{"type":"string"},"Order":{"type":"integer"}},"required":["Status","Order"]}`,
		"Tree":        `{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"` + base + `Tree"}}},"additionalProperties":false}`,
	}).Compile("M")
}

func TestValidate(t *testing.T) {
	const list = `{"type":"array","items":{"$ref":"` + base + `testSchema"}}`
	const status = `{"type":"object","properties":{"status":{"oneOf":[{"type":"null"},{"$ref":"` + base + `StatusModel"}]}},"required":["status"]}`
	tests := map[string]struct {
		text, body string
		want       []string
	}{
		"RV-12 reference":          {list, `[{"a":1,"b":2}]`, nil},
		"RV-12 reference violated": {list, `[{"a":1,"b":2},{"a":"x"}]`, []string{`object has missing required properties (["b"])`, `instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])`}},
		"RV-14 null":               {status, `{"status": null}`, nil},
		"RV-15 object":             {status, `{"status": {"Status":"works","Order":1}}`, nil},
		"RV-17 wrong":              {status, `{"badFormat":"bla"}`, []string{`object has missing required properties (["status"])`}},
		"RV-14 neither":            {status, `{"status": 1}`, []string{`instance failed to match exactly one schema (matched 0 out of 2)`}},
		"spec 4": {
			`{"type":"object","properties":{"price":{"type":"number"},"type":{"type":"number"}},"required":["price","type"]}`, `{"type":"x"}`,
			[]string{`object has missing required properties (["price"])`, `instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])`},
		},
		"recursive reference":  {`{"$ref":"` + base + `Tree"}`, `{"children":[{"children":[{"x":1}]}]}`, []string{`object instance has properties which are not allowed by the schema: ["x"]`}},
		"local definition":     {`{"definitions":{"n":{"type":"null"}},"properties":{"a":{"$ref":"#/definitions/n"}}}`, `{"a":1}`, []string{`instance type (integer) does not match any allowed primitive type (allowed: ["null"])`}},
		"draft-04 exclusive":   {`{"minimum":1,"exclusiveMinimum":true,"maximum":2.5,"exclusiveMaximum":true}`, `1`, []string{`numeric instance is not strictly greater than the required minimum 1`}},
		"draft-04 maximum":     {`{"maximum":2.5,"exclusiveMaximum":true}`, `2.50`, []string{`numeric instance is not strictly lower than the required maximum 2.5`}},
		"minimum":              {`{"minimum":1}`, `0`, []string{`numeric instance is lower than the required minimum (minimum: 1, found: 0)`}},
		"maximum":              {`{"maximum":20}`, `27`, []string{`numeric instance is greater than the required maximum (maximum: 20, found: 27)`}},
		"multipleOf":           {`{"multipleOf":5}`, `13`, []string{`remainder of division is not zero (13 / 5)`}},
		"minLength":            {`{"minLength":3}`, `"ä"`, []string{`string "ä" is too short (length: 1, required minimum: 3)`}},
		"maxLength":            {`{"maxLength":1}`, `"ab"`, []string{`string "ab" is too long (length: 2, maximum allowed: 1)`}},
		"pattern":              {`{"pattern":"^a"}`, `"b"`, []string{`ECMA 262 regex "^a" does not match input string "b"`}},
		"enum":                 {`{"enum":["a",1]}`, `"<b>"`, []string{`instance value ("<b>") not found in enum (possible values: ["a",1])`}},
		"minItems":             {`{"minItems":1}`, `[]`, []string{`array is too short: must have at least 1 elements but instance has 0 elements`}},
		"maxItems":             {`{"maxItems":1}`, `[1,2]`, []string{`array is too long: must have at most 1 elements but instance has 2 elements`}},
		"uniqueItems":          {`{"uniqueItems":true}`, `[1,1]`, []string{`array must not contain duplicate elements`}},
		"additionalItems":      {`{"items":[{}],"additionalItems":false}`, `[1,2,3]`, []string{`schema only allows 1 elements in array but instance has 3 elements`}},
		"minProperties":        {`{"minProperties":1}`, `{}`, []string{`object has too few properties (found 0 but schema requires at least 1)`}},
		"maxProperties":        {`{"maxProperties":0}`, `{"a":1}`, []string{`object has too many properties (found 1 but schema requires at most 0)`}},
		"dependencies":         {`{"dependencies":{"a":["b","c"]}}`, `{"a":1,"c":1}`, []string{`property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["b"])`}},
		"patternProperties":    {`{"patternProperties":{"^x":{"type":"string"}}}`, `{"x1":1}`, []string{`instance type (integer) does not match any allowed primitive type (allowed: ["string"])`}},
		"allOf":                {`{"allOf":[{"type":"string"},{"maxLength":1}]}`, `"ab"`, []string{`instance failed to match all required schemas (matched only 1 out of 2)`}},
		"anyOf":                {`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `1`, []string{`instance failed to match at least one required schema among 2`}},
		"oneOf twice":          {`{"oneOf":[{},{},{}]}`, `1`, []string{`instance failed to match exactly one schema (matched 3 out of 3)`}},
		"not":                  {`{"not":{"type":"string"}}`, `"a"`, []string{`instance matched a schema which it should not have`}},
		"format is no check":   {`{"format":"date-time"}`, `"yesterday"`, nil},
		"regex is no check":    {`{"format":"regex"}`, `"("`, nil},
		"1.0 is no integer":    {`{"type":"integer"}`, `1.0`, []string{`instance type (number) does not match any allowed primitive type (allowed: ["integer"])`}},
		"integer":              {`{"type":"integer"}`, `12345678901234567890`, nil},
		"1.0 is a number":      {`{"type":["integer","number"]}`, `1.0`, nil},
		"later draft's schema": {`{"$schema":"http://json-schema.org/draft-07/schema#","const":1}`, `2`, nil},
		"unknown $schema":      {`{"$schema":"http://example.com/s","type":"null"}`, `null`, nil},
		"order of violations":  {`{"items":{"type":"null"}}`, `[null,null,0,null,null,null,null,null,null,null,"x"]`, []string{`instance type (integer) does not match any allowed primitive type (allowed: ["null"])`, `instance type (string) does not match any allowed primitive type (allowed: ["null"])`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			compiled, err := compile(t, test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, compiled.Validate([]byte(test.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBodyThatIsNoJSON(t *testing.T) {
	compiled, err := compile(t, `{}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"RV-13 empty": "", "text": "some raw data", "two values": "1 2", "open": `{"a":1`,
		"too deep": strings.Repeat("[", 1001) + strings.Repeat("]", 1001), "exponent": "1e1000", "small exponent": "[1e-99999999999]", "digits": strings.Repeat("1", 1001),
	} {
		if got := compiled.Validate([]byte(body)); len(got) != 1 || !strings.HasPrefix(got[0], "Unable to parse") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	deep := strings.Repeat("[", 1000) + strings.Repeat("]", 1000)
	if got := compiled.Validate([]byte(deep)); got != nil {
		t.Errorf("at the limit: %.100q", got)
	}
}

func TestViolationsAreLimited(t *testing.T) {
	compiled, err := compile(t, `{"items":{"type":"null"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := compiled.Validate([]byte("[" + strings.Repeat("0,", 1000) + "0]")); len(got) != 100 {
		t.Errorf("got %d violations", len(got))
	}
}

// TestCompileFails: what cannot be compiled is an error, never a schema that lets
// everything in.
func TestCompileFails(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":            `{`,
		"no schema":          `{"type":"objekt"}`,
		"look-ahead":         `{"pattern":"(?!a)b"}`,
		"unknown model":      `{"$ref":"` + base + `Unknown"}`,
		"model of other API": `{"$ref":"https://apigateway.amazonaws.com/restapis/api2/models/testSchema"}`,
		"external":           `{"$ref":"http://127.0.0.1:1/schema"}`,
		"file":               `{"$ref":"file:///etc/passwd"}`,
		"missing definition": `{"$ref":"#/definitions/x"}`,
		"draft-06 exclusive": `{"exclusiveMinimum":1}`,
		"huge number":        `{"minimum":1e99999999}`,
	} {
		if compiled, err := compile(t, text); err == nil {
			t.Errorf("%s: compiled to %v", name, compiled)
		}
	}
	if _, err := schema.NewModels("api1", nil).Compile("M"); err == nil {
		t.Error("a model that does not exist")
	}
}

// FuzzValidate checks that no body breaks validation, and that a closed schema
// accepts only what it describes.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{`{"children":[]}`, `{"children":[{"children":[1]}]}`, `[1e5]`, `1e999999`, `"`, `{"children":[{}],"children":1}`} {
		f.Add([]byte(seed))
	}
	compiled, err := compile(f, `{"$ref":"`+base+`Tree"}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if compiled.Validate(body) == nil && strings.TrimLeft(string(body), " \t\r\n")[0] != '{' {
			t.Errorf("%q is valid", body)
		}
	})
}

// FuzzCompile checks that no model breaks the compiler, and that what compiles
// validates.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`{"$ref":"#"}`, `{"allOf":[{"$ref":"#"}]}`, `{"id":"x","$ref":"y"}`, `{"items":{"$ref":"` + base + `Tree#/properties"}}`, `true`, `{"dependencies":{"a":{"type":"null"}}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if compiled, err := compile(t, text); err == nil {
			compiled.Validate([]byte(`{"a":[1,{"b":null}]}`))
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	compiled, err := compile(b, `{"type":"array","items":{"$ref":"`+base+`testSchema"}}`)
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(`[{"a":1,"b":2},{"a":1,"b":2}]`)
	b.ReportAllocs()
	for b.Loop() {
		if compiled.Validate(body) != nil {
			b.Fatal("invalid")
		}
	}
}
