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
	// maxPendingBytes is how much may wait for a client that reads slowly.
	maxPendingBytes = 4 * maxMessageBytes
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
	// pending is how many bytes wait to be written.
	pending atomic.Int64
	// writing is held while a frame is written.
	writing sync.Mutex
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

// send sends a text message. It waits for a client that reads slowly, up to writeTime;
// then the connection ends.
func (c *Connection) send(text []byte) error {
	if c.ending.Load() != nil {
		return errGone
	}
	if c.pending.Add(int64(len(text))) > maxPendingBytes {
		c.pending.Add(-int64(len(text)))
		return errFull
	}
	defer c.pending.Add(-int64(len(text)))
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(writeTime))
	if err := c.write(text); err != nil {
		_ = c.conn.UnderlyingConn().Close() // which ends the reading
		return errGone
	}
	c.touch()
	return nil
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
	c.messages.Wait()
	c.disconnected(ended)
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
