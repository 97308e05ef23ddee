package websocket

import (
	"encoding/binary"
	"errors"
	"net"

	"github.com/gorilla/websocket"
)

// Errors of frames.
var (
	// errFrame is that of a frame that is too large.
	errFrame = errors.New("websocket: frame too large")
	// errCloseFrame is that of a close frame with half a status code.
	errCloseFrame = errors.New("websocket: bad close frame")
)

// frameLimit lets no frame through that is larger than maxFrameBytes: the library tells
// messages apart, not frames. Nor does it let close frames through that the library takes for
// good ones.
type frameLimit struct {
	net.Conn

	// skip is how much of the payload of a frame is still to come.
	skip uint64
	// head is the head of a frame as far as it has come.
	head    [14]byte
	headLen int
}

// Read implements [net.Conn].
func (f *frameLimit) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	if bad := f.inspect(b[:n]); bad != nil {
		return 0, bad
	}
	return n, err
}

// inspect follows the frames in what was read. It is not called again after an error.
func (f *frameLimit) inspect(b []byte) error {
	for len(b) > 0 {
		if f.skip > 0 {
			skipped := min(f.skip, uint64(len(b)))
			f.skip -= skipped
			b = b[skipped:]
			continue
		}
		f.head[f.headLen] = b[0]
		f.headLen++
		b = b[1:]
		if f.headLen < 2 {
			continue
		}
		length, need := uint64(f.head[1]&0x7f), 2
		switch length {
		case 126:
			need = 4
		case 127:
			need = 10
		}
		if f.head[1]&0x80 != 0 {
			need += 4 // the mask
		}
		if f.headLen < need {
			continue
		}
		switch length {
		case 126:
			length = uint64(binary.BigEndian.Uint16(f.head[2:]))
		case 127:
			length = binary.BigEndian.Uint64(f.head[2:])
		}
		if length > maxFrameBytes {
			return errFrame
		}
		if f.head[0]&0xf == websocket.CloseMessage && length == 1 {
			return errCloseFrame
		}
		f.skip, f.headLen = length, 0
	}
	return nil
}
