package httpapi

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// forwarded returns what the backend is told of the client. An X-Forwarded-For that the
// client sent is continued; port and scheme are those of this connection.
func (x *Exchange) forwarded() integration.Forwarded {
	r := x.Request.HTTP
	f := integration.Forwarded{For: x.sourceIP(), Proto: "http", Port: "80", TraceID: x.Request.Trace().Request}
	if sent := r.Header["X-Forwarded-For"]; len(sent) > 0 {
		f.For = strings.Join(sent, ", ") + ", " + f.For
	}
	if r.TLS != nil {
		f.Proto, f.Port = "https", "443"
	}
	if colon := strings.LastIndexByte(r.Host, ':'); colon >= 0 && !strings.HasSuffix(r.Host, "]") {
		f.Port = r.Host[colon+1:]
	}
	return f
}

// sourceIP is $context.identity.sourceIp: the address of the immediate peer.
func (x *Exchange) sourceIP() string {
	host, _, err := net.SplitHostPort(x.Request.HTTP.RemoteAddr)
	if err != nil {
		return x.Request.HTTP.RemoteAddr
	}
	return host
}

// sortedPairs returns the members of a map by name.
func sortedPairs(m map[string]string) []integration.Pair {
	pairs := make([]integration.Pair, 0, len(m))
	for name, value := range m {
		pairs = append(pairs, integration.Pair{Name: name, Value: value})
	}
	slices.SortFunc(pairs, func(a, b integration.Pair) int { return cmp.Compare(a.Name, b.Name) })
	return pairs
}
