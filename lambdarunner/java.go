package lambdarunner

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// java runs java* functions with the embedded runtime, which needs Java 11, on the
// installed Java that fits best.
type java struct{}

// javaProbe is the class of the embedded runtime that tells its interpreter's path
// and version.
const javaProbe = "dev.stagedoor.runtime.Probe"

// javaHeapPercent is the share of a function's memory that AWS gives to the heap.
const javaHeapPercent = 85

func (java) command(ctx context.Context, files *runtimeFiles, fn *deployed.Function, at place) (command, error) {
	dir := filepath.Join(files.dir, "java")
	runtime := at.runtime(dir)
	jar := filepath.Join(dir, "runtime.jar")
	release := releaseOf(strings.TrimPrefix(fn.Runtime, "java"), 1)
	number := strconv.Itoa(release[0])
	it, ok := files.interpreters.lookUp(ctx, wanted{
		runtime: fn.Runtime, release: release, candidates: javaCandidates(number),
		probe: []string{"-Xshare:auto", "-cp", jar, javaProbe},
	})
	if !ok {
		return command{}, &fault{
			Type: "Runtime.InvalidEntrypoint",
			Reason: "Couldn't find an interpreter for " + fn.Runtime + ": install Java " + number +
				", so that java is on PATH or JAVA_HOME names its directory",
		}
	}
	classPath, err := javaClassPath(at)
	if err != nil {
		return command{}, err
	}
	heap := max(int(fn.MemorySizeMiB)*1024*javaHeapPercent/100, 32<<10)
	return command{
		path:           it.path,
		interpreterDir: filepath.Dir(it.path),
		args: []string{
			// What starts fast, as on AWS.
			"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
			"-Xmx" + strconv.Itoa(heap) + "k",
			"-Dfile.encoding=UTF-8",
			"-cp", strings.Join(append([]string{filepath.Join(runtime, "runtime.jar")}, classPath...), string(os.PathListSeparator)),
			"dev.stagedoor.runtime.Main",
		},
		version:    runtimeVersion("java", it.version, 1),
		runtimeDir: runtime, runtimeFiles: dir,
		managed: true,
	}, nil
}

// javaClassPath is where classes are looked for: the root of the package, the jars
// in its lib, then those of the layers, each in the order of their names.
func javaClassPath(at place) ([]string, error) {
	jars, err := jarsOf(at, filepath.Join(at.task, "lib"))
	if err != nil || at.opt == "" {
		return append([]string{at.task}, jars...), err
	}
	layered, err := jarsOf(at, filepath.Join(at.opt, "java", "lib"))
	return slices.Concat([]string{at.task}, jars, layered), err
}

// jarsOf are the jars in a directory of the function's.
func jarsOf(at place, dir string) ([]string, error) {
	jars, err := filepath.Glob(filepath.Join(globEscaped(at.host(dir)), "*.jar"))
	for i, jar := range jars {
		jars[i] = filepath.Join(dir, filepath.Base(jar))
	}
	return jars, err
}

// globEscaped makes a path a pattern that matches nothing else.
func globEscaped(path string) string {
	if os.PathSeparator == '\\' {
		return path // where patterns have no escapes
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// javaCandidates are the Javas that may be there: those of JAVA_HOME and PATH, and
// where systems install them. Directories that have the wanted release in their
// name come first, to spare starting the others.
func javaCandidates(number string) []string {
	var candidates []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		candidates = append(candidates, filepath.Join(home, "bin", "java"))
	}
	candidates = append(candidates, "java")
	candidates = append(candidates, installed(
		"/usr/lib/jvm/*/bin/java",
		"/usr/java/*/bin/java",
		"/opt/java/*/bin/java",
		"/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java",
		"$SDKMAN_DIR|~/.sdkman|/candidates/java/*/bin/java",
		"$ASDF_DATA_DIR|~/.asdf|/installs/java/*/bin/java",
		"$MISE_DATA_DIR|~/.local/share/mise|/installs/java/*/bin/java",
	)...)
	named := func(path string) int {
		if strings.Contains(path, number) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(candidates, func(a, b string) int { return named(a) - named(b) })
	return candidates
}
