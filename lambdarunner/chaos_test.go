package lambdarunner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// chaosVariable tells the test binary to run the chaos and nothing else: what a process has
// open can be counted only in one of its own.
const chaosVariable = "STAGEDOOR_TEST_CHAOS"

// Every caller gets an answer of the right kind while processes are killed at random, and
// nothing is left behind: no process, zombie, descriptor, goroutine or file.
func TestChaos(t *testing.T) {
	if os.Getenv(chaosVariable) == "" {
		t.Parallel()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChaos$", "-test.count=1", "-test.timeout=5m")
		cmd.Env = append(os.Environ(), chaosVariable+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	const calls, limit = 500, 8
	r := newRig(t, func(c *Config) { c.MaxConcurrency = limit })
	fn := r.goFunction("echo")
	r.call(fn, "1") // what is made once, for instance cached packages, is there now
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
	files, goroutines := openFiles(t), runtime.NumGoroutine()

	stop := make(chan struct{})
	var killer, callers sync.WaitGroup
	var killed int
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if r.killOne() {
				killed++
			}
			time.Sleep(200 * time.Microsecond) // what is killed takes a while to be gone
		}
	})
	var answered, failed, refused atomic.Int64
	for i := range calls { // all at once: those above the limit are refused, and call again
		callers.Go(func() {
			want := fmt.Sprint(i)
			id := fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
			for {
				out, err := r.Invoke(context.Background(), fn, deployed.Invocation{RequestID: id, Payload: []byte(want)})
				switch {
				case err != nil && strings.Contains(err.Error(), "TooManyRequestsException"):
					refused.Add(1)
					time.Sleep(time.Millisecond) // as a client of AWS backs off
					continue
				case err != nil:
					t.Errorf("call %d: %v", i, err)
				case out.FunctionError == "" && string(out.Payload) == want:
					answered.Add(1)
				case out.FunctionError != "" && exitedOf(out.Payload, id):
					failed.Add(1)
				default:
					t.Errorf("call %d: outcome %q %s", i, out.FunctionError, out.Payload)
				}
				return
			}
		})
	}
	callers.Wait()
	close(stop)
	killer.Wait()
	t.Logf("%d processes killed, %d calls answered, %d cut off, %d times refused", killed, answered.Load(), failed.Load(), refused.Load())
	if killed == 0 || answered.Load() == 0 {
		t.Errorf("%d processes were killed, %d calls were answered", killed, answered.Load())
	}
	for range 3 { // idle ones may have been killed and not be reaped yet
		_, _ = r.callContext(t.Context(), fn, "1")
	}
	r.idle()
	if got := string(r.call(fn, `"after"`).Payload); got != `"after"` {
		t.Errorf("payload = %s", got)
	}
	if live, _, _ := r.counts(); live > limit {
		t.Errorf("%d processes, the limit is %d", live, limit)
	}
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
	entries, err := os.ReadDir(r.runtimes.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "tmp-") {
			t.Errorf("%s is left behind", e.Name())
		}
	}
	eventually(t, "no more descriptors than before", func() bool { return openFiles(t) <= files })
	eventually(t, "no more goroutines than before", func() bool { return runtime.NumGoroutine() <= goroutines })
	// A child that lives serves the runner; a zombie is a process that nobody has waited for.
	for _, id := range childProcesses() {
		status, _ := os.ReadFile(filepath.Join("/proc", id, "stat"))
		if _, after, ok := strings.Cut(string(status), ") "); ok && strings.HasPrefix(after, "Z") {
			t.Errorf("zombie %s: %s", id, status)
		}
	}
}

// openFiles counts the descriptors of this process, where /proc tells.
func openFiles(tb testing.TB) int {
	tb.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
	return len(entries)
}

// killOne kills a process of the runner, if there is one.
func (r *rig) killOne() bool {
	r.mu.Lock()
	var all []*process
	for p := range r.processes {
		all = append(all, p)
	}
	r.mu.Unlock()
	if len(all) == 0 {
		return false
	}
	all[rand.IntN(len(all))].stop()
	return true
}

// exitedOf tells whether a payload says that the process of an invocation ended.
func exitedOf(payload []byte, id string) bool {
	var object struct{ ErrorType, ErrorMessage string }
	err := json.Unmarshal(payload, &object)
	return err == nil && object.ErrorType == "Runtime.ExitError" &&
		object.ErrorMessage == "RequestId: "+id+" Error: Runtime exited with error: signal: killed"
}

func TestTemporaryFilesAreTheEnvironmentsOwn(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os, tempfile
def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "kept")
    seen = os.path.exists(path)
    open(path, "w").close()
    return [tempfile.gettempdir(), seen]
`}))
	var dirs [2]string
	for i := range 2 {
		var first, second []any
		for _, into := range []*[]any{&first, &second} {
			if err := json.Unmarshal(r.call(fn, "{}").Payload, into); err != nil {
				t.Fatal(err)
			}
			r.idle()
		}
		if first[0] != second[0] || first[1] != false || second[1] != true {
			t.Errorf("first %v, second %v: the files of an environment stay with it", first, second)
		}
		dirs[i] = first[0].(string)
		r.Retire(fn)
		r.eventuallyCounts(0, 0, 0)
		if exists(dirs[i]) {
			t.Errorf("%s is left behind", dirs[i])
		}
	}
	if dirs[0] == dirs[1] {
		t.Error("two environments share a directory")
	}
}
