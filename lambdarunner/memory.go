package lambdarunner

import (
	"sync"
	"time"
)

// memorySampleAge is how old the memory figure of a REPORT line may be: reading
// it costs about as much as the rest of a warm invocation does in this process.
const memorySampleAge = 100 * time.Millisecond

// memoryGauge knows the peak memory of a process.
type memoryGauge struct {
	pid int

	mu      sync.Mutex // guards the fields below
	peak    int64      // MiB, rounded up
	sampled time.Time
}

// peakMiB returns the largest resident size so far in MiB, 0 where the system
// does not tell.
func (g *memoryGauge) peakMiB(now time.Time) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pid != 0 && (g.sampled.IsZero() || now.Sub(g.sampled) >= memorySampleAge) {
		g.sampled = now
		// A process that is gone or a zombie has no memory: the last figure stays.
		g.peak = max(g.peak, peakResidentMiB(g.pid))
	}
	return g.peak
}

// note takes a figure that was read otherwise.
func (g *memoryGauge) note(mib int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.peak = max(g.peak, mib)
}
