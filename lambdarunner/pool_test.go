package lambdarunner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

var poolFunction = &deployed.Function{ARN: "arn:aws:lambda:eu-west-1:123456789012:function:fn", Version: "1", RevisionID: "r1"}

// poolRunner is a runner whose processes are only entries in its books.
func poolRunner(t *testing.T, change func(*Config)) *Runner {
	t.Helper()
	cfg := Config{Packages: &Packages{}, TempDir: t.TempDir()}
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// started makes a slot into a process that serves its first invocation.
func started(t *testing.T, r *Runner) *process {
	t.Helper()
	p, pl, err := r.acquire(t.Context(), poolFunction)
	if err != nil || p != nil {
		t.Fatalf("process %v, error %v, want a slot", p, err)
	}
	return &process{runner: r, pool: pl, fn: poolFunction, reaped: true}
}

func TestIdleTimeoutPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := poolRunner(t, nil)
		p := started(t, r)
		r.answered(p)
		if !r.release(p, true) {
			t.Fatal("the process is not kept")
		}
		idle := func() int {
			r.mu.Lock()
			defer r.mu.Unlock()
			return len(p.pool.idle)
		}
		time.Sleep(DefaultIdleTimeout - time.Second)
		if got := idle(); got != 1 {
			t.Errorf("%d idle before the time, want 1", got)
		}
		time.Sleep(DefaultIdleTimeout / 4)
		if got := idle(); got != 0 {
			t.Errorf("%d idle after the time, want 0", got)
		}
	})
}

func TestLastUsedProcessIsFirst(t *testing.T) {
	t.Parallel()
	r := poolRunner(t, nil)
	a, b := started(t, r), started(t, r)
	for _, p := range []*process{a, b} {
		r.answered(p)
		r.release(p, true)
	}
	if p, _, err := r.acquire(t.Context(), poolFunction); err != nil || p != b {
		t.Errorf("got %p, %v, want the last used %p", p, err, b)
	}
}

func TestEmptyRevisionIsKept(t *testing.T) {
	t.Parallel()
	r := poolRunner(t, nil)
	_, slot, err := r.acquire(t.Context(), &deployed.Function{})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{runner: r, pool: slot, reaped: true}
	r.answered(p)
	if !r.release(p, true) {
		t.Error("the process is not kept")
	}
}

func TestWaitForFinishingProcess(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		limit   int
		after   time.Duration // until the process asks for next; 0 = never
		cancel  time.Duration // until the caller leaves; 0 = never
		want    string        // "process", "slot", or an error
		elapsed time.Duration
	}{
		"soon ready":            {limit: 2, after: 5 * time.Millisecond, want: "process", elapsed: 5 * time.Millisecond},
		"not ready":             {limit: 2, want: "slot", elapsed: handoffWait},
		"ready late, at limit":  {limit: 1, after: 500 * time.Millisecond, want: "process", elapsed: 500 * time.Millisecond},
		"never ready, at limit": {limit: 1, want: "TooManyRequestsException", elapsed: handoffWaitAtLimit},
		"caller leaves":         {limit: 1, cancel: time.Millisecond, want: "context canceled", elapsed: time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := poolRunner(t, func(c *Config) { c.MaxConcurrency = tt.limit })
				p := started(t, r)
				r.answered(p)
				if tt.after > 0 {
					time.AfterFunc(tt.after, func() { r.release(p, true) })
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				begin := time.Now()
				got, slot, err := r.acquire(ctx, poolFunction)
				if elapsed := time.Since(begin); elapsed != tt.elapsed {
					t.Errorf("took %v, want %v", elapsed, tt.elapsed)
				}
				if result := acquired(got, slot, err); result != tt.want {
					t.Errorf("got %s, want %s", result, tt.want)
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				if len(p.pool.waiters) != 0 {
					t.Errorf("%d waiters left", len(p.pool.waiters))
				}
			})
		})
	}
}

func acquired(p *process, slot *pool, err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		return api.ErrorCode()
	case err != nil:
		return err.Error()
	case p != nil:
		return "process"
	case slot != nil:
		return "slot"
	default:
		return "nothing"
	}
}

func TestEndOfProcessFreesItsSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := poolRunner(t, func(c *Config) { c.MaxConcurrency = 1 })
		p := started(t, r)
		r.answered(p)
		time.AfterFunc(time.Millisecond, func() { r.gone(p, true, false) })
		got, slot, err := r.acquire(t.Context(), poolFunction)
		if result := acquired(got, slot, err); result != "slot" {
			t.Errorf("got %s, want the slot of the process that ended", result)
		}
		r.free(slot)
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.families) != 0 || r.busy != 0 {
			t.Errorf("%d families, %d busy left", len(r.families), r.busy)
		}
	})
}
