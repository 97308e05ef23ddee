package listener

import (
	"bytes"
	"strconv"
)

// Limits of what is kept of a connection. net/http refuses a head long before
// they are met; they bound what bytes that are no HTTP can make us hold.
const (
	maxLineBytes = 128 << 10
	maxNames     = 1 << 10
	maxHeads     = 1 << 10
)

// heads reads along a stream of HTTP/1.x requests and keeps, for each request, the
// header names that are not in canonical form. It follows the framing (content
// length, chunks, trailers) only to find the next head: body bytes are counted, not
// scanned. At the first byte that it does not understand it stops for good, and the
// requests from there on have no recorded names; net/http alone decides what is
// valid. The zero value is ready to use.
type heads struct {
	state state
	// line is the start of a line whose end was not read yet.
	line []byte
	// skip is the number of bytes to the end of the body, or of the chunk.
	skip uint64

	// The head that is being read.
	names   []string
	chunked bool
	length  uint64
	oldHTTP bool
	upgrade bool

	// done are the names of complete heads that were not taken yet.
	done [][]string
}

type state uint8

const (
	requestLine state = iota
	headerLine
	body
	chunkSize
	chunkData
	chunkEnd
	trailerLine
	lost
)

// take returns the names of the oldest complete head and forgets them.
func (h *heads) take() []string {
	if len(h.done) == 0 {
		return nil
	}
	names := h.done[0]
	if len(h.done) == 1 {
		h.done = h.done[:0]
	} else {
		h.done = append(h.done[:0], h.done[1:]...)
	}
	return names
}

// feed reads the next bytes of the stream; it does not keep p.
func (h *heads) feed(p []byte) {
	for len(p) > 0 && h.state != lost {
		if h.state == body || h.state == chunkData {
			p = h.skipBytes(p)
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			h.keep(p)
			return
		}
		line := p[:end]
		p = p[end+1:]
		if len(h.line) > 0 {
			h.keep(line)
			line = h.line
			h.line = h.line[:0]
		}
		h.readLine(bytes.TrimSuffix(line, []byte{'\r'}))
	}
}

func (h *heads) skipBytes(p []byte) []byte {
	if uint64(len(p)) < h.skip {
		h.skip -= uint64(len(p))
		return nil
	}
	p = p[h.skip:]
	h.skip = 0
	if h.state == body {
		h.state = requestLine
	} else {
		h.state = chunkEnd
	}
	return p
}

func (h *heads) keep(part []byte) {
	if len(h.line)+len(part) > maxLineBytes {
		h.lose()
		return
	}
	h.line = append(h.line, part...)
}

func (h *heads) lose() {
	h.state, h.line, h.names = lost, nil, nil
}

func (h *heads) readLine(line []byte) {
	switch h.state {
	case requestLine:
		h.readRequestLine(line)
	case headerLine:
		if len(line) == 0 {
			h.endHead()
			return
		}
		h.readHeader(line)
	case chunkSize:
		h.readChunkSize(line)
	case chunkEnd:
		h.state = chunkSize
		if len(line) > 0 {
			h.lose()
		}
	case trailerLine:
		if len(line) == 0 {
			h.state = requestLine
		}
	default:
		// A line was too long: lost.
	}
}

func (h *heads) readRequestLine(line []byte) {
	switch {
	case len(line) == 0:
		// Empty lines before a request are tolerated after a POST (RFC 9112, 2.2).
		return
	case bytes.HasSuffix(line, []byte(" HTTP/1.1")):
		h.oldHTTP = false
	case bytes.HasSuffix(line, []byte(" HTTP/1.0")):
		h.oldHTTP = true
	default:
		// HTTP/2 with prior knowledge ("PRI * HTTP/2.0") comes by here, too.
		h.lose()
		return
	}
	h.state, h.names, h.chunked, h.length, h.upgrade = headerLine, nil, false, 0, false
}

func (h *heads) readHeader(line []byte) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || line[0] == ' ' || line[0] == '\t' {
		h.lose() // a folded line may continue a header that decides the framing
		return
	}
	name, value := line[:colon], bytes.TrimSpace(line[colon+1:])
	switch {
	case is(name, "content-length"):
		length, err := strconv.ParseUint(string(value), 10, 63)
		if err != nil {
			h.lose()
			return
		}
		h.length = length
	case is(name, "transfer-encoding"):
		if !is(value, "chunked") {
			h.lose()
			return
		}
		// As net/http: no Transfer-Encoding in HTTP/1.0.
		h.chunked = !h.oldHTTP
	case is(name, "upgrade") && is(value, "websocket"):
		h.upgrade = true
	}
	if !canonical(name) {
		if len(h.names) == maxNames {
			h.lose()
			return
		}
		h.names = append(h.names, string(name))
	}
}

func (h *heads) endHead() {
	if len(h.done) == maxHeads {
		h.lose()
		return
	}
	h.done = append(h.done, h.names)
	h.names = nil
	switch {
	case h.upgrade:
		h.lose() // what follows a WebSocket handshake is no HTTP
	case h.chunked:
		h.state = chunkSize
	case h.length > 0:
		h.state, h.skip = body, h.length
	default:
		h.state = requestLine
	}
}

func (h *heads) readChunkSize(line []byte) {
	if extension := bytes.IndexByte(line, ';'); extension >= 0 {
		line = line[:extension]
	}
	size, err := strconv.ParseUint(string(bytes.TrimRight(line, " \t")), 16, 63)
	switch {
	case err != nil:
		h.lose()
	case size == 0:
		h.state = trailerLine
	default:
		h.state, h.skip = chunkData, size
	}
}

// is reports whether b is the lower case word s, in any case.
func is(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != s[i] {
			return false
		}
	}
	return true
}

// canonical reports whether name is spelled as net/http spells it: the first letter
// and each letter after a hyphen in upper case, the others in lower case.
func canonical(name []byte) bool {
	upper := true
	for _, c := range name {
		if upper && 'a' <= c && c <= 'z' || !upper && 'A' <= c && c <= 'Z' {
			return false
		}
		upper = c == '-'
	}
	return true
}
