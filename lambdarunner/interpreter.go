package lambdarunner

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// probeTimeout limits asking a program on PATH what it is.
const probeTimeout = 10 * time.Second

// interpreter is a program that was found on PATH and has said what it is.
type interpreter struct {
	path    string
	version string
}

// interpreters remembers what was found. What was not found is looked for again
// the next time: the user may have installed it meanwhile.
type interpreters struct {
	mu    sync.Mutex // held while probing: one at a time is enough
	found map[string]interpreter
}

// lookUp returns the first of the named programs on PATH that runs the probe,
// whose output is the interpreter's own path and its version on two lines.
//
// Being on PATH proves nothing: version managers put a script for every version
// they know there, which fails for those that are not selected. And the script
// costs more to start than the interpreter, so its own path is what is wanted.
func (i *interpreters) lookUp(ctx context.Context, names []string, probe ...string) (interpreter, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	key := strings.Join(names, " ")
	if known, ok := i.found[key]; ok {
		return known, true
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		it, err := ask(ctx, path, probe)
		if err == nil {
			i.found[key] = it
			return it, true
		}
	}
	return interpreter{}, false
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
