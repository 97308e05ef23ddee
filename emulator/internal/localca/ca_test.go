package localca

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func load(t *testing.T, dir string, now func() time.Time) *CA {
	t.Helper()
	ca, err := Load(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func roots(t *testing.T, ca *CA) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca.PEM()) {
		t.Fatal("root certificate is not in PEM form")
	}
	return pool
}

func certificate(t *testing.T, ca *CA, host string) *tls.Certificate {
	t.Helper()
	leaf, err := ca.Certificate(&tls.ClientHelloInfo{ServerName: host})
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	at := &clock{start}
	first := load(t, dir, at.now)

	want := filepath.Join(dir, "ca.pem")
	if first.Path() != want {
		t.Errorf("path %q, want %q", first.Path(), want)
	}
	if data, err := os.ReadFile(want); err != nil || !bytes.Equal(data, first.PEM()) {
		t.Errorf("ca.pem holds %s, error %v", data, err)
	}
	if years := first.root.NotAfter.Sub(start).Hours() / 24 / 365; years < 9.9 || years > 10.1 {
		t.Errorf("root is valid for %.1f years", years)
	}
	expectFiles(t, dir)

	again := load(t, dir, at.now)
	if !bytes.Equal(first.PEM(), again.PEM()) {
		t.Error("second Load made a new root")
	}
	leaf := certificate(t, again, "localhost")
	if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots(t, first), DNSName: "localhost", CurrentTime: start}); err != nil {
		t.Error(err)
	}

	other := load(t, t.TempDir(), at.now)
	if bytes.Equal(first.PEM(), other.PEM()) {
		t.Error("two folders have one root")
	}
}

// expectFiles looks at what is in dir: the two files, with their modes.
func expectFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]os.FileMode{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		got[entry.Name()] = info.Mode()
	}
	want := map[string]os.FileMode{"ca.pem": 0o644, "ca-key.pem": 0o600}
	if runtime.GOOS == "windows" {
		want = map[string]os.FileMode{"ca.pem": 0o666, "ca-key.pem": 0o666}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestLoadInMemory(t *testing.T) {
	first, second := load(t, "", nil), load(t, "", nil)
	if first.Path() != "" {
		t.Errorf("path %q", first.Path())
	}
	if bytes.Equal(first.PEM(), second.PEM()) {
		t.Error("two authorities in memory are one")
	}
	certificate(t, first, "localhost")
}

func TestLoadKeepsKey(t *testing.T) {
	tests := map[string]struct {
		change  func(t *testing.T, dir string)
		later   time.Duration
		newRoot bool
		newKey  bool
	}{
		"unchanged":               {},
		"nine years less one day": {later: 9*365*24*time.Hour - 24*time.Hour},
		"nine years and one day":  {later: 9*365*24*time.Hour + 24*time.Hour, newRoot: true},
		"expired":                 {later: 11 * 365 * 24 * time.Hour, newRoot: true},
		"clock set back":          {later: -48 * time.Hour, newRoot: true},
		"certificate removed": {
			change:  func(t *testing.T, dir string) { t.Helper(); remove(t, dir, certificateFile) },
			newRoot: true,
		},
		"key removed": {
			change:  func(t *testing.T, dir string) { t.Helper(); remove(t, dir, keyFile) },
			newRoot: true,
			newKey:  true,
		},
		"key readable by others": {
			change: func(t *testing.T, dir string) {
				t.Helper()
				if err := os.Chmod(filepath.Join(dir, keyFile), 0o644); err != nil {
					t.Fatal(err)
				}
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			at := &clock{start}
			before := load(t, dir, at.now)
			if test.change != nil {
				test.change(t, dir)
			}
			at.Time = start.Add(test.later)
			after := load(t, dir, at.now)
			if got := !bytes.Equal(before.PEM(), after.PEM()); got != test.newRoot {
				t.Errorf("new root: %v, want %v", got, test.newRoot)
			}
			if got := !bytes.Equal(before.root.RawSubjectPublicKeyInfo, after.root.RawSubjectPublicKeyInfo); got != test.newKey {
				t.Errorf("new key: %v, want %v", got, test.newKey)
			}
			expectFiles(t, dir)
			leaf := certificate(t, after, "localhost").Leaf
			options := x509.VerifyOptions{Roots: roots(t, after), DNSName: "localhost", CurrentTime: at.Time}
			if _, err := leaf.Verify(options); err != nil {
				t.Errorf("new leaf, new root: %v", err)
			}
			if options.Roots = roots(t, before); !test.newKey && test.later >= 0 && at.Before(before.root.NotAfter) {
				if _, err := leaf.Verify(options); err != nil {
					t.Errorf("new leaf, old root: %v", err)
				}
			}
		})
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestLoadErrors(t *testing.T) {
	root, key, err := generate(start)
	if err != nil {
		t.Fatal(err)
	}
	inMemory := load(t, "", func() time.Time { return start })
	otherRoot := inMemory.PEM()
	leaf := certificate(t, inMemory, "localhost")
	raw, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	leafKey := pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: raw})
	leafCertificate := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: leaf.Leaf.Raw})
	garbage := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: []byte("no DER")})
	garbageKey := pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: []byte("no DER")})
	foreign := *root
	foreign.RawSubject = nil
	foreign.Subject.CommonName = "my own"
	foreign.NotAfter = start.Add(-time.Hour)
	foreign.NotBefore = start.Add(-2 * time.Hour)
	expired, err := sign(&foreign, &foreign, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err = x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	foreignKey := pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: raw})
	foreignExpired := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: expired.Raw})

	for name, test := range map[string]struct {
		certificate, key []byte
		want             string
	}{
		"certificate of another key":     {otherRoot, leafKey, "do not belong together"},
		"certificate of no authority":    {leafCertificate, leafKey, "not the certificate of an authority"},
		"certificate is text":            {[]byte("hello"), leafKey, "ca.pem: not in PEM form"},
		"certificate is garbage":         {garbage, leafKey, "ca.pem: x509"},
		"certificate is a key":           {leafKey, leafKey, `ca.pem: holds "PRIVATE KEY"`},
		"key is text":                    {otherRoot, []byte("hello"), "ca-key.pem: not in PEM form"},
		"key is garbage":                 {otherRoot, garbageKey, "ca-key.pem: "},
		"key is a certificate":           {otherRoot, otherRoot, `ca-key.pem: holds "CERTIFICATE"`},
		"empty key, as after a bad copy": {otherRoot, nil, "ca-key.pem: not in PEM form"},
		"somebody's expired root":        {foreignExpired, foreignKey, "ca.pem: valid from"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, data := range map[string][]byte{certificateFile: test.certificate, keyFile: test.key} {
				if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Load(dir, func() time.Time { return start })
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Load: %v, want %q", err, test.want)
			}
			for file, data := range map[string][]byte{certificateFile: test.certificate, keyFile: test.key} {
				if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s was changed, error %v", file, err)
				}
			}
		})
	}

	if _, err := Load(filepath.Join(t.TempDir(), "absent"), nil); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Load of a folder that does not exist: %v", err)
	}
}
