package integration

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// HTTPConfig defines an HTTP or HTTP_PROXY integration.
type HTTPConfig struct {
	// URI is the backend, with {name} placeholders, stage variables replaced.
	URI string
	// Method is the verb for the backend; "ANY" is the client's own.
	Method string
	// APIID is told to the backend.
	APIID     string
	Timeout   time.Duration
	Transport http.RoundTripper
}

// HTTPProxy is a compiled HTTP_PROXY integration.
type HTTPProxy struct{ *httpEndpoint }

// httpEndpoint is what HTTP and HTTP_PROXY integrations have in common.
type httpEndpoint struct {
	config HTTPConfig
	uri    *uriTemplate
	// Made once, for every request to share.
	apiID, defaultUserAgent []string
}

// NewHTTPProxy compiles an integration. The error says that the URI is not usable;
// [Failure] has the words for the log.
func NewHTTPProxy(config HTTPConfig) (*HTTPProxy, *Failure) {
	endpoint, failure := newHTTPEndpoint(config)
	if failure != nil {
		return nil, failure
	}
	return &HTTPProxy{endpoint}, nil
}

func newHTTPEndpoint(config HTTPConfig) (*httpEndpoint, *Failure) {
	uri, err := parseURITemplate(config.URI)
	if err != nil {
		return nil, errInvalidEndpoint(err)
	}
	return &httpEndpoint{
		config:           config,
		uri:              uri,
		apiID:            []string{config.APIID},
		defaultUserAgent: []string{"AmazonAPIGateway_" + config.APIID},
	}, nil
}

// HTTPRequest is what is sent to the backend.
type HTTPRequest struct {
	// Client is the request as it came; its body is sent on as it is read.
	Client *http.Request
	// Forwarded are the X-Forwarded headers and the trace id.
	Forwarded Forwarded
	// Header and Query are mapped parameters; they replace the client's of the same name.
	Header, Query []Field
	// Path has the values of the URI's placeholders, percent-encoded.
	Path []Pair
	// NewPath, percent-encoded, is in place of the path of the URI; empty for none.
	NewPath string
}

// Forwarded is what a proxy tells of the client.
type Forwarded struct {
	For, Port, Proto, TraceID string
}

// Invoke sends the request and reads the whole response, as API Gateway does: what
// goes wrong half way is still an error for the client. The caller releases the
// response.
func (p *HTTPProxy) Invoke(ctx context.Context, in HTTPRequest) (*Response, *Failure) {
	request, failure := p.request(in)
	if failure != nil {
		return nil, failure
	}
	return p.send(ctx, request)
}

// request returns the request for the backend.
func (p *HTTPProxy) request(in HTTPRequest) (*http.Request, *Failure) {
	target, failure := p.target(in.Path)
	if failure != nil {
		return nil, failure
	}
	if in.NewPath != "" {
		target.Path, target.RawPath, target.Opaque = "", "", ""
		setPath(target, in.NewPath)
	}
	target.RawQuery = joinQuery(joinQuery(target.RawQuery, withoutMapped(in.Client.URL.RawQuery, in.Query)), encodeQuery(in.Query))
	return &http.Request{
		Method:        in.Client.Method,
		URL:           target,
		Header:        p.header(in),
		Body:          in.Client.Body,
		ContentLength: in.Client.ContentLength,
	}, nil
}

// send sends a request that is complete but for the verb of the integration, and
// reads the response.
func (e *httpEndpoint) send(ctx context.Context, out *http.Request) (*Response, *Failure) {
	ctx, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()
	response, err := e.roundTrip(ctx, out)
	if err != nil {
		return nil, httpFailure(ctx, err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing can be done about it
	return readResponse(ctx, response)
}

// roundTrip sends a request that is complete but for the verb of the integration. The
// response can be read as long as ctx lasts; the caller closes its body.
func (e *httpEndpoint) roundTrip(ctx context.Context, out *http.Request) (*http.Response, error) {
	out = out.WithContext(ctx)
	out.Host = out.URL.Host
	out.Proto, out.ProtoMajor, out.ProtoMinor = "HTTP/1.1", 1, 1
	if e.config.Method != "ANY" {
		out.Method = e.config.Method
	}
	if out.ContentLength == 0 {
		out.Body = nil
	}
	if host, ok := out.Header["Host"]; ok {
		out.Host = host[len(host)-1]
		delete(out.Header, "Host")
	}
	response, err := e.config.Transport.RoundTrip(out)
	if err == nil && response.StatusCode < http.StatusOK {
		// It switches to a protocol that nobody asked for. The client must not be told so: what
		// follows is no HTTP for neither side.
		_ = response.Body.Close()
		return nil, fmt.Errorf("the endpoint answered with the status %d", response.StatusCode)
	}
	return response, err
}

func readResponse(ctx context.Context, response *http.Response) (*Response, *Failure) {
	// What answers HEAD has the length of a body that does not come.
	isHead := response.Request != nil && response.Request.Method == http.MethodHead
	tooLarge := response.ContentLength > MaxPayloadBytes && !isHead
	var body []byte
	var buffer *[]byte
	if !tooLarge {
		length := response.ContentLength
		if isHead {
			length = 0
		}
		var err error
		body, buffer, err = readAll(response.Body, length)
		if err != nil {
			releaseBuffer(buffer)
			return nil, httpFailure(ctx, err)
		}
		tooLarge = len(body) > MaxPayloadBytes
	}
	if tooLarge {
		if buffer != nil {
			releaseBuffer(buffer)
		}
		return nil, &Failure{Kind: Misconfigured, Reason: fmt.Sprintf(
			"Execution failed due to configuration error: Integration response is larger than the allowed maximum of %d bytes", MaxPayloadBytes)}
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body, buffer: buffer}, nil
}

// target returns the URL of the integration with values in place of its placeholders.
func (e *httpEndpoint) target(values []Pair) (*url.URL, *Failure) {
	path, missing := expand(e.uri.path, values, false)
	query := ""
	if missing == "" {
		query, missing = expand(e.uri.query, values, true)
	}
	if missing != "" {
		return nil, errNotMapped(missing)
	}
	target := &url.URL{Scheme: e.uri.scheme, Host: e.uri.host, RawQuery: query}
	setPath(target, path)
	return target, nil
}

// httpFailure tells what the client gets for a request that came back with err.
func httpFailure(ctx context.Context, err error) *Failure {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Failure{Kind: Timeout, Reason: reasonTimeout, Cause: err}
	}
	if ctx.Err() != nil {
		return &Failure{Kind: ClientGone, Reason: "The client closed the connection", Cause: err}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return errInvalidEndpoint(err)
	}
	if link, ok := errors.AsType[*linkError](err); ok {
		return &Failure{Kind: Misconfigured, Reason: "Execution failed due to configuration error: " + link.Error(), Cause: link.cause}
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &Failure{Kind: RequestTooLarge, Reason: "Execution failed: the request body is too large", Cause: tooLarge}
	}
	return &Failure{Kind: Unreachable, Reason: "Execution failed due to a network error communicating with endpoint", Cause: err}
}

// header returns the headers for the backend. Values are shared with the client's
// request and not written.
func (p *HTTPProxy) header(in HTTPRequest) http.Header {
	header := make(http.Header, len(in.Client.Header)+len(in.Header)+6)
	for name, values := range in.Client.Header {
		if !hopByHop(name) {
			header[name] = values
		}
	}
	for _, value := range in.Client.Header["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			delete(header, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	forwarded := [...]string{in.Forwarded.For, in.Forwarded.Port, in.Forwarded.Proto, in.Forwarded.TraceID}
	header["X-Forwarded-For"] = forwarded[0:1:1]
	header["X-Forwarded-Port"] = forwarded[1:2:2]
	header["X-Forwarded-Proto"] = forwarded[2:3:3]
	header["X-Amzn-Trace-Id"] = forwarded[3:4:4]
	header["X-Amzn-Apigateway-Api-Id"] = p.apiID
	if _, ok := header["User-Agent"]; !ok {
		header["User-Agent"] = p.defaultUserAgent
	}
	for _, field := range in.Header {
		header[http.CanonicalHeaderKey(field.Name)] = field.Values
	}
	return header
}

// hopByHop reports whether a header, in canonical form, concerns the connection to
// the client and is not forwarded.
func hopByHop(name string) bool {
	switch name {
	case "Connection", "Content-Length", "Expect", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	default:
		return false
	}
}
