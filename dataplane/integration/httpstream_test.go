package integration

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

// transport answers with a body that somebody else writes.
type transport struct{ body *io.PipeReader }

// RoundTrip implements [http.RoundTripper]. As with a connection, reading ends with the
// request's context.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	context.AfterFunc(r.Context(), func() { _ = t.body.CloseWithError(errors.New("connection closed")) })
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: t.body}, nil
}

// TestStreamTimeLimits: a stream ends when the backend pauses too long and when it takes
// too long in all, however slowly it is read.
func TestStreamTimeLimits(t *testing.T) {
	tests := map[string]struct {
		pause, slow time.Duration
		chunks      int
		want        error
	}{
		"in time":             {pause: 29 * time.Second, chunks: 3, want: nil},
		"idle":                {pause: 31 * time.Second, chunks: 3, want: errIdle},
		"a slow reader":       {pause: time.Second, slow: 40 * time.Second, chunks: 3, want: nil},
		"too long altogether": {pause: 20 * time.Second, chunks: 60, want: context.DeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reader, writer := io.Pipe()
				written := make(chan struct{})
				go func() {
					defer close(written)
					for range test.chunks {
						time.Sleep(test.pause)
						if _, err := io.WriteString(writer, "chunk"); err != nil {
							return
						}
					}
					_ = writer.Close()
				}()
				proxy, failure := NewHTTPProxy(HTTPConfig{URI: "http://backend", Method: "GET", Timeout: 15 * time.Minute, Transport: transport{reader}})
				if failure != nil {
					t.Fatal(failure)
				}
				request := HTTPRequest{Client: &http.Request{Method: "GET", URL: &url.URL{}, Header: http.Header{}}}
				stream, failure := proxy.InvokeStream(t.Context(), request, 30*time.Second)
				if failure != nil {
					t.Fatal(failure)
				}
				var err error
				total, buffer := 0, make([]byte, 16)
				for err == nil {
					var n int
					n, err = stream.Body.Read(buffer)
					total += n
					time.Sleep(test.slow)
				}
				if errors.Is(err, io.EOF) {
					err = nil
				}
				if !errors.Is(err, test.want) || err == nil && total != 5*test.chunks {
					t.Errorf("got %d bytes, %v; want %v", total, err, test.want)
				}
				if err := stream.Body.Close(); err != nil {
					t.Error(err)
				}
				<-written
			})
		})
	}
}
