package function

import "github.com/stagedoor-dev/stagedoor/controlplane/store"

// layerKey names a layer version among all accounts and regions.
type layerKey struct {
	scope        store.Scope
	name, number string
}

// layerPackage is the package that a layer version is, and its size in bytes.
type layerPackage struct {
	sha256 string
	size   int64
}

// watchLayers follows the layer versions, whose packages stay as long as they do.
func (x *index) watchLayers() (cancel func()) {
	return layerVersions.Watch(x.store, func(record store.Record[layerVersionRecord]) {
		if released := x.installLayer(record); released != "" {
			x.hooks.unused(released)
		}
	}, func(err error) {
		x.logger.Error("a changed layer version cannot be decoded", "error", err)
	})
}

// installLayer takes note of a layer version, or of its deletion: then it returns
// the package that had it.
func (x *index) installLayer(record store.Record[layerVersionRecord]) (released string) {
	key := layerKey{record.Scope, record.ID[0], record.ID[1]}
	x.mu.Lock()
	defer x.mu.Unlock()
	before, known := x.layers[key]
	switch {
	case record.Value == nil && known:
		delete(x.layers, key)
		x.letGoLocked(before.sha256)
		x.codeSizes[record.Scope] -= before.size
		return before.sha256
	case record.Value != nil && !known: // a layer version does not change
		x.layers[key] = layerPackage{record.Value.CodeSHA256, record.Value.CodeSize}
		x.codeSizes[record.Scope] += record.Value.CodeSize
		x.packages[record.Value.CodeSHA256]++
	}
	return ""
}
