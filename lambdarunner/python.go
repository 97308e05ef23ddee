package lambdarunner

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// python runs python3.x functions with the embedded bootstrap on the interpreter
// of that version, else on the python3 that comes closest.
type python struct{}

const pythonProbe = `import sys; assert sys.version_info >= (3, 7)
print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])`

func (python) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	version := strings.TrimPrefix(fn.Runtime, "python")
	it, ok := files.interpreters.lookUp(ctx, wanted{
		runtime: fn.Runtime,
		release: releaseOf(version, 2),
		candidates: append([]string{fn.Runtime, "python3", "python"}, installed(
			"$PYENV_ROOT|~/.pyenv|/versions/"+version+".*/bin/python",
			"~/.local/share/uv/python/cpython-"+version+".*/bin/python3",
			"$ASDF_DATA_DIR|~/.asdf|/installs/python/"+version+".*/bin/python",
			"$MISE_DATA_DIR|~/.local/share/mise|/installs/python/"+version+".*/bin/python",
		)...),
		probe: []string{"-c", pythonProbe},
	})
	if !ok {
		return command{}, &fault{
			Type: "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find an interpreter for " + fn.Runtime + ": install Python " +
				version + " so that " + fn.Runtime + " or python3 is on PATH",
		}
	}
	dir := filepath.Join(files.dir, "python")
	runtime := at.runtime(dir)
	return command{
		path:           it.path,
		interpreterDir: filepath.Dir(it.path),
		args:           []string{filepath.Join(runtime, "bootstrap.py")},
		version:        runtimeVersion("python", it.version, 2),
		runtimeDir:     runtime, runtimeFiles: dir,
		variables: map[string]string{"PYTHONPATH": joinPaths(at.inOpt("python", "lib", fn.Runtime, "site-packages"), at.inOpt("python"), []string{runtime})},
		compile:   []string{it.path, "-m", "compileall", "-q"},
		managed:   true,
	}, nil
}
