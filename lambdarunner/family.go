package lambdarunner

import (
	"slices"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// poolLocked returns the pool of a revision and the present state of its code. One
// not seen before becomes the current one; the idle processes of the former are
// returned to be stopped.
func (r *Runner) poolLocked(fn *deployed.Function) (*pool, []*process) {
	f := r.families[keyOf(fn)]
	if f == nil {
		f = &family{key: keyOf(fn), pools: make(map[poolKey]*pool)}
		r.families[f.key] = f
	}
	key := poolKey{revision: fn.RevisionID}
	if fn.LocalDir != "" {
		key.generation = r.sources.generation(fn.LocalDir)
	}
	pl := f.pools[key]
	if pl == nil {
		pl = &pool{family: f, poolKey: key}
		f.pools[key] = pl
	}
	if f.current == pl || (f.retired != nil && *f.retired == fn.RevisionID) {
		return pl, nil
	}
	former := f.current
	f.current = pl
	if former == nil {
		return pl, nil
	}
	if former.revision != key.revision {
		f.retired = &former.revision
	}
	r.replenishLocked(f)
	return pl, former.takeIdleLocked()
}

// retireLocked takes a revision out of use and returns its idle processes.
func (f *family) retireLocked(revision string) []*process {
	f.retired = &revision
	var idle []*process
	for key, pl := range f.pools {
		if key.revision != revision {
			continue
		}
		if f.current == pl {
			f.current = nil
		}
		idle = append(idle, pl.takeIdleLocked()...)
	}
	return idle
}

// dropIfUnusedLocked forgets pools without processes, and the family with its
// last pool.
func (f *family) dropIfUnusedLocked(r *Runner) {
	for key, pl := range f.pools {
		if pl.live > 0 || len(pl.waiters) > 0 || (f.warming != nil && f.current == pl) {
			continue
		}
		delete(f.pools, key)
		if f.current == pl {
			f.current = nil
		}
	}
	if len(f.pools) == 0 && r.families[f.key] == f {
		delete(r.families, f.key)
	}
}

// wakeAllLocked makes every waiting invocation look again.
func (f *family) wakeAllLocked() {
	for _, pl := range f.pools {
		for _, w := range pl.waiters {
			close(w)
		}
		pl.waiters = nil
	}
}

// liveLocked counts the processes of all pools.
func (f *family) liveLocked() (live int) {
	for _, pl := range f.pools {
		live += pl.live
	}
	return live
}

func (pl *pool) popLocked() *process {
	n := len(pl.idle)
	if n == 0 {
		return nil
	}
	p := pl.idle[n-1]
	pl.idle[n-1] = nil
	pl.idle = pl.idle[:n-1]
	return p
}

// takeIdleLocked takes all idle processes, to be stopped.
func (pl *pool) takeIdleLocked() []*process {
	taken := pl.idle
	pl.idle = nil
	for _, p := range taken {
		p.unused = true
	}
	return taken
}

// takeExpired takes the processes out of their pools that have been idle for
// IdleTimeout at the given time.
func (r *Runner) takeExpired(now time.Time) []*process {
	r.mu.Lock()
	defer r.mu.Unlock()
	var expired []*process
	for _, f := range r.families {
		for _, pl := range f.pools {
			kept := make([]*process, 0, len(pl.idle))
			for _, p := range pl.idle {
				p.unused = !p.provisioned && !p.debugged && now.Sub(p.idleSince) >= r.cfg.IdleTimeout
				if p.unused {
					expired = append(expired, p)
				} else {
					kept = append(kept, p)
				}
			}
			pl.idle = kept
		}
	}
	return expired
}

// gone takes a process that has ended off the books and gives its slot back.
// keepSlot says that the caller starts another process in its place.
func (r *Runner) gone(p *process, answered, keepSlot bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.processes, p)
	if answered {
		p.pool.finishing--
	}
	if i := slices.Index(p.pool.idle, p); i >= 0 {
		p.pool.idle = slices.Delete(p.pool.idle, i, i+1)
		p.unused = true
	}
	if p.unused {
		r.busy++ // which freeLocked takes back: it was idle and not counted
	}
	if !keepSlot {
		r.freeLocked(p.pool)
	}
	r.warmGoneLocked(p)
}

// free gives back a slot whose process did not come to be.
func (r *Runner) free(pl *pool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.freeLocked(pl)
}

func (r *Runner) freeLocked(pl *pool) {
	pl.live--
	r.busy--
	// One invocation waits in vain for the process that went, and at the limit
	// there is room now: the first waiter looks again.
	if len(pl.waiters) > 0 {
		close(pl.waiters[0])
		pl.waiters = slices.Delete(pl.waiters, 0, 1)
	}
	if len(r.cfg.Debug) > 0 {
		pl.family.wakeAllLocked() // the one process of all its pools may have gone
	}
	pl.family.dropIfUnusedLocked(r)
}
