package lambdarunner

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// probeTimeout limits asking a program what it is.
	probeTimeout = 10 * time.Second
	// probeAgain is how long a program that did not tell is not asked again.
	probeAgain = time.Minute
)

// interpreter is a program that was found and has said what it is.
type interpreter struct {
	path    string
	version string
}

// interpreters remembers what was found. What was not found is looked for again
// the next time: the user may have installed it meanwhile.
type interpreters struct {
	mu sync.Mutex // held while probing: one at a time is enough
	// chosen are those that are exactly what was wanted, by what was wanted; found
	// and failed are programs asked, by path.
	chosen, found map[string]interpreter
	failed        map[string]time.Time
}

func newInterpreters() *interpreters {
	return &interpreters{
		chosen: make(map[string]interpreter), found: make(map[string]interpreter), failed: make(map[string]time.Time),
	}
}

// wanted is an interpreter that a runtime is looking for.
type wanted struct {
	// runtime is the runtime identifier.
	runtime string
	// release is the version as far as it matters, for instance 3.13 or 21.
	release []int
	// candidates are names on PATH and paths, the likeliest first.
	candidates []string
	// probe are arguments that make a program print its own path and its version on
	// two lines, or fail.
	probe []string
}

// lookUp returns the candidate of the wanted release, else the oldest that is
// newer, else the newest, and of several the first.
//
// Being on PATH proves nothing: version managers put a script for every version
// they know there, which fails for those that are not selected. And the script
// costs more to start than the interpreter, so its own path is what is wanted.
func (i *interpreters) lookUp(ctx context.Context, w wanted) (interpreter, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if it, ok := i.chosen[w.runtime]; ok {
		return it, true
	}
	var best interpreter
	var bestRelease []int
	for _, candidate := range w.candidates {
		it, ok := i.askLocked(ctx, candidate, w.probe)
		if !ok {
			continue
		}
		release := releaseOf(it.version, len(w.release))
		if compareReleases(release, w.release) == 0 {
			i.chosen[w.runtime] = it
			return it, true
		}
		if bestRelease == nil || closer(release, bestRelease, w.release) {
			best, bestRelease = it, release
		}
	}
	return best, bestRelease != nil
}

func (i *interpreters) askLocked(ctx context.Context, candidate string, probe []string) (interpreter, bool) {
	path, err := exec.LookPath(candidate)
	if err != nil {
		return interpreter{}, false
	}
	if it, ok := i.found[path]; ok {
		return it, true
	}
	if at, ok := i.failed[path]; ok && time.Since(at) < probeAgain {
		return interpreter{}, false
	}
	it, err := ask(ctx, path, probe)
	if err != nil {
		i.failed[path] = time.Now()
		return interpreter{}, false
	}
	i.found[path] = it
	return it, true
}

func ask(ctx context.Context, path string, probe []string) (interpreter, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, probe...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return interpreter{}, err
	}
	lines := strings.Fields(strings.ReplaceAll(string(out), " ", "\x00"))
	if len(lines) != 2 {
		return interpreter{}, fmt.Errorf("unexpected answer %q", out)
	}
	return interpreter{path: strings.ReplaceAll(lines[0], "\x00", " "), version: lines[1]}, nil
}

// releaseOf returns the first numbers of a version such as "3.13.0", "21-ea" or
// Java's "1.8.0_392", which is release 8; what is missing is 0.
func releaseOf(version string, numbers int) []int {
	if rest, ok := strings.CutPrefix(version, "1."); ok && numbers == 1 {
		version = rest
	}
	release := make([]int, numbers)
	parts := strings.FieldsFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	for i := range min(numbers, len(parts)) {
		if n, err := strconv.Atoi(parts[i]); err == nil {
			release[i] = n
		}
	}
	return release
}

// compareReleases is negative when a is older than b.
func compareReleases(a, b []int) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] - b[i]
		}
	}
	return 0
}

// closer tells whether a release serves for the wanted one better than another.
func closer(release, other, want []int) bool {
	newer, otherNewer := compareReleases(release, want) > 0, compareReleases(other, want) > 0
	switch {
	case newer != otherNewer:
		return newer
	case newer:
		return compareReleases(release, other) < 0
	default:
		return compareReleases(release, other) > 0
	}
}
