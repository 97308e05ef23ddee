package listener

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that answers with the protocol, the scheme and the recorded
// header names of each request.
func serve(t *testing.T) (address string) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Protocols: &protocols, ConnContext: WithConn, DisableGeneralOptionsHandler: true,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			names := HeaderNames(r)
			_, _ = io.Copy(io.Discard, r.Body)
			scheme := "http"
			if r.TLS != nil {
				scheme = "https"
			}
			_, _ = io.WriteString(w, r.Proto+" "+scheme+" "+strings.Join(names, ","))
		}),
	}
	served := make(chan error, 1)
	l := New(inner, Config{TLS: &tls.Config{Certificates: []tls.Certificate{certificate(t)}, NextProtos: []string{"h2", "http/1.1"}}, OpeningTimeout: time.Minute, Logger: slog.New(slog.DiscardHandler)})
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return inner.Addr().String()
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestProtocolsOnOnePort(t *testing.T) {
	t.Parallel()
	address := serve(t)
	tests := map[string]struct {
		url       string
		configure func(*http.Protocols)
		want      string
	}{
		"plain HTTP/1.1":              {"http://", func(p *http.Protocols) { p.SetHTTP1(true) }, "HTTP/1.1 http "},
		"HTTP/1.1 over TLS":           {"https://", func(p *http.Protocols) { p.SetHTTP1(true) }, "HTTP/1.1 https "},
		"HTTP/2 over TLS":             {"https://", func(p *http.Protocols) { p.SetHTTP2(true) }, "HTTP/2.0 https "},
		"HTTP/2 with prior knowledge": {"http://", func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, "HTTP/2.0 http "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var protocols http.Protocols
			tt.configure(&protocols)
			transport := &http.Transport{Protocols: &protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
			defer transport.CloseIdleConnections()
			response, err := (&http.Client{Transport: transport}).Get(tt.url + address + "/")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			got, _ := io.ReadAll(response.Body)
			if !strings.HasPrefix(string(got), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if strings.HasPrefix(tt.want, "HTTP/2") && !strings.Contains(string(got), "user-agent") {
				t.Errorf("HTTP/2 names are in lower case, got %q", got)
			}
		})
	}
}

func TestSilentConnectionsHoldUpNobody(t *testing.T) {
	t.Parallel()
	address := serve(t)
	for range 50 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	if got := exchange(t, dial(t, address), "GET / HTTP/1.1\r\nHost: a\r\nxX: 1\r\n\r\n"); got != "HTTP/1.1 http xX" {
		t.Errorf("got %q", got)
	}
}

func TestHeaderNamesOverTheWire(t *testing.T) {
	t.Parallel()
	address := serve(t)
	plain, secured := dial(t, address), dialTLS(t, address)
	for name, c := range map[string]*client{"plain": plain, "TLS": secured} {
		scheme := "HTTP/1.1 http "
		if name == "TLS" {
			scheme = "HTTP/1.1 https "
		}
		steps := []struct{ name, send, want string }{
			{"LP-03 first request", "GET / HTTP/1.1\r\nHost: a\r\ntEsT-HEADeR: aValUE\r\n\r\n", "tEsT-HEADeR"},
			{"keep-alive", "GET / HTTP/1.1\r\nHost: a\r\nfoobar: 1\r\n\r\n", "foobar"},
			{"with a body that looks like headers", "POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 10\r\n\r\nxX: 1\r\n\r\n\n", "content-length"},
			{"chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nyY: 1\r\n\r\n4\r\nzZ: \r\n0\r\n\r\n", "yY"},
			{"options for the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\noO: 1\r\n\r\n", "oO"},
			{"all canonical", "GET / HTTP/1.1\r\nHost: a\r\nX-Test: 1\r\n\r\n", ""},
		}
		for _, step := range steps {
			if got := exchange(t, c, step.send); got != scheme+step.want {
				t.Errorf("%s, %s: got %q, want %q", name, step.name, got, scheme+step.want)
			}
		}
		for i := range steps[0].send { // in two writes, split at each byte
			head := steps[0].send
			if _, err := io.WriteString(c.conn, head[:i]); err != nil {
				t.Fatal(err)
			}
			if got := exchange(t, c, head[i:]); got != scheme+"tEsT-HEADeR" {
				t.Errorf("%s, split at %d: got %q", name, i, got)
			}
		}
		if _, err := io.WriteString(c.conn, steps[2].send+steps[3].send+steps[1].send); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"content-length", "yY", "foobar"} {
			if got := c.answer(t); got != scheme+want {
				t.Errorf("%s, pipelined: got %q, want %q", name, got, scheme+want)
			}
		}
	}
}

type client struct {
	conn   net.Conn
	reader *bufio.Reader
}

func dial(t *testing.T, address string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{conn, bufio.NewReader(conn)}
}

func dialTLS(t *testing.T, address string) *client {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{conn, bufio.NewReader(conn)}
}

func (c *client) answer(t *testing.T) string {
	t.Helper()
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func exchange(t *testing.T, c *client, request string) string {
	t.Helper()
	if _, err := io.WriteString(c.conn, request); err != nil {
		t.Fatal(err)
	}
	return c.answer(t)
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p *pipes) Close() error   { close(p.done); return nil }

func TestOpeningTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := &pipes{make(chan net.Conn), make(chan struct{})}
		l := New(inner, Config{TLS: &tls.Config{}, OpeningTimeout: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)})
		defer l.Close()
		for name, first := range map[string]string{"silent": "", "half a handshake": "\x16\x03\x01"} {
			server, conn := net.Pipe()
			inner.conns <- server
			if first != "" {
				_, _ = io.WriteString(conn, first)
			}
			start := time.Now()
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				t.Errorf("%s: want the connection closed", name)
			}
			if waited := time.Since(start); waited != 10*time.Second {
				t.Errorf("%s: closed after %s", name, waited)
			}
		}
	})
}

func TestCloseEndsWaitingConnections(t *testing.T) {
	t.Parallel()
	inner := &pipes{make(chan net.Conn), make(chan struct{})}
	l := New(inner, Config{TLS: &tls.Config{}, OpeningTimeout: time.Hour, Logger: slog.New(slog.DiscardHandler)})
	silent, silentPeer := net.Pipe()
	inner.conns <- silent
	detected, detectedPeer := net.Pipe()
	inner.conns <- detected
	if _, err := io.WriteString(detectedPeer, "G"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, peer := range map[string]net.Conn{"silent": silentPeer, "not accepted yet": detectedPeer} {
		if _, err := peer.Read(make([]byte, 1)); err == nil {
			t.Errorf("%s: connection is still open", name)
		}
	}
	if _, err := l.Accept(); err == nil {
		t.Error("Accept after Close: want an error")
	}
}
