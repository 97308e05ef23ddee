package emulator

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// systemBundles are where systems keep the certificates of the authorities that they trust.
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
}

// writeBundle writes the authorities that functions trust to a file in dir: those of the
// system, and the emulator's own. It returns the path of the file.
func writeBundle(dir string, own []byte) (string, error) {
	var bundle bytes.Buffer
	for _, file := range systemBundles {
		// A system without any of these files trusts the emulator alone here.
		if known, err := os.ReadFile(file); err == nil {
			bundle.Write(bytes.TrimRight(known, "\n"))
			bundle.WriteByte('\n')
			break
		}
	}
	bundle.Write(own)
	path, err := filepath.Abs(filepath.Join(dir, "ca-bundle.pem")) // functions run elsewhere
	if err != nil {
		return "", fmt.Errorf("certificates for functions: %w", err)
	}
	if err := os.WriteFile(path, bundle.Bytes(), 0o600); err != nil {
		return "", fmt.Errorf("certificates for functions: %w", err)
	}
	return path, nil
}
