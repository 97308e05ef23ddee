package functionurl

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// route is the route key and the stage of every event.
const route = "$default"

// notInEvent are the headers that a function does not see; cookies are apart.
var notInEvent = map[string]bool{
	"Connection": true, "Cookie": true, "Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "X-Amzn-Trace-Id": true, "X-Forwarded-For": true, "X-Forwarded-Port": true, "X-Forwarded-Proto": true,
}

func (c *call) event(body []byte) *integration.EventV2 {
	r := c.request
	prefix, _, _ := strings.Cut(c.address.DomainName, ".")
	account, authorizer := "anonymous", []byte(nil)
	if c.signer != nil {
		account, authorizer = c.signer.Account, c.signer.Authorizer()
	}
	return &integration.EventV2{
		RouteKey: route, RawPath: c.address.Path, RawQuery: r.URL.RawQuery,
		Cookies: cookies(r), Headers: c.headers(), Query: integration.ParseQuery(r.URL.RawQuery),
		HasBody: len(body) > 0, Body: body, IsBase64Encoded: len(body) > 0 && !integration.IsTextType(r.Header.Get("Content-Type")),
		Context: integration.EventContextV2{
			AccountID: account, Authorizer: authorizer, APIID: c.url.ID, DomainName: c.address.DomainName, DomainPrefix: prefix,
			Method: r.Method, Path: c.address.Path, Protocol: r.Proto, SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
			RequestID: c.id, Stage: route, Time: c.time,
		},
	}
}

// cookies are the single cookies of all Cookie headers, as they stand.
func cookies(r *http.Request) []string {
	var all []string
	for _, header := range r.Header["Cookie"] {
		for cookie := range strings.SplitSeq(header, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				all = append(all, cookie)
			}
		}
	}
	return all
}

func (c *call) headers() []integration.Field {
	r := c.request
	fields := make([]integration.Field, 0, len(r.Header)+5)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if !notInEvent[name] {
			fields = append(fields, integration.Field{Name: strings.ToLower(name), Values: r.Header[name]})
		}
	}
	scheme, port := "http", "80"
	if r.TLS != nil {
		scheme, port = "https", "443"
	}
	if _, given, err := net.SplitHostPort(r.Host); err == nil {
		port = given
	}
	forwarded := append(slices.Clone(r.Header["X-Forwarded-For"]), sourceIP(r))
	return append(fields,
		integration.Field{Name: "host", Values: []string{r.Host}},
		integration.Field{Name: "x-amzn-trace-id", Values: []string{c.trace.Request}},
		integration.Field{Name: "x-forwarded-for", Values: []string{strings.Join(forwarded, ", ")}},
		integration.Field{Name: "x-forwarded-port", Values: []string{port}},
		integration.Field{Name: "x-forwarded-proto", Values: []string{scheme}})
}

// sourceIP is the address of the immediate peer.
func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
