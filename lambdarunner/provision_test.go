package lambdarunner

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// warmCounts returns how many environments are kept warm and how many of them
// have not been ready yet.
func (r *rig) warmCounts() (warm, starting int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.families {
		for _, pl := range f.pools {
			warm += pl.warm
			starting += pl.starting
		}
	}
	return warm, starting
}

func (r *rig) eventuallyWarm(n int) {
	r.tb.Helper()
	eventually(r.tb, "warm environments", func() bool { warm, starting := r.warmCounts(); return warm == n && starting == 0 })
}

func TestProvisionedEnvironments(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	fn := r.function("python3.13", "app.handler", zipOf(t, map[string]string{"app.py": `
import os
def handler(event, context):
    if event == "exit":
        os._exit(3)
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
`}))
	fn.Version = "1"
	r.Provision(fn, 6)
	r.eventuallyWarm(6)
	r.eventuallyCounts(6, 6, 0)
	out := r.call(fn, "{}")
	if got := string(out.Payload); got != `"provisioned-concurrency"` || strings.Contains(string(out.LogTail), "Init Duration") {
		t.Errorf("payload %s, log %s", got, out.LogTail)
	}
	r.idle()

	// They are not reaped.
	stopAll(r.takeExpired(r.cfg.Now().Add(2 * DefaultIdleTimeout)))
	r.eventuallyCounts(6, 6, 0)

	// Fewer, more, and the same again.
	r.Provision(fn, 2)
	r.eventuallyCounts(2, 2, 0)
	r.Provision(fn, 3)
	r.eventuallyWarm(3)
	r.eventuallyCounts(3, 3, 0)

	// None again: the next is an ordinary one.
	r.Provision(fn, 0)
	r.eventuallyCounts(0, 0, 0)
	if got := string(r.call(fn, "{}").Payload); got != `"on-demand"` {
		t.Errorf("payload = %s", got)
	}
	r.idle()

	// And gone with the function.
	r.Provision(fn, 2)
	r.eventuallyCounts(3, 3, 0)
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.families) != 0 {
		t.Errorf("%d families left", len(r.families))
	}
}

func TestProvisionedEnvironmentIsReplaced(t *testing.T) {
	t.Parallel()
	// The clock says that they have lived for long.
	r := newRig(t, func(c *Config) {
		begin := time.Now()
		c.Now = func() time.Time { return begin.Add(time.Since(begin) * 10000) }
	})
	fn := r.goFunction("exit.zero")
	fn.Timeout = 900 * time.Second
	r.Provision(fn, 1)
	r.eventuallyCounts(1, 1, 0)
	if out := r.call(fn, "{}"); out.FunctionError == "" {
		t.Errorf("payload = %s", out.Payload)
	}
	r.eventuallyWarm(1)
	r.eventuallyCounts(1, 1, 0)
}

func TestProvisionedEnvironmentThatFailsIsTriedAgainLater(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	fn := r.goFunction("init.exit")
	r.Provision(fn, 2)
	waits := func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		f := r.families[keyOf(fn)]
		return f != nil && f.warming.retry != nil && f.warming.failures > 0
	}
	eventually(t, "a wait before the next try", waits)
	if !r.logs.contains("Phase: init\tStatus: error\tError Type: Runtime.ExitError") {
		t.Errorf("logs %q", r.logs.texts())
	}
	// An invocation does not wait for that.
	if out := r.call(fn, "{}"); out.FunctionError == "" {
		t.Errorf("payload = %s", out.Payload)
	}
	r.Provision(fn, 0)
	r.eventuallyCounts(0, 0, 0)
}

func TestProvisionBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := poolRunner(t, func(c *Config) { c.MaxConcurrency = 1 })
		busy := started(t, r)
		w := &warming{fn: poolFunction, target: 1, leave: func() {}, failures: 3}
		r.mu.Lock()
		r.provisionLocked(w) // no room: it is tried again
		r.mu.Unlock()
		time.Sleep(firstWarmWait<<2 - time.Millisecond)
		retry := func() *time.Timer {
			r.mu.Lock()
			defer r.mu.Unlock()
			return w.retry
		}
		first := retry()
		if first == nil {
			t.Fatal("no wait")
		}
		time.Sleep(2 * time.Millisecond)
		if next := retry(); next == nil || next == first {
			t.Error("not tried again in time")
		}
		r.mu.Lock()
		r.provisionLocked(&warming{fn: poolFunction, leave: func() {}})
		r.freeLocked(busy.pool)
		left := len(r.families)
		r.mu.Unlock()
		if left != 0 || w.retry != nil {
			t.Errorf("%d families, timer %v left", left, w.retry)
		}
	})
}

func TestProvisionWithLocalDir(t *testing.T) {
	t.Parallel()
	needTool(t, "python3")
	r := newRig(t, nil)
	dir := t.TempDir()
	save(t, dir+"/app.py", "def handler(event, context):\n    return 'old'\n")
	fn := r.localFunction("python3.13", "app.handler", dir)
	r.Provision(fn, 2)
	r.eventuallyCounts(2, 2, 0)
	save(t, dir+"/app.py", "def handler(event, context):\n    return 'new'\n")
	if got := string(r.call(fn, "{}").Payload); got != `"new"` {
		t.Errorf("payload = %s", got)
	}
	r.eventuallyWarm(2)
	r.Provision(fn, 0)
	r.Retire(fn)
	r.eventuallyCounts(0, 0, 0)
	eventually(t, "no watcher", func() bool {
		r.sources.mu.Lock()
		defer r.sources.mu.Unlock()
		return r.sources.watcher == nil
	})
}
