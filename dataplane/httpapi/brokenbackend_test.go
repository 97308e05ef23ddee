package httpapi_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// rawBackend answers each connection with bytes and closes it.
func rawBackend(t *testing.T, answer string) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			buffer := make([]byte, 4096)
			_, _ = conn.Read(buffer)
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return "http://" + listener.Addr().String()
}

// TestBrokenBackends: what is no response, or only a part of one, is none; what is odd but
// complete is passed on.
func TestBrokenBackends(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		status int
		body   string
	}{
		"closed":                  {"", 503, unavailableBody},
		"no HTTP":                 {"SSH-2.0-OpenSSH_9.0\r\n", 503, unavailableBody},
		"head is cut":             {"HTTP/1.1 200 OK\r\nContent-Le", 503, unavailableBody},
		"body is cut":             {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", 503, unavailableBody},
		"chunks are cut":          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort", 503, unavailableBody},
		"two lengths":             {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 503, unavailableBody},
		"head is too large":       {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", 503, unavailableBody},
		"until the end":           {"HTTP/1.0 200 OK\r\n\r\nall", 200, "all"},
		"early hints":             {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
		"a status of its own":     {"HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nok", 799, "ok"},
		"no content":              {"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", 204, ""},
		"not modified":            {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
		"more than it announced":  {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", 200, "ok"},
		"switches the protocol":   {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello", 503, unavailableBody},
		"headers with line feeds": {"HTTP/1.1 200 OK\nContent-Length: 2\nX-A: 1\n\nok", 200, "ok"},
	} {
		f := newFixture(t, nil)
		i := httpIntegration(rawBackend(t, test.answer))
		i.TimeoutInMillis = aws.Int32(2000)
		f.PublishApiStage(stageOf("$default", i, "GET /a"))
		if response := f.want(t, "GET", "/a", test.status, test.body); response.Header.Get("Apigw-Requestid") == "" {
			t.Errorf("%s: %v", name, response.Header)
		}
	}
}
