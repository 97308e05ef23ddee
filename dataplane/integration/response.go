package integration

import "net/http"

// MaxPayloadBytes is the size limit of request and response bodies (10 MiB).
const MaxPayloadBytes = 10 << 20

// Response is what a backend answered.
type Response struct {
	Status int
	// Header has the names as they are to be sent: not necessarily canonical.
	Header http.Header
	Body   []byte
	// Selection is what selection patterns are matched against: the status, or the
	// error message of a function.
	Selection string

	buffer *[]byte
}

// Release gives the memory of Body back. The response is not used afterwards.
func (r *Response) Release() {
	if r.buffer != nil {
		releaseBuffer(r.buffer)
		r.buffer, r.Body = nil, nil
	}
}
