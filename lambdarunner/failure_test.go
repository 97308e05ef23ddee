package lambdarunner

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimeoutKillsTheGroupAndTheNextInvokeIsServed(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.child_then_hang", "python")
	fn.Timeout = time.Second
	out := r.call(fn, "{}")
	want := `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + testRequestID +
		` Error: Task timed out after 1.00 seconds"}`
	if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	tail := string(out.LogTail)
	pattern := regexp.MustCompile(`^START RequestId: \S+ Version: \$LATEST
child (\d+)
\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ` + testRequestID + ` Task timed out after 1.00 seconds

END RequestId: ` + testRequestID + `
REPORT RequestId: ` + testRequestID + "\tDuration: 1000.00 ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\t" +
		"Max Memory Used: \\d+ MB\tInit Duration: \\d+\\.\\d\\d ms\tStatus: timeout\n$")
	found := pattern.FindStringSubmatch(tail)
	if found == nil {
		t.Fatalf("unexpected log:\n%s", tail)
	}
	eventually(t, "the child of the function is gone", func() bool { return !processRuns(found[1]) })
	r.eventuallyCounts(0, 0, 0)
	fn.Handler, fn.RevisionID = "app.echo", "r2"
	if got := string(r.call(fn, `"again"`).Payload); got != `"again"` {
		t.Errorf("payload after the timeout = %s", got)
	}
}

// processRuns tells whether a process exists and is no zombie.
func processRuns(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}

func TestInitTimeoutIsRetriedOnTheFunctionsTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.InitTimeout = 100 * time.Millisecond })
	t.Run("hangs for ever", func(t *testing.T) {
		fn := r.goFunction("init.hang")
		fn.Timeout = time.Second
		out := r.call(fn, "{}")
		if !strings.Contains(string(out.Payload), `"Sandbox.Timedout"`) {
			t.Errorf("payload = %s", out.Payload)
		}
		report := regexp.MustCompile(`^INIT_REPORT Init Duration: 1\d\d\.\d\d ms\tPhase: init\tStatus: timeout$`)
		found := false
		for _, line := range r.logs.texts() {
			found = found || report.MatchString(line)
		}
		if !found {
			t.Errorf("no INIT_REPORT in %q", r.logs.texts())
		}
		if !r.logs.contains(" ms\tPhase: invoke\tStatus: timeout") {
			t.Errorf("no INIT_REPORT of the second try in %q", r.logs.texts())
		}
	})
	t.Run("slow but within the function's time", func(t *testing.T) {
		fn := r.goFunction("init.slow")
		fn.RevisionID = "r2"
		if out := r.call(fn, `"slow"`); string(out.Payload) != `"slow"` {
			t.Errorf("payload = %s", out.Payload)
		}
	})
}

func TestCallerThatLeavesDoesNotEndTheFunction(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.sleep", "python")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := r.callContext(ctx, fn, `{"seconds":1}`); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error = %v, want deadline exceeded", err)
	}
	if live, idle, _ := r.counts(); live != 1 || idle != 0 {
		t.Errorf("live %d, idle %d: the process has to stay busy", live, idle)
	}
	r.eventuallyCounts(1, 1, 0)
	if !r.logs.contains("END RequestId: " + testRequestID) {
		t.Error("the invocation did not run to its end")
	}
}

func TestCrashedIdleProcessIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("grandchild")
	var pids struct{ PID, Child int }
	if err := json.Unmarshal(r.call(fn, "{}").Payload, &pids); err != nil {
		t.Fatal(err)
	}
	r.eventuallyCounts(1, 1, 0)
	p, err := os.FindProcess(pids.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	r.eventuallyCounts(0, 0, 0)
	eventually(t, "the grandchild is gone", func() bool { return !processRuns(strconv.Itoa(pids.Child)) })
	if out := r.call(fn, "{}"); out.FunctionError != "" {
		t.Errorf("after the crash: %s", out.Payload)
	}
}

func TestCloseFailsWhatIsInFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("hang")
	failed := make(chan error)
	go func() {
		_, err := r.callContext(t.Context(), fn, "{}")
		failed <- err
	}()
	eventually(t, "a process", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.processes) == 1 })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, ErrClosed) {
		t.Errorf("error = %v, want ErrClosed", err)
	}
	if _, err := r.callContext(t.Context(), fn, "{}"); !errors.Is(err, ErrClosed) {
		t.Errorf("error after Close = %v, want ErrClosed", err)
	}
	if left, _ := filepath.Glob(filepath.Join(r.cfg.TempDir, "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestEntrypointFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		mode  os.FileMode
		want  string
	}{
		"no bootstrap": {
			files: map[string]string{"main": "x"}, mode: 0o755,
			want: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
		},
		"not executable": {
			files: map[string]string{"bootstrap": "#!/bin/sh\n"}, mode: 0o644,
			want: "fork/exec /var/task/bootstrap: permission denied",
		},
		"wrong format": {
			files: map[string]string{"bootstrap": "MZ\x00\x00"}, mode: 0o755,
			want: "fork/exec /var/task/bootstrap: exec format error",
		},
		"interpreter missing": {
			files: map[string]string{"bootstrap": "#!/nowhere/interpreter\n"}, mode: 0o755,
			want: "fork/exec /var/task/bootstrap: no such file or directory",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			fn := r.function("provided.al2", "x", zipWith(t, tt.files, tt.mode))
			out := r.call(fn, "{}")
			want := string(errorObject("Runtime.InvalidEntrypoint", "RequestId: "+testRequestID+" Error: "+tt.want))
			if diff := cmp.Diff(want, string(out.Payload)); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			r.eventuallyCounts(0, 0, 0)
		})
	}
}
