package rest

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// How long a streamed response may pause, by the type of the API's endpoint.
const (
	idleRegional = 5 * time.Minute
	idleEdge     = 30 * time.Second
)

// streamIdle returns how long a streamed response may pause.
func (c *compiler) streamIdle() time.Duration {
	if endpoint := c.api.EndpointConfiguration; endpoint != nil && len(endpoint.Types) > 0 && endpoint.Types[0] != types.EndpointTypeEdge {
		return idleRegional
	}
	return idleEdge
}

// runStream makes a response that is sent as it comes: its content is neither converted
// nor compressed.
func (p *httpProxy) runStream(x *Exchange, request integration.HTTPRequest) *Failure {
	response, failed := p.InvokeStream(request.Client.Context(), request, p.idle)
	if failed != nil {
		return integrationFailure(failed)
	}
	x.Response = Response{Status: response.Status, Header: proxiedHeader(response.Header), Stream: response.Body}
	return nil
}

// streamBufferBytes is how much of a stream is read at once.
const streamBufferBytes = 32 << 10

// sendStream sends the body of a streamed response: what has come is passed on before
// more is read. Its error tells that the response is not complete.
func (x *Exchange) sendStream(w http.ResponseWriter) error {
	stream := x.Response.Stream
	defer stream.Close() //nolint:errcheck // what counts is told by reading
	if x.Request.HTTP.Method == http.MethodHead || !hasBody(x.Response.Status) {
		return nil
	}
	controller := http.NewResponseController(w)
	// The headers are worth something before the body begins.
	if err := flush(controller); err != nil {
		return err
	}
	buffer := make([]byte, streamBufferBytes)
	for {
		n, err := stream.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if err := flush(controller); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// abort ends an exchange whose response is not complete. The status is sent: all that
// can be told the client is that the connection breaks.
func (x *Exchange) abort(cause error) {
	ctx, level := x.Request.HTTP.Context(), slog.LevelWarn
	if ctx.Err() != nil {
		level = slog.LevelDebug // the client is gone
	}
	x.stage.env.Logger.LogAttrs(ctx, level, "response cut short",
		slog.String("request_id", x.Request.ID),
		slog.String("api_id", x.stage.snapshot.ApiID),
		slog.String("stage", x.stage.name),
		slog.Any("error", cause),
	)
	panic(http.ErrAbortHandler)
}

// flush sends what is written. A writer that cannot do that is one that does not wait.
func flush(controller *http.ResponseController) error {
	if err := controller.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// hasBody reports whether responses with a status have a body.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
