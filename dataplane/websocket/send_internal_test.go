package websocket

import (
	"errors"
	"testing"
)

// TestQueueOfAll: what waits for all slow readers together is bounded.
func TestQueueOfAll(t *testing.T) {
	t.Parallel()
	c := &Connection{hub: NewHub(), isWriting: true} // by somebody who is stuck
	c.hub.queuedBytes.Store(maxHubQueuedBytes - 10)
	if err := c.post([]byte("12345678901")); !errors.Is(err, errFull) {
		t.Errorf("too much: %v", err)
	}
	if err := c.post([]byte("1234567890")); err != nil {
		t.Errorf("what has room: %v", err)
	}
	if err := c.post([]byte("1")); !errors.Is(err, errFull) {
		t.Errorf("one more: %v", err)
	}
	if got := c.hub.queuedBytes.Load(); got != maxHubQueuedBytes {
		t.Errorf("%d bytes are counted", got)
	}
}
