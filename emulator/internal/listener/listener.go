package listener

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// tlsHandshakeRecord is the first byte of a TLS connection: a record of type
// handshake (22). No HTTP request starts with it.
const tlsHandshakeRecord = 0x16

// Backoff after an Accept that failed, for instance because the process is out of
// file descriptors.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// Listener accepts plain and TLS connections on one address. It implements
// [net.Listener] and is made for [net/http.Server.Serve].
type Listener struct {
	inner  net.Listener
	config Config

	ready  chan net.Conn
	ctx    context.Context //nolint:containedctx // the listener's own lifetime: Close cancels it
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// Config says how a [Listener] treats its connections.
type Config struct {
	// TLS is the configuration for connections that start with a TLS handshake.
	TLS *tls.Config
	// OpeningTimeout limits the time from accepting a connection until its first
	// byte has come and its TLS handshake is done.
	OpeningTimeout time.Duration
	// Logger gets what goes wrong with a connection.
	Logger *slog.Logger
}

// New starts to accept connections from inner. The caller closes the Listener,
// which closes inner.
func New(inner net.Listener, config Config) *Listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Listener{inner: inner, config: config, ready: make(chan net.Conn), ctx: ctx, cancel: cancel}
	l.wg.Go(l.acceptAll)
	return l
}

// Accept returns the next connection that is ready for HTTP: a [*tls.Conn] when
// HTTP/2 was negotiated, else a connection that records header names. Its error
// is [net.ErrClosed] once the listener is closed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.ready:
		return conn, nil
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Addr returns the address that the listener is bound to.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close stops accepting, closes the connections that are not handed out yet and
// waits until they are gone.
func (l *Listener) Close() error {
	l.cancel()
	err := l.inner.Close()
	l.wg.Wait()
	return err
}

func (l *Listener) acceptAll() {
	backoff := minBackoff
	for {
		conn, err := l.inner.Accept()
		switch {
		case err == nil:
			backoff = minBackoff
			// A client that sends nothing must not hold up the others.
			l.wg.Go(func() { l.open(conn) })
		case l.ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default:
			l.config.Logger.Warn("accept failed", "error", err, "retry_in", backoff)
			select {
			case <-time.After(backoff):
			case <-l.ctx.Done():
				return
			}
			backoff = min(2*backoff, maxBackoff)
		}
	}
}

// open finds out what conn speaks and hands it to Accept.
func (l *Listener) open(conn net.Conn) {
	ctx, cancel := context.WithTimeout(l.ctx, l.config.OpeningTimeout)
	defer cancel()
	// Closing is what ends a Read that waits: for Close as well as for the timeout.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })

	ready, err := l.detect(ctx, conn)
	if !stop() || err != nil {
		_ = conn.Close()
		if err != nil && l.ctx.Err() == nil {
			l.config.Logger.Debug("connection refused", "remote", conn.RemoteAddr().String(), "error", err)
		}
		return
	}
	select {
	case l.ready <- ready:
	case <-l.ctx.Done():
		_ = conn.Close()
	}
}

// detect reads the first byte and, when it opens a TLS handshake, completes that.
func (l *Listener) detect(ctx context.Context, conn net.Conn) (net.Conn, error) {
	var first [1]byte
	if _, err := conn.Read(first[:]); err != nil {
		return nil, err
	}
	replayed := &replayConn{Conn: conn, first: first[0], pending: true}
	if first[0] != tlsHandshakeRecord {
		return &plainConn{Conn: replayed}, nil
	}
	secured := tls.Server(replayed, l.config.TLS)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == "h2" {
		// The server recognises HTTP/2 only by the type *tls.Conn.
		return secured, nil
	}
	return &securedConn{plainConn: plainConn{Conn: secured}, tls: secured}, nil
}
