package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// request is a fixed request to evaluate against.
type request struct{}

func (request) PathParameter(name string) (string, bool) {
	return map[string]string{"id": "a%2Fb"}[name], name == "id"
}

func (request) Querystring(name string) []string {
	return map[string][]string{"q": {"1", "2"}}[name]
}

func (request) Header(name string) []string {
	return map[string][]string{"x-custom": {"a", "b"}}[strings.ToLower(name)]
}

func (request) StageVariable(name string) (string, bool) {
	return map[string]string{"env": "dev"}[name], name == "env"
}

func (request) ContextVariable(name string) (string, bool) {
	return map[string]string{"resourceId": "r1"}[name], name == "resourceId"
}

func (request) ResponseHeader(name string) []string {
	return map[string][]string{"x-answer": {"c", "d"}}[strings.ToLower(name)]
}

const requestBody = `{"a": {"b": [1.50, "two", null]}, "k-1": "text", "o": {"y": 1, "x": [2]}}`

func (request) RequestBody() *mapping.Document  { return mapping.NewDocument([]byte(requestBody)) }
func (request) ResponseBody() *mapping.Document { return mapping.NewDocument([]byte("not JSON")) }

func TestEvaluate(t *testing.T) {
	tests := map[string]struct {
		expression string
		want       []string
	}{
		"literal":                            {"'*'", []string{"*"}},
		"empty literal":                      {"''", []string{""}},
		"literal with a quote":               {"'it's'", []string{"it's"}},
		"path is left undecoded":             {"method.request.path.id", []string{"a%2Fb"}},
		"missing path":                       {"method.request.path.other", nil},
		"single query value is the last":     {"method.request.querystring.q", []string{"2"}},
		"all query values":                   {"method.request.multivaluequerystring.q", []string{"1", "2"}},
		"missing query":                      {"method.request.querystring.other", nil},
		"RT-07 header in any case":           {"method.request.header.X-CUSTOM", []string{"b"}},
		"all header values":                  {"method.request.multivalueheader.x-custom", []string{"a", "b"}},
		"stage variable":                     {"stageVariables.env", []string{"dev"}},
		"RT-07 context":                      {"context.resourceId", []string{"r1"}},
		"missing context":                    {"context.identity.user", nil},
		"response header is not the request": {"integration.response.header.x-custom", nil},
		"response header is the first":       {"integration.response.header.X-Answer", []string{"c"}},
		"whole body":                         {"method.request.body", []string{requestBody}},
		"text in the body":                   {"method.request.body.k-1", []string{"text"}},
		"number in the body":                 {"method.request.body.a.b[0]", []string{"1.50"}},
		"object in the body":                 {"method.request.body.o", []string{`{"y":1,"x":[2]}`}},
		"null in the body":                   {"method.request.body.a.b[2]", nil},
		"missing in the body":                {"method.request.body.none", nil},
		"whole response body":                {"integration.response.body", []string{"not JSON"}},
		"response body that is not JSON":     {"integration.response.body.a", nil},
		"all response header values":         {"integration.response.multivalueheader.X-Answer", []string{"c", "d"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expression, err := mapping.ParseExpression(test.expression)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, expression.Evaluate(request{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseExpressionRefuses(t *testing.T) {
	for _, text := range []string{
		"", "'", "'open", "open'", "method.request.header.", "method.request.header.a b", "method.request.cookie.a",
		"$context.requestId", "stageVariables", "integration.response.header.", "method.request.body.", "literal",
	} {
		if expression, err := mapping.ParseExpression(text); err == nil {
			t.Errorf("%q is read as %+v", text, expression)
		}
	}
}

func TestParseParameters(t *testing.T) {
	tests := map[string]struct {
		parse      func(map[string]string) ([]mapping.Parameter, error)
		key, value string
		want       string
	}{
		"request header":                    {mapping.ParseRequestParameters, "integration.request.header.X", "method.request.querystring.x", ""},
		"request path":                      {mapping.ParseRequestParameters, "integration.request.path.proxy", "method.request.path.proxy", ""},
		"response header":                   {mapping.ParseResponseParameters, "method.response.header.X", "integration.response.header.X", ""},
		"response literal":                  {mapping.ParseResponseParameters, "method.response.header.X", "'*'", ""},
		"unknown target":                    {mapping.ParseRequestParameters, "integration.request.cookie.X", "'*'", `invalid mapping target "integration.request.cookie.X"`},
		"unknown source":                    {mapping.ParseRequestParameters, "integration.request.header.X", "*", `invalid mapping expression "*"`},
		"request reads response":            {mapping.ParseRequestParameters, "integration.request.header.X", "integration.response.header.X", "mapping integration.request.header.X cannot read integration.response.header.X"},
		"request writes response":           {mapping.ParseRequestParameters, "method.response.header.X", "'*'", "mapping method.response.header.X cannot read '*'"},
		"response reads request":            {mapping.ParseResponseParameters, "method.response.header.X", "method.request.header.X", "mapping method.response.header.X cannot read method.request.header.X"},
		"request body":                      {mapping.ParseRequestParameters, "integration.request.header.X", "method.request.body.a.b", ""},
		"response body":                     {mapping.ParseResponseParameters, "method.response.header.X", "integration.response.body", ""},
		"response reads the request's body": {mapping.ParseResponseParameters, "method.response.header.X", "method.request.body", "mapping method.response.header.X cannot read method.request.body"},
		"request has no such place":         {mapping.ParseResponseParameters, "integration.request.header.X", "'*'", "mapping integration.request.header.X cannot read '*'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.parse(map[string]string{test.key: test.value})
			switch {
			case test.want == "" && (err != nil || len(got) != 1):
				t.Errorf("got %v, %v", got, err)
			case test.want != "" && (err == nil || err.Error() != test.want):
				t.Errorf("got error %v, want %s", err, test.want)
			}
		})
	}
}

func TestSubstituteStageVariables(t *testing.T) {
	variables := map[string]string{"host": "localhost:1", "fn": "hello"}
	tests := map[string]struct{ text, want string }{
		"none":                   {"http://a/b", "http://a/b"},
		"host":                   {"http://${stageVariables.host}/b", "http://localhost:1/b"},
		"two":                    {"${stageVariables.fn}-${stageVariables.host}", "hello-localhost:1"},
		"TI-12 missing is empty": {"https://${stageVariables.other}", "https://"},
		"not closed stays":       {"a${stageVariables.fn", "a${stageVariables.fn"},
		"other braces stay":      {"http://a/{proxy}", "http://a/{proxy}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := mapping.SubstituteStageVariables(test.text, variables); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzParseExpression checks that what is accepted evaluates, and to what stands
// between the quotes when it is a literal.
func FuzzParseExpression(f *testing.F) {
	for _, seed := range []string{"'*'", "context.requestId", "method.request.header.X", "stageVariables.a", "method.request.body.a[0]", "'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expression, err := mapping.ParseExpression(text)
		if err != nil {
			return
		}
		values := expression.Evaluate(request{})
		if expression.Source() == mapping.Literal {
			if len(values) != 1 || "'"+values[0]+"'" != text {
				t.Errorf("%q evaluates to %q", text, values)
			}
		} else if !strings.HasSuffix(text, expression.Name()) {
			t.Errorf("%q has the name %q", text, expression.Name())
		}
	})
}
