package lambdarunner

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// Limits of the Runtime API.
const (
	// maxResponseBytes is AWS's limit of a result (6 MB and 100 bytes).
	maxResponseBytes = 6291556
	// maxDiscardBytes is how much of a larger result is read and thrown away, so
	// that the runtime gets to see the 413 instead of a broken connection.
	maxDiscardBytes = 64 << 20
)

const typeResponseTooLarge = "Function.ResponseSizeTooLarge"

// Paths of the Runtime API.
const (
	apiRoot        = "/2018-06-01/runtime/"
	pathNext       = apiRoot + "invocation/next"
	pathInitError  = apiRoot + "init/error"
	pathInvocation = apiRoot + "invocation/"
)

// Headers by which a runtime tells what went wrong; the first two also come as
// trailers of a streamed response.
const (
	headerErrorType = "Lambda-Runtime-Function-Error-Type"
	headerErrorBody = "Lambda-Runtime-Function-Error-Body"
)

// apiError is what a runtime gets for a call that is wrong.
type apiError struct {
	status             int
	errorType, message string
}

// Error returns the type and the message.
func (e *apiError) Error() string { return e.errorType + ": " + e.message }

var (
	errTransition = &apiError{http.StatusForbidden, "InvalidStateTransition", "State transition is not allowed"}
	errRequestID  = &apiError{http.StatusBadRequest, "InvalidRequestID", "Invalid request ID"}
	errTooLarge   = &apiError{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", tooLargeReason}
	errForeign    = &apiError{http.StatusForbidden, "Forbidden", "The Runtime API is for the function process only"}
	errUnknown    = &apiError{http.StatusNotFound, "NotFound", "No such path in the Runtime API"}
	errMethod     = &apiError{http.StatusMethodNotAllowed, "MethodNotAllowed", "Method not allowed"}
	errUnreadable = &apiError{http.StatusBadRequest, "InvalidRequest", "The request body could not be read"}
)

const tooLargeReason = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."

// handle serves one request of the function process. It reports what to answer:
// nothing for a next (the event is the answer), nil for 202.
func (c *apiConn) handle(req *http.Request) (answered bool, err error) {
	if foreign(req, c.addr) {
		return true, errForeign
	}
	path := req.URL.Path
	if path == pathNext {
		if req.Method != http.MethodGet {
			return true, errMethod
		}
		err := c.process.next(c)
		return err != nil, err
	}
	id, call, ok := strings.Cut(strings.TrimPrefix(path, pathInvocation), "/")
	known := path == pathInitError || (ok && strings.HasPrefix(path, pathInvocation) && (call == "response" || call == "error"))
	if !known {
		return true, errUnknown
	}
	if req.Method != http.MethodPost {
		return true, errMethod
	}
	if call == "response" && isStreaming(req) {
		if inv := c.process.streamable(id, req.Header.Get("Content-Type")); inv != nil {
			return true, c.stream(inv, req)
		}
	}
	body, err := c.readBody(req)
	tooLarge := errors.Is(err, errTooLarge)
	if err != nil && !tooLarge {
		return true, err
	}
	switch {
	case path == pathInitError:
		if tooLarge {
			return true, errTooLarge
		}
		return true, c.process.initFailed(&runtimeError{errorType: errorType(req.Header), payload: errorBody(req.Header, body)})
	case tooLarge:
		f := &fault{Type: typeResponseTooLarge, Reason: tooLargeReason}
		if err := c.process.answer(id, deployed.Outcome{}, f); err != nil {
			return true, err
		}
		return true, errTooLarge
	case call == "error":
		out := deployed.Outcome{Payload: errorBody(req.Header, body), FunctionError: unhandled}
		return true, c.process.answer(id, out, nil)
	default:
		c.process.describe(id, req.Header.Get("Content-Type"))
		return true, c.process.answer(id, result(req, body), nil)
	}
}

// foreign tells whether a request comes from a web page: any page may send
// requests to loopback ports, the function process sends neither header.
func foreign(req *http.Request, addr string) bool {
	return req.Header["Origin"] != nil || req.Header["Sec-Fetch-Site"] != nil ||
		(req.Host != "" && req.Host != addr)
}

// result is the outcome of a response. A streamed one may end in trailers that
// say that it failed in the middle.
func result(req *http.Request, body []byte) deployed.Outcome {
	if req.Trailer.Get(headerErrorType) == "" {
		return deployed.Outcome{Payload: body}
	}
	object, err := base64.StdEncoding.DecodeString(req.Trailer.Get(headerErrorBody))
	if err != nil {
		object = nil
	}
	return deployed.Outcome{Payload: errorBody(req.Trailer, object), FunctionError: unhandled}
}

func errorType(h http.Header) string {
	if t := h.Get(headerErrorType); t != "" {
		return t
	}
	return "Runtime.Unknown"
}

// errorBody is the error object as the runtime sent it; one that sends none gets
// an object with the type it named.
func errorBody(h http.Header, body []byte) []byte {
	if len(bytes.TrimSpace(body)) > 0 {
		return body
	}
	return errorObject(errorType(h), "")
}

// welcomeBody tells a runtime that asks first to send its body.
func (c *apiConn) welcomeBody(req *http.Request) error {
	if strings.EqualFold(req.Header.Get("Expect"), "100-continue") && req.ProtoAtLeast(1, 1) {
		if err := c.write([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
			return errUnreadable
		}
	}
	return nil
}

// readBody reads a request body up to the limit; errTooLarge comes back when it
// was larger, with the rest read and dropped.
func (c *apiConn) readBody(req *http.Request) ([]byte, error) {
	if err := c.welcomeBody(req); err != nil {
		return nil, err
	}
	var body []byte
	var err error
	if n := req.ContentLength; n >= 0 && n <= maxResponseBytes {
		body = make([]byte, n)
		_, err = io.ReadFull(req.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(req.Body, maxResponseBytes+1))
	}
	if err != nil {
		return nil, errUnreadable
	}
	if len(body) <= maxResponseBytes {
		return body, nil
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, errUnreadable
	}
	return nil, errTooLarge
}
