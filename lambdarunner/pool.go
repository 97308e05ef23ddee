package lambdarunner

import (
	"context"
	"slices"
	"time"

	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// How long an invocation waits for a process that has answered its previous one
// and is about to ask for the next. A caller in a loop is otherwise faster than
// the function's "next", and every loop would run on two processes.
const (
	handoffWait = 20 * time.Millisecond
	// handoffWaitAtLimit applies when there may be no further process.
	handoffWaitAtLimit = time.Second
)

// familyKey names a function version, in whatever revision.
type familyKey struct{ arn, version string }

func keyOf(fn *deployed.Function) familyKey { return familyKey{fn.ARN, fn.Version} }

// family holds the pools of one function version: that of the current revision
// and those of older ones that still have busy processes. Runner.mu guards it.
type family struct {
	key   familyKey
	pools map[poolKey]*pool
	// current is the pool whose processes are kept when idle.
	current *pool
	// retired is the revision last retired, which must not become current again
	// through an Invoke that was on its way when the function was updated; nil for
	// none.
	retired *string
	// warming is what is to be kept warm; nil for nothing.
	warming *warming
}

// poolKey tells apart the pools of a family.
type poolKey struct {
	revision string
	// generation is that of the source when the code is run in place, else 0.
	generation uint64
}

// pool holds the processes of one function revision and, when its code is run in
// place, of one state of that. Runner.mu guards it.
type pool struct {
	family *family
	poolKey
	// live counts the processes, the starting ones included.
	live int
	// warm counts the provisioned ones among them, and starting those of these that
	// have not been ready yet.
	warm, starting int
	// idle are the processes that wait for an invocation, the last used at the end.
	idle []*process
	// finishing counts processes that have answered and not yet asked for next.
	finishing int
	// waiters are invocations waiting for a finishing process, in order. A waiter
	// that is closed without a process looks again.
	waiters []chan *process
}

// acquire returns an idle process, or the pool in which the caller has to start
// one (it holds a slot there, which launch or free gives back).
func (r *Runner) acquire(ctx context.Context, fn *deployed.Function) (*process, *pool, error) {
	var superseded []*process
	r.mu.Lock()
	defer func() {
		r.mu.Unlock()
		stopAll(superseded)
	}()
	waited := false
	for {
		if r.closed {
			return nil, nil, ErrClosed
		}
		pl, idle := r.poolLocked(fn)
		superseded = append(superseded, idle...)
		if p := pl.popLocked(); p != nil {
			r.busy++
			return p, nil, nil
		}
		if r.cfg.Debug[fn.Name] != 0 && pl.family.liveLocked() > 0 {
			if len(superseded) > 0 { // the process of the former revision has to go first
				r.mu.Unlock()
				stopAll(superseded)
				superseded = nil
				r.mu.Lock()
				continue
			}
			// There is one process, and who debugs it may take time: others wait.
			p, err := r.awaitLocked(ctx, pl, debugTimeout)
			if p != nil || err != nil {
				pl.family.dropIfUnusedLocked(r)
				return p, nil, err
			}
			continue
		}
		full := pl.live >= r.cfg.MaxFunctionConcurrency || r.busy >= r.cfg.MaxConcurrency
		if !waited && pl.finishing > len(pl.waiters) {
			waited = true
			wait := handoffWait
			if full {
				wait = handoffWaitAtLimit
			}
			p, err := r.awaitLocked(ctx, pl, wait)
			if p != nil || err != nil {
				return p, nil, err
			}
			continue
		}
		if full {
			pl.family.dropIfUnusedLocked(r)
			return nil, nil, &smithy.GenericAPIError{
				Code: "TooManyRequestsException", Message: "Rate Exceeded.", Fault: smithy.FaultClient,
			}
		}
		pl.live++
		r.busy++
		return nil, pl, nil
	}
}

// awaitLocked waits for a finishing process to ask for next. It returns nil and
// no error when none did in time. It releases the lock while it waits.
func (r *Runner) awaitLocked(ctx context.Context, pl *pool, wait time.Duration) (*process, error) {
	ready := make(chan *process, 1)
	pl.waiters = append(pl.waiters, ready)
	r.mu.Unlock()

	timer := time.NewTimer(wait)
	defer timer.Stop()
	var p *process
	var err error
	received := false
	select {
	case p = <-ready:
		received = true
	case <-timer.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	r.mu.Lock()
	if received {
		return p, nil
	}
	if i := slices.Index(pl.waiters, ready); i >= 0 {
		pl.waiters = slices.Delete(pl.waiters, i, i+1)
		return nil, err
	}
	// A process was handed over meanwhile.
	p = <-ready
	if err == nil || p == nil {
		return p, err
	}
	r.busy--
	r.keepLocked(p)
	return nil, err
}

// answered notes that a process has given its answer: it will ask for next soon.
func (r *Runner) answered(p *process) {
	r.mu.Lock()
	p.pool.finishing++
	r.mu.Unlock()
}

// release takes back a process that asked for its next invocation. It reports
// false when the process is not to be kept and has to be stopped.
func (r *Runner) release(p *process, answered bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answered {
		p.pool.finishing--
	}
	r.warmLocked(p)
	if r.closed || p.pool.family.current != p.pool {
		return false
	}
	if len(p.pool.waiters) > 0 {
		first := p.pool.waiters[0]
		p.pool.waiters = slices.Delete(p.pool.waiters, 0, 1)
		first <- p
		return true
	}
	r.busy--
	r.keepLocked(p)
	return true
}

func (r *Runner) keepLocked(p *process) {
	p.idleSince = r.cfg.Now()
	p.pool.idle = append(p.pool.idle, p)
}
