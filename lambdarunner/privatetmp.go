package lambdarunner

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// tmpRoot is the only directory that functions can write to on AWS.
const tmpRoot = "/tmp"

// defaultEphemeralStorageMiB is AWS's size of /tmp when a function does not say.
const defaultEphemeralStorageMiB = 512

// privateTmp is a /tmp of a process's own, where the kernel lets us make one: empty, limited
// in size, and gone with the process.
type privateTmp struct {
	sizeMiB int
	// shared are the entries of the machine's /tmp that the process needs, too.
	shared []string
}

// privateTmp returns the /tmp of a process; nil where there is none, so that the process
// gets a directory of its own by TMPDIR and the machine's /tmp. needed are the paths of this
// machine that the process reads.
func (r *Runner) privateTmp(fn *deployed.Function, needed ...string) *privateTmp {
	if !r.spawner.starter.canMount() {
		return nil
	}
	tmp := &privateTmp{sizeMiB: int(fn.EphemeralStorageMiB)}
	if tmp.sizeMiB <= 0 {
		tmp.sizeMiB = defaultEphemeralStorageMiB
	}
	code := len(needed)
	needed = append(needed, r.runtimes.dir, r.cfg.CAFile, r.cfg.CABundle)
	needed = append(needed, r.cfg.NodeModules...)
	needed = append(needed, filepath.SplitList(hostVariables()["PATH"])...)
	if self, err := os.Executable(); err == nil {
		needed = append(needed, self) // bootstraps of tests are the program itself
	}
	// What the user names in a variable is meant to be there.
	needed = slices.AppendSeq(needed, maps.Values(fn.Environment))
	for i, path := range needed {
		for _, path := range withTarget(path) {
			inside, ok := below(path, tmpRoot)
			switch {
			case !ok:
				continue
			case inside == "" && i < code:
				return nil // it needs all of it
			case inside == "":
				continue
			}
			entry, _, _ := strings.Cut(inside, "/")
			if entry = filepath.Join(tmpRoot, entry); !slices.Contains(tmp.shared, entry) {
				tmp.shared = append(tmp.shared, entry)
			}
		}
	}
	return tmp
}

// withTarget returns an absolute path and, behind symbolic links, what it stands for.
func withTarget(path string) []string {
	if path == "" || !filepath.IsAbs(path) {
		return nil
	}
	path = filepath.Clean(path)
	if target, err := filepath.EvalSymlinks(path); err == nil && target != path {
		return []string{path, target}
	}
	return []string{path}
}
