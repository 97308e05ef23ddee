package lambdarunner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// writeDurably writes a file so that after a crash it is there whole or not at
// all: a part beside it, synced, renamed, and the directory synced.
func writeDurably(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	part, err := os.CreateTemp(dir, partPrefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close(), os.Remove(part.Name()))
		}
	}()
	if _, err = part.Write(data); err != nil {
		return err
	}
	if err = part.Sync(); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return syncDirectory(dir)
}

func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be opened for sync there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkSum reads r to its end and compares its SHA-256 with the hex want.
func checkSum(r io.Reader, want string) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("the stored zip is damaged: its SHA-256 is %s", got)
	}
	return nil
}

// bootID identifies this run of the machine; empty where the system does not tell.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
