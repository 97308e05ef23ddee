package lambdarunner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// ErrClosed is returned by Invoke after Close.
var ErrClosed = errors.New("lambdarunner: runner is closed")

// Runner runs functions. It is safe for concurrent use.
type Runner struct {
	cfg      Config
	runtimes *runtimeFiles
	spawner  *spawner
	sources  *sources
	// working wakes the memory watch.
	working chan struct{}

	// compiled has the directories whose code was compiled ahead.
	compiled sync.Map

	// life ends when Close is called.
	life context.Context //nolint:containedctx // an owner's lifetime
	end  context.CancelFunc
	// owned counts the goroutines of processes, connections and the reaper. Add
	// happens under mu and not after closed is set, so that Wait cannot miss one.
	owned sync.WaitGroup

	// mu guards the pools and everything in them, in every field below and in
	// pool and family. It may be taken while a process's lock is held, never the
	// other way round.
	mu        sync.Mutex
	closed    bool
	families  map[familyKey]*family
	processes map[*process]struct{}
	// busy counts the processes of all pools that are not idle.
	busy int
}

// New makes a runner. It starts no process before the first Invoke.
func New(cfg Config) (*Runner, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	runtimes, err := writeRuntimeFiles(cfg.TempDir)
	if err != nil {
		return nil, fmt.Errorf("write the bootstraps of the managed runtimes: %w", err)
	}
	runtimes.nodeModules = cfg.NodeModules
	r := &Runner{
		cfg:       cfg,
		runtimes:  runtimes,
		spawner:   newSpawner(cfg.Logger, runtimes.dir, cfg.Files),
		sources:   newSources(runtimes.dir, cfg.Logger, cfg.Now),
		working:   make(chan struct{}, 1),
		families:  make(map[familyKey]*family),
		processes: make(map[*process]struct{}),
	}
	r.life, r.end = context.WithCancel(context.Background())
	r.owned.Go(r.reapIdle)
	r.owned.Go(r.watchMemory)
	return r, nil
}

// Invoke runs the function once and returns what came of it. A failure of the
// function (exception, crash, timeout) is an Outcome with FunctionError set; an
// error means that the function was not run or that ctx ended.
//
// When ctx ends Invoke returns its error at once. The function is not told: as
// on AWS it runs to its end or its own timeout, in a process that stays busy.
//
// Errors: smithy.APIError TooManyRequestsException at the concurrency limit,
// InvalidRuntimeException for a runtime that this machine cannot run by design;
// [ErrClosed].
func (r *Runner) Invoke(ctx context.Context, fn *deployed.Function, in deployed.Invocation) (deployed.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return deployed.Outcome{}, err
	}
	launch, err := runtimeOf(fn)
	if err != nil {
		return deployed.Outcome{}, err
	}
	inv := newInvocation(fn, in)
	if r.cfg.Debug[fn.Name] != 0 {
		inv.timeout = debugTimeout
	}
	if err := r.dispatch(ctx, launch, inv); err != nil {
		return deployed.Outcome{}, err
	}
	select {
	case <-inv.done:
		return inv.outcome, inv.err
	case <-ctx.Done():
		return deployed.Outcome{}, ctx.Err()
	}
}

// dispatch gives the invocation to a process, an idle one or a new one.
func (r *Runner) dispatch(ctx context.Context, launch launcher, inv *invocation) error {
	if dir := inv.fn.LocalDir; dir != "" {
		// Until the invocation is over: a process that starts for it counts itself.
		src := r.sources.use(dir)
		inv.over = func() { r.sources.leave(src) }
		if err := r.sources.settle(ctx, src); err != nil {
			inv.over()
			return err
		}
	}
	err := r.assign(ctx, launch, inv)
	if err != nil && inv.over != nil {
		inv.over()
	}
	return err
}

// assign gives the invocation to a process that is idle or to be started.
func (r *Runner) assign(ctx context.Context, launch launcher, inv *invocation) error {
	for {
		p, slot, err := r.acquire(ctx, inv.fn)
		if err != nil {
			return err
		}
		r.wakeMemoryWatch()
		if p == nil {
			// A goroutine of the runner's own starts the process: unpacking and init
			// go on when this caller leaves.
			r.goOwned(func() { r.launch(slot, launch, inv) }, func() {
				r.free(slot)
				inv.fail(ErrClosed)
			})
			return nil
		}
		if p.attach(inv) {
			return nil
		}
		// It ended after it was taken: its end gives the slot back, look again.
	}
}

// Retire says that this function revision will not be invoked again: its idle
// processes stop now, busy ones after their invocation. An Invoke that was
// already on its way is still served, by a process that is not kept.
func (r *Runner) Retire(fn *deployed.Function) {
	r.mu.Lock()
	var idle []*process
	leave := func() {}
	if f := r.families[keyOf(fn)]; f != nil {
		idle, leave = f.endWarmingLocked(fn.RevisionID)
		idle = append(idle, f.retireLocked(fn.RevisionID)...)
		f.dropIfUnusedLocked(r)
	}
	r.mu.Unlock()
	stopAll(idle)
	leave()
	if err := r.cfg.Packages.retireLayers(fn.Layers); err != nil {
		r.cfg.Logger.Warn("layers could not be removed", "function", fn.ARN, "error", err)
	}
}

// Close kills all processes, fails the invocations in flight with [ErrClosed],
// and returns when every process is gone. It may be called more than once.
func (r *Runner) Close() error {
	r.mu.Lock()
	already := r.closed
	r.closed = true
	all := make([]*process, 0, len(r.processes))
	for p := range r.processes {
		all = append(all, p)
	}
	for _, f := range r.families {
		f.wakeAllLocked()
	}
	leaves := r.endAllWarmingLocked()
	r.mu.Unlock()
	for _, leave := range leaves {
		leave()
	}

	r.end()
	stopAll(all)
	r.owned.Wait()
	if already {
		return nil
	}
	return errors.Join(r.spawner.close(), r.runtimes.remove())
}

// goOwned runs f in a goroutine that Close waits for, or refused in the
// caller's when the runner is closed.
func (r *Runner) goOwned(f, refused func()) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		refused()
		return
	}
	r.owned.Go(f)
	r.mu.Unlock()
}

// reapIdle stops processes that nobody called for IdleTimeout.
func (r *Runner) reapIdle() {
	tick := time.NewTicker(max(r.cfg.IdleTimeout/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			stopAll(r.takeExpired(r.cfg.Now()))
		case <-r.life.Done():
			return
		}
	}
}

func stopAll(processes []*process) {
	for _, p := range processes {
		p.stop()
	}
}
