package traffic

import (
	"math"
	"sync"
	"time"
)

// Limit is how much is let through.
type Limit struct {
	// RatePerSecond is how fast a bucket fills; below 0 there is no limit.
	RatePerSecond float64
	// Burst is how much a bucket holds; below 0 it holds what fills it in a second.
	Burst int
}

// IsUnlimited reports whether the limit is none.
func (l Limit) IsUnlimited() bool { return l.RatePerSecond < 0 }

// capacity returns the number of tokens that a bucket holds. A rate of 0 blocks all.
func (l Limit) capacity() float64 {
	switch {
	case l.RatePerSecond == 0:
		return 0
	case l.Burst < 0:
		return math.Ceil(l.RatePerSecond)
	default:
		return float64(l.Burst)
	}
}

// Bucket is a token bucket: it begins full, fills at the rate of its limit, and each
// request takes one token. It is safe for concurrent use.
type Bucket struct {
	limit Limit

	// mu guards what follows.
	mu     sync.Mutex
	tokens float64
	// filled is the time up to which tokens are counted.
	filled time.Time
}

// NewBucket returns a full bucket.
func NewBucket(limit Limit, now time.Time) *Bucket {
	return &Bucket{limit: limit, tokens: limit.capacity(), filled: now}
}

// Take takes a token at the time now and reports whether there was one. A time before
// that of an earlier call counts as that: requests do not come in the order of their
// times.
func (b *Bucket) Take(now time.Time) bool {
	if b.limit.IsUnlimited() {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if elapsed := now.Sub(b.filled); elapsed > 0 {
		b.tokens = min(b.tokens+elapsed.Seconds()*b.limit.RatePerSecond, b.limit.capacity())
		b.filled = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
