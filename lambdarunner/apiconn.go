package lambdarunner

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxHeaderBytes limits the head of a request to the Runtime API.
	maxHeaderBytes = 64 << 10
	// maxConnections limits the connections of one process. A runtime uses one,
	// or one a request; extensions would use a few.
	maxConnections = 32
	// maxInlineEvent is the largest event that is written without a goroutine of
	// its own: it fits the socket's buffers, so the write does not block.
	maxInlineEvent = 32 << 10
)

// apiConn is a connection of a function process to its Runtime API.
//
// It is a loop of its own rather than net/http's server, because whoever brings
// an invocation writes the answer to "next": that spares a warm invocation a
// goroutine switch, and a connection that waits still notices its end.
type apiConn struct {
	process *process
	conn    net.Conn
	addr    string
	limited io.LimitedReader
	reader  *bufio.Reader
	// writing keeps an event and an error answer apart when a runtime sends a
	// request before it has the answer to its last.
	writing sync.Mutex
	head    []byte // of events, reused; guarded by writing
	// ending says that the process has ended: only what has arrived is still read.
	ending atomic.Bool
}

// accept serves the connections of the process until its listener is closed.
func (p *process) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed: supervise does that when the process has ended
		}
		c := &apiConn{process: p, conn: conn, addr: p.listener.Addr().String()}
		c.limited.R = conn
		c.reader = bufio.NewReader(&c.limited)
		p.mu.Lock()
		refused := p.reaped || len(p.conns) >= maxConnections
		if !refused {
			p.conns[c] = struct{}{}
			p.connected.Go(c.serve)
		}
		p.mu.Unlock()
		if refused {
			c.shut()
		}
	}
}

// serve reads requests until the connection ends.
func (c *apiConn) serve() {
	defer c.shut()
	defer c.forget()
	for {
		c.limited.N = maxHeaderBytes
		req, err := http.ReadRequest(c.reader)
		if err != nil {
			return
		}
		c.limited.N = maxResponseBytes + maxDiscardBytes
		answered, err := c.handle(req)
		if !answered {
			continue
		}
		failed, ok := errors.AsType[*apiError](err)
		if err != nil && !ok {
			return
		}
		if c.write(answerBytes(failed)) != nil {
			return
		}
		// What was not read of a refused body is read now, within the limit.
		if _, err := io.Copy(io.Discard, req.Body); err != nil || req.Close {
			return
		}
	}
}

var accepted = []byte("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n")

// answerBytes is the HTTP answer to all but next; nil stands for success.
func answerBytes(e *apiError) []byte {
	if e == nil {
		return accepted
	}
	body, err := json.Marshal(struct {
		ErrorMessage string `json:"errorMessage"`
		ErrorType    string `json:"errorType"`
	}{e.message, e.errorType})
	if err != nil {
		panic(err) // two strings always marshal
	}
	head := "HTTP/1.1 " + strconv.Itoa(e.status) + " " + http.StatusText(e.status) +
		"\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	return append([]byte(head), body...)
}

// writeEvent answers the next that this connection waits with. When it fails the
// process is of no use any more.
func (c *apiConn) writeEvent(inv *invocation) {
	c.writing.Lock()
	deadline := inv.started.Add(inv.timeout).UnixMilli()
	h := append(c.head[:0], "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "...)
	h = append(h, headerValue(inv.in.RequestID)...)
	h = append(h, "\r\nLambda-Runtime-Deadline-Ms: "...)
	h = strconv.AppendInt(h, deadline, 10)
	h = append(h, "\r\nLambda-Runtime-Invoked-Function-Arn: "...)
	h = append(h, headerValue(inv.in.InvokedARN)...)
	h = append(h, "\r\nLambda-Runtime-Trace-Id: "...)
	h = append(h, headerValue(inv.in.TraceID)...)
	if inv.in.ClientContext != nil {
		h = append(h, "\r\nLambda-Runtime-Client-Context: "...)
		h = append(h, headerValue(string(inv.in.ClientContext))...)
	}
	h = append(h, "\r\nContent-Length: "...)
	h = strconv.AppendInt(h, int64(len(inv.in.Payload)), 10)
	h = append(h, "\r\n\r\n"...)
	c.head = h
	buffers := net.Buffers{h, inv.in.Payload}
	_, err := buffers.WriteTo(c.conn)
	c.writing.Unlock()
	if err != nil {
		c.process.runner.cfg.Logger.Warn("event not delivered",
			"function", c.process.fn.ARN, "request_id", inv.in.RequestID, "error", err)
		c.process.stop()
	}
}

func (c *apiConn) write(b []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err := c.conn.Write(b)
	return err
}

// expire makes the connection end soon: what has arrived is still read.
func (c *apiConn) expire(after time.Duration) {
	c.ending.Store(true)
	// The kernel's clock, not the injected one. A failure means it is closed.
	_ = c.conn.SetDeadline(time.Now().Add(after))
}

// extend gives a connection that is about to end time for the next read, after
// the caller took its time with what was read before.
func (c *apiConn) extend() {
	if c.ending.Load() {
		c.expire(connectionGrace)
	}
}

// forget takes the connection off its process.
func (c *apiConn) forget() {
	p := c.process
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	if p.waiting == c {
		p.waiting = nil
	}
}

func (c *apiConn) shut() {
	_ = c.conn.Close() // nothing is buffered on our side
}
