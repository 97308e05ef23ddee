// Package requestid makes the ids of requests and reads their trace ids.
package requestid

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"time"
)

// Ids of a request only have to differ; they are no secrets.

// New returns a random UUID (version 4) and an extended request id: 15
// characters of the alphabet for URLs and "=", as in AWS's examples ("DWAz1E9-IAMFbvQ=").
func New() (id, extendedID string) {
	var random [27]byte
	binary.LittleEndian.PutUint64(random[0:], rand.Uint64())
	binary.LittleEndian.PutUint64(random[8:], rand.Uint64())
	binary.LittleEndian.PutUint64(random[16:], rand.Uint64())
	binary.LittleEndian.PutUint16(random[24:], uint16(rand.Uint32()))
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80

	// Both texts share one allocation.
	var text [36 + 16]byte
	hex.Encode(text[0:8], random[0:4])
	hex.Encode(text[9:13], random[4:6])
	hex.Encode(text[14:18], random[6:8])
	hex.Encode(text[19:23], random[8:10])
	hex.Encode(text[24:36], random[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	base64.URLEncoding.Encode(text[36:], random[16:27])
	both := string(text[:])
	return both[:36], both[36:]
}

// Trace is the X-Amzn-Trace-Id of a request.
type Trace struct {
	// Request is what the backend sees: the client's own, else a new root.
	Request string
	// parent says whether Request names a parent.
	parent bool
}

// NewTrace returns the trace of a request whose client sent a header, empty for none.
func NewTrace(sent string, now time.Time) Trace {
	if strings.HasPrefix(sent, "Root=") {
		return Trace{Request: sent, parent: strings.Contains(sent, ";Parent=")}
	}
	var random [16]byte
	binary.BigEndian.PutUint32(random[0:], uint32(now.Unix()))
	binary.BigEndian.PutUint64(random[4:], rand.Uint64())
	binary.BigEndian.PutUint32(random[12:], rand.Uint32())
	text := append(make([]byte, 0, 40), "Root=1-"...)
	text = hex.AppendEncode(text, random[:4])
	text = append(text, '-')
	text = hex.AppendEncode(text, random[4:])
	return Trace{Request: string(text)}
}

// Response is the header that the client gets: what it sent, with a parent in the
// second field when it named none (RT-32, RT-33).
func (t Trace) Response() string {
	if t.parent {
		return t.Request
	}
	var random [8]byte
	binary.BigEndian.PutUint64(random[:], rand.Uint64())
	root, rest, _ := strings.Cut(t.Request, ";")
	text := append(make([]byte, 0, 96), root...)
	text = append(text, ";Parent="...)
	text = hex.AppendEncode(text, random[:])
	if rest == "" {
		rest = "Sampled=0"
	}
	text = append(text, ';')
	return string(append(text, rest...))
}
