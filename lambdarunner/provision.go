package lambdarunner

import (
	"slices"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

const (
	// maxWarmStarts is how many environments of a function start at a time.
	maxWarmStarts = 4
	// provisionedInitTimeout is AWS's limit of the init phase of those.
	provisionedInitTimeout = 15 * time.Minute
	// firstWarmWait and maxWarmWait are the ends of the growing wait after an
	// environment failed to start.
	firstWarmWait = time.Second
	maxWarmWait   = time.Minute
	// warmLife is how long an environment has to live to count as one that works.
	warmLife = 10 * time.Second
)

// warming keeps environments of a function revision warm. Runner.mu guards it.
type warming struct {
	fn     *deployed.Function
	launch launcher
	target int
	// failures counts the starts that failed since one did not.
	failures int
	// retry is set while the next start waits.
	retry *time.Timer
	// leave ends the use of the source; it is called without the lock.
	leave func()
}

// Provision says how many environments of fn are to be kept warm, 0 for none
// again. They start in the background, and another takes the place of one that
// ends. Beyond them, invocations start environments as always.
func (r *Runner) Provision(fn *deployed.Function, environments int) {
	if r.cfg.Debug[fn.Name] != 0 {
		return // its one process starts with its first invocation
	}
	launch, err := runtimeOf(fn)
	if err != nil {
		r.cfg.Logger.Warn("environments cannot be kept warm", "function", fn.ARN, "version", fn.Version, "error", err)
		return
	}
	w := &warming{fn: fn, launch: launch, target: environments, leave: func() {}}
	if fn.LocalDir != "" && environments > 0 {
		src := r.sources.use(fn.LocalDir)
		w.leave = func() { r.sources.leave(src) }
	}
	r.mu.Lock()
	idle, leave := r.provisionLocked(w)
	r.mu.Unlock()
	stopAll(idle)
	leave()
}

// provisionLocked puts w in the place of what the family has. The processes it
// returns are to be stopped, and leave to be called.
func (r *Runner) provisionLocked(w *warming) (idle []*process, leave func()) {
	f := r.families[keyOf(w.fn)]
	if w.target <= 0 {
		if f == nil {
			return nil, w.leave
		}
		idle, leave = f.endWarmingLocked(w.fn.RevisionID)
		f.dropIfUnusedLocked(r)
		return idle, leave
	}
	if r.closed {
		return nil, w.leave
	}
	pl, idle := r.poolLocked(w.fn)
	f = pl.family
	if f.current != pl { // retired meanwhile
		f.dropIfUnusedLocked(r)
		return idle, w.leave
	}
	leave = func() {}
	if old := f.warming; old != nil {
		leave = old.leave
		old.stopTimer()
	}
	f.warming = w
	idle = append(idle, pl.trimLocked(w.target)...)
	r.replenishLocked(f)
	return idle, leave
}

func (w *warming) stopTimer() {
	if w.retry != nil {
		w.retry.Stop()
		w.retry = nil
	}
}

// endWarmingLocked keeps nothing of the revision warm any longer.
func (f *family) endWarmingLocked(revision string) (idle []*process, leave func()) {
	w := f.warming
	if w == nil || w.fn.RevisionID != revision {
		return nil, func() {}
	}
	w.stopTimer()
	f.warming = nil
	for _, pl := range f.pools {
		if pl.revision == revision {
			idle = append(idle, pl.trimLocked(0)...)
		}
	}
	return idle, w.leave
}

// trimLocked leaves at most n of the warm environments: idle ones are taken, to be
// stopped; no busy one is disturbed, it goes on as one like any other.
func (pl *pool) trimLocked(n int) []*process {
	var taken []*process
	for _, p := range slices.Clone(pl.idle) {
		if pl.warm > n && p.provisioned {
			pl.idle = slices.DeleteFunc(pl.idle, func(other *process) bool { return other == p })
			p.unused, p.provisioned = true, false
			pl.warm--
			taken = append(taken, p)
		}
	}
	return taken
}

// replenishLocked starts environments until there are as many as wanted.
func (r *Runner) replenishLocked(f *family) {
	w, pl := f.warming, f.current
	if w == nil || pl == nil || pl.revision != w.fn.RevisionID || w.retry != nil || r.closed {
		return
	}
	for pl.warm < w.target && pl.starting < maxWarmStarts {
		if pl.live >= r.cfg.MaxFunctionConcurrency || r.busy >= r.cfg.MaxConcurrency {
			r.retryLocked(f, w)
			return
		}
		pl.warm++
		pl.starting++
		pl.live++
		r.busy++
		r.owned.Go(func() { r.launchWarm(pl, w) }) // not closed, and under the lock
	}
}

// launchWarm starts an environment that nobody waits for.
func (r *Runner) launchWarm(pl *pool, w *warming) {
	r.wakeMemoryWatch()
	p, err := r.start(pl, w.launch, w.fn, nil)
	if err == nil {
		r.owned.Go(p.supervise)
		return
	}
	r.cfg.Logger.Warn("function process did not start", "function", w.fn.ARN, "version", w.fn.Version, "error", err)
	r.mu.Lock()
	defer r.mu.Unlock()
	pl.warm--
	pl.starting--
	r.warmFailedLocked(pl)
	r.freeLocked(pl)
}

// warmLocked notes that a provisioned process is ready for its first invocation.
func (r *Runner) warmLocked(p *process) {
	if !p.starting {
		return
	}
	p.starting = false
	p.pool.starting--
	r.replenishLocked(p.pool.family)
}

// warmGoneLocked notes the end of a provisioned process.
func (r *Runner) warmGoneLocked(p *process) {
	if p.starting {
		p.starting = false
		p.pool.starting--
	}
	if !p.provisioned {
		return
	}
	p.pool.warm--
	if r.cfg.Now().Sub(p.spawned) < warmLife && !p.unused {
		r.warmFailedLocked(p.pool)
		return
	}
	if w := p.pool.family.warming; w != nil {
		w.failures = 0
	}
	r.replenishLocked(p.pool.family)
}

func (r *Runner) warmFailedLocked(pl *pool) {
	f := pl.family
	if w := f.warming; w != nil && f.current == pl && w.fn.RevisionID == pl.revision {
		w.failures++
		r.retryLocked(f, w)
	}
}

// retryLocked replenishes later.
func (r *Runner) retryLocked(f *family, w *warming) {
	if w.retry != nil || r.closed {
		return
	}
	wait := min(firstWarmWait<<min(max(w.failures-1, 0), 10), maxWarmWait)
	w.retry = time.AfterFunc(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if f.warming == w {
			w.retry = nil
			r.replenishLocked(f)
		}
	})
}

// endAllWarmingLocked is Close's: no start waits any longer.
func (r *Runner) endAllWarmingLocked() (leave []func()) {
	for _, f := range r.families {
		if w := f.warming; w != nil {
			w.stopTimer()
			f.warming = nil
			leave = append(leave, w.leave)
		}
	}
	return leave
}
