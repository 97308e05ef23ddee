package lambdarunner

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// localFunction is a function whose code is run from a directory in place.
func (r *rig) localFunction(runtime, handler, dir string) *deployed.Function {
	r.tb.Helper()
	fn := r.function(runtime, handler, zipOf(r.tb, map[string]string{"unused": "x"}))
	fn.LocalDir, fn.CodeSHA256 = dir, ""
	return fn
}

func save(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	// See zipEntry.writeTo: no process forked now may hold a program open for writing.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		tb.Fatal(err)
	}
}

// replace saves as many editors do: another file takes the name.
func replace(tb testing.TB, path, content string) {
	tb.Helper()
	save(tb, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		tb.Fatal(err)
	}
}

const countingPython = "import os\ncalls = 0\ndef handler(event, context):\n    global calls\n    calls += 1\n    return [%d, calls]\n"

func TestNoRequestAfterASaveRunsOldCode(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	dir := t.TempDir()
	app := filepath.Join(dir, "app.py")
	fn := r.localFunction("python3.13", "app.handler", dir)
	for i := range 6 {
		content := fmt.Sprintf(countingPython, i) // of one size, and often in one second
		if i%2 == 0 {
			save(t, app, content)
		} else {
			replace(t, app, content)
		}
		for call := range 2 {
			want := fmt.Sprintf("[%d, %d]", i, call+1)
			if got := string(r.call(fn, "{}").Payload); got != want {
				t.Fatalf("payload = %s, want %s", got, want)
			}
			r.idle()
		}
	}
	if exists(filepath.Join(dir, "__pycache__")) {
		t.Error("compiled files lie in the user's directory")
	}
}

func TestInFlightCallsFinishOnTheOldCode(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	dir := t.TempDir()
	gate := filepath.Join(t.TempDir(), "gate")
	code := `
import os, time
def handler(event, context):
    while event and not os.path.exists(event):
        time.sleep(0.005)
    return "%s"
`
	save(t, filepath.Join(dir, "app.py"), fmt.Sprintf(code, "old"))
	fn := r.localFunction("python3.13", "app.handler", dir)
	event, err := json.Marshal(gate)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.call(fn, `""`).Payload); got != `"old"` {
		t.Fatalf("payload = %s", got)
	}
	r.idle()
	old := make(chan string, 1)
	go func() {
		out, err := r.callContext(context.Background(), fn, string(event))
		old <- string(out.Payload) + errorText(err)
	}()
	eventually(t, "the call is in flight", func() bool { _, _, busy := r.counts(); return busy == 1 })
	save(t, filepath.Join(dir, "app.py"), fmt.Sprintf(code, "new"))
	if got := string(r.call(fn, `""`).Payload); got != `"new"` {
		t.Errorf("after the save = %s", got)
	}
	save(t, gate, "")
	if got := <-old; got != `"old"` {
		t.Errorf("the call in flight ended with %s", got)
	}
	r.eventuallyCounts(1, 1, 0)
}

func TestChangesThatReload(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	base := t.TempDir()
	dir := filepath.Join(base, "code")
	save(t, filepath.Join(dir, "bootstrap"), string(goBootstrap))
	save(t, filepath.Join(dir, "src", "a.txt"), "1")
	save(t, filepath.Join(dir, "node_modules", "x", "index.js"), "1")
	fn := r.localFunction("provided.al2023", "echo", dir)
	rename := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	pid := func() int {
		t.Helper()
		if got := string(r.call(fn, "1").Payload); got != "1" {
			t.Fatalf("payload = %s", got)
		}
		r.idle()
		r.mu.Lock()
		defer r.mu.Unlock()
		for p := range r.processes {
			if p.pool == p.pool.family.current {
				return p.cmd.Process.Pid
			}
		}
		t.Fatal("no process")
		return 0
	}
	steps := []struct {
		name    string
		change  func()
		reloads bool
	}{
		{"nothing", func() {}, false},
		{"file in a directory", func() { save(t, filepath.Join(dir, "src", "a.txt"), "2") }, true},
		{"new directory", func() { save(t, filepath.Join(dir, "src", "deep", "er", "b.txt"), "1") }, true},
		{"file in the new directory", func() { save(t, filepath.Join(dir, "src", "deep", "er", "b.txt"), "2") }, true},
		{"dependency", func() { save(t, filepath.Join(dir, "node_modules", "x", "index.js"), "2") }, true},
		{"compiled Python", func() { save(t, filepath.Join(dir, "__pycache__", "app.pyc"), "2") }, false},
		{"version control", func() { save(t, filepath.Join(dir, ".git", "index"), "2") }, false},
		{"swap file", func() { save(t, filepath.Join(dir, "src", ".a.txt.swp"), "2") }, false},
		{"directory renamed", func() { rename(filepath.Join(dir, "src"), filepath.Join(dir, "lib")) }, true},
		{"file in the renamed directory", func() { save(t, filepath.Join(dir, "lib", "a.txt"), "3") }, true},
		{"all replaced", func() {
			rename(dir, dir+".old")
			save(t, filepath.Join(dir, "bootstrap"), string(goBootstrap))
		}, true},
		{"file in the new tree", func() { save(t, filepath.Join(dir, "c.txt"), "1") }, true},
		{"file in the former tree", func() { save(t, filepath.Join(dir+".old", "c.txt"), "1") }, false},
		{"removed", func() {
			if err := os.Remove(filepath.Join(dir, "c.txt")); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	before := pid()
	for _, step := range steps {
		step.change()
		after := pid()
		if (after != before) != step.reloads {
			t.Errorf("%s: process %d, before %d, want reload %v", step.name, after, before, step.reloads)
		}
		before = after
	}
}

func TestLocalFile(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	dir := t.TempDir()
	program := filepath.Join(dir, "my-function")
	save(t, program, string(goBootstrap))
	fn := r.localFunction("provided.al2023", "echo", program)
	if got := string(r.call(fn, `"file"`).Payload); got != `"file"` {
		t.Errorf("payload = %s", got)
	}
	generation := r.sources.generation(program)
	save(t, filepath.Join(dir, "other"), "x")
	r.idle()
	r.call(fn, "1")
	if r.sources.generation(program) != generation {
		t.Error("another file counts as a change")
	}
	replace(t, program, string(goBootstrap))
	r.idle()
	r.call(fn, "1")
	if r.sources.generation(program) == generation {
		t.Error("the new program was not noticed")
	}
}

func TestMissingLocalDir(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	dir := filepath.Join(t.TempDir(), "code")
	fn := r.localFunction("provided.al2023", "echo", dir)
	out := r.call(fn, "1")
	if out.FunctionError == "" {
		t.Errorf("payload = %s, want an error", out.Payload)
	}
	save(t, filepath.Join(dir, "bootstrap"), string(goBootstrap))
	if got := string(r.call(fn, "1").Payload); got != "1" {
		t.Errorf("payload = %s once it is there", got)
	}
}

func TestWatcherEndsWithItsLastUser(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	base := t.TempDir()
	var functions []*deployed.Function
	for i := range 3 {
		dir := filepath.Join(base, strconv.Itoa(i%2))
		replace(t, filepath.Join(dir, "bootstrap"), string(goBootstrap))
		fn := r.localFunction("provided.al2023", "echo", dir)
		fn.ARN += strconv.Itoa(i)
		functions = append(functions, fn)
		r.call(fn, "1")
	}
	state := func() (paths, dirs int, open bool) {
		r.sources.mu.Lock()
		defer r.sources.mu.Unlock()
		return len(r.sources.byPath), len(r.sources.byDir), r.sources.watcher != nil
	}
	eventually(t, "two directories", func() bool { paths, dirs, open := state(); return paths == 2 && dirs == 2 && open })
	for _, fn := range functions {
		r.Retire(fn)
	}
	eventually(t, "no watcher", func() bool { paths, dirs, open := state(); return paths == 0 && dirs == 0 && !open })
	r.call(functions[0], "1")
	if _, _, open := state(); !open {
		t.Error("not watched again")
	}
}

func TestUnwatchedDirectoryIsLookedThrough(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	save(t, file, "1")
	s := newSources(t.TempDir(), (Config{Packages: &Packages{}}).mustDefaults(t).Logger, time.Now)
	src := s.use(dir)
	defer s.leave(src)
	s.mu.Lock()
	src.unwatched, src.print = true, src.fingerprint()
	s.mu.Unlock()
	generation := src.generation.Load()
	catchUp := func() uint64 {
		if err := s.catchUp(t.Context(), src); err != nil {
			t.Fatal(err)
		}
		return src.generation.Load()
	}
	if got := catchUp(); got != generation {
		t.Error("a change where there is none")
	}
	replace(t, file, "22")
	if got := catchUp(); got == generation {
		t.Error("the change was not noticed")
	}
}

func (c Config) mustDefaults(tb testing.TB) Config {
	tb.Helper()
	c, err := c.withDefaults()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestConcurrentRequestsDuringSaves(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	dir := t.TempDir()
	save(t, filepath.Join(dir, "bootstrap"), string(goBootstrap))
	fn := r.localFunction("provided.al2023", "echo", dir)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 4 {
				if i == 0 {
					save(t, filepath.Join(dir, "touched"), strconv.Itoa(j))
				}
				out, err := r.callContext(t.Context(), fn, "1")
				if err != nil || string(out.Payload) != "1" {
					t.Errorf("outcome %s, error %v", out.Payload, err)
				}
			}
		})
	}
	wg.Wait()
	r.idle()
}
