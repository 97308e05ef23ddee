package lambdarunner

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

func exitError(reason string) string {
	return `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + testRequestID + ` Error: ` + reason + `"}`
}

func TestInvokeOutcomes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		payload string
		want    string
		failed  bool
	}{
		"echo":        {payload: `{"a":1}`, want: `{"a":1}`},
		"error":       {want: `{"errorType":"My.Error","errorMessage":"no luck"}`, failed: true},
		"error.empty": {want: `{"errorType":"My.Error","errorMessage":""}`, failed: true},
		"garbage":     {want: "not json {"},
		"exit.zero":   {want: exitError("Runtime exited without providing a reason"), failed: true},
		"signal":      {want: exitError("Runtime exited with error: exit status 2"), failed: true},
		"init.exit":   {want: exitError("Runtime exited with error: exit status 4"), failed: true},
		"init.error":  {want: `{"errorType":"My.InitError","errorMessage":"cannot start"}`, failed: true},
		"init.error.stay": {
			want: `{"errorType":"My.InitError","errorMessage":"stays"}`, failed: true,
		},
		"answer.exit": {payload: `"last words"`, want: `"last words"`},
		"large": {
			want: `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":` +
				`"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`,
			failed: true,
		},
		"wrong": {want: `"[403 403 400 404 405]"`},
	}
	r := newRig(t, nil)
	for handler, tt := range tests {
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			fn := *r.goFunction(handler)
			fn.ARN += "-" + handler
			out := r.call(&fn, tt.payload)
			got := string(out.Payload)
			if handler == "signal" { // a Go program dies of SIGSEGV in either way
				got = strings.Replace(got, "signal: segmentation fault (core dumped)", "exit status 2", 1)
				got = strings.Replace(got, "signal: segmentation fault", "exit status 2", 1)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			if got := out.FunctionError == "Unhandled"; got != tt.failed {
				t.Errorf("FunctionError = %q, want failed %v", out.FunctionError, tt.failed)
			}
		})
	}
}

func TestEmptyPayloadIsEmptyObject(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	if got := string(r.call(r.goFunction("echo"), "").Payload); got != "{}" {
		t.Errorf("payload = %s, want {}", got)
	}
}

func TestLargeEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("echo")
	want := `"` + strings.Repeat("x", 6<<20) + `"`
	for range 2 { // cold and warm
		if got := string(r.call(fn, want).Payload); got != want {
			t.Fatalf("got %d bytes, want %d", len(got), len(want))
		}
	}
}

func TestConcurrentInvokesScaleOutToTheLimit(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, func(c *Config) { c.MaxConcurrency = 3 })
	fn := r.folderFunction("python3.13", "app.sleep", "python")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if out, err := r.callContext(t.Context(), fn, `{"seconds":1}`); err != nil || string(out.Payload) != `"slept"` {
				t.Errorf("outcome %s, error %v", out.Payload, err)
			}
		})
	}
	eventually(t, "three busy", func() bool { _, _, busy := r.counts(); return busy == 3 })
	_, err := r.callContext(t.Context(), fn, `{"seconds":0}`)
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "TooManyRequestsException" || api.ErrorMessage() != "Rate Exceeded." {
		t.Errorf("error = %v, want TooManyRequestsException", err)
	}
	wg.Wait()
	r.eventuallyCounts(3, 3, 0)
}

func TestSequentialInvokesUseOneProcess(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.count", "python")
	var last struct{ Calls, PID int }
	first := 0
	for i := range 50 {
		if err := json.Unmarshal(r.call(fn, "{}").Payload, &last); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = last.PID
		}
	}
	if last.Calls != 50 || last.PID != first {
		t.Errorf("calls %d in process %d, want 50 in %d: globals survive", last.Calls, last.PID, first)
	}
}

func TestSlowNextDoesNotHoldUpTheNextInvoke(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("answer.late")
	for range 2 {
		r.call(fn, "{}")
	}
	if live, _, _ := r.counts(); live != 2 {
		t.Errorf("%d processes, want a second one beside that which is not ready", live)
	}
}

func TestRetire(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.folderFunction("python3.13", "app.sleep", "python")
	r.call(fn, `{"seconds":0}`)
	r.eventuallyCounts(1, 1, 0)
	done := make(chan string)
	for range 2 {
		go func() {
			out, err := r.callContext(t.Context(), fn, `{"seconds":0.5}`)
			done <- string(out.Payload) + errorText(err)
		}()
	}
	eventually(t, "both busy", func() bool { _, idle, busy := r.counts(); return idle == 0 && busy == 2 })
	r.Retire(fn)
	for range 2 {
		if got := <-done; got != `"slept"` {
			t.Errorf("a busy invocation ended with %s", got)
		}
	}
	r.eventuallyCounts(0, 0, 0)

	r.call(fn, `{"seconds":0}`)
	r.eventuallyCounts(1, 1, 0)
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestNewRevisionReplacesTheOld(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.MaxConcurrency = 1 })
	first := r.goFunction("echo")
	r.call(first, "1")
	r.eventuallyCounts(1, 1, 0)
	second := *first
	second.RevisionID = "r2"
	r.call(&second, "2")
	r.eventuallyCounts(1, 1, 0)
	// One that was on its way is served, without pushing the new one aside.
	if got := string(r.call(first, "3").Payload); got != "3" {
		t.Errorf("payload = %s", got)
	}
	r.eventuallyCounts(1, 1, 0)
	r.mu.Lock()
	current := r.families[keyOf(first)].current.revision
	r.mu.Unlock()
	if current != "r2" {
		t.Errorf("current revision %q, want r2", current)
	}
}

func TestIdleProcessesAreReaped(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	offset := time.Duration(0)
	r := newRig(t, func(c *Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(offset) }
	})
	r.call(r.goFunction("echo"), "1")
	r.eventuallyCounts(1, 1, 0)
	stopAll(r.takeExpired(r.cfg.Now().Add(DefaultIdleTimeout - time.Second)))
	r.eventuallyCounts(1, 1, 0)
	mu.Lock()
	offset = DefaultIdleTimeout
	mu.Unlock()
	stopAll(r.takeExpired(r.cfg.Now()))
	r.eventuallyCounts(0, 0, 0)
}

func TestUnknownRuntime(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	_, err := r.Invoke(t.Context(), &deployed.Function{Runtime: "cobol74"}, deployed.Invocation{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "InvalidRuntimeException" {
		t.Errorf("error = %v, want InvalidRuntimeException", err)
	}
}

func TestShellBootstrap(t *testing.T) {
	t.Parallel()
	needTool(t, "curl")
	r := newRig(t, nil)
	saved, err := os.ReadFile("../testdata/functions/sh/bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	fn := r.function("provided.al2", "x", zipOf(t, map[string]string{"bootstrap": string(saved)}))
	for range 3 {
		out := r.call(fn, `{"a":1}`)
		if got := string(out.Payload); got != `{"echo":{"a":1}}` {
			t.Errorf("payload = %s", got)
		}
		if !strings.Contains(string(out.LogTail), "\nechoing {\"a\":1}\nEND ") {
			t.Errorf("log = %s", out.LogTail)
		}
	}
}
