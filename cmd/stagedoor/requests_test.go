package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleDetail = `{"id":"i1","time":"2026-01-02T03:04:05Z","api":"a1","stage":"dev","method":"POST","path":"/dev/\u001b[2J","resource":"/x","status":502,
"durationMillis":12.34,"error":"Malformed\nresponse","request":{"kind":"method request","method":"POST","uri":"/dev/x?q=1","headers":{"A":["1","2"]},"body":"{\"a\":1}","bodyBytes":7},
"steps":[{"name":"integration","durationMillis":1,"decision":"failed","messages":[{"kind":"endpoint response","status":200,"latencyMillis":3,"bodyBytes":9000,"truncated":true}]}],
"response":{"kind":"method response","status":502,"body":"no","bodyBytes":2}}`

func TestRequestDetail(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_stagedoor/requests/i1" {
			_, _ = fmt.Fprint(w, sampleDetail)
			return
		}
		// A stream that ends.
		_, _ = fmt.Fprintln(w, strings.ReplaceAll(sampleDetail, "\n", " "))
	}))
	defer server.Close()
	const body = `POST    /dev/` + "\ufffd" + `[2J  12.3 ms  a1 i1  Malformed response
2026-01-02T03:04:05Z  stage dev  resource /x

method request POST /dev/x?q=1
  A: 1
  A: 2
  {
    "a": 1
  }

integration  1.0 ms  failed

  endpoint response 200 after 3.0 ms
    (9000 bytes that are no text)
    (the beginning of 9000 bytes)

method response 502
  no
`
	var b strings.Builder
	read := func(r requestsReader, f func(requestsReader) error) string {
		b.Reset()
		r.base, r.print.w = server.URL+"/_stagedoor/requests", &b
		if err := f(r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one := func(r requestsReader) error { return r.one(t.Context(), "i1") }
	_, got, _ := strings.Cut(read(requestsReader{}, one), "  502  ")
	if diff := cmp.Diff(body, got); diff != "" {
		t.Error(diff)
	}
	if got := read(requestsReader{print: requestsPrinter{colours: true}}, one); !strings.Contains(got, "\x1b[31m502\x1b[0m") {
		t.Errorf("no colours: %q", got)
	}
	got = read(requestsReader{}, func(r requestsReader) error { return r.follow(t.Context()) })
	if !strings.Contains(got, "  502  POST    /dev/") || strings.Count(got, "\n") != 1 {
		t.Errorf("followed: %q", got)
	}
}
