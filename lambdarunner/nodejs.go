package lambdarunner

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// nodejs runs nodejs*.x functions with the embedded bootstrap on the node found
// on PATH, whatever its version.
type nodejs struct{}

const nodeProbe = `console.log(process.execPath); console.log(process.versions.node)`

func (nodejs) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, root string) (command, error) {
	it, ok := files.interpreters.lookUp(ctx, []string{"node", "nodejs"}, "-e", nodeProbe)
	if !ok {
		major := strings.TrimSuffix(strings.TrimPrefix(fn.Runtime, "nodejs"), ".x")
		return command{}, &fault{
			Type: "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find an interpreter for " + fn.Runtime +
				": install Node.js " + major + " so that node is on PATH",
		}
	}
	dir := filepath.Join(files.dir, "nodejs")
	return command{
		path:           it.path,
		interpreterDir: filepath.Dir(it.path),
		args:           []string{filepath.Join(dir, "index.mjs")},
		version:        "nodejs:" + it.version,
		runtimeDir:     dir,
		variables:      map[string]string{"NODE_PATH": root},
		managed:        true,
	}, nil
}
