package websocket

import (
	"errors"
	"io"
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
	// maxHubQueuedBytes is how much may wait for all clients together.
	maxHubQueuedBytes = 256 << 20
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
	reasonProtocol  = "Protocol error" // unverified
)

// Connection is a client's connection to a stage.
type Connection struct {
	id          string
	shared      *shared
	hub         *Hub
	limits      *Limits
	connectedAt time.Time
	// domainName is what events name, host what the client called.
	domainName string
	host       string
	sourceIP   string
	userAgent  string
	// What $connect found out about the client; not written after the handshake. usageKey is
	// the API key that the authorizer named, offeredKey the one that the client did, apiKey
	// the one that let it in.
	authorizer           *integration.EventAuthorizer
	caller               *integration.Identity
	usageKey, offeredKey string
	apiKey, apiKeyID     string

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
	// room tells that a message has left the queue, or that the connection ends.
	room sync.Cond
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
	// The clock of deadlines is the machine's, that of connections may be a test's.
	left := min(c.limits.Idle, c.connectedAt.Add(c.limits.Duration).Sub(now))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending.Load() == nil { // else there is a nearer deadline, which end sets after this or has set
		_ = c.conn.SetReadDeadline(time.Now().Add(max(left, 0)))
	}
}

// end closes the connection from here: the client gets a close frame and a moment to
// answer it.
func (c *Connection) end(code int, reason string) {
	if !c.ending.CompareAndSwap(nil, &integration.Disconnect{Code: code, Reason: reason}) {
		return
	}
	err := c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(closeTime))
	if failed, ok := errors.AsType[net.Error](err); ok && failed.Timeout() {
		_ = c.conn.UnderlyingConn().Close() // the client does not read: it would not get the frame
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.SetReadDeadline(time.Now().Add(closeTime))
	c.room.Broadcast()
}

// read reads messages until the connection ends, then runs $disconnect.
func (c *Connection) read() {
	ended, isLost := c.receive()
	if own := c.ending.Load(); own != nil {
		ended = own
	}
	c.ending.CompareAndSwap(nil, ended)
	c.hub.remove(c)
	c.mu.Lock()
	c.isOver = true
	c.room.Broadcast()
	c.mu.Unlock()
	if isLost {
		_ = c.conn.Close()
	} else {
		c.hub.running.Go(c.linger)
	}
	c.messages.Wait()
	c.disconnected(ended)
	c.shared.closed.Add(1)
}

// linger closes the connection when the client has closed it too, or after a moment: with
// unread bytes, closing would throw the close frame away.
func (c *Connection) linger() {
	raw := c.conn.UnderlyingConn()
	if limited, ok := raw.(*frameLimit); ok {
		raw = limited.Conn
	}
	_ = raw.SetWriteDeadline(time.Now()) // whoever still writes gives up
	if half, ok := raw.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	c.mu.Lock()
	_ = raw.SetReadDeadline(time.Now().Add(closeTime))
	c.mu.Unlock()
	_, _ = io.Copy(io.Discard, raw)
	_ = c.conn.Close()
}

// receive reads messages and tells how the connection ended, and whether it is lost: without
// close frames.
func (c *Connection) receive() (ended *integration.Disconnect, isLost bool) {
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
func (c *Connection) ended(err error) (how *integration.Disconnect, isLost bool) {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		switch closed.Code {
		case websocket.CloseNoStatusReceived:
			return &integration.Disconnect{Code: closed.Code, Reason: reasonNoStatus}, false
		case websocket.CloseAbnormalClosure:
			return &integration.Disconnect{Code: closed.Code, Reason: reasonLost}, true
		}
		return &integration.Disconnect{Code: closed.Code, Reason: closed.Text}, false
	}
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, websocket.ErrReadLimit), errors.Is(err, errFrame):
		c.end(websocket.CloseMessageTooBig, reasonTooLarge)
		return &integration.Disconnect{Code: websocket.CloseMessageTooBig, Reason: reasonTooLarge}, false
	case errors.Is(err, errCloseFrame):
		c.end(websocket.CloseProtocolError, reasonProtocol)
	case isNet && timeout.Timeout() && c.ending.Load() != nil: // no answer to our close frame
		return &integration.Disconnect{Code: websocket.CloseAbnormalClosure, Reason: reasonLost}, true
	case isNet && timeout.Timeout():
		c.end(websocket.CloseGoingAway, reasonGoingAway)
		return &integration.Disconnect{Code: websocket.CloseGoingAway, Reason: reasonGoingAway}, false
	case isNet, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &integration.Disconnect{Code: websocket.CloseAbnormalClosure, Reason: reasonLost}, true
	}
	// The library has told the client what it did wrong.
	return &integration.Disconnect{Code: websocket.CloseProtocolError, Reason: reasonProtocol}, false
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
