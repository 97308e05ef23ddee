package integration

import (
	"io"
	"sync"
)

// Buffers for backend bodies. Most bodies fit the initial size; one that grew large
// is left to the collector, so that a few big bodies do not pin memory for good.
const (
	initialBufferBytes  = 32 << 10
	maxPooledBufferSize = 1 << 20
)

var buffers = sync.Pool{New: func() any {
	b := make([]byte, initialBufferBytes)
	return &b
}}

func releaseBuffer(b *[]byte) {
	if cap(*b) <= maxPooledBufferSize {
		buffers.Put(b)
	}
}

// readAll reads r to its end, or to one byte more than the payload limit. length is
// the announced length, -1 when there is none. The data is in the buffer and valid
// until that is released.
func readAll(r io.Reader, length int64) (data []byte, buffer *[]byte, err error) {
	buffer = buffers.Get().(*[]byte)
	b := (*buffer)[:cap(*buffer)]
	if length >= int64(len(b)) && length <= MaxPayloadBytes {
		// One byte more than announced makes the last read see the end.
		b = make([]byte, length+1)
	}
	n := 0
	for n <= MaxPayloadBytes {
		if n == len(b) {
			grown := make([]byte, min(2*len(b), MaxPayloadBytes+1))
			copy(grown, b)
			b = grown
		}
		read, err := r.Read(b[n:])
		n += read
		if err == io.EOF {
			break
		}
		if err != nil {
			*buffer = b
			return nil, buffer, err
		}
	}
	*buffer = b
	return b[:n], buffer, nil
}
