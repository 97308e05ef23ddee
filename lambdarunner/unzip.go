package lambdarunner

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/aws/smithy-go"
)

// Limits of a code package.
const (
	// maxUnzippedBytes is AWS's limit of the unzipped size.
	maxUnzippedBytes = 262144000
	// maxEntries bounds the work of a zip of empty files. AWS names no number.
	maxEntries = 100_000
	// maxNameBytes and maxElementBytes are what common file systems take.
	maxNameBytes, maxElementBytes = 4096, 255
	// maxLinkBytes bounds the target of a symbolic link.
	maxLinkBytes = 4096
)

func invalidZip() error {
	return invalidParameterValue("Could not unzip uploaded file. Please check your file, then try to upload again.")
}

func unzippedTooLarge() error {
	return invalidParameterValue("Unzipped size must be smaller than 262144000 bytes")
}

func emptyZip() error {
	return invalidParameterValue("Uploaded file must be a non-empty zip")
}

func invalidParameterValue(message string) error {
	return &smithy.GenericAPIError{
		Code:    "InvalidParameterValueException",
		Message: message,
		Fault:   smithy.FaultClient,
	}
}

// zipEntry is an entry that passed the checks.
type zipEntry struct {
	*zip.File
	// name is the clean relative path with slashes.
	name string
	// link is the target of a symbolic link; empty for files and directories.
	link string
}

// checkZip reads a whole zip, with every entry inflated, and returns its
// entries. What is wrong with it is a smithy.APIError.
//
// The size is counted while inflating: the sizes in the headers are whatever
// the maker of a zip bomb wrote there.
func checkZip(ctx context.Context, r io.ReaderAt, size int64) ([]zipEntry, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, invalidZip()
	}
	switch n := len(archive.File); {
	case n == 0:
		return nil, emptyZip()
	case n > maxEntries:
		return nil, invalidZip()
	}
	entries := make([]zipEntry, 0, len(archive.File))
	left := int64(maxUnzippedBytes)
	for _, f := range archive.File {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, used, err := checkEntry(f, left)
		if err != nil {
			return nil, err
		}
		left -= used
		if e.name != "." {
			entries = append(entries, e)
		}
	}
	if err := checkTree(entries); err != nil {
		return nil, err
	}
	return entries, nil
}

func checkEntry(f *zip.File, left int64) (e zipEntry, used int64, err error) {
	name, ok := cleanName(f.Name)
	if !ok || f.Flags&1 != 0 { // bit 0: encrypted
		return e, 0, invalidZip()
	}
	e = zipEntry{File: f, name: name}
	mode := f.Mode()
	if mode.IsDir() {
		return e, 0, nil
	}
	content, err := f.Open()
	if err != nil {
		return e, 0, invalidZip()
	}
	defer content.Close() //nolint:errcheck // reads from memory or a file the caller closes
	switch mode.Type() {
	case 0:
		used, err = io.Copy(io.Discard, io.LimitReader(content, left+1))
	case fs.ModeSymlink:
		var target []byte
		target, err = io.ReadAll(io.LimitReader(content, maxLinkBytes+1))
		used, e.link = int64(len(target)), string(target)
		if err == nil && !localLink(name, e.link) {
			err = fs.ErrInvalid
		}
	default:
		err = fs.ErrInvalid // devices, pipes, sockets
	}
	if used > left {
		return e, used, unzippedTooLarge()
	}
	if err != nil {
		return e, used, invalidZip()
	}
	return e, used, nil
}

// cleanName returns the entry's path inside the tree. Backslashes are refused:
// on Windows they would separate, elsewhere they hide what was meant.
func cleanName(name string) (string, bool) {
	if name == "" || len(name) > maxNameBytes || !utf8.ValidString(name) || strings.ContainsAny(name, "\\\x00") {
		return "", false
	}
	clean := path.Clean(name)
	if path.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(clean)) {
		return "", false
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == ".." || len(element) > maxElementBytes {
			return "", false
		}
	}
	return clean, true
}

// localLink tells whether a link at name stays in the tree. The target may climb
// only at its beginning, where the directories are real ones (checkTree): after
// that a ".." could follow another link and end outside, whatever path.Clean says.
func localLink(name, target string) bool {
	if target == "" || len(target) > maxLinkBytes || path.IsAbs(target) || strings.ContainsAny(target, "\\\x00") {
		return false
	}
	descended := false
	for element := range strings.SplitSeq(target, "/") {
		switch element {
		case "..":
			if descended {
				return false
			}
		case "", ".":
		default:
			descended = true
		}
	}
	return filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(name), target)))
}

// checkTree refuses a path that is both a file (or link) and a directory: the
// one way left to write through a link.
func checkTree(entries []zipEntry) error {
	leaves := make(map[string]bool, len(entries))
	for _, e := range entries {
		leaf := !e.Mode().IsDir()
		if was, ok := leaves[e.name]; ok && was != leaf {
			return invalidZip()
		}
		leaves[e.name] = leaf
	}
	for _, e := range entries {
		for dir := path.Dir(e.name); dir != "."; dir = path.Dir(dir) {
			if leaves[dir] {
				return invalidZip()
			}
		}
	}
	return nil
}

// unzip checks a zip again and writes its entries below dir, which os.Root does
// not let it leave. Executable bits are kept, set-id bits are not.
func unzip(ctx context.Context, r io.ReaderAt, size int64, dir string) error {
	entries, err := checkZip(ctx, r, size)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // a directory handle
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := e.writeTo(root); err != nil {
			return fmt.Errorf("entry %q: %w", e.name, err)
		}
	}
	return nil
}

func (e zipEntry) writeTo(root *os.Root) error {
	name := filepath.FromSlash(e.name)
	if e.Mode().IsDir() {
		return root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	// The later of two entries with one name wins.
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if e.link != "" {
		return root.Symlink(e.link, name)
	}
	content, err := e.Open()
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // opened for reading
	if e.Mode().Perm()&0o111 != 0 {
		// A process forked while the file is open for writing holds it until its own
		// exec, and the file cannot be started meanwhile ("text file busy").
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644|e.Mode().Perm()&0o111)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, io.LimitReader(content, maxUnzippedBytes))
	return errors.Join(err, file.Close())
}
