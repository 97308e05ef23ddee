package responsecache

import (
	"container/list"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// MaxResponseBytes is the largest body that is kept. Source: "Cache settings for REST APIs
// in API Gateway" in AWS's developer guide.
const MaxResponseBytes = 1 << 20

// entryBytes stands for the memory of an entry beyond its texts.
const entryBytes = 512

// Response is a response as it is kept. Nobody changes it.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Counters count what caches were asked. They outlive caches.
type Counters struct{ hits, misses atomic.Uint64 }

// Hits returns how many requests were answered from the cache.
func (c *Counters) Hits() uint64 { return c.hits.Load() }

// Misses returns how many requests went on to their integration.
func (c *Counters) Misses() uint64 { return c.misses.Load() }

// Hit counts an answer from the cache.
func (c *Counters) Hit() { c.hits.Add(1) }

// Miss counts a request that goes on.
func (c *Counters) Miss() { c.misses.Add(1) }

// Cache has responses by key. What was not used for the longest time gives way first. It
// is safe for concurrent use; its lock is held for looking up and putting only.
type Cache struct {
	limit int64

	mu sync.Mutex
	// entries have the elements of recent, whose values are *entry.
	entries map[string]*list.Element
	recent  list.List
	size    int64
	epoch   uint64
}

type entry struct {
	key      string
	response *Response
	expires  time.Time
	size     int64
}

// Epoch is a time between two flushes.
type Epoch uint64

// New returns an empty cache of at most limit bytes.
func New(limit int64) *Cache {
	return &Cache{limit: limit, entries: map[string]*list.Element{}}
}

// Get returns the response of a key, nil when there is none or it has expired; and the
// epoch that a response fetched in its place is put with.
func (c *Cache) Get(key []byte, now time.Time) (*Response, Epoch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.entries[string(key)]
	if element == nil {
		return nil, Epoch(c.epoch)
	}
	found := element.Value.(*entry)
	if !now.Before(found.expires) {
		c.remove(element)
		return nil, Epoch(c.epoch)
	}
	c.recent.MoveToFront(element)
	return found.response, Epoch(c.epoch)
}

// Put keeps a response, in place of the one with its key, until it expires. It reports
// false for one that is too large, and for one that was fetched before the cache was
// flushed. The cache keeps the response as it is: the caller does not change it any more.
func (c *Cache) Put(key []byte, response *Response, expires time.Time, epoch Epoch) bool {
	e := &entry{key: string(key), response: response, expires: expires, size: sizeOf(key, response)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != Epoch(c.epoch) {
		return false
	}
	if known := c.entries[e.key]; known != nil {
		c.remove(known) // it is outdated even if the new one cannot be kept
	}
	if len(response.Body) > MaxResponseBytes || e.size > c.limit {
		return false
	}
	for c.size+e.size > c.limit {
		c.remove(c.recent.Back())
	}
	c.entries[e.key] = c.recent.PushFront(e)
	c.size += e.size
	return true
}

// Flush forgets everything, what is being fetched at the moment included.
func (c *Cache) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	c.recent.Init()
	c.size = 0
	c.epoch++
}

// remove takes an entry out; the caller holds mu.
func (c *Cache) remove(element *list.Element) {
	e := c.recent.Remove(element).(*entry)
	delete(c.entries, e.key)
	c.size -= e.size
}

func sizeOf(key []byte, response *Response) int64 {
	size := entryBytes + len(key) + len(response.Body)
	for name, values := range response.Header {
		size += len(name)
		for _, value := range values {
			size += len(value)
		}
	}
	return int64(size)
}
