package traffic

import (
	"sync"
	"time"
)

// Buckets keeps buckets by name, so that they outlive a change of what they are used
// for. The zero value is ready. It is safe for concurrent use.
type Buckets struct {
	// mu guards byName.
	mu     sync.Mutex
	byName map[string]*Bucket
}

// Bucket returns the bucket of a name: the one that there is when its limit is this
// one, else a new and full one. Buckets are never given up: their names are those of
// an API's methods, which are few.
func (b *Buckets) Bucket(name string, limit Limit, now time.Time) *Bucket {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.byName[name]; known != nil && known.limit == limit {
		return known
	}
	if b.byName == nil {
		b.byName = map[string]*Bucket{}
	}
	bucket := NewBucket(limit, now)
	b.byName[name] = bucket
	return bucket
}
