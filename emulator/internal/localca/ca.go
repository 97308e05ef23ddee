package localca

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"
	"sync"
	"time"
)

const (
	certificateFile = "ca.pem"
	keyFile         = "ca-key.pem"

	// rootLifetime is how long the root certificate is valid.
	rootLifetime = 10 * 365 * 24 * time.Hour
	// rootRenewal is when Load replaces it: this long before its end, so that no
	// process outlives the root it started with. The key stays, and with it the
	// trust in the old certificate.
	rootRenewal = 365 * 24 * time.Hour
	// backdate is how long before now certificates begin, for clients whose clock
	// is behind.
	backdate = time.Hour
)

// CA is a certificate authority; make one with [Load]. It is safe for concurrent
// use.
type CA struct {
	// Allowed tells whether to make certificates for host, a lower-case name or an
	// IP address, beyond those that are always made (see [CA.Certificate]); nil
	// means for no other. It is called with no lock held. It is set before the CA
	// is first used.
	Allowed func(host string) bool

	path string
	root *x509.Certificate
	key  crypto.Signer
	now  func() time.Time

	// mu guards leaves, and is held while one is made so that none is made twice.
	mu     sync.Mutex
	leaves leaves
}

// Load returns the authority kept in dir, in ca.pem and ca-key.pem, and makes what
// is missing. A file that is there but makes no sense is an error, since somebody
// may have put it there, or trust it. When dir is empty, the authority is a new one
// and is kept in memory. now tells the time; nil means time.Now.
func Load(dir string, now func() time.Time) (*CA, error) {
	if now == nil {
		now = time.Now
	}
	ca := &CA{now: now}
	var err error
	if dir == "" {
		ca.root, ca.key, err = generate(now())
	} else {
		ca.path = filepath.Join(dir, certificateFile)
		ca.root, ca.key, err = loadFiles(ca.path, filepath.Join(dir, keyFile), now())
	}
	if err != nil {
		return nil, err
	}
	return ca, nil
}

// Path returns the path of the root certificate in PEM form, "" when it is kept in
// memory.
func (c *CA) Path() string { return c.path }

// PEM returns the root certificate in PEM form.
func (c *CA) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: c.root.Raw})
}
