package lambdarunner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// recorder is a ResponseStream that keeps what it gets.
type recorder struct {
	begun       bool
	contentType string
	bytes.Buffer
	// onBegin and onWrite come before what is kept; their error refuses it.
	onBegin func() error
	onWrite func(piece []byte) error
}

func (r *recorder) Begin(contentType string) error {
	if r.begun {
		panic("begun twice")
	}
	r.begun, r.contentType = true, contentType
	if r.onBegin != nil {
		return r.onBegin()
	}
	return nil
}

func (r *recorder) Write(piece []byte) (int, error) {
	if r.onWrite != nil {
		if err := r.onWrite(piece); err != nil {
			return 0, err
		}
	}
	return r.Buffer.Write(piece)
}

func (r *rig) stream(ctx context.Context, fn *deployed.Function, payload string, w deployed.ResponseStream) (deployed.Outcome, error) {
	return r.InvokeStream(ctx, fn, deployed.Invocation{RequestID: testRequestID, Payload: []byte(payload)}, w)
}

func TestInvokeStream(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	nul := strings.Repeat("\x00", 8)
	type response struct {
		Begun                   bool
		ContentType, Body       string
		ErrorType, ErrorMessage string
	}
	tests := map[string]struct {
		payload string
		timeout time.Duration
		want    response
	}{
		"http":      {want: response{Begun: true, ContentType: "application/vnd.awslambda.http-integration-response", Body: `{"statusCode":201,"headers":{"x-id":"` + testRequestID + `"}}` + nul + "body"}},
		"httpEmpty": {want: response{Begun: true, ContentType: "application/vnd.awslambda.http-integration-response", Body: `{"statusCode":204}` + nul}},
		"zeros":     {payload: `{"size":10}`, want: response{Begun: true, ContentType: "application/octet-stream", Body: strings.Repeat("\x00", 10)}},
		"failsFirst": {
			want: response{ErrorType: "TypeError", ErrorMessage: "before anything"},
		},
		"failsLater": {
			want: response{Begun: true, ContentType: "application/octet-stream", Body: strings.Repeat("x", 500_000), ErrorType: "RangeError", ErrorMessage: "after that"},
		},
		"destroys": {
			want: response{Begun: true, ContentType: "application/octet-stream", Body: "begun", ErrorType: "Error", ErrorMessage: "destroyed"},
		},
		"exits": {
			want: response{
				Begun: true, ContentType: "application/octet-stream", Body: "begun", ErrorType: "Runtime.ExitError",
				ErrorMessage: "RequestId: " + testRequestID + " Error: Runtime exited with error: exit status 7",
			},
		},
		"throwsOutside": {
			want: response{Begun: true, ContentType: "application/octet-stream", Body: "begun", ErrorType: "Error", ErrorMessage: "thrown outside"},
		},
		"hangs": {
			timeout: time.Second,
			want: response{
				Begun: true, ContentType: "application/octet-stream", Body: "begun", ErrorType: "Sandbox.Timedout",
				ErrorMessage: "RequestId: " + testRequestID + " Error: Task timed out after 1.00 seconds",
			},
		},
		"forgetsEnd":    {want: response{Begun: true, ContentType: "application/octet-stream", Body: "all"}},
		"tooLate":       {want: response{Begun: true, ContentType: "application/octet-stream", Body: "aCannot set content-type, too late."}},
		"notAsync":      {want: response{ErrorType: "string", ErrorMessage: "Streaming does not support non-async handlers."}},
		"buffered":      {want: response{Begun: true, ContentType: "application/json", Body: `{"a":1}`}},
		"bufferedFails": {want: response{ErrorType: "Error", ErrorMessage: "broken"}},
		"missing":       {want: response{ErrorType: "Runtime.HandlerNotFound", ErrorMessage: "streams.missing is undefined or not exported"}},
	}
	r := newRig(t, nil)
	base := r.folderFunction("nodejs22.x", "", "nodejs")
	for handler, tt := range tests {
		t.Run(handler, func(t *testing.T) {
			t.Parallel()
			fn := *base
			fn.ARN += "-" + handler
			fn.Handler = "streams." + handler
			if tt.timeout > 0 {
				fn.Timeout = tt.timeout
			}
			var w recorder
			out, err := r.stream(t.Context(), &fn, tt.payload, &w)
			if err != nil {
				t.Fatal(err)
			}
			got := response{Begun: w.begun, ContentType: w.contentType, Body: w.String()}
			if out.FunctionError != "" {
				if err := json.Unmarshal(out.Payload, &got); err != nil {
					t.Errorf("error object %s: %v", out.Payload, err)
				}
			} else if out.Payload != nil {
				t.Errorf("payload %s, which has gone to the stream", out.Payload)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
			if !strings.Contains(string(out.LogTail), "\nREPORT RequestId: "+testRequestID) {
				t.Errorf("log tail %s", out.LogTail)
			}
		})
	}
}

// TestStreamArrivesAsItIsWritten has the function wait for the reader.
func TestStreamArrivesAsItIsWritten(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs22.x", "streams.inTurns", "nodejs")
	file := filepath.Join(t.TempDir(), "seen")
	event, err := json.Marshal(map[string]string{"file": file})
	if err != nil {
		t.Fatal(err)
	}
	w := recorder{onWrite: func(piece []byte) error {
		if string(piece) == "one" {
			return os.WriteFile(file, nil, 0o600)
		}
		return nil
	}}
	out, err := r.stream(t.Context(), fn, string(event), &w)
	if err != nil || out.FunctionError != "" || w.String() != "one, two" || w.contentType != "text/plain" {
		t.Errorf("%q of type %q, outcome %+v, error %v", w.String(), w.contentType, out, err)
	}
}

// TestStreamEndsOfTheCaller has callers that fail or leave: the function runs on
// and its process serves the next invocation.
func TestStreamEndsOfTheCaller(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs22.x", "streams.zeros", "nodejs")
	const event = `{"size":3000000}`
	broken := errors.New("broken pipe")

	w := recorder{onWrite: func([]byte) error { return broken }}
	if out, err := r.stream(t.Context(), fn, event, &w); err != nil || out.FunctionError != "" || w.Len() != 0 {
		t.Errorf("a writer that fails: outcome %+v, error %v, %d bytes", out, err, w.Len())
	}
	r.eventuallyCounts(1, 1, 0)

	w = recorder{onBegin: func() error { return broken }}
	if out, err := r.stream(t.Context(), fn, event, &w); err != nil || out.FunctionError != "" || w.Len() != 0 {
		t.Errorf("a writer that does not begin: outcome %+v, error %v, %d bytes", out, err, w.Len())
	}
	r.eventuallyCounts(1, 1, 0)

	ctx, cancel := context.WithCancel(t.Context())
	w = recorder{onWrite: func([]byte) error { cancel(); return nil }}
	for err := error(nil); !errors.Is(err, context.Canceled); {
		// A piece may win against the end of the context, the last one included.
		if _, err = r.stream(ctx, fn, event, &w); err == nil {
			w = recorder{}
		}
	}
	r.eventuallyCounts(1, 1, 0)

	w = recorder{}
	if out, err := r.stream(t.Context(), fn, event, &w); err != nil || out.FunctionError != "" || w.Len() != 3_000_000 {
		t.Errorf("after that: outcome %+v, error %v, %d bytes", out, err, w.Len())
	}
	r.eventuallyCounts(1, 1, 0)
}

// TestStreamLimits tells the limits of both modes apart.
func TestStreamLimits(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs22.x", "streams.zeros", "nodejs")
	fn.Timeout = time.Minute
	var w discarding
	const size = 8 << 20
	if out, err := r.stream(t.Context(), fn, `{"size":8388608}`, &w); err != nil || out.FunctionError != "" || w.size != size {
		t.Errorf("outcome %+v, error %v, %d bytes, want more than a buffered response may have", out, err, w.size)
	}
	out := r.call(fn, `{"size":8388608}`)
	if !strings.Contains(string(out.Payload), typeResponseTooLarge) {
		t.Errorf("buffered: %.200s", out.Payload)
	}
	w = discarding{}
	out, err := r.stream(t.Context(), fn, `{"size":219715200,"piece":4194304}`, &w)
	want := `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (209715200 bytes)."}`
	if err != nil || string(out.Payload) != want || w.size > maxStreamBytes {
		t.Errorf("outcome %s, error %v, %d bytes", out.Payload, err, w.size)
	}
}

// discarding is a ResponseStream that counts.
type discarding struct{ size int64 }

func (*discarding) Begin(string) error { return nil }

func (d *discarding) Write(piece []byte) (int, error) {
	d.size += int64(len(piece))
	return len(piece), nil
}

// TestCloseEndsAStreamThatNobodyReads closes the runner while a caller is stuck.
func TestCloseEndsAStreamThatNobodyReads(t *testing.T) {
	t.Parallel()
	needTool(t, "node")
	r := newRig(t, nil)
	fn := r.folderFunction("nodejs22.x", "streams.zeros", "nodejs")
	stuck, leave := make(chan struct{}), make(chan struct{})
	w := recorder{onWrite: func([]byte) error { close(stuck); <-leave; return errors.New("gone") }}
	done := make(chan error)
	go func() {
		_, err := r.stream(t.Context(), fn, `{"size":5000000}`, &w)
		done <- err
	}()
	<-stuck
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	close(leave)
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("error = %v, want ErrClosed", err)
	}
}
