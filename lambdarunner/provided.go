package lambdarunner

import (
	"context"
	"os"
	"path/filepath"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// provided runs the bootstrap executable of the package or of a layer (Go, Rust,
// shell ...).
type provided struct{}

func (provided) command(_ context.Context, _ *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	path, ok := bootstrapOf(at)
	if !ok {
		return command{}, &fault{
			Type:   "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find valid bootstrap(s): [" + taskRoot + "/bootstrap /opt/bootstrap]",
		}
	}
	return command{path: path, version: fn.Runtime, runtimeDir: runtimeRoot}, nil
}

// bootstrapOf finds the bootstrap, in the package before the layers.
func bootstrapOf(at place) (path string, ok bool) {
	candidates := append([]string{filepath.Join(at.task, "bootstrap")}, at.inOpt("bootstrap")...)
	if at.program != "" {
		candidates = []string{at.program}
	}
	for _, path := range candidates {
		if info, err := os.Stat(at.host(path)); err == nil && !info.IsDir() {
			return path, true
		}
	}
	return "", false
}
