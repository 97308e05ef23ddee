package lambdarunner

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// nodejs runs nodejs*.x functions with the embedded bootstrap on the node of that
// version, else on the one that comes closest.
type nodejs struct{}

const nodeProbe = `console.log(process.execPath); console.log(process.versions.node)`

func (nodejs) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	major := strings.TrimSuffix(strings.TrimPrefix(fn.Runtime, "nodejs"), ".x")
	it, ok := files.interpreters.lookUp(ctx, wanted{
		runtime: fn.Runtime,
		release: releaseOf(major, 1),
		candidates: append([]string{"node" + major, "node", "nodejs"}, installed(
			"$NVM_DIR|~/.nvm|/versions/node/v"+major+".*/bin/node",
			"$FNM_DIR|~/.local/share/fnm|/node-versions/v"+major+".*/installation/bin/node",
			"$VOLTA_HOME|~/.volta|/tools/image/node/"+major+".*/bin/node",
			"$ASDF_DATA_DIR|~/.asdf|/installs/nodejs/"+major+".*/bin/node",
			"$MISE_DATA_DIR|~/.local/share/mise|/installs/node/"+major+".*/bin/node",
			"/opt/homebrew/opt/node@"+major+"/bin/node",
			"/usr/local/opt/node@"+major+"/bin/node",
		)...),
		probe: []string{"-e", nodeProbe},
	})
	if !ok {
		return command{}, &fault{
			Type: "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find an interpreter for " + fn.Runtime +
				": install Node.js " + major + " so that node is on PATH",
		}
	}
	dir := filepath.Join(files.dir, "nodejs")
	runtime := at.runtime(dir)
	return command{
		path:           it.path,
		interpreterDir: filepath.Dir(it.path),
		args:           []string{filepath.Join(runtime, "index.mjs"), strings.Join(files.nodeModules, string(filepath.ListSeparator))},
		version:        runtimeVersion("nodejs", it.version, 1),
		runtimeDir:     runtime, runtimeFiles: dir,
		variables: map[string]string{"NODE_PATH": joinPaths(at.inOpt("nodejs", "node"+major, "node_modules"), at.inOpt("nodejs", "node_modules"), []string{at.task})},
		managed:   true,
	}, nil
}
