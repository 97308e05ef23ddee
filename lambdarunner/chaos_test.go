package lambdarunner

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Every caller gets an answer of the right kind while processes are killed at
// random, and nothing is left behind; TestMain looks for goroutines and processes.
func TestChaos(t *testing.T) {
	t.Parallel()
	const calls, limit = 500, 8
	r := newRig(t, func(c *Config) { c.MaxConcurrency = limit })
	fn := r.goFunction("echo")
	stop := make(chan struct{})
	var killer, callers sync.WaitGroup
	killed := 0
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
		}
	})
	turns := make(chan struct{}, limit) // as the control plane keeps the limit
	for i := range calls {
		callers.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			want := fmt.Sprint(i)
			id := fmt.Sprintf("00000000-0000-0000-0000-%012d", i)
			out, err := r.Invoke(context.Background(), fn, deployed.Invocation{RequestID: id, Payload: []byte(want)})
			switch {
			case err != nil && strings.Contains(err.Error(), "TooManyRequestsException"):
				// A killed process counts until it is reaped.
			case err != nil:
				t.Errorf("call %d: %v", i, err)
			case out.FunctionError == "" && string(out.Payload) == want:
			case out.FunctionError != "" && exitedOf(out.Payload, id):
			default:
				t.Errorf("call %d: outcome %q %s", i, out.FunctionError, out.Payload)
			}
		})
	}
	callers.Wait()
	close(stop)
	killer.Wait()
	if killed == 0 {
		t.Error("no process was killed")
	}
	for range 3 { // idle ones may have been killed and not be reaped yet
		_, _ = r.callContext(t.Context(), fn, "1")
	}
	r.idle()
	if got := string(r.call(fn, `"after"`).Payload); got != `"after"` {
		t.Errorf("payload = %s", got)
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
