package lambdarunner

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/smithy-go"
)

// entry is an entry of a zip made by hand.
type entry struct {
	name, content string
	mode          fs.FileMode
}

func zipEntries(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(f, e.content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

const (
	couldNotUnzip = "Could not unzip uploaded file. Please check your file, then try to upload again."
	tooLarge      = "Unzipped size must be smaller than 262144000 bytes"
)

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	file := func(name string) []byte { return zipEntries(t, entry{name, "x", 0o644}) }
	link := func(target string) []byte { return zipEntries(t, entry{"d/link", target, fs.ModeSymlink | 0o777}) }
	damaged := zipEntries(t, entry{"a", strings.Repeat("content ", 100), 0o644})
	damaged[40] ^= 0xff
	tests := map[string]struct {
		zip  []byte
		want string
	}{
		"no zip":                   {[]byte("#!/bin/sh\necho hello\n"), couldNotUnzip},
		"nothing":                  {nil, couldNotUnzip},
		"empty zip":                {zipEntries(t), "Uploaded file must be a non-empty zip"},
		"cut off":                  {file("a")[:40], couldNotUnzip},
		"damaged content":          {damaged, couldNotUnzip},
		"climbing":                 {file("../a"), couldNotUnzip},
		"climbing from below":      {file("a/../../b"), couldNotUnzip},
		"dots that end inside":     {file("a/../b"), couldNotUnzip},
		"absolute":                 {file("/etc/passwd"), couldNotUnzip},
		"backslash":                {file(`..\a`), couldNotUnzip},
		"drive":                    {file(`C:\a`), couldNotUnzip},
		"NUL":                      {file("a\x00b"), couldNotUnzip},
		"no UTF-8":                 {file("a\xff"), couldNotUnzip},
		"long element":             {file(strings.Repeat("a", 256)), couldNotUnzip},
		"long name":                {file(strings.Repeat("a/", 2100) + "a"), couldNotUnzip},
		"device":                   {zipEntries(t, entry{"dev", "", fs.ModeDevice | 0o644}), couldNotUnzip},
		"named pipe":               {zipEntries(t, entry{"pipe", "", fs.ModeNamedPipe | 0o644}), couldNotUnzip},
		"link to absolute":         {link("/etc"), couldNotUnzip},
		"link that climbs out":     {link("../../x"), couldNotUnzip},
		"link that climbs later":   {link("x/../../.."), couldNotUnzip},
		"link through a link":      {link("other/.."), couldNotUnzip},
		"link to nothing":          {link(""), couldNotUnzip},
		"write through a link":     {zipEntries(t, entry{"d", "e", fs.ModeSymlink | 0o777}, entry{"d/a", "x", 0o644}), couldNotUnzip},
		"file that is a directory": {zipEntries(t, entry{"d", "x", 0o644}, entry{"d/a", "x", 0o644}), couldNotUnzip},
		"bomb":                     {bomb(t, 262144001, 262144001), tooLarge},
		"bomb with small headers":  {bomb(t, 262144001, 10), couldNotUnzip},
		"entry count":              {manyEntries(t, maxEntries+1), couldNotUnzip},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p, err := OpenPackages(dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Save(t.Context(), tt.zip)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "InvalidParameterValueException" || api.ErrorMessage() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.zip")); len(left) > 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}

// bomb makes a zip with an entry of n bytes that says it has claimed.
func bomb(t *testing.T, n, claimed int64) []byte {
	t.Helper()
	var deflated bytes.Buffer
	fw, err := flate.NewWriter(&deflated, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(fw, zeros{}, n); err != nil {
		t.Fatal(err)
	}
	if err := fw.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: "zeros", Method: zip.Deflate,
		CompressedSize64: uint64(deflated.Len()), UncompressedSize64: uint64(claimed),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(deflated.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func manyEntries(t *testing.T, n int) []byte {
	t.Helper()
	entries := make([]entry, n)
	for i := range entries {
		entries[i] = entry{name: fmt.Sprint(i), mode: 0o644}
	}
	return zipEntries(t, entries...)
}

func TestUnpackedTree(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes and links there")
	}
	p, err := OpenPackages(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	saved, err := p.Save(t.Context(), zipEntries(
		t,
		entry{"bin/", "", fs.ModeDir | 0o700},
		entry{"bin/tool", "tool", fs.ModeSetuid | 0o755},
		entry{"./lib/a.so.1", "library", 0o400},
		entry{"lib/a.so", "a.so.1", fs.ModeSymlink | 0o777},
		entry{"lib/deep/up", "../../bin/tool", fs.ModeSymlink | 0o777},
		entry{"twice", "first", 0o644},
		entry{"twice", "second", 0o600},
		entry{"..dots", "fine", 0o644},
	))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 { // all at once get the same tree
		wg.Go(func() {
			if _, err := p.tree(t.Context(), saved.SHA256); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tree, err := p.tree(t.Context(), saved.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		content string
		mode    fs.FileMode
	}{
		"bin/tool": {"tool", 0o755}, "lib/a.so.1": {"library", 0o644}, "lib/a.so": {"library", 0o644},
		"lib/deep/up": {"tool", 0o755}, "twice": {"second", 0o644}, "..dots": {"fine", 0o644},
	} {
		path := filepath.Join(tree, name)
		content, err := os.ReadFile(path)
		if err != nil || string(content) != want.content {
			t.Errorf("%s: %q, %v", name, content, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != want.mode {
			t.Errorf("%s: mode %v, want %v", name, info.Mode(), want.mode)
		}
	}
	if parts, _ := filepath.Glob(filepath.Join(p.dir, partPrefix+"*")); len(parts) > 0 {
		t.Errorf("left %q", parts)
	}
}

// FuzzUnzip: whatever the bytes, unpacking changes nothing outside its
// directory, leaves no link that points out of it, and what passes the check
// unpacks.
func FuzzUnzip(f *testing.F) {
	f.Add(zipEntries(f, entry{"a/b", "content", 0o755}, entry{"a/l", "b", fs.ModeSymlink | 0o777}))
	f.Add(zipEntries(f, entry{"../a", "x", 0o644}))
	f.Add(zipEntries(f, entry{"d", "..", fs.ModeSymlink | 0o777}, entry{"d/a", "x", 0o644}))
	f.Add(zipEntries(f, entry{"d/", "", fs.ModeDir | 0o755}, entry{"d", "x", 0o644}))
	big := zipEntries(f, entry{"a", strings.Repeat("a", 1000), 0o644})
	binary.LittleEndian.PutUint32(big[22:], 1) // the local header's size
	f.Add(big)
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "tree")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		_, checked := checkZip(t.Context(), bytes.NewReader(data), int64(len(data)))
		err := unzip(t.Context(), bytes.NewReader(data), int64(len(data)), dir)
		var api smithy.APIError
		if checked != nil && !errors.As(checked, &api) {
			t.Fatalf("an error without a code: %v", checked)
		}
		if checked == nil && err != nil {
			t.Fatalf("passed the check and failed to unpack: %v", err)
		}
		entries, readErr := os.ReadDir(parent)
		if readErr != nil || len(entries) != 1 {
			t.Fatalf("beside the tree: %v, %v", entries, readErr)
		}
		walkErr := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Type()&fs.ModeSymlink == 0 {
				return err
			}
			target, err := filepath.EvalSymlinks(path)
			if err == nil && target != dir && !strings.HasPrefix(target, dir+string(filepath.Separator)) {
				t.Errorf("%s leads to %s", path, target)
			}
			return nil
		})
		if walkErr != nil {
			t.Fatal(walkErr)
		}
	})
}
