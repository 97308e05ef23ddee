package emulator

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hostName is what the Host of a request says.
type hostName struct {
	// name is the name in lower case, without port and final dot.
	name string
	// apiID is set for the invoke addresses that name an API in the host.
	apiID string
	// customDomain tells whether it is a custom domain name of an API.
	customDomain bool
	// functionURL is the id of the function URL that the host is, if any.
	functionURL string
	// service is the AWS service that the host is the endpoint of, if any.
	service string
	// known tells whether the name is one of the emulator's. An unknown name may
	// have been pointed here by its owner (DNS rebinding).
	known bool
}

// hosts knows the names that the emulator answers to.
type hosts struct {
	// names are known as they stand, in lower case.
	names map[string]struct{}
	// suffixes begin with a dot; every name below them is known.
	suffixes []string
	// custom reports whether a name is a custom domain name of an API.
	custom func(name string) bool
}

// newHosts returns the names that hold everywhere, the host part of the listen
// address, and the configured ones ("name", or "*.name" for all names below it).
func newHosts(listenHost string, allowed []string) *hosts {
	h := &hosts{
		custom:   func(string) bool { return false },
		names:    map[string]struct{}{"localhost": {}, "localhost.localstack.cloud": {}},
		suffixes: []string{".localhost", ".localhost.localstack.cloud"},
	}
	if listenHost != "" {
		h.names[strings.ToLower(listenHost)] = struct{}{}
	}
	for _, name := range allowed {
		name = strings.ToLower(strings.TrimSpace(name))
		if below, ok := strings.CutPrefix(name, "*"); ok && strings.HasPrefix(below, ".") {
			h.suffixes = append(h.suffixes, below)
		} else if name != "" {
			h.names[name] = struct{}{}
		}
	}
	return h
}

const (
	executeAPILabel  = ".execute-api."
	functionURLLabel = ".lambda-url."
)

// of reads the Host of r.
func (h *hosts) of(r *http.Request) hostName {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return h.lookup(r.Host, local)
}

// allowed reports whether host, as a TLS client names it, is known.
func (h *hosts) allowed(host string) bool { return h.lookup(host, nil).known }

// lookup reads a Host that came in by the address local (nil = any).
func (h *hosts) lookup(header string, local net.Addr) hostName {
	name, ok := splitHost(header)
	if !ok {
		return hostName{}
	}
	host := hostName{name: name}
	if _, reserved := h.names[name]; !reserved && h.custom(name) {
		host.customDomain, host.known = true, true
		return host
	}
	if apiID, base, ok := strings.Cut(name, executeAPILabel); ok && isLabel(apiID) {
		// {apiId}.execute-api.{region}.amazonaws.com, or below one of our own names.
		region, isAWS := cutAWSDomain(base)
		host.known = isAWS && isRegion(region) || h.isOwn(base, local)
		if host.known {
			host.apiID = apiID
		}
		return host
	}
	if id, base, ok := strings.Cut(name, functionURLLabel); ok && isLabel(id) {
		// {id}.lambda-url.{region}.on.aws, or below one of our own names.
		region, isAWS := strings.CutSuffix(base, ".on.aws")
		if host.known = isAWS && isRegion(region) || h.isOwn(base, local); host.known {
			host.functionURL = id
		}
		return host
	}
	name = withoutStream(name)
	host.service, host.known = awsService(name)
	if !host.known {
		host.service, host.known = localService(name), h.isOwn(name, local)
	}
	return host
}

// withoutStream removes what the SDKs put in front of the host of StartLiveTail: "stream-",
// or "streaming-" before April 2026. They do so with an endpoint URL, too.
func withoutStream(name string) string {
	for _, prefix := range []string{"stream-", "streaming-"} {
		rest, ok := strings.CutPrefix(name, prefix)
		if ok && (strings.HasPrefix(rest, logsService+".") || rest == "localhost" || isLoopback(rest)) {
			return rest
		}
	}
	return name
}

func isLoopback(name string) bool {
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback()
}

// isOwn reports whether name is one of the emulator's own names.
func (h *hosts) isOwn(name string, local net.Addr) bool {
	if _, ok := h.names[name]; ok {
		return true
	}
	for _, suffix := range h.suffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return isOwnAddress(name, local)
}

// isOwnAddress reports whether name is an IP address of the loopback, or the one
// local that the request came in by. Nobody can rebind an address.
func isOwnAddress(name string, local net.Addr) bool {
	address, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	if address.IsLoopback() {
		return true
	}
	tcp, ok := local.(*net.TCPAddr)
	return ok && tcp.AddrPort().Addr().Unmap() == address.Unmap()
}

// splitHost returns the name of a Host header in lower case.
func splitHost(host string) (name string, ok bool) {
	name = host
	if rest, bracketed := strings.CutPrefix(host, "["); bracketed {
		var port string
		if name, port, ok = strings.Cut(rest, "]"); !ok || port != "" && !isPort(port) {
			return "", false
		}
	} else if colon := strings.IndexByte(host, ':'); colon >= 0 {
		if !isPort(host[colon:]) {
			return "", false
		}
		name = host[:colon]
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, name != ""
}

// isPort reports whether s is a colon and a number; the number may be missing.
func isPort(s string) bool {
	return s[0] == ':' && len(s) <= len(":65535") && strings.Trim(s[1:], "0123456789") == ""
}

// awsService returns the service of {service}.{region}.amazonaws.com and of
// {service}.amazonaws.com. Deeper names (buckets, load balancers, instances) belong
// to AWS's customers and are not known.
func awsService(name string) (service string, ok bool) {
	rest, ok := cutAWSDomain(name)
	if !ok {
		return "", false
	}
	service, region, regional := strings.Cut(rest, ".")
	if !isLabel(service) || regional && !isRegion(region) {
		return "", false
	}
	return service, true
}

// localService returns the service of {service}.localhost.localstack.cloud and
// {service}.{region}.localhost.localstack.cloud.
func localService(name string) string {
	rest, ok := strings.CutSuffix(name, ".localhost.localstack.cloud")
	if !ok {
		return ""
	}
	service, region, regional := strings.Cut(rest, ".")
	if regional && !isRegion(region) {
		return ""
	}
	return service
}

func cutAWSDomain(name string) (rest string, ok bool) {
	if rest, ok = strings.CutSuffix(name, ".amazonaws.com"); ok {
		return rest, true
	}
	return strings.CutSuffix(name, ".amazonaws.com.cn")
}

// isRegion reports whether s looks like a region, for instance us-gov-east-1.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts[0]) != 2 {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[:last] {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return parts[last] != "" && strings.Trim(parts[last], "0123456789") == ""
}

// isLabel reports whether s is one DNS label in lower case.
func isLabel(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
