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

// filesystem is what a process sees at AWS's paths, where the kernel lets us mount. All
// else is this machine's.
type filesystem struct {
	// task is the directory at /var/task. Nobody can write to it, as on AWS, unless it is
	// the user's own.
	task         string
	taskWritable bool
	// layers is the directory at /opt, read-only too; empty without layers. What the machine
	// has there and the layers do not stays.
	layers string
	// runtime is the directory at /var/runtime, read-only; empty for custom runtimes.
	runtime string
	// tmp is at /tmp; nil for the machine's.
	tmp *privateTmp
	// isPrivate says that nobody can write to anything else: what is to be writable has to be
	// made so.
	isPrivate bool
	// aside is an empty directory to make mounts in before they are put in place.
	aside string
}

// privateTmp is a /tmp of a process's own: empty, limited in size, and gone with the
// process.
type privateTmp struct {
	sizeMiB int
	// shared are the entries of the machine's /tmp that the process needs, too. They can be
	// written to.
	shared []string
}

// files returns what a process sees that starts with a command; nil for this machine's files
// alone. at is the place of its code as mounted made it.
func (r *Runner) files(fn *deployed.Function, at place, c command, debugged bool) *filesystem {
	if !r.spawner.starter.canMount() {
		return nil
	}
	files := &filesystem{
		task: at.code, taskWritable: fn.LocalDir != "", layers: at.layers, aside: at.scratch,
		runtime: c.runtimeFiles, isPrivate: r.cfg.Files == FilesPrivate,
	}
	if files.isPrivate && !debugged {
		files.tmp = r.privateTmp(fn, c.path, c.interpreterDir, at.task)
	}
	return files
}

// privateTmp returns the /tmp of a process; nil when it needs all of the machine's. needed
// are the paths of this machine that it reads.
func (r *Runner) privateTmp(fn *deployed.Function, needed ...string) *privateTmp {
	tmp := &privateTmp{sizeMiB: int(fn.EphemeralStorageMiB)}
	if tmp.sizeMiB <= 0 {
		tmp.sizeMiB = defaultEphemeralStorageMiB
	}
	code := len(needed)
	needed = append(needed, r.cfg.CAFile, r.cfg.CABundle)
	needed = append(needed, r.cfg.NodeModules...)
	needed = append(needed, filepath.SplitList(os.Getenv("PATH"))...)
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
