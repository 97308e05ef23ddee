package localca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// rootName is the name under which a browser or keychain lists the root.
const rootName = "Stagedoor local CA"

// generate makes a new key and a root certificate for it.
func generate(now time.Time) (*x509.Certificate, crypto.Signer, error) {
	key, err := generateKey()
	if err != nil {
		return nil, nil, err
	}
	root, err := signRoot(key, now)
	if err != nil {
		return nil, nil, err
	}
	return root, key, nil
}

func generateKey() (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return key, nil
}

func signRoot(key crypto.Signer, now time.Time) (*x509.Certificate, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"Stagedoor"}, CommonName: rootName},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(rootLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	return sign(template, template, key.Public(), key)
}

// sign makes the certificate for public that template describes.
func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("read signed certificate: %w", err)
	}
	return certificate, nil
}

func serialNumber() (*big.Int, error) {
	limit := new(big.Int).Lsh(big.NewInt(1), 127)
	serial, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return nil, fmt.Errorf("draw serial number: %w", err)
	}
	return serial.Add(serial, big.NewInt(1)), nil // never 0, which is not allowed
}

// checkRoot returns an error when root cannot sign for key.
func checkRoot(root *x509.Certificate, key crypto.Signer) error {
	public, ok := root.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(key.Public()):
		return errors.New("certificate and key do not belong together")
	case !root.BasicConstraintsValid || !root.IsCA:
		return errors.New("not the certificate of an authority")
	case root.KeyUsage != 0 && root.KeyUsage&x509.KeyUsageCertSign == 0:
		return errors.New("certificate may not sign others")
	}
	return nil
}
