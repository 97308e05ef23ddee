package lambdarunner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Names inside the directory of [Packages].
const (
	zipSuffix    = ".zip"
	partPrefix   = ".part-"
	bootFileName = "boot"
)

// Packages is a directory of code packages, named by content: "{sha256}.zip"
// and, once a function needed it, the unpacked tree "{sha256}". It is safe for
// concurrent use by one process.
//
// Beside them stand directories of several layers put together, see layers.go.
type Packages struct {
	dir string

	mu sync.Mutex
	// unpacking has an entry for each tree that was asked for; its Once makes the
	// first asker unpack and the others wait.
	unpacking map[string]*unpackOnce

	layers layerTrees
}

type unpackOnce struct {
	once sync.Once
	err  error
}

// OpenPackages opens the package directory, which it creates when missing, and
// clears away what an interrupted run left half written.
func OpenPackages(dir string) (*Packages, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create package directory: %w", err)
	}
	// Functions see the tree's path with its links resolved, so that the stack
	// traces of their runtimes, which do the same, can be told apart by prefix.
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("resolve package directory: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("resolve package directory: %w", err)
	}
	p := &Packages{
		dir: dir, unpacking: make(map[string]*unpackOnce),
		layers: layerTrees{trees: make(map[string]*layerTree)},
	}
	if err := p.clear(); err != nil {
		return nil, fmt.Errorf("clear package directory: %w", err)
	}
	return p, nil
}

// clear removes parts of interrupted writes and, after a reboot, the unpacked
// trees: they are not synced to disk (ten thousand fsyncs are too slow), so one
// that a power failure tore must not be mistaken for whole.
func (p *Packages) clear() error {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return err
	}
	boot := bootID()
	bootFile := filepath.Join(p.dir, bootFileName)
	known, err := os.ReadFile(bootFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sameBoot := boot != "" && string(known) == boot
	for _, e := range entries {
		// Which layers are still needed together nobody knows yet.
		part := strings.HasPrefix(e.Name(), partPrefix) || strings.HasPrefix(e.Name(), layersPrefix)
		tree := e.IsDir() && len(e.Name()) == hex.EncodedLen(sha256.Size)
		if part || (tree && !sameBoot) {
			if err := os.RemoveAll(filepath.Join(p.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if sameBoot {
		return nil
	}
	return os.WriteFile(bootFile, []byte(boot), 0o600)
}

// Save checks a zip and stores it; when Save has returned, the package survives
// a crash. Saving the same bytes again changes nothing.
//
// A zip that cannot be used is a smithy.APIError InvalidParameterValueException.
func (p *Packages) Save(ctx context.Context, zip []byte) (deployed.Package, error) {
	sum := sha256.Sum256(zip)
	saved := deployed.Package{
		SHA256: base64.StdEncoding.EncodeToString(sum[:]),
		Size:   int64(len(zip)),
	}
	path := filepath.Join(p.dir, hex.EncodeToString(sum[:])+zipSuffix)
	if info, err := os.Stat(path); err == nil && info.Size() == saved.Size {
		return saved, nil // only what passed the check has a name here
	}
	if _, err := checkZip(ctx, bytes.NewReader(zip), saved.Size); err != nil {
		return deployed.Package{}, err
	}
	if err := writeDurably(path, zip); err != nil {
		return deployed.Package{}, fmt.Errorf("save code package: %w", err)
	}
	return saved, nil
}

// List returns the SHA-256 (base64) of each package, in no particular order.
func (p *Packages) List() ([]string, error) {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, fmt.Errorf("list code packages: %w", err)
	}
	var names []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), zipSuffix)
		if sum, err := hex.DecodeString(name); ok && err == nil && len(sum) == sha256.Size {
			names = append(names, base64.StdEncoding.EncodeToString(sum))
		}
	}
	return names, nil
}

// Load returns the zip with the given SHA-256 (base64, as Save returned it). A
// package that is not there is an error that matches fs.ErrNotExist.
func (p *Packages) Load(_ context.Context, sha256 string) ([]byte, error) {
	name, err := packageName(sha256)
	if err != nil {
		return nil, err
	}
	zip, err := os.ReadFile(filepath.Join(p.dir, name+zipSuffix))
	if err != nil {
		return nil, fmt.Errorf("load code package: %w", err)
	}
	return zip, nil
}

// Remove deletes a package and its unpacked tree; one that is not there is no
// error. The caller sees to it that no function uses it any more.
func (p *Packages) Remove(sha256 string) error {
	name, err := packageName(sha256)
	if err != nil {
		return err
	}
	p.mu.Lock()
	delete(p.unpacking, name)
	p.mu.Unlock()

	err = os.Remove(filepath.Join(p.dir, name+zipSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err := errors.Join(err, p.removeTree(name)); err != nil {
		return fmt.Errorf("remove code package: %w", err)
	}
	return nil
}

// removeTree removes an unpacked tree if it is there. It is renamed first, so that
// no process starts in one that is half gone.
func (p *Packages) removeTree(name string) error {
	tree, gone := filepath.Join(p.dir, name), filepath.Join(p.dir, partPrefix+name+".gone")
	err := os.Rename(tree, gone)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(gone))
}

// tree returns the directory of the unpacked package and unpacks it if needed.
func (p *Packages) tree(ctx context.Context, sha256 string) (string, error) {
	name, err := packageName(sha256)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	u, ok := p.unpacking[name]
	if !ok {
		u = &unpackOnce{}
		p.unpacking[name] = u
	}
	p.mu.Unlock()

	u.once.Do(func() { u.err = p.unpack(ctx, name) })
	if u.err != nil {
		// The next asker tries again: the disk may have space by then.
		p.mu.Lock()
		if p.unpacking[name] == u {
			delete(p.unpacking, name)
		}
		p.mu.Unlock()
		return "", fmt.Errorf("unpack code package: %w", u.err)
	}
	return filepath.Join(p.dir, name), nil
}

// unpack makes the tree in a directory aside and renames it into place.
func (p *Packages) unpack(ctx context.Context, name string) error {
	tree := filepath.Join(p.dir, name)
	if _, err := os.Stat(tree); err == nil {
		return nil
	}
	file, err := os.Open(tree + zipSuffix)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	if err := checkSum(file, name); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	part, err := os.MkdirTemp(p.dir, partPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(part) //nolint:errcheck // gone after the rename; else OpenPackages clears it
	if err := unzip(ctx, file, info.Size(), part); err != nil {
		return err
	}
	return os.Rename(part, tree)
}

// packageName turns the base64 of a SHA-256 into the name used on disk.
func packageName(sha256Base64 string) (string, error) {
	sum, err := base64.StdEncoding.DecodeString(sha256Base64)
	if err != nil || len(sum) != sha256.Size {
		return "", fmt.Errorf("code package %q: not the base64 of a SHA-256", sha256Base64)
	}
	return hex.EncodeToString(sum), nil
}
