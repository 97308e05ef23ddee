package httpapi

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSelectionExpression(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"$request.body.action": true, "${request.body.action}": true, "$request.header.x-api-key": true, "${request.method} ${request.path}": true,
		"$context.routeKey": true, "$stageVariables.a": true, "${integration.response.body.errorMessage}": true, "fixed": true, `\$default`: true,
		"a-${context.stage}-b": true, "": false, "$": false, "${": false, "${}": false, "$request": false, "$request.": false, "$other.a": false,
		"${request.body.a": false, "${request.body.a b}": false, "a$": false,
	} {
		if got := isSelectionExpression(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

func FuzzSelectionExpression(f *testing.F) {
	for _, seed := range []string{"$request.body.action", "${request.method} ${request.path}", `\$x`, "${", "$request.", "a${context.a}b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ok := isSelectionExpression(text)
		if !strings.ContainsAny(text, `$\`) && ok != (text != "") {
			t.Errorf("%q is static text: %t", text, ok)
		}
		if strings.HasSuffix(text, "$") && !strings.Contains(text, `\`) && ok {
			t.Errorf("%q ends in a dollar", text)
		}
		// Static text in front changes nothing.
		if text != "" && isSelectionExpression("a "+text) != ok {
			t.Errorf("%q: %t, with text in front %t", text, ok, !ok)
		}
	})
}

func FuzzRouteKey(f *testing.F) {
	for _, seed := range []string{"$default", "$connect", "GET /", "ANY /{proxy+}", "GET /a/{b}/c", "GET  /", "GET /{a}/{a}", "get /", "GET /{a+}/b", "join"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if err := checkRouteKey(false, key); err == nil && (key == "" || utf8.RuneCountInString(key) > 128) {
			t.Errorf("WebSocket takes %q", key)
		}
		if checkRouteKey(true, key) != nil || key == defaultRouteKey {
			return
		}
		method, path, _ := strings.Cut(key, " ")
		if !slices.Contains(routeMethods, method) || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " ?#") || strings.Contains(path, "//") {
			t.Errorf("HTTP takes %q", key)
		}
		if i := strings.Index(path, "+}"); i >= 0 && i+2 != len(path) {
			t.Errorf("HTTP takes %q with a greedy variable that is not last", key)
		}
		if strings.Count(path, "{") != strings.Count(path, "}") {
			t.Errorf("HTTP takes %q with braces that do not match", key)
		}
	})
}
