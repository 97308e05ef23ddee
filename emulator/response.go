package emulator

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/stagedoor-dev/stagedoor/emulator/internal/listener"
)

// response is a ResponseWriter that knows whether anything was sent.
type response struct {
	http.ResponseWriter

	started bool
}

func (w *response) WriteHeader(status int) {
	// An informational response (1xx) is not the answer yet, an upgrade is.
	w.started = w.started || status >= http.StatusOK || status == http.StatusSwitchingProtocols
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps net/http's way to copy without a buffer of our own.
func (w *response) ReadFrom(source io.Reader) (int64, error) {
	w.started = true
	if to, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		return to.ReadFrom(source)
	}
	return io.Copy(struct{ io.Writer }{w.ResponseWriter}, source)
}

func (w *response) Flush() {
	w.started = true
	_ = http.NewResponseController(w.ResponseWriter).Flush() // Flush has no error to return
}

// Hijack takes the connection over; HTTP/2 has none, which is an error.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.started = w.started || err == nil
	if err == nil {
		listener.StopNames(conn)
	}
	return conn, buffer, err
}

// Unwrap is what http.ResponseController looks for.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
