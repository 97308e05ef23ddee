package lambdarunner

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSaveLoadRemove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := OpenPackages(dir)
	if err != nil {
		t.Fatal(err)
	}
	code := zipEntries(t, entry{"app.py", "x = 1", 0o644})
	saved, err := p.Save(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Save(t.Context(), code)
	if err != nil || again != saved || saved.Size != int64(len(code)) {
		t.Errorf("saved %+v, then %+v, %v", saved, again, err)
	}
	if p, err = OpenPackages(dir); err != nil { // a restart
		t.Fatal(err)
	}
	loaded, err := p.Load(t.Context(), saved.SHA256)
	if err != nil || !bytes.Equal(loaded, code) {
		t.Errorf("loaded %d bytes, %v", len(loaded), err)
	}
	tree, err := p.tree(t.Context(), saved.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := p.List(); err != nil || !slices.Equal(names, []string{saved.SHA256}) {
		t.Errorf("listed %q, %v", names, err)
	}
	if err := p.Remove(saved.SHA256); err != nil {
		t.Fatal(err)
	}
	if names, err := p.List(); err != nil || len(names) != 0 {
		t.Errorf("listed %q after the removal, %v", names, err)
	}
	if err := p.Remove(saved.SHA256); err != nil {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := os.Stat(tree); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the tree is still there: %v", err)
	}
	if _, err := p.Load(t.Context(), saved.SHA256); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error = %v, want not exist", err)
	}
	for _, name := range []string{"", "../x", "AAAA"} {
		if _, err := p.Load(t.Context(), name); err == nil {
			t.Errorf("Load(%q) succeeded", name)
		}
		if err := p.Remove(name); err == nil {
			t.Errorf("Remove(%q) succeeded", name)
		}
	}
}

func TestDamagedPackageIsNotUnpacked(t *testing.T) {
	t.Parallel()
	p, err := OpenPackages(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	saved, err := p.Save(t.Context(), zipEntries(t, entry{"a", "x", 0o644}))
	if err != nil {
		t.Fatal(err)
	}
	name, err := packageName(saved.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	other := zipEntries(t, entry{"a", "other", 0o644})
	if err := os.WriteFile(filepath.Join(p.dir, name+zipSuffix), other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.tree(t.Context(), saved.SHA256); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error = %v, want damaged", err)
	}
}

func TestOpenClearsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := OpenPackages(dir)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := p.Save(t.Context(), zipEntries(t, entry{"a", "x", 0o644}))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := p.tree(t.Context(), saved.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, partPrefix+"123")
	if err := os.MkdirAll(filepath.Join(part, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	// As after a reboot.
	if err := os.WriteFile(filepath.Join(dir, bootFileName), []byte("another boot"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPackages(dir); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{part, tree} {
		if _, err := os.Stat(gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there", gone)
		}
	}
	if _, err := p.Load(t.Context(), saved.SHA256); err != nil {
		t.Errorf("the package is gone: %v", err)
	}
}

func TestSaveStopsWithItsContext(t *testing.T) {
	t.Parallel()
	p, err := OpenPackages(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Save(ctx, zipEntries(t, entry{"a", "x", 0o644})); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want canceled", err)
	}
}
