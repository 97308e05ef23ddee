package traffic_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// taken counts how many of n requests at one time get through.
func taken(b *traffic.Bucket, n int) int {
	count := 0
	for range n {
		if b.Take(time.Now()) {
			count++
		}
	}
	return count
}

func TestBucket(t *testing.T) {
	tests := map[string]struct {
		limit traffic.Limit
		// first is what gets through at once, later what does after wait.
		first int
		wait  time.Duration
		later int
	}{
		"burst, then rate":         {traffic.Limit{RatePerSecond: 10, Burst: 5}, 5, 200 * time.Millisecond, 2},
		"no more than the burst":   {traffic.Limit{RatePerSecond: 10, Burst: 5}, 5, time.Hour, 5},
		"less than one a second":   {traffic.Limit{RatePerSecond: 0.5, Burst: 1}, 1, 1999 * time.Millisecond, 0},
		"one in two seconds":       {traffic.Limit{RatePerSecond: 0.5, Burst: 1}, 1, 2 * time.Second, 1},
		"rate 0 blocks":            {traffic.Limit{RatePerSecond: 0, Burst: 5}, 0, time.Hour, 0},
		"burst 0 blocks":           {traffic.Limit{RatePerSecond: 10, Burst: 0}, 0, time.Hour, 0},
		"-1 is no limit":           {traffic.Limit{RatePerSecond: -1, Burst: -1}, 100, 0, 100},
		"no burst is one second's": {traffic.Limit{RatePerSecond: 2.5, Burst: -1}, 3, time.Second, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := traffic.NewBucket(test.limit, time.Now())
				if got := taken(b, 100); got != test.first {
					t.Errorf("at once: got %d, want %d", got, test.first)
				}
				time.Sleep(test.wait)
				if got := taken(b, 100); got != test.later {
					t.Errorf("later: got %d, want %d", got, test.later)
				}
			})
		})
	}
}

func TestBucketWhenTimeGoesBack(t *testing.T) {
	now := time.Unix(1000, 0)
	b := traffic.NewBucket(traffic.Limit{RatePerSecond: 1, Burst: 1}, now)
	got := [...]bool{b.Take(now), b.Take(now.Add(-time.Hour)), b.Take(now.Add(500 * time.Millisecond)), b.Take(now), b.Take(now.Add(time.Second))}
	if want := [...]bool{true, false, false, false, true}; got != want {
		t.Errorf("got %v", got)
	}
}

func TestBucketConcurrently(t *testing.T) {
	b := traffic.NewBucket(traffic.Limit{RatePerSecond: 1, Burst: 100}, time.Now())
	now := time.Now()
	var count atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if b.Take(now) {
					count.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if count.Load() != 100 {
		t.Errorf("got %d", count.Load())
	}
}

func TestBucketsAreKept(t *testing.T) {
	var buckets traffic.Buckets
	now := time.Now()
	limit := traffic.Limit{RatePerSecond: 1, Burst: 1}
	first := buckets.Bucket("a", limit, now)
	if buckets.Bucket("a", limit, now) != first || buckets.Bucket("b", limit, now) == first {
		t.Error("a bucket is not its name's")
	}
	if changed := buckets.Bucket("a", traffic.Limit{RatePerSecond: 1, Burst: 2}, now); changed == first || !changed.Take(now) {
		t.Error("a changed limit keeps the former bucket")
	}
}

func BenchmarkTake(b *testing.B) {
	now := time.Now()
	bucket := traffic.NewBucket(traffic.Limit{RatePerSecond: 10000, Burst: 5000}, now)
	b.ReportAllocs()
	for b.Loop() {
		bucket.Take(now)
	}
}
