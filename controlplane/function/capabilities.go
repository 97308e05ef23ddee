package function

import "github.com/stagedoor-dev/stagedoor/controlplane/deployed"

// LayerRunner is a [Runner] that may heed deployed.Function.Layers. Without it,
// functions with layers are refused.
type LayerRunner interface {
	// SupportsLayers tells whether functions have their layers at /opt.
	SupportsLayers() bool
}

// LocalDirRunner is a [Runner] that may heed deployed.Function.LocalDir. Without
// it, code from a local directory is refused.
type LocalDirRunner interface {
	// SupportsLocalDir tells whether functions run from their local directory.
	SupportsLocalDir() bool
}

// Provisioner is a [Runner] that keeps environments warm before they are needed.
// Without it, provisioned concurrency changes nothing at run time: environments
// start with the first calls.
type Provisioner interface {
	// Provision says how many environments of fn are to be kept warm, 0 for none
	// again. It starts them in the background and returns at once. It is called
	// with a function before that is invoked or, when the number changes, at any
	// time before its Retire.
	Provision(fn *deployed.Function, environments int)
}

func supportsLayers(r Runner) bool {
	layers, ok := r.(LayerRunner)
	return ok && layers.SupportsLayers()
}

// provisionWith returns the runner's Provision, or what does nothing.
func provisionWith(r Runner) func(*deployed.Function, int) {
	if p, ok := r.(Provisioner); ok {
		return p.Provision
	}
	return func(*deployed.Function, int) {}
}

func supportsLocalDir(r Runner) bool {
	dirs, ok := r.(LocalDirRunner)
	return ok && dirs.SupportsLocalDir()
}
