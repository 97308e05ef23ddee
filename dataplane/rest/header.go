package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// standard are the header names that come out in canonical form however they were
// sent (LP-03); all others keep the sender's spelling. Unverified beyond
// Authorization and User-Agent: that it holds for the names which API Gateway
// documents as its own.
var standard = map[string]bool{
	"Accept": true, "Accept-Charset": true, "Accept-Encoding": true, "Age": true, "Authorization": true,
	"Connection": true, "Content-Encoding": true, "Content-Length": true, "Content-Md5": true, "Content-Type": true,
	"Date": true, "Expect": true, "Host": true, "Max-Forwards": true, "Pragma": true, "Proxy-Authenticate": true,
	"Range": true, "Referer": true, "Server": true, "Te": true, "Trailer": true, "Transfer-Encoding": true,
	"Upgrade": true, "User-Agent": true, "Via": true, "Warn": true, "Www-Authenticate": true,
	"X-Amzn-Trace-Id": true, "X-Forwarded-For": true, "X-Forwarded-Port": true, "X-Forwarded-Proto": true,
}

// notInEvent are the headers that an integration does not see (LP-04).
var notInEvent = map[string]bool{
	"Connection": true, "Content-Length": true, "Expect": true, "Keep-Alive": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// eventHeaders returns the headers of the request as a Lambda function sees them, in
// the order of their names.
func (x *Exchange) eventHeaders(forwarded integration.Forwarded) []integration.Field {
	sent := x.Request.HTTP.Header
	fields := make([]integration.Field, 0, len(sent)+5)
	for name, values := range sent {
		if notInEvent[name] || len(values) == 0 || strings.HasPrefix(name, "X-Forwarded-") && standard[name] || name == "X-Amzn-Trace-Id" {
			continue
		}
		fields = append(fields, integration.Field{Name: x.Request.spelling(name), Values: values})
	}
	if x.test != nil {
		slices.SortFunc(fields, func(a, b integration.Field) int { return strings.Compare(a.Name, b.Name) })
		return fields // what the tester said is all there is
	}
	added := [...]string{x.Request.HTTP.Host, forwarded.TraceID, forwarded.For, forwarded.Port, forwarded.Proto}
	fields = append(fields,
		integration.Field{Name: "Host", Values: added[0:1:1]},
		integration.Field{Name: "X-Amzn-Trace-Id", Values: added[1:2:2]},
		integration.Field{Name: "X-Forwarded-For", Values: added[2:3:3]},
		integration.Field{Name: "X-Forwarded-Port", Values: added[3:4:4]},
		integration.Field{Name: "X-Forwarded-Proto", Values: added[4:5:5]})
	slices.SortFunc(fields, func(a, b integration.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// spelling returns a header name, canonical as net/http has it, as it was sent.
func (r *Request) spelling(name string) string {
	if len(r.Spellings) == 0 || standard[name] {
		return name
	}
	for _, spelled := range r.Spellings {
		if strings.EqualFold(spelled, name) {
			return spelled
		}
	}
	return name
}

// remapped are the response headers that the gateway writes itself: a backend's come
// out under another name. proxied tells whether that is so for HTTP_PROXY as well.
var remapped = map[string]struct{ proxied bool }{
	"Connection": {true}, "Content-Length": {true}, "Date": {true}, "Server": {true},
	"X-Amzn-Requestid": {true}, "X-Amz-Apigw-Id": {true}, // Unverified for these two.
	"Authorization": {}, "Content-Md5": {}, "Expect": {}, "Host": {}, "Max-Forwards": {}, "Proxy-Authenticate": {},
	"Trailer": {}, "Upgrade": {}, "User-Agent": {}, "Www-Authenticate": {},
}

// addResponseHeaders puts a backend's headers into the response: reserved names
// remapped, hop-by-hop ones dropped, names and values that would break the message
// dropped.
func addResponseHeaders(to, from http.Header, isHTTPProxy bool) {
	for name, values := range from {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case canonical == "Transfer-Encoding" || canonical == "Keep-Alive" || canonical == "Proxy-Connection":
			continue
		case isHTTPProxy && (canonical == "Via" || canonical == "Trailer" || canonical == "Upgrade"):
			continue
		case standard[canonical]:
			name = canonical
		}
		if reserved, ok := remapped[canonical]; ok && (reserved.proxied || !isHTTPProxy) {
			name = "x-amzn-Remapped-" + canonical
		}
		if !isHTTPProxy {
			// net/http has checked what a backend sent by HTTP.
			if !integration.IsHeaderName(name) {
				continue
			}
			values = validValues(values)
		}
		if len(values) > 0 {
			to[name] = values
		}
	}
}

// validValues returns the values that can be sent: a line break in one would let it
// write headers of its own.
func validValues(values []string) []string {
	invalid := func(value string) bool { return !integration.IsHeaderValue(value) }
	if slices.ContainsFunc(values, invalid) {
		return slices.DeleteFunc(slices.Clone(values), invalid)
	}
	return values
}
