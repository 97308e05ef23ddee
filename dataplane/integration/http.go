package integration

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
)

// HTTP is a compiled HTTP integration: unlike [HTTPProxy], only what is mapped
// reaches the backend.
type HTTP struct{ *httpEndpoint }

// NewHTTP compiles an integration. The failure says that the URI is not usable.
func NewHTTP(config HTTPConfig) (*HTTP, *Failure) {
	endpoint, failure := newHTTPEndpoint(config)
	if failure != nil {
		return nil, failure
	}
	return &HTTP{endpoint}, nil
}

// HTTPCall is what is sent to the backend.
type HTTPCall struct {
	// Method is the client's verb, for integrations with the verb ANY.
	Method string
	// TraceID is the X-Amzn-Trace-Id.
	TraceID string
	// ContentType is the type of Body.
	ContentType string
	Body        []byte
	// Header and Query are the mapped parameters.
	Header, Query []Field
	// Path has the values of the URI's placeholders, percent-encoded.
	Path []Pair
}

// Invoke sends the request and reads the whole response. A redirect is a response as
// any other. The caller releases the response.
func (h *HTTP) Invoke(ctx context.Context, in HTTPCall) (*Response, *Failure) {
	target, failure := h.target(in.Path)
	if failure != nil {
		return nil, failure
	}
	target.RawQuery = joinQuery(target.RawQuery, encodeQuery(in.Query))
	header := http.Header{
		"Accept":                   {"application/json"},
		"Content-Type":             {in.ContentType},
		"User-Agent":               h.defaultUserAgent,
		"X-Amzn-Apigateway-Api-Id": h.apiID,
		"X-Amzn-Trace-Id":          {in.TraceID},
	}
	for _, field := range in.Header {
		if name := http.CanonicalHeaderKey(field.Name); !hopByHop(name) {
			header[name] = field.Values
		}
	}
	response, failure := h.send(ctx, &http.Request{
		Method: in.Method, URL: target, Header: header,
		Body: io.NopCloser(bytes.NewReader(in.Body)), ContentLength: int64(len(in.Body)),
	})
	if failure != nil {
		return nil, failure
	}
	response.Selection = strconv.Itoa(response.Status)
	return response, nil
}
