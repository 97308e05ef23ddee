package authorize

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of the cache of an authorizer.
const (
	maxCachedResults  = 10_000
	maxCachedKeyBytes = 16 << 20
)

// Cache keeps what an authorizer said, by the identity of the caller. The zero value is
// empty and ready. It is safe for concurrent use.
type Cache[T any] struct {
	mu      sync.Mutex
	results map[string]cachedResult[T]
	bytes   int
}

type cachedResult[T any] struct {
	said    T
	expires time.Time
}

// cacheKey joins the values of an identity so that no two have the same key.
func cacheKey(identity []string) string {
	var b strings.Builder
	for _, value := range identity {
		b.WriteString(strconv.Itoa(len(value)))
		b.WriteByte(':')
		b.WriteString(value)
	}
	return b.String()
}

// Get returns what is known of an identity; an empty identity is nobody's.
func (c *Cache[T]) Get(identity []string, now time.Time) (said T, ok bool) {
	if len(identity) == 0 {
		return said, false
	}
	key := cacheKey(identity)
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.results[key]
	if !ok || !now.Before(found.expires) {
		return said, false
	}
	return found.said, true
}

// Put keeps a result until a time.
func (c *Cache[T]) Put(identity []string, said T, expires time.Time) {
	key := cacheKey(identity)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.results) >= maxCachedResults || c.bytes+len(key) > maxCachedKeyBytes {
		c.results, c.bytes = nil, 0 // rare, and every caller is asked for again soon anyway
	}
	if c.results == nil {
		c.results = map[string]cachedResult[T]{}
	}
	if _, ok := c.results[key]; !ok {
		c.bytes += len(key)
	}
	c.results[key] = cachedResult[T]{said, expires}
}

// Flush forgets everything.
func (c *Cache[T]) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.results, c.bytes = nil, 0
}
