package integration

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// target returns where a request goes.
func (a *AWS) target(in HTTPCall, action string) (*url.URL, *Failure) {
	path, missing := expand(a.path, in.Path, false)
	query := ""
	if missing == "" {
		query, missing = expand(a.query, in.Path, true)
	}
	if missing != "" {
		return nil, errNotMapped(missing)
	}
	if err := checkURIText(path + "?" + query); err != nil {
		return nil, &Failure{Kind: Misconfigured, Reason: reasonSigningURI, Cause: err}
	}
	endpoint, err := a.config.Services.Endpoint(a.uri.Service.Name)
	if err != nil {
		return nil, &Failure{Kind: Misconfigured, Reason: "Execution failed due to configuration error: " + err.Error(), Cause: err}
	}
	target := a.locate(endpoint, escapeBeyondASCII(path), action)
	// A plus is a space to some readers of a query and itself to others; the signature
	// depends on which.
	mapped := strings.ReplaceAll(encodeQuery(in.Query), "+", "%20")
	target.RawQuery = joinQuery(escapeBeyondASCII(query), mapped)
	return target, nil
}

// locate returns the URL of a path at the endpoint. On AWS the subdomain of the
// integration and the prefix of the operation are part of the host; an endpoint
// elsewhere is one address for everything.
func (a *AWS) locate(endpoint *url.URL, path, action string) *url.URL {
	target := &url.URL{Scheme: endpoint.Scheme, Host: withoutDefaultPort(endpoint)}
	switch {
	case isAWSHost(endpoint.Hostname()):
		if isSynchronous(action) && !strings.HasPrefix(target.Host, syncPrefix) {
			target.Host = syncPrefix + target.Host
		}
		if a.uri.Subdomain != "" && strings.HasPrefix(target.Host, a.uri.Service.Name+".") {
			target.Host = a.uri.Subdomain + "." + target.Host
		}
	case a.uri.Service.SigningName == s3SigningName && a.uri.Subdomain != "":
		path = "/" + a.uri.Subdomain + path // the bucket
	}
	setPath(target, strings.TrimSuffix(endpoint.EscapedPath(), "/")+path)
	return target
}

// syncPrefix begins the host of the operations of Step Functions that wait.
const syncPrefix = "sync-"

// isSynchronous reports whether an X-Amz-Target is that of such an operation.
func isSynchronous(action string) bool {
	return action == "AWSStepFunctions.StartSyncExecution" || action == "AWSStepFunctions.TestState"
}

func isAWSHost(host string) bool {
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// withoutDefaultPort returns the host of u as a client sends and signs it.
func withoutDefaultPort(u *url.URL) string {
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.Host
}

// reasonSigningURI is the log line for a URI that cannot be signed: an action with a
// space in it, for instance.
const reasonSigningURI = "Execution failed due to configuration error: URI/URL syntax error encountered in signing process"

var errURIText = errors.New("illegal character in the URI")

// checkURIText refuses what cannot stand in the path or the query of a URI.
func checkURIText(text string) error {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c == 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return fmt.Errorf("%w at index %d: %q", errURIText, i, text)
		}
	}
	return nil
}

// escapeBeyondASCII percent-encodes bytes that are no ASCII.
func escapeBeyondASCII(text string) string {
	var b strings.Builder
	start := 0
	for i := range len(text) {
		if text[i] >= 0x80 {
			b.WriteString(text[start:i])
			fmt.Fprintf(&b, "%%%02X", text[i])
			start = i + 1
		}
	}
	if start == 0 {
		return text
	}
	return b.String() + text[start:]
}
