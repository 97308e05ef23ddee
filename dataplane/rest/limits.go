package rest

import (
	"errors"
	"io"
	"net/http"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Limits of the front door (REST API quotas of API Gateway).
const (
	maxURLBytes     = 10240
	maxHeadersBytes = 10240
)

// limitHead refuses requests whose URL or headers are too long, before any API is
// asked. Unverified: the form of the answers.
func limitHead(r *http.Request) *Failure {
	if len(r.RequestURI) > maxURLBytes || len(r.URL.RawQuery)+len(r.URL.Path) > maxURLBytes {
		return &Failure{Status: http.StatusRequestURITooLong, Message: "Request URI too long", ErrorType: "RequestURITooLongException", Reason: "The URL exceeds 10240 bytes"}
	}
	size := 0
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	if size > maxHeadersBytes {
		return &Failure{Status: http.StatusRequestHeaderFieldsTooLarge, Message: "Request header fields too large", ErrorType: "RequestHeaderFieldsTooLargeException", Reason: "The header values exceed 10240 bytes"}
	}
	return nil
}

// limitPayload refuses a body that is announced too large. One without length is
// counted where it is read.
func limitPayload(x *Exchange) *Failure {
	if x.Request.HTTP.ContentLength > integration.MaxPayloadBytes {
		return requestTooLarge(nil)
	}
	return nil
}

// body returns the whole body of the method request, which is read once.
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
	return &Failure{ClientGone: true, Status: http.StatusBadRequest, Message: "Bad Request", ErrorType: "BadRequestException", Reason: "The request body could not be read", Cause: err}
}
