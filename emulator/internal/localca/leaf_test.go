package localca

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// connection is a net.Conn that has a local address and nothing else.
type connection struct {
	net.Conn
	local string
}

func (c connection) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.local))
}

func TestCertificateHosts(t *testing.T) {
	ca := load(t, "", func() time.Time { return start })
	ca.Allowed = func(host string) bool { return host == "api.example.com" || host == "192.0.2.7" }
	local := []string{"localhost", "127.0.0.1", "::1"}
	long := strings.Repeat("a", 63)
	tests := map[string]struct {
		serverName, localAddress string
		want                     []string // nil = refused
	}{
		"localhost":                  {serverName: "localhost", want: local},
		"upper case":                 {serverName: "LocalHost", want: local},
		"final dot":                  {serverName: "localhost.", want: local},
		"no name":                    {want: local},
		"no name, loopback":          {localAddress: "127.0.0.1:4566", want: local},
		"no name, mapped loopback":   {localAddress: "[::ffff:127.0.0.1]:4566", want: local},
		"no name, other address":     {localAddress: "172.17.0.1:4566", want: []string{"localhost", "172.17.0.1", "127.0.0.1", "::1"}},
		"no name, IPv6 with zone":    {localAddress: "[fe80::1%eth0]:4566", want: []string{"localhost", "fe80::1", "127.0.0.1", "::1"}},
		"loopback as name":           {serverName: "127.0.0.1", want: local},
		"IPv6 loopback as name":      {serverName: "::1", want: local},
		"allowed address as name":    {serverName: "192.0.2.7", want: []string{"localhost", "192.0.2.7", "127.0.0.1", "::1"}},
		"other address as name":      {serverName: "192.0.2.8"},
		"below localhost":            {serverName: "shop.localhost", want: []string{"shop.localhost"}},
		"API":                        {serverName: "a1b2c3d4e5.execute-api.localhost", want: []string{"a1b2c3d4e5.execute-api.localhost"}},
		"underscore":                 {serverName: "my_shop.localhost", want: []string{"my_shop.localhost"}},
		"API of AWS":                 {serverName: "A1.execute-api.eu-west-1.amazonaws.com", want: []string{"a1.execute-api.eu-west-1.amazonaws.com"}},
		"service of AWS":             {serverName: "apigateway.us-east-1.amazonaws.com", want: []string{"apigateway.us-east-1.amazonaws.com"}},
		"longest label":              {serverName: long + ".localhost", want: []string{long + ".localhost"}},
		"allowed":                    {serverName: "API.example.com", want: []string{"api.example.com"}},
		"not allowed":                {serverName: "example.com"},
		"ends like localhost":        {serverName: "notlocalhost"},
		"ends like amazonaws.com":    {serverName: "evilamazonaws.com"},
		"amazonaws.com within":       {serverName: "amazonaws.com.example.com"},
		"amazonaws.com itself":       {serverName: "amazonaws.com"},
		"wildcard":                   {serverName: "*.localhost"},
		"empty label":                {serverName: "a..localhost"},
		"leading dot":                {serverName: ".localhost"},
		"label too long":             {serverName: long + "a.localhost"},
		"name too long":              {serverName: strings.Repeat("a.", 125) + "localhost"},
		"hyphen at the end of label": {serverName: "a-.localhost"},
		"space":                      {serverName: "a b.localhost"},
		"zero byte":                  {serverName: "a\x00.localhost"},
		"not ASCII":                  {serverName: "ü.localhost"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			hello := &tls.ClientHelloInfo{ServerName: test.serverName}
			if test.localAddress != "" {
				hello.Conn = connection{local: test.localAddress}
			}
			got, err := ca.Certificate(hello)
			if test.want == nil {
				if refused, ok := errors.AsType[*HostError](err); !ok || refused.Host != test.serverName {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			names := got.Leaf.DNSNames
			for _, address := range got.Leaf.IPAddresses {
				names = append(names, address.String())
			}
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			for _, name := range test.want {
				_, err := got.Leaf.Verify(x509.VerifyOptions{Roots: roots(t, ca), DNSName: name, CurrentTime: start})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}

	ca.Allowed = nil
	if _, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: "api.example.com"}); err == nil {
		t.Error("certificate for a name that nothing allows")
	}
}

func TestCertificateIsKeptAndRenewed(t *testing.T) {
	at := &clock{start}
	ca := load(t, "", at.now)
	first := certificate(t, ca, "a.localhost")
	for _, test := range []struct {
		name  string
		after time.Duration
		renew bool
	}{
		{"at once", 0, false},
		{"60 days less an hour", 60*24*time.Hour - time.Hour, false},
		{"60 days", 60 * 24 * time.Hour, true},
		{"two years", 2 * 365 * 24 * time.Hour, true},
		{"clock set back", -2 * time.Hour, true},
	} {
		at.Time = start.Add(test.after)
		got := certificate(t, ca, "a.localhost")
		if (got != first) != test.renew {
			t.Errorf("%s: renewed %v, want %v", test.name, got != first, test.renew)
		}
		if at.Before(got.Leaf.NotBefore) || at.After(got.Leaf.NotAfter) {
			t.Errorf("%s: valid from %v to %v", test.name, got.Leaf.NotBefore, got.Leaf.NotAfter)
		}
	}
	if certificate(t, ca, "b.localhost").Leaf.SerialNumber.Cmp(certificate(t, ca, "c.localhost").Leaf.SerialNumber) == 0 {
		t.Error("two certificates with one serial number")
	}
}

func TestCertificatesAreBounded(t *testing.T) {
	ca := load(t, "", nil)
	used := certificate(t, ca, "used.localhost")
	unused := certificate(t, ca, "unused.localhost")
	for i := range maxLeaves {
		certificate(t, ca, fmt.Sprintf("a%d.localhost", i))
		if certificate(t, ca, "used.localhost") != used {
			t.Fatalf("certificate in use was dropped after %d others", i)
		}
	}
	if len(ca.leaves.byHost) != maxLeaves || ca.leaves.recent.Len() != maxLeaves {
		t.Errorf("%d and %d certificates kept, limit %d", len(ca.leaves.byHost), ca.leaves.recent.Len(), maxLeaves)
	}
	if certificate(t, ca, "unused.localhost") == unused {
		t.Error("certificate used longest ago was kept")
	}
}

func TestCertificateConcurrently(t *testing.T) {
	ca := load(t, "", nil)
	var mu sync.Mutex
	got := map[string]*tls.Certificate{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 40 {
				host := fmt.Sprintf("a%d.localhost", i%10)
				leaf, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: host})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if got[host] == nil {
					got[host] = leaf
				}
				if got[host] != leaf {
					t.Errorf("two certificates for %s", host)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"", "localhost", "a.localhost", "::1", "fe80::1%eth0", "a..localhost", "xn--a.localhost", "1.2.3.4"} {
		f.Add(seed)
	}
	ca, err := Load("", nil)
	if err != nil {
		f.Fatal(err)
	}
	ca.Allowed = func(string) bool { return true }
	pool := x509.NewCertPool()
	pool.AddCert(ca.root)
	f.Fuzz(func(t *testing.T, name string) {
		leaf, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: name})
		if err != nil {
			if _, ok := errors.AsType[*HostError](err); !ok {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		if name == "" {
			name = "localhost"
		}
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	})
}

func BenchmarkCertificate(b *testing.B) {
	ca, err := Load("", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: "a.localhost"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: fmt.Sprintf("a%d.localhost", i)}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
