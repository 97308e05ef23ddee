package httpapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// maxHeadBytes limits the request line together with the values of all headers (HTTP API
// quotas: "Total combined size of request line and header values").
const maxHeadBytes = 10240

// limitHead refuses requests whose head is too long, before the API is asked.
// Unverified: which of the two statuses.
func limitHead(r *http.Request) *Failure {
	line := len(r.Method) + len(r.RequestURI) + len("  HTTP/1.1")
	if r.RequestURI == "" {
		line += len(r.URL.Path) + len(r.URL.RawQuery)
	}
	if line > maxHeadBytes {
		return &Failure{Status: http.StatusRequestURITooLong, Type: "DEFAULT_4XX", Reason: "The request line exceeds 10240 bytes"}
	}
	size := line + len(r.Host) // net/http keeps it apart
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	if size > maxHeadBytes {
		return &Failure{Status: http.StatusRequestHeaderFieldsTooLarge, Type: "DEFAULT_4XX", Reason: "Request line and header values exceed 10240 bytes"}
	}
	return nil
}

// limitPayload refuses a body that is announced too large. One without length is counted
// where it is read.
func limitPayload(x *Exchange) *Failure {
	if x.Request.HTTP.ContentLength > integration.MaxPayloadBytes {
		return requestTooLarge(nil)
	}
	return nil
}

// body returns the whole body of the request, which is read once.
func (x *Exchange) body() ([]byte, *Failure) {
	if x.Request.bodyRead {
		return x.Request.body, nil
	}
	body, failure := x.readBody()
	if failure == nil {
		x.Request.body, x.Request.bodyRead = body, true
	}
	return body, failure
}

func (x *Exchange) readBody() ([]byte, *Failure) {
	r := x.Request.HTTP
	if r.ContentLength == 0 || r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > 0 && r.ContentLength <= integration.MaxPayloadBytes {
		body := make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, bodyFailure(err)
		}
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, integration.MaxPayloadBytes+1))
	if err != nil {
		return nil, bodyFailure(err)
	}
	if len(body) > integration.MaxPayloadBytes {
		return nil, requestTooLarge(nil)
	}
	return body, nil
}

func bodyFailure(err error) *Failure {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return requestTooLarge(tooLarge)
	}
	return &Failure{ClientGone: true, Status: http.StatusBadRequest, Type: "BAD_REQUEST_BODY", Reason: "The request body could not be read", Cause: err}
}
