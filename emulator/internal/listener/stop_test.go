package listener

import (
	"net"
	"testing"
)

// TestStopNames: nothing is kept of what comes on a connection that was taken over.
func TestStopNames(t *testing.T) {
	t.Parallel()
	server, client := net.Pipe()
	defer func() { _, _ = server.Close(), client.Close() }()
	c := &plainConn{Conn: server}
	StopNames(c)
	go func() { _, _ = client.Write(make([]byte, 1<<10)) }()
	if n, err := c.Read(make([]byte, 1<<10)); n != 1<<10 || err != nil {
		t.Fatal(n, err)
	}
	if len(c.heads.line) > 0 || len(c.heads.done) > 0 {
		t.Errorf("kept %d bytes of a line, %d heads", len(c.heads.line), len(c.heads.done))
	}
	StopNames(server) // which keeps nothing anyway
}
