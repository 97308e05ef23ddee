package localca

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY"
	blockECKey       = "EC PRIVATE KEY"
	blockRSAKey      = "RSA PRIVATE KEY"
)

// loadFiles reads the root certificate and its key and makes what is missing. The
// key is written before the certificate, so that dying in between leaves a key for
// which the next start makes a certificate, never two that do not belong together.
func loadFiles(certificatePath, keyPath string, now time.Time) (*x509.Certificate, crypto.Signer, error) {
	key, err := readKey(keyPath)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.Remove(certificatePath); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("remove certificate without key: %w", err)
		}
		key, err = createKey(keyPath)
	}
	if err != nil {
		return nil, nil, err
	}
	root, err := readCertificate(certificatePath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		root, err = createRoot(certificatePath, key, now)
		return root, key, err
	case err != nil:
		return nil, nil, err
	}
	if err := checkRoot(root, key); err != nil {
		return nil, nil, fmt.Errorf("%s: %w; remove it and %s to have new ones made", certificatePath, err, keyPath)
	}
	switch {
	case !now.Before(root.NotBefore) && now.Add(rootRenewal).Before(root.NotAfter):
		return root, key, nil
	case root.Subject.CommonName == rootName:
		root, err = createRoot(certificatePath, key, now)
		return root, key, err
	case now.Before(root.NotBefore) || now.After(root.NotAfter):
		// Somebody else's, so theirs to replace.
		return nil, nil, fmt.Errorf("%s: valid from %s to %s only", certificatePath,
			root.NotBefore.Format(time.RFC3339), root.NotAfter.Format(time.RFC3339))
	}
	return root, key, nil
}

func createRoot(path string, key crypto.Signer, now time.Time) (*x509.Certificate, error) {
	root, err := signRoot(key, now)
	if err != nil {
		return nil, err
	}
	return root, writeFile(path, &pem.Block{Type: blockCertificate, Bytes: root.Raw}, 0o644)
}

func createKey(path string) (crypto.Signer, error) {
	key, err := generateKey()
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return key, writeFile(path, &pem.Block{Type: blockKey, Bytes: raw}, 0o600)
}

func readCertificate(path string) (*x509.Certificate, error) {
	block, err := readBlock(path)
	if err != nil {
		return nil, err
	}
	if block.Type != blockCertificate {
		return nil, fmt.Errorf("%s: holds %q, not a certificate", path, block.Type)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return certificate, nil
}

// readKey reads a key that this package or, for a root made elsewhere, another
// program wrote. Whoever else may read it no longer may: with it one can pose as
// any site to those who trust the root.
func readKey(path string) (crypto.Signer, error) {
	block, err := readBlock(path)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, err
		}
	}
	var parsed any
	switch block.Type {
	case blockKey:
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case blockECKey:
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case blockRSAKey:
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("holds %q, not a private key", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s: key cannot sign", path)
	}
	return key, nil
}

func readBlock(path string) (*pem.Block, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s: not in PEM form", path)
	}
	return block, nil
}

// writeFile puts block at path, whole or not at all.
func writeFile(path string, block *pem.Block, mode fs.FileMode) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	err = errors.Join(pem.Encode(file, block), file.Chmod(mode), file.Sync())
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(file.Name(), path)
}
