package listener

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"sync"
)

// replayConn is a connection whose first byte was read already.
type replayConn struct {
	net.Conn

	first   byte
	pending bool
}

func (c *replayConn) Read(p []byte) (int, error) {
	if !c.pending || len(p) == 0 {
		return c.Conn.Read(p)
	}
	c.pending = false
	p[0] = c.first
	return 1, nil
}

// CloseWrite lets net/http finish a response before it resets the connection.
func (c *replayConn) CloseWrite() error { return closeWrite(c.Conn) }

// plainConn is an HTTP/1.x connection that records the names of the headers that
// pass through it.
type plainConn struct {
	net.Conn

	// mu guards heads: net/http reads from the connection in the background while
	// a handler takes the names of its request.
	mu    sync.Mutex
	heads heads
	// over tells that what comes is no HTTP any longer.
	over bool
}

func (c *plainConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		if !c.over {
			c.heads.feed(p[:n])
		}
		c.mu.Unlock()
	}
	return n, err
}

func (c *plainConn) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heads.take()
}

func (c *plainConn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heads, c.over = heads{}, true
}

// StopNames ends the record of header names of a connection that was taken over: what
// comes then is no HTTP, and nothing of it is kept.
func StopNames(conn net.Conn) {
	if c, ok := conn.(interface{ stop() }); ok {
		c.stop()
	}
}

// CloseWrite lets net/http finish a response before it resets the connection.
func (c *plainConn) CloseWrite() error { return closeWrite(c.Conn) }

// securedConn is a plainConn within TLS; net/http takes Request.TLS from it.
type securedConn struct {
	plainConn

	tls *tls.Conn
}

// ConnectionState returns the state of the TLS connection.
func (c *securedConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

func closeWrite(conn net.Conn) error {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

type connKey struct{}

// WithConn is a [net/http.Server.ConnContext] that lets [HeaderNames] find the
// connection of a request.
func WithConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// HeaderNames returns how the client of r spelled those of its header names whose
// spelling is not the canonical one of net/http ("tEsT-HEADeR"): nil when all are
// canonical or the spelling is not known. It is called exactly once for each
// request, before the next one of the connection, and the server it serves has
// DisableGeneralOptionsHandler set, so that every request has a call.
//
// HTTP/2 has lower case names only, so there every name is returned in lower case.
func HeaderNames(r *http.Request) []string {
	if r.ProtoMajor >= 2 {
		names := make([]string, 0, len(r.Header))
		for name := range r.Header {
			names = append(names, strings.ToLower(name))
		}
		return names
	}
	if conn, ok := r.Context().Value(connKey{}).(interface{ take() []string }); ok {
		return conn.take()
	}
	return nil
}
