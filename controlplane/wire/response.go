package wire

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strconv"
)

const contentTypeJSON = "application/json"

// response is an encoded answer, complete before the first byte is sent: an
// encoding failure can still become a 500.
type response struct {
	status int
	header http.Header
	body   []byte
}

// encodeOutput turns an output structure, or an SDK error, into a response with
// the given status unless a member sets another. blobType is the content type of a
// raw payload without one.
func encodeOutput(s *structure, out reflect.Value, status int, blobType string) (*response, error) {
	r := &response{status: status, header: http.Header{}}
	hasBodyMembers := false
	for _, f := range s.fields {
		value := out.Field(f.index)
		switch {
		case f.bound == inHeader && !f.shape.absent(value):
			text, err := textOf(value)
			if err != nil {
				return nil, fmt.Errorf("header %s: %w", f.boundName, err)
			}
			r.header.Set(f.boundName, text)
		case f.bound == inStatus && value.Int() != 0:
			r.status = int(value.Int())
		case f.bound == inPayload:
			if err := r.setPayload(f, value, blobType); err != nil {
				return nil, err
			}
		case outputBodyField(f):
			hasBodyMembers = true
		}
	}
	if !hasBodyMembers || !allowsBody(r.status) {
		return r, nil
	}
	body, err := s.appendJSON(nil, out, outputBodyField)
	if err != nil {
		return nil, err
	}
	r.body = body
	r.defaultType(contentTypeJSON)
	return r, nil
}

func (r *response) setPayload(f *field, value reflect.Value, blobType string) error {
	if f.shape.absent(value) {
		return nil
	}
	switch payload := value.Interface().(type) {
	case []byte:
		r.body = payload
		r.defaultType(blobType)
		return nil
	case io.Reader:
		data, err := io.ReadAll(payload)
		if err != nil {
			return fmt.Errorf("payload %s: %w", f.name, err)
		}
		r.body = data
		r.defaultType(blobType)
		return nil
	default:
		body, err := f.shape.encode(nil, value)
		r.body = body
		r.defaultType(contentTypeJSON)
		return err
	}
}

func (r *response) defaultType(contentType string) {
	if r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", contentType)
	}
}

func allowsBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// send writes the response. The error of the connection is nobody's: the client
// has gone.
func (r *response) send(w http.ResponseWriter) {
	header := w.Header()
	maps.Copy(header, r.header)
	if allowsBody(r.status) {
		header.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	if allowsBody(r.status) {
		_, _ = w.Write(r.body)
	}
}
