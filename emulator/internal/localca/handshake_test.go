package localca

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
)

// TestHandshake makes real requests to a real server, in the names it goes by.
func TestHandshake(t *testing.T) {
	ca := load(t, t.TempDir(), nil)
	ca.Allowed = func(host string) bool { return host == "api.example.com" }
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto)
		}),
		TLSConfig: &tls.Config{GetCertificate: ca.Certificate, MinVersion: tls.VersionTLS12},
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ServeTLS(listener, "", "")
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})

	for _, test := range []struct {
		name, host, want string
		http1, tls12     bool
	}{
		{name: "name", host: "localhost", want: "HTTP/2.0"},
		{name: "TLS 1.2", host: "localhost", want: "HTTP/2.0", tls12: true},
		{name: "HTTP/1.1", host: "localhost", want: "HTTP/1.1", http1: true},
		{name: "address, so no server name", host: "127.0.0.1", want: "HTTP/2.0"},
		{name: "IPv6 address", host: "[::1]", want: "HTTP/2.0"},
		{name: "API", host: "a1b2c3.execute-api.localhost", want: "HTTP/2.0"},
		{name: "API of AWS", host: "a1b2c3.execute-api.us-east-1.amazonaws.com", want: "HTTP/2.0"},
		{name: "allowed", host: "api.example.com", want: "HTTP/2.0"},
		{name: "not allowed", host: "example.com"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := &tls.Config{RootCAs: roots(t, ca)}
			if test.tls12 {
				config.MaxVersion = tls.VersionTLS12
			}
			transport := &http.Transport{
				TLSClientConfig:   config,
				ForceAttemptHTTP2: !test.http1,
				DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
				},
			}
			defer transport.CloseIdleConnections()
			got, err := get(t, transport, "https://"+test.host+"/")
			if (err == nil) != (test.want != "") || got != test.want {
				t.Errorf("got %q, error %v; want %q", got, err, test.want)
			}
		})
	}

	t.Run("client that does not trust the root", func(t *testing.T) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots(t, load(t, "", nil))}}
		defer transport.CloseIdleConnections()
		if got, err := get(t, transport, "https://"+listener.Addr().String()+"/"); err == nil {
			t.Errorf("got %q", got)
		}
	})
}

func get(t *testing.T, transport *http.Transport, url string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}
