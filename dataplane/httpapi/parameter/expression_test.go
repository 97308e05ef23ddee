package parameter_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi/parameter"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// fake is a request with its response.
type fake struct{ body string }

func (fake) RequestHeader(name string) []string {
	return http.Header{"X-A": {"1", "2"}, "X-B": {"b"}}.Values(name)
}

func (fake) RequestQuerystring(name string) []string {
	return map[string][]string{"q": {"x", "y"}, "Q": {"z"}}[name]
}
func (fake) RequestPath() string { return "/pets/6" }
func (fake) PathParameter(name string) string {
	return map[string]string{"id": "6", "evil": "${request.path.id}"}[name]
}

func (f fake) RequestBody() *mapping.Document { return mapping.NewDocument([]byte(f.body)) }

func (fake) ResponseHeader(name string) []string { return http.Header{"X-R": {"r"}}.Values(name) }

func (fake) ResponseBody() *mapping.Document    { return mapping.NewDocument([]byte(`{"r":true}`)) }
func (fake) ContextVariable(name string) string { return "<" + name + ">" }

var variables = map[string]string{"v": "val"}

func TestExpressions(t *testing.T) {
	t.Parallel()
	const body = `{"a":{"b":[1,{"c":"d"}]},"n":null,"e":""}`
	tests := map[string]string{
		"":                                      "",
		"static":                                "static",
		"'quoted'":                              "'quoted'",
		"$request.header.x-a":                   "1,2",
		"$request.header.X-B":                   "b",
		"$request.header.none":                  "",
		"$request.querystring.q":                "x,y",
		"$request.querystring.Q":                "z",
		"$request.path":                         "/pets/6",
		"$request.path.id":                      "6",
		"$request.body":                         body,
		"$request.body.a.b[1].c":                "d",
		"$request.body.a":                       `{"b":[1,{"c":"d"}]}`,
		"$request.body.a.b[0]":                  "1",
		"$request.body.n":                       "",
		"$request.body.none":                    "",
		"$response.header.x-r":                  "r",
		"$response.body.r":                      "true",
		"$context.authorizer.claims.sub":        "<authorizer.claims.sub>",
		"$stageVariables.v":                     "val",
		"$stageVariables.none":                  "",
		"${request.path.id}":                    "6",
		"a ${request.path.id}-${context.x} b":   "a 6-<x> b",
		"${stageVariables.v}${request.path.id}": "val6",
		"a $request.path.id":                    "a $request.path.id",
		"${request.path.id":                     "${request.path.id",
		"$request.path.evil":                    "${request.path.id}",
		"price: 5$":                             "price: 5$",
	}
	for text, want := range tests {
		expression, err := parameter.Parse(text, parameter.Response, variables)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, expression.Evaluate(fake{body})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	for _, text := range []string{"$", "$foo", "$request", "$request.header.", "${}", "a ${request.foo} b", "$request.body..a", "$request.body.a[?(@.b)]", "$request.body.a['b", "$method.request.header.x"} {
		if _, err := parameter.Parse(text, parameter.Response, nil); err == nil {
			t.Errorf("%q is no expression", text)
		}
	}
	if _, err := parameter.Parse("$response.header.x", parameter.Request, nil); err == nil {
		t.Error("a request cannot read the response")
	}
}

func TestBodyIsCut(t *testing.T) {
	t.Parallel()
	large := `{"a":"b","c":"` + strings.Repeat("x", 100<<10) + `"}`
	for text, want := range map[string]string{"$request.body.a": "", "$request.body": large} {
		expression, err := parameter.Parse(text, parameter.Request, nil)
		if err != nil {
			t.Fatal(err)
		}
		if expression.Evaluate(fake{large}) != want {
			t.Errorf("%s of a large body", text)
		}
	}
}

func TestConstant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "x": true, "$stageVariables.v": true, "a${stageVariables.v}b": true, "$request.path": false, "a${context.x}": false} {
		expression, err := parameter.Parse(text, parameter.Request, variables)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := expression.Constant(); ok != want {
			t.Errorf("%q: constant is %v", text, ok)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"append:header.a": true, "overwrite:header.A-b": true, "remove:header.a": true, "append:querystring.a": true, "overwrite:path": true,
		"overwrite:header.x-custom": true, "overwrite:header.Host": true,
		"append:path": false, "remove:path": false, "header.a": false, "set:header.a": false, "append:header.": false, "append:body": false,
		"overwrite:statuscode": false, "overwrite:header.Authorization": false, "append:header.X-Amz-Date": false, "append:header.via": false,
		"overwrite:header.access-control-allow-origin": false, "append:header.apigw-x": false, "append:header.x-forwarded-for": false,
	} {
		_, err := parameter.ParseRequest(map[string]string{key: "x"}, nil)
		if (err == nil) != want {
			t.Errorf("request %s: %v", key, err)
		}
	}
	for key, want := range map[string]bool{
		"append:header.a": true, "overwrite:statuscode": true, "append:statuscode": false, "append:querystring.a": false, "overwrite:path": false, "append:header.transfer-encoding": false,
	} {
		_, err := parameter.ParseResponse(map[string]map[string]string{"200": {key: "201"}}, nil)
		if (err == nil) != want {
			t.Errorf("response %s: %v", key, err)
		}
	}
	for _, status := range []string{"", "x", "199", "600"} {
		if _, err := parameter.ParseResponse(map[string]map[string]string{status: {}}, nil); err == nil {
			t.Errorf("%q is no status", status)
		}
	}
}

// FuzzExpression: whatever text is compiled and evaluated, nothing breaks, and the value
// of text without a variable is the text.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"static", "$request.header.x-a", "a ${request.path.id} b", "${", "$request.body.a[0]", "$response.body.r", "${stageVariables.v}$", "$context.x"} {
		f.Add(seed, `{"a":[1]}`)
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		for _, scope := range []parameter.Scope{parameter.Request, parameter.Response} {
			expression, err := parameter.Parse(text, scope, variables)
			if err != nil {
				if !strings.Contains(text, "$") {
					t.Errorf("%q: %v", text, err)
				}
				continue
			}
			value := expression.Evaluate(fake{body})
			if !strings.Contains(text, "$") && value != text {
				t.Errorf("%q became %q", text, value)
			}
			if constant, ok := expression.Constant(); ok && constant != value {
				t.Errorf("%q is %q and %q", text, constant, value)
			}
		}
	})
}

// FuzzKey: a key that compiles names no reserved header.
func FuzzKey(f *testing.F) {
	f.Add("append:header.a")
	f.Add("overwrite:header.X-AMZN-x")
	f.Fuzz(func(t *testing.T, key string) {
		mappings, err := parameter.ParseRequest(map[string]string{key: "x"}, nil)
		if err != nil {
			return
		}
		if len(mappings) != 1 || mappings[0].Location == parameter.Header && parameter.IsReserved(mappings[0].Name) {
			t.Errorf("%q became %v", key, mappings)
		}
	})
}
