// Package listener puts plain HTTP/1.1, HTTP/2 and TLS on one port.
//
// Start with [Listener]: it looks at the first byte of each connection, finishes
// the TLS handshake where there is one, and hands the connection to an
// [net/http.Server]. HTTP/1.x connections come wrapped, so that [HeaderNames] can
// tell how the client spelled its header names, which net/http forgets.
package listener
