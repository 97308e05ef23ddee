package lambdarunner

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

//go:embed bootstrap
var bootstraps embed.FS

// launcher knows how functions of one kind of runtime are started.
type launcher interface {
	// command returns the program for a function whose code lies at the place. A
	// *fault is what the caller gets to see as the function's own failure.
	command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error)
}

// command is the program that serves a function.
type command struct {
	path string
	args []string
	// interpreterDir comes first in PATH; empty for none.
	interpreterDir string
	// version is what the INIT_START line says, for instance "python:3.13.v2".
	version string
	// runtimeDir becomes LAMBDA_RUNTIME_DIR. runtimeFiles is that directory on this machine,
	// empty for custom runtimes.
	runtimeDir, runtimeFiles string
	// variables are the environment of the runtime; users may override them.
	variables map[string]string
	// compile is a command that compiles the code in the directory that follows; empty for
	// runtimes that keep no compiled code.
	compile []string
	// managed says that the runtime is one of AWS's own, not a custom one.
	managed bool
}

// runtimeOf returns the launcher for the function's runtime identifier.
func runtimeOf(fn *deployed.Function) (launcher, error) {
	switch name := fn.Runtime; {
	case name == "provided" || strings.HasPrefix(name, "provided."):
		return provided{}, nil
	case strings.HasPrefix(name, "python3."):
		return python{}, nil
	case strings.HasPrefix(name, "nodejs"):
		return nodejs{}, nil
	case strings.HasPrefix(name, "java"):
		return java{}, nil
	case strings.HasPrefix(name, "ruby"):
		return ruby{}, nil
	case strings.HasPrefix(name, "dotnet"):
		return dotnet{}, nil
	default:
		return nil, &smithy.GenericAPIError{
			Code: "InvalidRuntimeException",
			Message: "Functions of runtime " + name + " cannot be run here; " +
				"python3.x, nodejs*.x, java*, ruby*, dotnet* and provided.* can.",
			Fault: smithy.FaultServer,
		}
	}
}

// runtimeVersion is the version of a runtime in AWS's form: the release, and behind "v" what
// follows it in the interpreter's version, where AWS counts its builds. parts is of how many
// numbers a release consists.
func runtimeVersion(family, version string, parts int) string {
	numbers := strings.Split(version, ".")
	build := "0"
	if len(numbers) > parts {
		build = numbers[parts]
		numbers = numbers[:parts]
	}
	return family + ":" + strings.Join(numbers, ".") + ".v" + build
}

// wrapperVariable names a program of the function that starts the runtime.
const wrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER"

// wrapped puts the user's wrapper before the program of a managed runtime, with
// the program and its arguments as the wrapper's own.
func wrapped(c command, fn *deployed.Function, at place) command {
	wrapper := fn.Environment[wrapperVariable]
	if wrapper == "" || !c.managed {
		return c
	}
	c.args = append([]string{c.path}, c.args...)
	c.path = at.local(wrapper)
	return c
}

// runtimeFiles is a directory with the embedded bootstraps, and the
// interpreters found.
type runtimeFiles struct {
	dir          string
	interpreters *interpreters
	// nodeModules is [Config.NodeModules].
	nodeModules []string
}

// writeRuntimeFiles writes the bootstraps into a new directory below tempDir.
func writeRuntimeFiles(tempDir string) (_ *runtimeFiles, err error) {
	dir, err := os.MkdirTemp(tempDir, "stagedoor-runtimes-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	// Interpreters print resolved paths in stack traces, see OpenPackages.
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return nil, err
	}
	sources, err := fs.Sub(bootstraps, "bootstrap")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(resolved, sources); err != nil {
		return nil, err
	}
	return &runtimeFiles{dir: resolved, interpreters: newInterpreters()}, nil
}

// remove deletes the directory.
func (f *runtimeFiles) remove() error { return os.RemoveAll(f.dir) }
