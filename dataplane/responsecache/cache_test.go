package responsecache_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/responsecache"
)

func response(size int) *responsecache.Response {
	return &responsecache.Response{Status: 200, Header: http.Header{"A": {"b"}}, Body: make([]byte, size)}
}

func put(c *responsecache.Cache, key string, size int) bool {
	_, epoch := c.Get([]byte(key), time.Now())
	return c.Put([]byte(key), response(size), time.Now().Add(time.Minute), epoch)
}

func has(c *responsecache.Cache, key string) bool {
	found, _ := c.Get([]byte(key), time.Now())
	return found != nil
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := responsecache.New(1 << 20)
		put(c, "a", 1)
		time.Sleep(time.Minute - 1)
		if !has(c, "a") {
			t.Error("expired too early")
		}
		time.Sleep(time.Nanosecond)
		if has(c, "a") {
			t.Error("has not expired")
		}
	})
}

func TestBounds(t *testing.T) {
	t.Parallel()
	c := responsecache.New(4 << 20)
	if !put(c, "a", responsecache.MaxResponseBytes) || put(c, "b", responsecache.MaxResponseBytes+1) {
		t.Error("the limit of a response is not 1048576 bytes")
	}
	put(c, "b", 1<<20)
	put(c, "c", 1<<20)
	has(c, "a") // used: b goes first
	put(c, "d", 1<<20)
	if !has(c, "a") || has(c, "b") || !has(c, "c") || !has(c, "d") {
		t.Error("what was used longest ago did not give way")
	}
	if put(c, "a", responsecache.MaxResponseBytes+1) || has(c, "a") {
		t.Error("an outdated response is still there")
	}
}

func TestFlush(t *testing.T) {
	t.Parallel()
	c := responsecache.New(1 << 20)
	put(c, "a", 1)
	_, before := c.Get([]byte("b"), time.Now())
	c.Flush()
	if has(c, "a") {
		t.Error("not flushed")
	}
	if c.Put([]byte("b"), response(1), time.Now().Add(time.Minute), before) || has(c, "b") {
		t.Error("kept what was fetched before the flush")
	}
	if !put(c, "b", 1) || !has(c, "b") {
		t.Error("does not work after a flush")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, parameters := range [][]string{{}, {"a"}, {"a", ""}, {"a", "b"}, {"a", "b", "c"}, {"ab"}, {"a", "bc"}} {
		var key []byte
		if len(parameters) > 0 {
			key = responsecache.AppendKey(key, parameters[0], parameters[1:])
		}
		keys[string(key)] = true
	}
	keys[string(responsecache.AppendKey(responsecache.AppendKey(nil, "a", nil), "b", nil))] = true
	if len(keys) != 8 {
		t.Errorf("%d keys, want 8", len(keys))
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := responsecache.New(64 << 10)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 200 {
				key := strconv.Itoa((i + j) % 32)
				put(c, key, 4<<10)
				has(c, key)
				if j%50 == 0 {
					c.Flush()
				}
			}
		})
	}
	group.Wait()
}
