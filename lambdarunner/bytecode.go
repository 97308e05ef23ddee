package lambdarunner

import (
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// compileFromFiles is how many Python files make it worth a process to compile them.
const compileFromFiles = 32

// compileAhead compiles the Python code of a function in the background: its processes
// cannot write where they would keep the result, and importing a large package takes seconds
// without it. What fails is left to the processes.
func (r *Runner) compileAhead(fn *deployed.Function, at place, c command) {
	if fn.LocalDir != "" || !at.isMounted || len(c.compile) == 0 {
		return
	}
	for _, dir := range []string{at.code, at.layers} {
		if dir == "" {
			continue
		}
		if _, known := r.compiled.LoadOrStore(dir, struct{}{}); !known {
			r.goOwned(func() { r.compile(c.compile, dir) }, func() {})
		}
	}
}

// compile compiles the Python files below a directory that have not been.
func (r *Runner) compile(command []string, dir string) {
	if !isWorthCompiling(dir) {
		return
	}
	cmd := exec.CommandContext(r.life, command[0], append(command[1:len(command):len(command)], dir)...)
	cmd.Dir, cmd.Env = dir, []string{}
	setProcessAttributes(cmd)
	err := r.spawner.start(cmd, nil)
	if err == nil {
		err = cmd.Wait()
		r.spawner.ended(cmd.Process.Pid)
	}
	if err != nil { // files of other versions and templates do not compile
		r.cfg.Logger.Debug("some Python code is not compiled ahead", "dir", dir, "error", err)
	}
}

var errEnough = errors.New("enough")

// isWorthCompiling tells whether a directory has many Python files and none compiled.
func isWorthCompiling(dir string) bool {
	files := 0
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == "__pycache__":
			files = 0
			return fs.SkipAll
		case strings.HasSuffix(entry.Name(), ".py"):
			if files++; files == compileFromFiles {
				return errEnough
			}
		}
		return nil
	})
	return errors.Is(err, errEnough)
}
