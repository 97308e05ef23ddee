package trace

import (
	"net/http"
	"sync"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Observer gets the trace of an exchange that is over, and reports whether it took it
// ([Trace.Take]). Of one that it did not take it keeps nothing.
type Observer func(t *Trace) (taken bool)

// Trace records how an exchange went: its steps, and the messages that passed. It
// exists only when somebody observes, so that it costs nothing otherwise.
//
// While the exchange is under way its messages refer to the exchange's own memory;
// [Trace.Take] makes it independent. What it records is raw: secrets are masked where it
// is shown ([Masks]).
type Trace struct {
	Summary

	Steps    []Step
	Messages []Message

	// What follows is of the method request: the query raw, HeaderNames the names of
	// headers as the client spelled them, where they are shown so.
	PathParameters []integration.Pair
	Query          string
	Host           string
	Header         http.Header
	HeaderNames    []string
	// RequiresKey tells whether the method requires an API key, APIKey is the valid one.
	RequiresKey bool
	APIKey      string

	now func() time.Time
	// last is when the latest step ended.
	last time.Time
	// stream is the response as far as it was sent, when it is streamed.
	stream *bodyTap
	// keep is how many bytes of each body are kept.
	keep int
	// bodies is the memory of the bodies of a trace that was taken.
	bodies []byte
}

// Summary is an exchange in a line.
type Summary struct {
	RequestID, ExtendedID string
	Time                  time.Time
	ApiID, Stage          string
	// HasExecutionLog tells whether API Gateway writes an execution log for such an API.
	HasExecutionLog bool
	Method          string
	// Path is the path with the stage, as sent, without the query; MethodPath the path
	// behind the stage.
	Path, MethodPath string
	// Resource is the path of the matched resource; empty when none matched.
	Resource string
	Status   int
	Duration time.Duration
	// Error is why the exchange failed; empty when it did not.
	Error string
	// GatewayResponse is the type of the gateway response of an exchange that failed;
	// empty for answers that no API can customise.
	GatewayResponse string
}

// Step is one step as it went.
type Step struct {
	// Name is the step's name in the pipeline.
	Name     string
	Duration time.Duration
	// Decision is what the step decided and why; empty when there was no choice.
	Decision string
}

// MessageKind is where a message was seen.
type MessageKind string

// The kinds of messages, in the order in which they pass.
const (
	MethodRequest    MessageKind = "method request"
	TemplateInput    MessageKind = "template input"
	TemplateOutput   MessageKind = "template output"
	EndpointRequest  MessageKind = "endpoint request"
	EndpointResponse MessageKind = "endpoint response"
	MethodResponse   MessageKind = "method response"
)

// Message is a request, a response, or what went into or came out of a mapping
// template. What does not apply to its kind is zero.
type Message struct {
	Kind MessageKind
	// Step is the index of the step that it belongs to, -1 for none.
	Step int
	Time time.Time
	// Method and URI are of requests to an endpoint.
	Method, URI string
	Status      int
	// Latency is how long the endpoint took to answer.
	Latency time.Duration
	Header  http.Header
	// ContentType is the type that a template is for.
	ContentType string
	// Body is as much of the body as is kept, Size the number of its bytes.
	Body []byte
	Size int64

	tap *bodyTap
}

// KeptBodyBytes is how many bytes of each body the trace of a served request keeps.
const KeptBodyBytes = 8 << 10

// maxPooledTraceBytes keeps the memory of a few big bodies from being held for good.
const maxPooledTraceBytes = 64 << 10

var traces = sync.Pool{New: func() any {
	return &Trace{Steps: make([]Step, 0, 12), Messages: make([]Message, 0, 8)}
}}

// New returns an empty trace that keeps so many bytes of each body.
func New(now func() time.Time, start time.Time, keep int) *Trace {
	t := traces.Get().(*Trace)
	t.now, t.last, t.keep = now, start, keep
	return t
}

// Release gives the memory of a trace back. The trace is not used afterwards.
func (t *Trace) Release() {
	clear(t.Steps)
	clear(t.Messages)
	clear(t.PathParameters)
	bodies := t.bodies[:0]
	if cap(bodies) > maxPooledTraceBytes {
		bodies = nil
	}
	*t = Trace{Steps: t.Steps[:0], Messages: t.Messages[:0], PathParameters: t.PathParameters[:0], bodies: bodies}
	traces.Put(t)
}

// Add appends a message to the step under way. Its time is the step's unless it has one:
// reading the clock is what tracing costs most.
func (t *Trace) Add(m Message) {
	m.Step = len(t.Steps) - 1
	if m.Time.IsZero() {
		m.Time = t.last
	}
	if m.Size == 0 {
		m.Size = int64(len(m.Body))
	}
	t.Messages = append(t.Messages, m)
}

// Decide notes what the running step decided. A nil trace notes nothing.
func (t *Trace) Decide(decision string) {
	if t != nil && len(t.Steps) > 0 {
		t.Steps[len(t.Steps)-1].Decision = decision
	}
}

// Begin begins a step; it ends with [Trace.End].
func (t *Trace) Begin(name string) { t.Steps = append(t.Steps, Step{Name: name}) }

// End ends the running step. A reason is why it failed.
func (t *Trace) End(reason string) {
	step, now := &t.Steps[len(t.Steps)-1], t.now()
	step.Duration, t.last = now.Sub(t.last), now
	if reason != "" {
		step.Decision = reason
	}
}

// Keep sets how many bytes of each body are kept when the trace is taken.
func (t *Trace) Keep(n int) { t.keep = n }
