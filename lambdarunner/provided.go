package lambdarunner

import (
	"context"
	"os"
	"path/filepath"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// provided runs the bootstrap executable of the package (Go, Rust, shell ...).
type provided struct{}

func (provided) command(_ context.Context, _ *runtimeFiles, fn *deployed.Function, root string) (command, error) {
	path := filepath.Join(root, "bootstrap")
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return command{}, &fault{
			Type:   "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find valid bootstrap(s): [" + taskRoot + "/bootstrap /opt/bootstrap]",
		}
	}
	return command{path: path, version: fn.Runtime, runtimeDir: runtimeRoot}, nil
}
