package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/bolt"
)

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	fill(t, s, 100)
	closeStore(t, s)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("file has mode %v, error %v", info.Mode(), err)
	}
	s = open(t, path)
	defer closeStore(t, s)
	if got := count(t, s); got != 100 {
		t.Errorf("%d entries after reopening, want 100", got)
	}
}

func fill(tb testing.TB, s store.Store, entries int) {
	tb.Helper()
	err := s.Update(tb.Context(), func(tx store.Tx) error {
		for i := range entries {
			if err := tx.Put(fmt.Sprintf("key/%d", i), []byte(strings.Repeat("v", i%500))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func count(tb testing.TB, s store.Store) int {
	tb.Helper()
	n := 0
	err := s.View(tb.Context(), func(tx store.Tx) error {
		for e, err := range tx.Scan("", "") {
			if err != nil {
				return err
			}
			_ = strings.ToUpper(string(e.Value)) // reads all of it
			n++
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// expectError opens path, twice: whatever was wrong, the file has been let go of.
func expectError(t *testing.T, path string, want error) {
	t.Helper()
	for range 2 {
		_, err := bolt.Open(path, bolt.Options{})
		if !errors.Is(err, want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open: %v, want one line with the path and %q", err, want)
		}
	}
}

func TestOpenCorrupt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	fill(t, s, 2000)
	closeStore(t, s)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	headers := 2 * os.Getpagesize()
	for name, content := range map[string][]byte{
		"short text file":                         []byte("hello"),
		"one and a half pages of text":            []byte(strings.Repeat("hello\n", 1000)),
		"long text file":                          []byte(strings.Repeat("hello\n", 10_000)),
		"cut short":                               good[:5*os.Getpagesize()],
		"cut in the headers":                      good[:headers/2+1000],
		"headers overwritten":                     slices.Concat(make([]byte, headers), good[headers:]),
		"everything but the headers overwritten":  slices.Concat(good[:headers], make([]byte, len(good)-headers)),
		"everything but the headers is not there": good[:headers],
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			expectError(t, path, bolt.ErrCorrupt)
		})
	}
}

func TestOpenForeign(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(tx *bbolt.Tx) error
		want error
	}{
		"later version": {
			func(tx *bbolt.Tx) error { return tx.Bucket([]byte("layout")).Put([]byte("version"), []byte("2")) },
			bolt.ErrVersion,
		},
		"no version": {
			func(tx *bbolt.Tx) error { return tx.Bucket([]byte("layout")).Delete([]byte("version")) },
			bolt.ErrVersion,
		},
		"other program's bbolt file": {
			func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("layout")) },
			bolt.ErrVersion,
		},
		"records missing": {
			func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("records")) },
			bolt.ErrCorrupt,
		},
		"bucket among the records": {
			func(tx *bbolt.Tx) error {
				_, err := tx.Bucket([]byte("records")).CreateBucket([]byte("key"))
				return err
			},
			bolt.ErrCorrupt,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			closeStore(t, open(t, path))
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(test.edit), db.Close()); err != nil {
				t.Fatal(err)
			}
			expectError(t, path, test.want)
		})
	}
}

func TestOpenUnreadable(t *testing.T) {
	expectError(t, t.TempDir(), bolt.ErrUnreadable)
	expectError(t, filepath.Join(t.TempDir(), "absent", "store.db"), bolt.ErrUnreadable)

	t.Run("no permission", func(t *testing.T) {
		if os.Getuid() <= 0 {
			t.Skip("needs a user whom file modes bind")
		}
		path := filepath.Join(t.TempDir(), "store.db")
		closeStore(t, open(t, path))
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
		expectError(t, path, bolt.ErrUnreadable)
	})
}

func TestOpenEmptyFile(t *testing.T) {
	// What is left when the process dies between creating the file and writing it.
	path := filepath.Join(t.TempDir(), "store.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	fill(t, s, 1)
	closeStore(t, s)
	checkFile(t, path)
}

func TestOpenLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	start := time.Now()
	_, err := bolt.Open(path, bolt.Options{LockTimeout: 50 * time.Millisecond})
	if !errors.Is(err, bolt.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("second Open: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("second Open took %v", took)
	}
	closeStore(t, s)
	closeStore(t, open(t, path))
}

// TestOpenDamaged overwrites parts of a good file: Open finds what is wrong or the
// store works, but nothing panics.
func TestOpenDamaged(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "store.db")
	s := open(t, path)
	fill(t, s, 500)
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Delete("key/1") }) // fills the free list
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(good, "\x00"))
	const seed = 1
	random := rand.New(rand.NewPCG(seed, seed))
	found := 0
	for i := range 60 {
		data := append([]byte(nil), good...)
		at := random.IntN(used)
		end := min(used, at+1+random.IntN(64))
		if i%2 == 0 { // the head of a page, where the structure is
			at = at / os.Getpagesize() * os.Getpagesize()
			end = at + 32
		}
		for j := at; j < end; j++ {
			data[j] = byte(random.Uint32())
		}
		damaged := filepath.Join(folder, fmt.Sprintf("damaged%d.db", i))
		if err := os.WriteFile(damaged, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := bolt.Open(damaged, bolt.Options{})
		if err != nil {
			found++
			if !errors.Is(err, bolt.ErrCorrupt) && !errors.Is(err, bolt.ErrVersion) {
				t.Errorf("damage at %d: %v", at, err)
			}
			continue
		}
		count(t, s)
		closeStore(t, s)
	}
	if found < 20 {
		t.Errorf("damage found in %d of 60 files", found)
	}
	t.Logf("damage found in %d of 60 files", found)
}
