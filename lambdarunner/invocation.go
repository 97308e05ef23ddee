package lambdarunner

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// defaultTimeout is AWS's, for a function without one.
const defaultTimeout = 3 * time.Second

// unhandled is the X-Amz-Function-Error value of everything that goes wrong in a
// function today.
const unhandled = "Unhandled"

// invocation is one run of a function on its way through a process. Until it is
// done it belongs to the process that it is attached to, whose lock guards it.
type invocation struct {
	fn      *deployed.Function
	in      deployed.Invocation
	timeout time.Duration

	// retry says that a process has failed to initialise for it already.
	retry bool
	// init is how long its process took to initialise; zero for a warm start.
	init time.Duration
	// started is when the time limit began, zero before.
	started time.Time
	timer   *time.Timer
	// tail collects its log; the log's lock guards it.
	tail tail

	// stream takes the response to a caller that wants it as it comes; nil for one
	// that waits for all of it.
	stream *responsePipe
	// over, when set, is called once the invocation is done.
	over func()
	// done is closed when outcome or err is set.
	done    chan struct{}
	outcome deployed.Outcome
	err     error
}

func newInvocation(fn *deployed.Function, in deployed.Invocation) *invocation {
	if len(in.Payload) == 0 {
		in.Payload = []byte("{}")
	}
	if in.InvokedARN == "" {
		in.InvokedARN = fn.ARN
	}
	timeout := fn.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	return &invocation{fn: fn, in: in, timeout: timeout, done: make(chan struct{})}
}

// begin starts the time limit, unless an init that counts against it has done so.
func (inv *invocation) begin(now time.Time, expired func()) {
	if !inv.started.IsZero() {
		return
	}
	inv.started = now
	inv.timer = time.AfterFunc(inv.timeout, expired)
}

func (inv *invocation) stopTimer() {
	if inv.timer != nil {
		inv.timer.Stop()
	}
}

// complete hands the outcome to the caller. It is called once.
func (inv *invocation) complete(out deployed.Outcome) {
	inv.stopTimer()
	inv.outcome = out
	inv.finish()
}

// fail ends an invocation that never reached the function. It is called once.
func (inv *invocation) fail(err error) {
	inv.stopTimer()
	inv.err = err
	inv.finish()
}

func (inv *invocation) finish() {
	close(inv.done)
	if inv.over != nil {
		inv.over()
	}
}

// fault is a failure of a function that the runner found, not the runtime.
type fault struct {
	// Type is the errorType, for instance "Runtime.ExitError".
	Type string
	// Reason follows "RequestId: {id} Error: " in the errorMessage.
	Reason string
}

// Error returns the type and the reason.
func (f *fault) Error() string { return f.Type + ": " + f.Reason }

// payload is the error object that the caller gets.
func (f *fault) payload(requestID string) []byte {
	message := f.Reason
	if f.Type != typeResponseTooLarge {
		message = "RequestId: " + requestID + " Error: " + f.Reason
	}
	return errorObject(f.Type, message)
}

// errorObject is the JSON of a function's failure, as AWS orders its members.
func errorObject(errorType, message string) []byte {
	object, err := json.Marshal(struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}{errorType, message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return object
}

func timeoutFault(timeout time.Duration) *fault {
	return &fault{Type: "Sandbox.Timedout", Reason: fmt.Sprintf("Task timed out after %.2f seconds", timeout.Seconds())}
}

// newTraceID makes an X-Amzn-Trace-Id value of an unsampled trace.
func newTraceID(now time.Time) string {
	var id [20]byte
	_, _ = rand.Read(id[:]) // never fails
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0",
		uint32(now.Unix()), hex.EncodeToString(id[:12]), hex.EncodeToString(id[12:]))
}

// headerValue makes a string fit for a header line. In JSON, where a client
// context may be spread over lines, a space for a line break changes nothing.
func headerValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
