package trace

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// Tap returns the stream of a response such that what is read of it is recorded.
func (t *Trace) Tap(stream io.ReadCloser) io.ReadCloser {
	t.stream = &bodyTap{ReadCloser: stream, limit: t.keep}
	return t.stream
}

// Ending is how an exchange ended.
type Ending struct {
	Time time.Time
	// Header and Body are of the response, Body nothing for one that was tapped.
	Header http.Header
	Body   []byte
	// EndpointBody is what the endpoint answered, nil when it did not.
	EndpointBody []byte
	// RequestBody is the body of the client, if HasRequestBody; else the endpoint got it
	// as it was, if PassesBody.
	RequestBody                []byte
	HasRequestBody, PassesBody bool
}

// Complete completes the trace. The summary and the request are set before.
func (t *Trace) Complete(e *Ending) {
	t.completeBodies(e)
	response := Message{
		Kind: MethodResponse, Step: -1, Time: e.Time, Status: t.Status,
		Header: e.Header, Body: e.Body, Size: int64(len(e.Body)),
	}
	if t.stream != nil {
		response.Body, response.Size = t.stream.taken()
	}
	t.Messages = append(t.Messages, response)
}

// completeBodies fills in the bodies that were not there yet when their messages were
// recorded, because they were read afterwards.
func (t *Trace) completeBodies(e *Ending) {
	var sent *Message
	for i := range t.Messages {
		m := &t.Messages[i]
		switch {
		case m.tap != nil:
			m.Body, m.Size = m.tap.taken()
			m.tap = nil
		case m.Kind == EndpointResponse && m.Body == nil && e.EndpointBody != nil:
			m.Body, m.Size = e.EndpointBody, int64(len(e.EndpointBody))
		}
		if m.Kind == EndpointRequest {
			sent = m
		}
	}
	for i := range t.Messages {
		m := &t.Messages[i]
		if m.Kind != MethodRequest || m.Body != nil {
			continue
		}
		if e.HasRequestBody {
			m.Body, m.Size = e.RequestBody, int64(len(e.RequestBody))
		} else if sent != nil && e.PassesBody {
			m.Body, m.Size = sent.Body, sent.Size
		}
	}
}

// Take makes the trace of an exchange that is over independent of the exchange. Whoever
// takes it releases it.
func (t *Trace) Take() *Trace {
	size := 0
	for i := range t.Messages {
		size += min(len(t.Messages[i].Body), t.keep)
	}
	if cap(t.bodies) < size {
		t.bodies = make([]byte, 0, size)
	}
	for i := range t.Messages {
		m := &t.Messages[i]
		start := len(t.bodies)
		t.bodies = append(t.bodies, m.Body[:min(len(m.Body), t.keep)]...)
		m.Body = t.bodies[start:len(t.bodies):len(t.bodies)]
	}
	return t
}

// MemoryBytes is roughly the memory that the trace holds.
func (t *Trace) MemoryBytes() int {
	const fixed, message, field = 1 << 10, 160, 64
	size := fixed + cap(t.bodies) + message*cap(t.Messages) + len(t.Query)
	for i := range t.Messages {
		for name, values := range t.Messages[i].Header {
			size += field + len(name)
			for _, value := range values {
				size += len(value)
			}
		}
	}
	return size
}

// Request returns the request of the client, also of an exchange that ended before its
// method was executed. The URI is the path with the query.
func (t *Trace) Request() Message {
	request := Message{Kind: MethodRequest, Step: -1, Time: t.Time}
	for i := range t.Messages {
		if t.Messages[i].Kind == MethodRequest {
			request = t.Messages[i]
		}
	}
	request.Method, request.URI, request.Header = t.Method, t.Path, t.SentHeader(t.Header)
	if t.Query != "" {
		request.URI += "?" + t.Query
	}
	return request
}

// SentHeader returns the headers of the method request as the client spelled them.
func (t *Trace) SentHeader(header http.Header) http.Header {
	if t.Host == "" && len(t.HeaderNames) == 0 {
		return header
	}
	spelled := make(http.Header, len(header)+1)
	for name, values := range header {
		spelled[t.spelling(name)] = values
	}
	if t.Host != "" {
		spelled["Host"] = []string{t.Host}
	}
	return spelled
}

func (t *Trace) spelling(name string) string {
	for _, spelled := range t.HeaderNames {
		if strings.EqualFold(spelled, name) {
			return spelled
		}
	}
	return name
}
