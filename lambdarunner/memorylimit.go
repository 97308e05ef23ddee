package lambdarunner

import (
	"time"
)

// memoryCheckEvery is how often the memory of working processes is looked at. A
// process that fills memory as fast as it can gets past its limit by what it can
// write in this time.
const memoryCheckEvery = 25 * time.Millisecond

// watchMemory ends processes that use more memory than their function has, where no
// control group does. It is a look from outside at regular times, because limits of address
// space do not serve: they stop runtimes that reserve far more than they use.
//
// It counts what cannot be given back to files: AWS counts more, so that here a
// function fits that fits there. Nothing happens while no function works.
func (r *Runner) watchMemory() {
	tick := time.NewTicker(memoryCheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.working:
		case <-r.life.Done():
			return
		}
		for working := r.checkMemory(); working; working = r.checkMemory() {
			select {
			case <-tick.C:
			case <-r.life.Done():
				return
			}
		}
	}
}

// wakeMemoryWatch says that a function begins to work.
func (r *Runner) wakeMemoryWatch() {
	select {
	case r.working <- struct{}{}:
	default: // it is told already
	}
}

// checkMemory looks at all processes that work, and tells whether there are any.
func (r *Runner) checkMemory() (working bool) {
	r.mu.Lock()
	working = r.busy > 0
	processes := make([]*process, 0, r.busy)
	for p := range r.processes {
		if p.watched {
			processes = append(processes, p)
		}
	}
	r.mu.Unlock()
	for _, p := range processes {
		p.checkMemory()
	}
	return working
}

// checkMemory ends the process and its children when together they use too much.
func (p *process) checkMemory() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped || (p.state != stateInit && p.state != stateInvoking) {
		return // as good as frozen
	}
	used := privateMemory(p.cmd.Process.Pid, 0)
	p.memory.note((used + 1<<20 - 1) >> 20)
	if used <= int64(p.fn.MemorySizeMiB)<<20 {
		return
	}
	p.outOfMemory = true
	p.kill()
}
