package websocket_test

import (
	"testing"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// TestSelection has the forms of selection expressions that AWS's developer guide shows.
func TestSelection(t *testing.T) {
	t.Parallel()
	const message = `{"service":"chat","action":"join","data":{"room":"r","n":7,"yes":true,"none":null},"arr":["item1","item2"],"a-b":"dash","key":"${request.body.action}"}`
	for expression, want := range map[string]string{
		"$request.body.action":                            "join",
		"${request.body.action}":                          "join",
		"${request.body.service}/${request.body.action}":  "chat/join",
		"$request.body.service/$request.body.action":      "chat/join",
		"${request.body.action}-${request.body.nope}":     "join-",
		"${request.body.nope}":                            "",
		"action":                                          "action",
		`\$default`:                                       "$default",
		"$default":                                        "$default",
		`\${request.body.action}`:                         "${request.body.action}",
		"$request.body.arr":                               "[item1, item2]",
		"$request.body.arr[1]":                            "item2",
		"$request.body.data":                              "{room=r, n=7, yes=true, none=null}",
		"$request.body.data.room":                         "r",
		"$request.body.data.n":                            "7",
		"$request.body.data.yes":                          "true",
		"$request.body.data.none":                         "",
		"$request.body['a-b']":                            "dash",
		"$request.body.a-b":                               "dash",
		"${request.body.key}":                             "${request.body.action}", // one pass
		"prefix ${request.body.action} suffix":            "prefix join suffix",
		"${request.body.action}${request.body.data.room}": "joinr",
		"": "",
	} {
		if got, ok := ws.Select(expression, []byte(message)); !ok || got != want {
			t.Errorf("%s: %q %v, want %q", expression, got, ok, want)
		}
	}
	for _, message := range []string{"", "no JSON", "{"} {
		if got, ok := ws.Select("$request.body.action", []byte(message)); ok {
			t.Errorf("%q: %q", message, got)
		}
		if got, ok := ws.Select("static", []byte(message)); !ok || got != "static" {
			t.Errorf("%q: %q", message, got)
		}
	}
	for _, message := range []string{`"text"`, "1", "[]", "null", "{}"} {
		if got, ok := ws.Select("$request.body.action", []byte(message)); !ok || got != "" {
			t.Errorf("%q: %q %v", message, got, ok)
		}
	}
}
