package traffic

import (
	"sync/atomic"
	"time"
)

// Gate is a token bucket without a lock, for what very many requests pass: it begins full.
// It knows one number, the time at which it will be full again, which each request moves on
// by the time that a token takes to fill (GCRA). It is safe for concurrent use.
type Gate struct {
	// began is the time from which full counts: the clock of the machine may be set.
	began time.Time
	// token is the time that a token takes to fill, burst that of all but one.
	token, burst time.Duration
	full         atomic.Int64
}

// NewGate returns a full bucket that fills at a rate and holds burst tokens. Both are above 0.
func NewGate(perSecond, burst int, now time.Time) *Gate {
	token := time.Second / time.Duration(perSecond)
	return &Gate{began: now, token: token, burst: token * time.Duration(burst-1)}
}

// Take takes a token at the time now and reports whether there was one. A nil gate is open.
func (g *Gate) Take(now time.Time) bool {
	if g == nil {
		return true
	}
	at := int64(now.Sub(g.began))
	for {
		before := g.full.Load()
		full := max(before, at)
		if full-at > int64(g.burst) {
			return false
		}
		if g.full.CompareAndSwap(before, full+int64(g.token)) {
			return true
		}
	}
}
