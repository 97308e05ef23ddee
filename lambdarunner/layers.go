package lambdarunner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// layersPrefix begins the names of directories that hold several layers put
// together; a hash of the list follows. A single layer is its own package's tree.
const layersPrefix = "layers-"

// layerTrees counts who uses the directories of put-together layers. They are made
// when a process needs one, and removed when no process is left of a function that
// is retired; the layers' own packages are the control plane's to keep.
type layerTrees struct {
	mu sync.Mutex // guards the map and the fields of its values but making
	// trees are those that are used or kept for the next process, by name.
	trees map[string]*layerTree
}

type layerTree struct {
	// uses counts processes.
	uses int
	// unneeded says that the last function known to have this list was retired.
	unneeded bool
	// making is held while the directory is made or removed.
	making sync.Mutex
}

// layersName names a list of layers by what is in them.
func layersName(layers []deployed.Layer) (string, error) {
	h := sha256.New()
	for _, layer := range layers {
		name, err := packageName(layer.SHA256)
		if err != nil {
			return "", err
		}
		h.Write([]byte(name)) // all of one length; a hash takes everything
	}
	return layersPrefix + hex.EncodeToString(h.Sum(nil)), nil
}

// useLayers returns the directory that stands for /opt, empty for no layers. When
// the process that needs it has ended, release is to be called.
func (p *Packages) useLayers(ctx context.Context, layers []deployed.Layer) (dir string, release func() error, err error) {
	none := func() error { return nil }
	switch len(layers) {
	case 0:
		return "", none, nil
	case 1:
		dir, err := p.tree(ctx, layers[0].SHA256)
		return dir, none, err
	}
	name, err := layersName(layers)
	if err != nil {
		return "", none, err
	}
	p.layers.mu.Lock()
	t := p.layers.trees[name]
	if t == nil {
		t = &layerTree{}
		p.layers.trees[name] = t
	}
	t.uses++
	t.unneeded = false
	p.layers.mu.Unlock()
	release = func() error { return p.releaseLayers(name, t) }

	t.making.Lock()
	err = p.mergeLayers(ctx, name, layers)
	t.making.Unlock()
	if err != nil {
		return "", none, errors.Join(fmt.Errorf("put layers together: %w", err), release())
	}
	return filepath.Join(p.dir, name), release, nil
}

// retireLayers says that a function that had these layers is gone.
func (p *Packages) retireLayers(layers []deployed.Layer) error {
	if len(layers) < 2 {
		return nil
	}
	name, err := layersName(layers)
	if err != nil {
		return err
	}
	p.layers.mu.Lock()
	t := p.layers.trees[name]
	if t != nil {
		t.unneeded = true
	}
	p.layers.mu.Unlock()
	if t == nil {
		return nil
	}
	return p.removeUnneeded(name, t)
}

func (p *Packages) releaseLayers(name string, t *layerTree) error {
	p.layers.mu.Lock()
	t.uses--
	p.layers.mu.Unlock()
	return p.removeUnneeded(name, t)
}

// removeUnneeded removes a directory that no process uses and no function needs.
func (p *Packages) removeUnneeded(name string, t *layerTree) error {
	t.making.Lock()
	defer t.making.Unlock()
	p.layers.mu.Lock()
	unneeded := t.uses == 0 && t.unneeded
	p.layers.mu.Unlock()
	if !unneeded {
		return nil
	}
	// One that comes now waits for making and makes the directory anew.
	if err := p.removeTree(name); err != nil {
		return fmt.Errorf("remove layers: %w", err)
	}
	p.layers.mu.Lock()
	defer p.layers.mu.Unlock()
	if t.uses == 0 && p.layers.trees[name] == t {
		delete(p.layers.trees, name)
	}
	return nil
}

// mergeLayers unpacks the layers over each other, in a directory aside that is
// renamed into place.
func (p *Packages) mergeLayers(ctx context.Context, name string, layers []deployed.Layer) error {
	tree := filepath.Join(p.dir, name)
	if exists(tree) {
		return nil
	}
	part, err := os.MkdirTemp(p.dir, partPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(part) //nolint:errcheck // gone after the rename; else OpenPackages clears it
	for _, layer := range layers {
		if err := p.unpackOver(ctx, layer.SHA256, part); err != nil {
			return fmt.Errorf("layer %s: %w", layer.ARN, err)
		}
	}
	return os.Rename(part, tree)
}

func (p *Packages) unpackOver(ctx context.Context, sha256, dir string) error {
	name, err := packageName(sha256)
	if err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(p.dir, name+zipSuffix))
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
	entries, err := checkZip(ctx, file, info.Size())
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
		if err := makeWay(root, e.name, e.Mode()&fs.ModeType == fs.ModeDir); err != nil {
			return fmt.Errorf("entry %q: %w", e.name, err)
		}
		if err := e.writeTo(root); err != nil {
			return fmt.Errorf("entry %q: %w", e.name, err)
		}
	}
	return nil
}

// makeWay removes what stands in the way of an entry: a file of an earlier layer
// where this one has a directory, or the other way round. Links to directories
// stay; os.Root keeps them inside.
func makeWay(root *os.Root, name string, isDir bool) error {
	dirs := name
	if !isDir {
		dirs = path.Dir(name)
		info, err := root.Lstat(filepath.FromSlash(name))
		if err == nil && info.IsDir() {
			return root.RemoveAll(filepath.FromSlash(name))
		}
	}
	for dir := dirs; dir != "."; dir = path.Dir(dir) {
		info, err := root.Stat(filepath.FromSlash(dir))
		if err != nil || info.IsDir() {
			continue
		}
		if err := root.Remove(filepath.FromSlash(dir)); err != nil {
			return err
		}
	}
	return nil
}
