package traffic_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

func TestGate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rate, burst int
		first       int
		wait        time.Duration
		later       int
	}{
		"burst, then rate":       {10, 5, 5, 200 * time.Millisecond, 2},
		"no more than the burst": {10, 5, 5, time.Hour, 5},
		"one at a time":          {2, 1, 1, 499 * time.Millisecond, 0},
		"a token later":          {2, 1, 1, 500 * time.Millisecond, 1},
	}
	for name, test := range tests {
		now := time.Now()
		g := traffic.NewGate(test.rate, test.burst, now)
		taken := func() (n int) {
			for range 100 {
				if g.Take(now) {
					n++
				}
			}
			return n
		}
		if got := taken(); got != test.first {
			t.Errorf("%s: at once %d, want %d", name, got, test.first)
		}
		now = now.Add(test.wait)
		if got := taken(); got != test.later {
			t.Errorf("%s: later %d, want %d", name, got, test.later)
		}
	}
}

func TestGateConcurrently(t *testing.T) {
	t.Parallel()
	now := time.Now()
	g := traffic.NewGate(1, 100, now)
	var count atomic.Int64
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for range 100 {
				if g.Take(now.Add(-time.Millisecond)) || g.Take(now) {
					count.Add(1)
				}
			}
		})
	}
	running.Wait()
	if count.Load() != 100 {
		t.Errorf("got %d", count.Load())
	}
}

func BenchmarkGate(b *testing.B) {
	now := time.Now()
	g := traffic.NewGate(10_000, 5_000, now)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			g.Take(now)
		}
	})
}
