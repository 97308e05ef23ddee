package functionurl

import (
	"context"
	"errors"
	"net/http"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// withHead is the content type of a response that says first what its status and headers
// are.
const withHead = "application/vnd.awslambda.http-integration-response"

// stream answers with a response that is sent as the function writes it.
func (c *call) stream(ctx context.Context, w http.ResponseWriter, event []byte) {
	s := &stream{w: w, controller: http.NewResponseController(w)}
	out, err := c.server.functions.InvokeFunctionURLStream(ctx, c.url, event, s)
	switch {
	case err != nil && !s.begun:
		c.refuse(w, err)
	case err == nil && out.FunctionError != nil && !s.begun:
		c.fail(w, http.StatusBadGateway, "InternalServerErrorException", "Internal Server Error", "function error: "+*out.FunctionError, nil)
	case err != nil || out.FunctionError != nil:
		// The status is sent: all that can be told the client is that the connection breaks.
		c.server.logger.Warn("function URL response cut short", "request_id", c.id, "function", c.url.FunctionName, "error", err)
		panic(http.ErrAbortHandler)
	case !s.begun:
		c.fail(w, http.StatusBadGateway, "InternalServerErrorException", "Internal Server Error", "the function's response is malformed", errors.New("it has no metadata"))
	}
}

// stream is a response on its way; it implements [deployed.ResponseStream].
type stream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	// head takes the metadata off; nil for a response without.
	head *integration.HeadReader
	// begun says that the status is sent.
	begun bool
}

// Begin implements [deployed.ResponseStream].
func (s *stream) Begin(contentType string) error {
	if contentType == withHead {
		s.head = &integration.HeadReader{Head: s.begin, Body: body{s}}
		return nil
	}
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	return s.begin(&integration.StreamHead{Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}})
}

// begin sends status and headers.
func (s *stream) begin(head *integration.StreamHead) error {
	s.begun = true
	copyHeaders(s.w.Header(), head.Header)
	s.w.WriteHeader(head.Status)
	return s.flush()
}

// Write implements [deployed.ResponseStream].
func (s *stream) Write(piece []byte) (int, error) {
	if s.head != nil {
		return s.head.Write(piece)
	}
	return body{s}.Write(piece)
}

func (s *stream) flush() error {
	if err := s.controller.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// body writes what follows the head.
type body struct{ *stream }

// Write sends a piece at once.
func (b body) Write(piece []byte) (int, error) {
	n, err := b.w.Write(piece)
	if err == nil {
		err = b.flush()
	}
	return n, err
}
