package localca

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/netip"
	"time"
)

const (
	// leafLifetime is how long a server certificate is valid. Apple's systems
	// refuse those for more than 825 days even from an authority the user trusts.
	leafLifetime = 90 * 24 * time.Hour
	// leafRenewal is when it is replaced: this long before its end.
	leafRenewal = 30 * 24 * time.Hour
)

// Certificate returns the certificate to present to a client; it is the
// GetCertificate of a [tls.Config]. There is one for each host: every name below
// localhost and amazonaws.com, and what Allowed adds. One certificate is for
// localhost, 127.0.0.1 and ::1 together, and is what a client gets that names no
// host, with the address it has connected to if that is another one. For other
// hosts the error is a [*HostError].
func (c *CA) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host, err := c.host(hello.ServerName, hello.Conn)
	if err != nil {
		return nil, err
	}
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if leaf := c.leaves.get(host); leaf != nil && fresh(leaf.Leaf, now) {
		return leaf, nil
	}
	leaf, err := c.issue(host, now)
	if err != nil {
		return nil, err
	}
	c.leaves.put(host, leaf)
	return leaf, nil
}

// fresh also turns down a certificate from the future, should the clock have been
// set back.
func fresh(leaf *x509.Certificate, now time.Time) bool {
	return !now.Before(leaf.NotBefore) && now.Add(leafRenewal).Before(leaf.NotAfter)
}

func (c *CA) issue(host string, now time.Time) (*tls.Certificate, error) {
	key, err := generateKey()
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"Stagedoor"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	address, err := netip.ParseAddr(host)
	switch {
	case host == "":
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	case err == nil:
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{address.AsSlice(), net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	default:
		template.DNSNames = []string{host}
	}
	leaf, err := sign(template, c.root, key.Public(), c.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
