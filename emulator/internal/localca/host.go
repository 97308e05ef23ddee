package localca

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// HostError says that no certificate is made for a host.
type HostError struct {
	Host string
}

// Error implements error.
func (e *HostError) Error() string {
	return fmt.Sprintf("no certificate for host %q", e.Host)
}

// host returns the name or address that a client asks for, in the form that
// certificates hold, "" for this machine as clients name it: localhost, the loopback
// addresses, or not at all.
func (c *CA) host(serverName string, conn net.Conn) (string, error) {
	if serverName == "" {
		return localHost(conn), nil
	}
	name := strings.TrimSuffix(serverName, ".")
	address, err := netip.ParseAddr(name)
	if err == nil && name == serverName {
		return c.address(address, serverName)
	}
	if err == nil || !validName(name) { // an address has no final dot
		return "", &HostError{Host: serverName}
	}
	name = strings.ToLower(name) // ASCII by now
	if name == "localhost" {
		return "", nil
	}
	if strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".amazonaws.com") {
		return name, nil
	}
	if c.Allowed != nil && c.Allowed(name) {
		return name, nil
	}
	return "", &HostError{Host: serverName}
}

// address handles what the TLS protocol forbids and some clients do all the same:
// sending an address as a name.
func (c *CA) address(address netip.Addr, serverName string) (string, error) {
	address = address.Unmap()
	switch {
	case address.Zone() != "":
		return "", &HostError{Host: serverName}
	case address.IsLoopback():
		return "", nil
	case c.Allowed != nil && c.Allowed(address.String()):
		return address.String(), nil
	}
	return "", &HostError{Host: serverName}
}

// localHost returns the address at which a client that named no host has reached
// us, as a container does that knows its host by address only.
func localHost(conn net.Conn) string {
	if conn == nil {
		return ""
	}
	tcp, ok := conn.LocalAddr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	address := tcp.AddrPort().Addr().Unmap().WithZone("")
	if !address.IsValid() || address.IsLoopback() {
		return ""
	}
	return address.String()
}

// validName reports whether name is a host name. Underscores are not allowed there
// but are common in local ones.
func validName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			switch {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			default:
				return false
			}
		}
	}
	return true
}
