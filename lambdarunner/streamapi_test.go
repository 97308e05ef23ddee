package lambdarunner

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// streamRig is an apiRig whose invocation is streamed to a recorder.
func streamRig(t *testing.T) (rig *apiRig, w *recorder, done <-chan deployed.Outcome) {
	t.Helper()
	rig, w = newAPIRig(t, stateInvoking), &recorder{}
	rig.inv.stream = newResponsePipe()
	outcomes := make(chan deployed.Outcome, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if out, err := rig.inv.pour(ctx, w); err == nil {
			outcomes <- out
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return rig, w, outcomes
}

const streamHead = "POST " + testAPIPath + "invocation/" + testRequestID + "/response HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n" +
	"Content-Type: text/plain\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"

func TestRuntimeAPIStreams(t *testing.T) {
	t.Parallel()
	const accepted = "202 {\"status\":\"OK\"}\n"
	chunked := streamHead + "Transfer-Encoding: chunked\r\n"
	tests := map[string]struct {
		request, answer string
		body, failure   string
	}{
		"chunks":         {chunked + "\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", accepted, "abc", ""},
		"nothing":        {chunked + "\r\n0\r\n\r\n", accepted, "", ""},
		"content length": {streamHead + "Content-Length: 2\r\n\r\nab", accepted, "ab", ""},
		"trailers": {
			chunked + "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n1\r\na\r\n0\r\n" +
				"Lambda-Runtime-Function-Error-Type: My.Error\r\nLambda-Runtime-Function-Error-Body: eyJhIjoxfQ==\r\n\r\n",
			accepted, "a", `{"a":1}`,
		},
		"trailer without body": {
			chunked + "Trailer: Lambda-Runtime-Function-Error-Type\r\n\r\n0\r\nLambda-Runtime-Function-Error-Type: My.Error\r\n\r\n",
			accepted, "", `{"errorType":"My.Error","errorMessage":""}`,
		},
		"not streamed after all": {strings.Replace(streamHead, "streaming", "buffered", 1) + "Content-Length: 2\r\n\r\nab", accepted, "ab", ""},
		"an error instead": {
			strings.Replace(streamHead, "/response", "/error", 1) + "Content-Length: 7\r\n\r\n{\"a\":1}", accepted, "", `{"a":1}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rig, w, done := streamRig(t)
			if got := rig.exchange(t, tt.request, false); got != tt.answer {
				t.Errorf("answer %q", got)
			}
			out := <-done
			failed := out.FunctionError != ""
			if w.String() != tt.body || string(out.Payload) != tt.failure || failed != (tt.failure != "") || w.begun && w.contentType != "text/plain" {
				t.Errorf("%q of type %q, then %q %s", w.String(), w.contentType, out.FunctionError, out.Payload)
			}
		})
	}
}

// TestRuntimeAPIStreamBreaks sends bodies that are none: the invocation goes on
// until its time is over or the process ends.
func TestRuntimeAPIStreamBreaks(t *testing.T) {
	t.Parallel()
	rig, _, done := streamRig(t)
	got := rig.exchange(t, streamHead+"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nnonsense\r\n", false)
	if want := `400 {"errorMessage":"The request body could not be read","errorType":"InvalidRequest"}`; got != want {
		t.Errorf("answer %q, want %q", got, want)
	}
	<-rig.served
	select {
	case out := <-done:
		t.Errorf("the invocation ended with %+v", out)
	default:
	}
	// The stream is spoilt: what comes on another connection does not go into it.
	if inv := rig.process.streamable(testRequestID, ""); inv != nil {
		t.Error("a second response could be streamed")
	}
	rig.process.timedOut(rig.inv)
	if out := <-done; !strings.Contains(string(out.Payload), "Sandbox.Timedout") {
		t.Errorf("outcome %+v", out)
	}
}

// scriptedConn is a connection that has all its input already.
type scriptedConn struct {
	io.Reader
	written bytes.Buffer
}

func (c *scriptedConn) Write(p []byte) (int, error)    { return c.written.Write(p) }
func (*scriptedConn) Close() error                     { return nil }
func (*scriptedConn) LocalAddr() net.Addr              { return nil }
func (*scriptedConn) RemoteAddr() net.Addr             { return nil }
func (*scriptedConn) SetDeadline(time.Time) error      { return nil }
func (*scriptedConn) SetReadDeadline(time.Time) error  { return nil }
func (*scriptedConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzRuntimeAPIStream serves whatever a runtime may send: every answer is one, and an
// invocation is not both answered and open.
func FuzzRuntimeAPIStream(f *testing.F) {
	for _, seed := range []string{
		"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "Content-Length: 2\r\n\r\nab",
		"Transfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type\r\n\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n",
		"Expect: 100-continue\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	} {
		f.Add(streamHead+seed, true)
		f.Add(streamHead+seed, false)
	}
	f.Fuzz(func(t *testing.T, request string, streamed bool) {
		p := &process{
			runner: poolRunner(t, nil), fn: &deployed.Function{}, state: stateInvoking, conns: map[*apiConn]struct{}{},
			logs: &functionLog{sink: func(LogLine) {}, now: time.Now, raw: noPipe{}}, initTimer: time.NewTimer(time.Hour), pool: &pool{},
		}
		inv := newInvocation(&deployed.Function{}, deployed.Invocation{RequestID: testRequestID})
		p.inv = inv
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		if streamed {
			inv.stream = newResponsePipe()
			go func() {
				defer close(ended)
				_, _ = inv.pour(ctx, &discarding{})
			}()
		} else {
			close(ended)
		}
		conn := &scriptedConn{Reader: strings.NewReader(request)}
		c := &apiConn{process: p, conn: conn, addr: "127.0.0.1:9001"}
		c.limited.R = conn
		c.reader = bufio.NewReader(&c.limited)
		c.serve()
		cancel()
		<-ended
		for answers := bufio.NewReader(&conn.written); ; {
			if _, err := answers.Peek(1); err != nil {
				break
			}
			res, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatalf("the answer is none: %v", err)
			}
			_, err = io.Copy(io.Discard, res.Body)
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || res.StatusCode >= http.StatusInternalServerError {
				t.Errorf("answer %s, %v", res.Status, err)
			}
		}
		select {
		case <-inv.done:
			if p.state == stateInvoking {
				t.Error("the invocation was answered, and the process still owes an answer")
			}
		default:
			if p.state == stateAnswered {
				t.Error("the process has answered, and the invocation is open")
			}
		}
	})
}
