package integration

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Transports are what HTTP integrations send requests with.
type Transports struct {
	// Verifying accepts certificates of known authorities only.
	Verifying http.RoundTripper
	// Lenient is for integrations with tlsConfig.insecureSkipVerification.
	Lenient http.RoundTripper

	// named are the transports that expect a certain name; nil for transports that were
	// given, which then serve for all.
	named *sync.Map
	// wrap wraps named transports, too; nil for nothing.
	wrap func(http.RoundTripper) http.RoundTripper
}

// Named returns a transport that expects certificates for a name (tlsConfig
// serverNameToVerify), whatever the host of a request is.
func (t Transports) Named(name string) http.RoundTripper {
	if t.named == nil {
		return t.Verifying
	}
	known, ok := t.named.Load(name)
	if !ok {
		transport := newTransport()
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name}
		known, _ = t.named.LoadOrStore(name, transport)
	}
	if t.wrap != nil {
		return t.wrap(known.(*http.Transport))
	}
	return known.(*http.Transport)
}

// NewTransports returns transports with connections of their own.
//
// Unlike [net/http.DefaultTransport] they keep many idle connections to one host,
// because a local API most often has one backend: with the default of two, nearly
// every request of a busy client opens a connection. They ask for no compression and
// use no proxy, so that a request arrives as it was sent. Idle connections are given
// up before the servers of common development tools (5 s) do: a request that meets
// a connection just being closed would fail.
func NewTransports() Transports {
	lenient := newTransport()
	lenient.DialTLSContext = dialLenient
	return Transports{Verifying: newTransport(), Lenient: lenient, named: &sync.Map{}}
}

const handshakeTimeout = 10 * time.Second

var dialer = &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}

func newTransport() *http.Transport {
	return &http.Transport{
		DialContext:         dialer.DialContext,
		DisableCompression:  true,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     4 * time.Second,
		MaxIdleConnsPerHost: 512,
		ReadBufferSize:      16 << 10,
		WriteBufferSize:     16 << 10,
		TLSHandshakeTimeout: handshakeTimeout,
		// What a backend sends must fit the 10,240 bytes that API Gateway allows, with room.
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// Wrapped returns transports that are wrapped one by one.
func (t Transports) Wrapped(wrap func(http.RoundTripper) http.RoundTripper) Transports {
	return Transports{Verifying: wrap(t.Verifying), Lenient: wrap(t.Lenient), named: t.named, wrap: wrap}
}

// CloseIdleConnections closes what is not in use.
func (t Transports) CloseIdleConnections() {
	for _, transport := range []http.RoundTripper{t.Verifying, t.Lenient} {
		if closer, ok := transport.(interface{ CloseIdleConnections() }); ok {
			closer.CloseIdleConnections()
		}
	}
	if t.named != nil {
		t.named.Range(func(_, transport any) bool {
			transport.(*http.Transport).CloseIdleConnections()
			return true
		})
	}
}

// dialLenient connects to a server whose certificate no known authority needs to have
// issued, but still looks at its dates and its names. The transport's own TLS
// configuration cannot do that: its callbacks do not learn an IP address.
func dialLenient(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dial := tls.Dialer{NetDialer: dialer, Config: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         host,
		InsecureSkipVerify: true, //nolint:gosec // what insecureSkipVerification asks for; VerifyConnection does the rest
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the backend presented no certificate")
			}
			return verifyLeaf(state.PeerCertificates[0], host, time.Now()) // as crypto/tls itself
		},
	}}
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	return dial.DialContext(ctx, network, address)
}

func verifyLeaf(leaf *x509.Certificate, host string, now time.Time) error {
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired}
	}
	return leaf.VerifyHostname(host)
}
