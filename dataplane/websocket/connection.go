package websocket

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// The quotas of connections.
const (
	maxMessageBytes = 128 << 10
	maxFrameBytes   = 32 << 10
	// maxQueuedBytes and maxQueued are how much may wait for a client that reads slowly.
	maxQueuedBytes = 8 * maxMessageBytes
	maxQueued      = 256
	// writeTime is how long a client may take for what is sent to it.
	writeTime = 10 * time.Second
	// maxMessages is how many messages of a client are under way at once; then no more
	// are read.
	maxMessages = 32
)

// What connections are closed with.
const (
	reasonGoingAway = "Going away"
	reasonNoStatus  = "Client-side close frame status not set"
	reasonLost      = "Connection closed abnormally"
	reasonBinary    = "Binary message types not supported"
	reasonTooLarge  = "Message or frame too large"
	reasonDeleted   = "Connection Closed Normally"
	reasonNotText   = "Invalid UTF-8 in text frame"
)

// Errors of sending to a client.
var (
	// errGone is that of a connection that has ended.
	errGone = errors.New("the connection is gone")
	// errFull is that of a client that does not read what is sent.
	errFull = errors.New("too much waits for the client")
)

// Connection is a client's connection to a stage.
type Connection struct {
	id          string
	shared      *shared
	hub         *Hub
	limits      Limits
	connectedAt time.Time
	domainName  string
	sourceIP    string
	userAgent   string
	// What $connect found out about the client; not written after the handshake, but for
	// the API key of a route that wants one.
	authorizer       *integration.EventAuthorizer
	caller           *integration.Identity
	usageKey         string
	apiKey, apiKeyID string

	conn *websocket.Conn
	now  func() time.Time
	// active is when something was last sent or received, in ms.
	active atomic.Int64
	// mu guards the queue of messages for the client and whether somebody writes.
	mu          sync.Mutex
	queue       [][]byte
	queuedBytes int
	isWriting   bool
	// isOver tells that nobody is to begin to write any more.
	isOver bool
	// slots bound the messages under way; nil until there is one.
	slots chan struct{}
	// messages are those under way.
	messages sync.WaitGroup
	// ending is how the server ends the connection; nil while it does not.
	ending atomic.Pointer[integration.Disconnect]
}

// touch notes that something was sent or received: the time of silence begins anew.
func (c *Connection) touch() {
	now := c.now()
	c.active.Store(now.UnixMilli())
	if c.ending.Load() != nil {
		return
	}
	// The clock of deadlines is the machine's, that of connections may be a test's.
	left := min(c.limits.Idle, c.connectedAt.Add(c.limits.Duration).Sub(now))
	_ = c.conn.SetReadDeadline(time.Now().Add(max(left, 0)))
}

// reply sends what a route answers to the client's own message. It waits for a client that
// reads slowly, who then is not read from either.
func (c *Connection) reply(text []byte) {
	c.mu.Lock()
	if c.isWriting {
		c.enqueueLocked(text)
		c.mu.Unlock()
		return
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

// enqueueLocked queues a message; false when too much waits already.
func (c *Connection) enqueueLocked(text []byte) bool {
	if c.queuedBytes+len(text) > maxQueuedBytes || len(c.queue) >= maxQueued {
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
			c.mu.Unlock()
			return
		}
		text := c.queue[0]
		c.queue, c.queuedBytes = c.queue[1:], c.queuedBytes-len(text)
		c.mu.Unlock()
		c.deliver(text)
	}
}

// deliver writes a message, for which a client has writeTime; then the connection ends.
func (c *Connection) deliver(text []byte) {
	if c.ending.Load() != nil {
		return
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(writeTime))
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
	if _, err := w.Write(text); err != nil { // the writer cuts at its buffer
		return err
	}
	return w.Close()
}

// end closes the connection from here: the client gets a close frame and a moment to
// answer it.
func (c *Connection) end(code int, reason string) {
	if !c.ending.CompareAndSwap(nil, &integration.Disconnect{Code: code, Reason: reason}) {
		return
	}
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(closeTime))
	_ = c.conn.SetReadDeadline(time.Now().Add(closeTime))
}

// read reads messages until the connection ends, then runs $disconnect.
func (c *Connection) read() {
	ended := c.receive()
	if own := c.ending.Load(); own != nil {
		ended = own
	}
	c.ending.CompareAndSwap(nil, ended)
	c.hub.remove(c)
	_ = c.conn.Close()
	c.mu.Lock()
	c.isOver = true
	c.mu.Unlock()
	c.messages.Wait()
	c.disconnected(ended)
	c.shared.closed.Add(1)
}

// receive reads messages and tells how the connection ended.
func (c *Connection) receive() *integration.Disconnect {
	for {
		kind, text, err := c.conn.ReadMessage()
		if err != nil {
			return c.ended(err)
		}
		c.touch()
		switch {
		case kind != websocket.TextMessage:
			c.end(websocket.CloseUnsupportedData, reasonBinary)
		case !utf8.Valid(text):
			c.end(websocket.CloseInvalidFramePayloadData, reasonNotText)
		case c.ending.Load() == nil:
			c.message(text)
		}
	}
}

// ended tells how a connection ended that cannot be read any more.
func (c *Connection) ended(err error) *integration.Disconnect {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		switch closed.Code {
		case websocket.CloseNoStatusReceived:
			return &integration.Disconnect{Code: closed.Code, Reason: reasonNoStatus}
		case websocket.CloseAbnormalClosure:
			return &integration.Disconnect{Code: closed.Code, Reason: reasonLost}
		}
		return &integration.Disconnect{Code: closed.Code, Reason: closed.Text}
	}
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, websocket.ErrReadLimit), errors.Is(err, errFrame):
		c.end(websocket.CloseMessageTooBig, reasonTooLarge)
		return &integration.Disconnect{Code: websocket.CloseMessageTooBig, Reason: reasonTooLarge}
	case isNet && timeout.Timeout():
		c.end(websocket.CloseGoingAway, reasonGoingAway)
		return &integration.Disconnect{Code: websocket.CloseGoingAway, Reason: reasonGoingAway}
	}
	return &integration.Disconnect{Code: websocket.CloseAbnormalClosure, Reason: reasonLost}
}

// run runs a message apart from the reading, within the bound.
func (c *Connection) run(message func()) {
	if c.slots == nil {
		c.slots = make(chan struct{}, maxMessages)
	}
	c.slots <- struct{}{}
	c.messages.Go(func() {
		defer func() { <-c.slots }()
		message()
	})
}
