package integration

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// VPCLink names the target of a private integration.
type VPCLink struct {
	// Account and Region own the API and the link.
	Account, Region string
	// ID is the connectionId of the integration.
	ID string
	// Target is its integrationTarget, the ARN of a load balancer or of a listener; empty
	// for links with one target of their own.
	Target string
}

// VPCLinks returns the address that stands in for the target of a link, or an error
// that names the setting which is missing. Only scheme, host and port of it count.
type VPCLinks func(ctx context.Context, link VPCLink) (*url.URL, error)

// linkTransport connects to the target of a link, whatever host a request is for: as on
// AWS the URI of a private integration only makes the Host header and the path.
type linkTransport struct {
	link  VPCLink
	links VPCLinks
	next  http.RoundTripper
}

// NewLinkTransport returns a transport that reaches one link. next sends what goes there.
func NewLinkTransport(link VPCLink, links VPCLinks, next http.RoundTripper) http.RoundTripper {
	if links == nil {
		links = noLinks
	}
	return &linkTransport{link: link, links: links, next: next}
}

func noLinks(context.Context, VPCLink) (*url.URL, error) {
	return nil, errors.New("no local address is set for it")
}

// RoundTrip implements [http.RoundTripper].
func (t *linkTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	address, err := t.links(r.Context(), t.link)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a RoundTripper has to
		}
		return nil, &linkError{t.link.ID, err}
	}
	linked := r.WithContext(r.Context())
	target := *r.URL
	target.Scheme, target.Host = address.Scheme, address.Host
	linked.URL = &target
	if linked.Host == "" {
		linked.Host = r.URL.Host
	}
	return t.next.RoundTrip(linked)
}

// linkError tells that the target of a link is not known.
type linkError struct {
	id    string
	cause error
}

func (e *linkError) Error() string {
	return "VPC link " + e.id + " is not available: " + e.cause.Error()
}
func (e *linkError) Unwrap() error { return e.cause }
