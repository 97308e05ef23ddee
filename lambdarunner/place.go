package lambdarunner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// optRoot is where functions have their layers on AWS.
const optRoot = "/opt"

// place is where the code of a function lies on this machine.
type place struct {
	// task is the directory that the function has as /var/task, and opt, empty without
	// layers, the one with its layers put together: AWS's own paths where the process sees
	// them, else those of this machine.
	task, opt string
	// code and layers are these directories on this machine.
	code, layers string
	// isMounted says that the process sees AWS's own paths.
	isMounted bool
	// program is the executable of a custom runtime when the code is that one file;
	// empty otherwise.
	program string
	// scratch is the directory for temporary files of one environment that has no /tmp of
	// its own; empty for others. Programs that do not ask where that is write to the
	// machine's /tmp.
	scratch string
}

// inOpt returns a path below the stand-in of /opt as a list, empty without layers.
func (at place) inOpt(elements ...string) []string {
	if at.opt == "" {
		return nil
	}
	return []string{filepath.Join(append([]string{at.opt}, elements...)...)}
}

// mounted is the place as a process sees it that has files of its own. Code that is not of
// a package stays where its user has it, for what lies beside it.
func (at place) mounted(packaged bool) place {
	at.isMounted = true
	if packaged {
		at.task = taskRoot
	}
	if at.layers != "" {
		at.opt = optRoot
	}
	return at
}

// host returns where a path of the function's is on this machine.
func (at place) host(path string) string {
	if inside, ok := below(path, at.task); ok {
		return filepath.Join(at.code, inside)
	}
	if inside, ok := below(path, at.opt); ok && at.opt != "" {
		return filepath.Join(at.layers, inside)
	}
	return path
}

// runtime returns the directory that the function has as /var/runtime.
func (at place) runtime(files string) string {
	if at.isMounted {
		return runtimeRoot
	}
	return files
}

// local returns what a path of AWS's is for the function; other paths stay.
func (at place) local(path string) string {
	if inside, ok := below(path, taskRoot); ok {
		return filepath.Join(at.task, filepath.FromSlash(inside))
	}
	if inside, ok := below(path, optRoot); ok && at.opt != "" {
		// What the layers do not have may be the machine's own /opt.
		if found := filepath.Join(at.opt, filepath.FromSlash(inside)); exists(at.host(found)) {
			return found
		}
	}
	return path
}

// below cuts a directory off a slash-separated path inside it.
func below(path, dir string) (inside string, ok bool) {
	if path == dir {
		return "", true
	}
	return strings.CutPrefix(path, dir+"/")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// searchVariables are lists of directories in which a user may name AWS's.
var searchVariables = []string{
	"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "NODE_PATH", "RUBYLIB", "GEM_PATH", "CLASSPATH",
}

// localise puts directories of this machine in for AWS's in the search variables.
func (at place) localise(variables map[string]string) {
	for _, name := range searchVariables {
		value, ok := variables[name]
		if !ok || (!strings.Contains(value, taskRoot) && !strings.Contains(value, optRoot)) {
			continue
		}
		dirs := strings.Split(value, ":")
		for i, dir := range dirs {
			dirs[i] = at.local(dir)
		}
		variables[name] = strings.Join(dirs, ":")
	}
}

// joinPaths makes the value of a search variable.
func joinPaths(lists ...[]string) string {
	return strings.Join(slices.Concat(lists...), string(os.PathListSeparator))
}

// placeOf makes the code of a function ready and tells where it is. When the
// process that runs there is gone, release is to be called.
func (r *Runner) placeOf(fn *deployed.Function) (place, func() error, error) {
	var at place
	var err error
	if fn.LocalDir != "" {
		at, err = placeInside(fn.LocalDir)
	} else {
		at.task, err = r.cfg.Packages.tree(r.life, fn.CodeSHA256)
	}
	if err != nil {
		return at, nil, err
	}
	opt, release, err := r.cfg.Packages.useLayers(r.life, fn.Layers)
	at.opt, at.code, at.layers = opt, at.task, opt
	if err != nil || fn.LocalDir == "" {
		return at, release, err
	}
	src := r.sources.use(fn.LocalDir)
	return at, func() error {
		r.sources.leave(src)
		return release()
	}, nil
}

// placeInside is where the code in a directory of the user's is, or in a file,
// which then is the program of a custom runtime.
func placeInside(path string) (place, error) {
	// Resolved for the sake of stack traces, see OpenPackages.
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return place{}, &fault{
			Type: "Runtime.InvalidEntrypoint", Reason: "The local directory of the function cannot be read: " + err.Error(),
		}
	}
	if root := rootOf(resolved); root != resolved {
		return place{task: root, program: resolved}, nil
	}
	return place{task: resolved}, nil
}

// SupportsLocalDir tells that functions run from their local directory in place.
func (*Runner) SupportsLocalDir() bool { return true }

// SupportsLayers tells that functions have their layers, at the directory that
// the search variables name in the place of /opt.
func (*Runner) SupportsLayers() bool { return true }
