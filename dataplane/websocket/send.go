package websocket

import (
	"bytes"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// Errors of sending to a client.
var (
	// errGone is that of a connection that has ended.
	errGone = errors.New("the connection is gone")
	// errFull is that of a client that does not read what is sent.
	errFull = errors.New("too much waits for the client")
)

// reply sends what a route answers to the client's own message. It waits for a client that
// reads slowly, who then is not read from either.
func (c *Connection) reply(text []byte) {
	text = asText(text)
	c.mu.Lock()
	for c.isWriting {
		if c.isOver || c.ending.Load() != nil || c.enqueueLocked(text) {
			c.mu.Unlock()
			return
		}
		c.room.Wait()
	}
	c.isWriting = true
	c.mu.Unlock()
	c.deliver(text)
	c.flush()
}

// post sends a message from elsewhere. It does not wait: what the client has not read yet
// is queued, in order, within bounds.
func (c *Connection) post(text []byte) error {
	if c.ending.Load() != nil {
		return errGone
	}
	text = asText(text)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver {
		return errGone
	}
	if !c.enqueueLocked(text) {
		return errFull
	}
	if !c.isWriting {
		c.isWriting = true
		c.messages.Go(c.flush)
	}
	return nil
}

// asText makes text of what is to be sent: frames to clients are text frames, which they
// refuse when they are no UTF-8.
func asText(data []byte) []byte {
	if utf8.Valid(data) {
		return data
	}
	return bytes.ToValidUTF8(data, []byte("\uFFFD"))
}

// enqueueLocked queues a message; false when too much waits already.
func (c *Connection) enqueueLocked(text []byte) bool {
	if c.queuedBytes+len(text) > maxQueuedBytes || len(c.queue) >= maxQueued {
		return false
	}
	if size := int64(len(text)); c.hub.queuedBytes.Add(size) > maxHubQueuedBytes {
		c.hub.queuedBytes.Add(-size)
		return false
	}
	c.queue, c.queuedBytes = append(c.queue, text), c.queuedBytes+len(text)
	return true
}

// flush writes what is queued; whoever calls it is the one who writes.
func (c *Connection) flush() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 {
			c.queue, c.isWriting = nil, false
			c.room.Broadcast()
			c.mu.Unlock()
			return
		}
		text := c.queue[0]
		c.queue[0] = nil // what is sent is not kept
		c.queue, c.queuedBytes = c.queue[1:], c.queuedBytes-len(text)
		c.hub.queuedBytes.Add(-int64(len(text)))
		c.room.Broadcast()
		c.mu.Unlock()
		c.deliver(text)
	}
}

// deliver writes a message, for which a client has a while; then the connection ends.
func (c *Connection) deliver(text []byte) {
	if c.ending.Load() != nil {
		return
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(c.limits.Write))
	if err := c.write(text); err != nil {
		_ = c.conn.UnderlyingConn().Close() // which ends the reading
		return
	}
	c.touch()
}

// write writes a message in frames of at most maxFrameBytes.
func (c *Connection) write(text []byte) error {
	if len(text) <= maxFrameBytes {
		return c.conn.WriteMessage(websocket.TextMessage, text)
	}
	w, err := c.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(text, maxFrameBytes) { // each becomes a frame
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return w.Close()
}
