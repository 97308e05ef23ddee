package emulator

import (
	"net/http"
	"strings"
	"testing"
)

// What a browser sends is taken from the Fetch standard (Origin) and Fetch Metadata
// (Sec-Fetch-Site).
func TestGate(t *testing.T) {
	t.Parallel()
	const evil = "https://evil.example"
	tests := map[string]struct {
		method, host string
		header       http.Header
		invoke       bool
		refused      string // part of the message; empty = passes
	}{
		"AWS CLI":                     {method: "POST", host: "127.0.0.1:4566"},
		"AWS host":                    {method: "POST", host: "apigateway.us-east-1.amazonaws.com"},
		"typed into the address bar":  {method: "GET", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"none"}}},
		"page of the emulator itself": {method: "POST", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://localhost:4566"}}},
		"the same by TLS":             {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"https://LOCALHOST:4566"}}},

		"DNS rebinding, read":            {method: "GET", host: "evil.example:4566", header: http.Header{"Sec-Fetch-Site": {"same-origin"}}, refused: `host "evil.example:4566"`},
		"DNS rebinding, write":           {method: "POST", host: "evil.example:4566", header: http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://evil.example:4566"}}, refused: `host "evil.example:4566"`},
		"DNS rebinding, old browser":     {method: "GET", host: "evil.example:4566", refused: `host "evil.example:4566"`},
		"DNS rebinding of an API":        {method: "GET", host: "abc.execute-api.evil.example", refused: `host "abc.execute-api.evil.example"`},
		"DNS rebinding, invoke path":     {method: "GET", host: "evil.example", invoke: true, refused: `host "evil.example"`},
		"HTTP/1.0 without Host":          {method: "GET", host: "", refused: `host ""`},
		"simple POST, text/plain":        {method: "POST", host: "127.0.0.1:4566", header: http.Header{"Origin": {evil}, "Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}, "Content-Type": {"text/plain"}}, refused: "cross-site"},
		"simple POST, old browser":       {method: "POST", host: "127.0.0.1:4566", header: http.Header{"Origin": {evil}, "Content-Type": {"text/plain"}}, refused: evil},
		"form post":                      {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {evil}, "Content-Type": {"application/x-www-form-urlencoded"}}, refused: evil},
		"form post of a sandboxed frame": {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"null"}}, refused: `origin "null"`},
		"image":                          {method: "GET", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Dest": {"image"}}, refused: "cross-site"},
		"link":                           {method: "GET", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, refused: "cross-site"},
		"preflight":                      {method: "OPTIONS", host: "localhost:4566", header: http.Header{"Origin": {evil}, "Access-Control-Request-Method": {"PUT"}}, refused: evil},
		"another port of localhost":      {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"http://localhost:3000"}, "Sec-Fetch-Site": {"same-site"}}, refused: "same-site"},
		"the same, old browser":          {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"http://localhost:3000"}}, refused: "http://localhost:3000"},
		"page of a deployed API":         {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"http://abc.execute-api.localhost:4566"}}, refused: "abc.execute-api"},
		"two origins":                    {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"http://localhost:4566", evil}}, refused: evil},
		"origin of another scheme":       {method: "POST", host: "localhost:4566", header: http.Header{"Origin": {"chrome-extension://localhost:4566"}}, refused: "chrome-extension"},
		"unknown word of a browser":      {method: "GET", host: "localhost:4566", header: http.Header{"Sec-Fetch-Site": {"sibling"}}, refused: "sibling"},

		"cross-origin call of an API": {method: "POST", host: "abc.execute-api.localhost:4566", invoke: true, header: http.Header{"Origin": {"http://localhost:3000"}, "Sec-Fetch-Site": {"same-site"}}},
		"preflight of an API":         {method: "OPTIONS", host: "localhost:4566", invoke: true, header: http.Header{"Origin": {evil}, "Sec-Fetch-Site": {"cross-site"}}},
	}
	known := newHosts("127.0.0.1", nil)
	for name, tt := range tests {
		r := &http.Request{Method: tt.method, Host: tt.host, Header: tt.header}
		to := target{kind: serviceTarget}
		if tt.invoke {
			to.kind = invokeTarget
		}
		failure := gate(r, known.of(r), to)
		switch {
		case tt.refused == "" && failure != nil:
			t.Errorf("%s: refused: %v", name, failure)
		case tt.refused != "" && failure == nil:
			t.Errorf("%s: passes", name)
		case tt.refused != "" && (failure.Status != http.StatusForbidden || !strings.Contains(failure.Message, tt.refused)):
			t.Errorf("%s: got %v, want a 403 that names %s", name, failure, tt.refused)
		}
	}
}
