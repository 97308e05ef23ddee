package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// notForwarded are the request headers that concern the connection alone.
var notForwarded = map[string]bool{
	"Connection": true, "Content-Length": true, "Expect": true, "Keep-Alive": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// connectionHeaders are the further headers that concern the connection alone because its
// header Connection names them (RFC 9110, 7.6.1), in canonical form; nil for none.
func connectionHeaders(header http.Header) map[string]bool {
	var named map[string]bool
	for _, value := range header["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			if name = http.CanonicalHeaderKey(strings.TrimSpace(name)); name != "" && !notForwarded[name] {
				if named == nil {
					named = map[string]bool{}
				}
				named[name] = true
			}
		}
	}
	return named
}

// replaced are those that the gateway writes itself.
var replaced = map[string]bool{
	"X-Amzn-Trace-Id": true, "X-Forwarded-For": true, "X-Forwarded-Port": true, "X-Forwarded-Proto": true,
}

// overwritten are the response headers that the gateway writes itself: a backend's are
// dropped. Unverified: the list.
var overwritten = map[string]bool{
	"Apigw-Requestid": true, "Connection": true, "Content-Length": true, "Date": true, "Keep-Alive": true,
	"Proxy-Connection": true, "Server": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// responseHeader returns the headers of a backend as the client gets them. Names and values
// that would break the message are dropped.
func responseHeader(from http.Header) http.Header {
	header := make(http.Header, len(from)+6)
	connection := connectionHeaders(from)
	for name, values := range from {
		canonical := http.CanonicalHeaderKey(name)
		if overwritten[canonical] || connection[canonical] || !integration.IsHeaderName(name) {
			continue
		}
		if values = validValues(values); len(values) > 0 {
			header[canonical] = append(slices.Clip(header[canonical]), values...)
		}
	}
	return header
}

// validValues returns the values that can be sent: a line break in one would let it write
// headers of its own.
func validValues(values []string) []string {
	invalid := func(value string) bool { return !integration.IsHeaderValue(value) }
	if slices.ContainsFunc(values, invalid) {
		return slices.DeleteFunc(slices.Clone(values), invalid)
	}
	return values
}

// cookies are the single cookies of all Cookie headers, as they stand.
func cookies(header http.Header) []string {
	var all []string
	for _, value := range header["Cookie"] {
		for cookie := range strings.SplitSeq(value, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				all = append(all, cookie)
			}
		}
	}
	return all
}
