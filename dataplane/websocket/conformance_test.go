package websocket_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// The opcodes of frames.
const (
	opContinuation, opText, opBinary, opClose, opPing, opPong = 0x0, 0x1, 0x2, 0x8, 0x9, 0xa
	fin                                                       = 0x80
)

// frame is a masked frame, as clients send them; first is the byte of opcode and flags.
func frame(first byte, payload string) []byte {
	head := []byte{first, 0x80}
	switch n := len(payload); {
	case n <= 125:
		head[1] |= byte(n)
	case n <= 0xffff:
		head[1] |= 126
		head = binary.BigEndian.AppendUint16(head, uint16(n))
	default:
		head[1] |= 127
		head = binary.BigEndian.AppendUint64(head, uint64(n))
	}
	mask := []byte{0x37, 0xfa, 0x21, 0x3d}
	head = append(head, mask...)
	for i := range len(payload) {
		head = append(head, payload[i]^mask[i%4])
	}
	return head
}

func text(payload string) []byte { return frame(fin|opText, payload) }

func closing(code uint16, reason string) []byte {
	return frame(fin|opClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// rawClient is a client that writes frames by hand, as a browser would.
type rawClient struct {
	net.Conn

	reader *bufio.Reader
}

func (f *fixture) connectRaw(t *testing.T) *rawClient {
	t.Helper()
	address := strings.TrimPrefix(f.url, "http://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, err = io.WriteString(conn, "GET /dev HTTP/1.1\r\nHost: "+address+"\r\nConnection: keep-alive, Upgrade\r\nPragma: no-cache\r\nUpgrade: websocket\r\n"+
		"Origin: https://app.example.com\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	c := &rawClient{Conn: conn, reader: bufio.NewReader(conn)}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols || response.Header.Get("Sec-Websocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || response.Header.Get("Sec-Websocket-Extensions") != "" {
		t.Fatalf("%s %v", response.Status, response.Header)
	}
	return c
}

// next reads a message or a control frame, for instance "text hello", "close 1002".
func (c *rawClient) next() string {
	var message []byte
	kind := byte(0)
	for {
		var head [2]byte
		if _, err := io.ReadFull(c.reader, head[:]); err != nil {
			return err.Error()
		}
		length := int(head[1])
		switch length {
		case 126:
			var long [2]byte
			_, _ = io.ReadFull(c.reader, long[:])
			length = int(binary.BigEndian.Uint16(long[:]))
		case 127:
			var long [8]byte
			_, _ = io.ReadFull(c.reader, long[:])
			length = int(binary.BigEndian.Uint64(long[:]))
		}
		if length > 32<<10 || head[0]&0x70 != 0 {
			return fmt.Sprintf("bad frame %x of %d bytes", head, length)
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(c.reader, payload); err != nil {
			return err.Error()
		}
		switch opcode := head[0] & 0xf; opcode {
		case opPing, opPong:
			return map[byte]string{opPing: "ping ", opPong: "pong "}[opcode] + string(payload)
		case opClose:
			if len(payload) < 2 {
				return "close"
			}
			return fmt.Sprintf("close %d", binary.BigEndian.Uint16(payload))
		case opText, opBinary:
			kind = opcode
		}
		message = append(message, payload...)
		if head[0]&fin != 0 {
			return map[byte]string{opText: "text ", opBinary: "binary "}[kind] + string(message)
		}
	}
}

// TestConformance has a client send frames by hand, in the manner of the Autobahn test
// suite. The connection ends after each case, with a close frame from the server and
// without a reset.
func TestConformance(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.route("$default", mockOf(`{"statusCode":200,"body":"$util.escapeJavaScript($input.body)"}`), responseOf("$default", `$input.path('$.body')`))
	f.publish()
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	long := func(n int) string { return strings.Repeat("*", n) }
	type test struct {
		send []byte
		want []string
	}
	bye := closing(1000, "")
	tests := map[string]test{
		"ping without payload":          {join(frame(fin|opPing, ""), bye), []string{"pong ", "close 1000"}},
		"ping with 125 bytes":           {join(frame(fin|opPing, long(125)), bye), []string{"pong " + long(125), "close 1000"}},
		"ping with 126 bytes":           {frame(fin|opPing, long(126)), []string{"close 1002"}},
		"unsolicited pong":              {join(frame(fin|opPong, "x"), frame(fin|opPing, "y"), bye), []string{"pong y", "close 1000"}},
		"fragmented ping":               {frame(opPing, "x"), []string{"close 1002"}},
		"fragmented pong":               {frame(opPong, "x"), []string{"close 1002"}},
		"two fragments":                 {join(frame(opText, "one "), frame(fin|opContinuation, "two"), bye), []string{"text one two", "close 1000"}},
		"ping between fragments":        {join(frame(opText, "one "), frame(fin|opPing, "p"), frame(fin|opContinuation, "two"), bye), []string{"pong p", "text one two", "close 1000"}},
		"empty fragments":               {join(frame(opText, ""), frame(opContinuation, "x"), frame(fin|opContinuation, ""), bye), []string{"text x", "close 1000"}},
		"continuation of nothing":       {frame(fin|opContinuation, "x"), []string{"close 1002"}},
		"unfinished continuation":       {frame(opContinuation, "x"), []string{"close 1002"}},
		"text between fragments":        {join(frame(opText, "one"), text("two")), []string{"close 1002"}},
		"unmasked frame":                {[]byte{fin | opText, 2, 'h', 'i'}, []string{"close 1002"}},
		"unmasked ping":                 {[]byte{fin | opPing, 0}, []string{"close 1002"}},
		"binary":                        {frame(fin|opBinary, "x"), []string{"close 1003"}},
		"invalid UTF-8":                 {text("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"), []string{"close 1007"}},
		"invalid UTF-8 in a fragment":   {join(frame(opText, "a\xf4\x90"), frame(fin|opContinuation, "\x80\x80")), []string{"close 1007"}},
		"truncated UTF-8":               {text("\xe2\x98"), []string{"close 1007"}},
		"a character in two fragments":  {join(frame(opText, "\xe2\x98"), frame(fin|opContinuation, "\x83"), bye), []string{"text ☃", "close 1000"}},
		"frame of 32 KB":                {join(text(long(32<<10)), bye), []string{"text " + long(32<<10), "close 1000"}},
		"frame of 32 KB and a byte":     {text(long(32<<10 + 1)), []string{"close 1009"}},
		"length beyond all bounds":      {append([]byte{fin | opText, 0xff}, bytes.Repeat([]byte{0xff}, 12)...), []string{"close 1009"}},
		"128 KB":                        {join(frame(opText, long(32<<10)), frame(opContinuation, long(32<<10)), frame(opContinuation, long(32<<10)), frame(fin|opContinuation, long(32<<10)), bye), []string{"text " + long(128<<10), "close 1000"}},
		"128 KB and a byte":             {join(frame(opText, long(32<<10)), frame(opContinuation, long(32<<10)), frame(opContinuation, long(32<<10)), frame(opContinuation, long(32<<10)), frame(fin|opContinuation, "x")), []string{"close 1009"}},
		"close without code":            {frame(fin|opClose, ""), []string{"close"}},
		"close with half a code":        {frame(fin|opClose, "\x03"), []string{"close 1002"}},
		"close with the longest reason": {closing(1000, long(123)), []string{"close 1000"}},
		"close with too long a reason":  {closing(1000, long(124)), []string{"close 1002"}},
		"close with invalid UTF-8":      {closing(1000, "\xff"), []string{"close 1002"}},
		"frames after close":            {join(bye, text("late"), frame(fin|opPing, "late")), []string{"close 1000"}},
		"two messages at once":          {join(text("a"), text("b"), bye), []string{"text a", "text b", "close 1000"}},
	}
	for _, flag := range []byte{0x10, 0x20, 0x40} {
		tests[fmt.Sprintf("reserved bit %x", flag)] = test{frame(fin|flag|opText, "x"), []string{"close 1002"}}
		tests[fmt.Sprintf("reserved bit %x of a ping", flag)] = test{frame(fin|flag|opPing, "x"), []string{"close 1002"}}
	}
	for _, opcode := range []byte{3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf} {
		tests[fmt.Sprintf("reserved opcode %x", opcode)] = test{join(text("a"), frame(fin|opcode, "x")), []string{"text a", "close 1002"}}
	}
	for _, n := range []int{1, 125, 126, 127, 128} {
		tests[fmt.Sprintf("text of %d bytes", n)] = test{join(text(long(n)), bye), []string{"text " + long(n), "close 1000"}}
	}
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		tests[fmt.Sprintf("close with %d", code)] = test{closing(code, "reason"), []string{fmt.Sprintf("close %d", code)}}
	}
	for _, code := range []uint16{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		tests[fmt.Sprintf("close with %d", code)] = test{closing(code, "reason"), []string{"close 1002"}}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, bytewise := range []bool{false, true} {
				if bytewise && len(test.send) > 200 {
					continue
				}
				c := f.connectRaw(t)
				if !bytewise {
					_, _ = c.Write(test.send) // an error shows in what comes
				}
				for i := 0; bytewise && i < len(test.send); i++ {
					_, _ = c.Write(test.send[i : i+1])
				}
				for _, want := range append(test.want, "EOF") {
					if got := c.next(); got != want {
						t.Fatalf("bytewise %t: got %.60s, want %.60s", bytewise, got, want)
					}
				}
				_ = c.Close()
			}
		})
	}
}
