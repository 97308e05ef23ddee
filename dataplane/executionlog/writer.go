package executionlog

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// Line is a line of an execution log.
type Line struct {
	Time time.Time
	Text string
}

// Sink takes the lines of the execution log of one exchange. It does not keep the caller
// waiting.
type Sink func(account, region, apiID, stage string, lines []Line)

const (
	// maxLineBytes is where CloudWatch lines are cut.
	maxLineBytes   = 1024
	truncationMark = "[TRUNCATED]"
	// binaryBody stands for a body that is no text.
	binaryBody = "[Binary Data]"
)

// Writer collects the lines of one log. Masks and At are set before the first line.
type Writer struct {
	// Masks hide secrets.
	Masks trace.Masks
	// At is the time of the lines that are written next.
	At time.Time
	// Terse leaves out what messages say, Whole cuts no line.
	Terse, Whole bool

	Lines []Line
}

// Line writes a line as it is, cut unless the log is whole.
func (w *Writer) Line(text string) {
	if !w.Whole && len(text) > maxLineBytes {
		text = string(trace.TrimPartialRune([]byte(text[:maxLineBytes-len(truncationMark)]))) + truncationMark
	}
	w.Lines = append(w.Lines, Line{Time: w.At, Text: text})
}

// Body writes the body of a message unless the log is terse.
func (w *Writer) Body(label string, m *trace.Message) {
	if w.Terse {
		return
	}
	text, ok := w.Masks.Body(m)
	if !ok {
		text = binaryBody
	}
	w.Line(label + text)
}

// Header writes headers unless the log is terse.
func (w *Writer) Header(label string, header http.Header) {
	if w.Terse {
		return
	}
	w.Line(label + JavaMap(w.Masks.Header(header)))
}

// Endpoint writes what went to an endpoint, or what it answered, unless the log is terse.
// Other messages have no lines: AWS does not log templates.
func (w *Writer) Endpoint(m *trace.Message) {
	if w.Terse {
		return
	}
	switch m.Kind {
	case trace.EndpointRequest:
		uri := w.Masks.Text(m.URI)
		w.Line("Endpoint request URI: " + uri)
		w.Header("Endpoint request headers: ", m.Header)
		w.Body("Endpoint request body after transformations: ", m)
		w.Line("Sending request to " + uri)
	case trace.EndpointResponse:
		w.Line(fmt.Sprintf("Received response. Status: %d, Integration latency: %d ms", m.Status, m.Latency.Milliseconds()))
		w.Header("Endpoint response headers: ", m.Header)
		w.Body("Endpoint response body before transformations: ", m)
	case trace.MethodRequest, trace.MethodResponse, trace.TemplateInput, trace.TemplateOutput:
	}
}

// UsagePlan writes what a usage plan had to say to a call of a method or a route, for
// instance "method 'GET /pets'". A refused key has no such lines: its exchange ends with
// the reason.
func (w *Writer) UsagePlan(t *trace.Trace, called string) {
	key, stage := maskKey(t.APIKey), t.ApiID+"/"+t.Stage
	w.Line("Verifying Usage Plan for request: " + t.RequestID + ". API Key: " + key + " API Stage: " + stage)
	if !t.RequiresKey {
		w.Line("API Key " + key + " authorized because " + called + " does not require API Key. Request will not contribute to throttle or quota limits")
	}
	w.Line("Usage Plan check succeeded for API Key " + key + " and API Stage " + stage)
}

// EndpointRequestID is the request id of an AWS service that answered; empty when none did.
func EndpointRequestID(t *trace.Trace) string {
	id := ""
	for i := range t.Messages {
		if m := &t.Messages[i]; m.Kind == trace.EndpointResponse {
			id = m.Header.Get("X-Amzn-Requestid")
		}
	}
	return id
}

// JavaMap writes a map as Java does: {a=1, b=2}, in the order of the names; several
// values as a list. Unverified: the order, and the list.
func JavaMap(values map[string][]string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		b.WriteByte('=')
		if all := values[name]; len(all) == 1 {
			b.WriteString(all[0])
		} else {
			b.WriteString("[" + strings.Join(all, ", ") + "]")
		}
	}
	b.WriteByte('}')
	return b.String()
}

// shownKeyCharacters is how much of an API key execution logs show.
const shownKeyCharacters = 6

// maskKey hides an API key but for its last characters.
func maskKey(key string) string {
	if len(key) <= 2*shownKeyCharacters {
		return strings.Repeat("*", len(key))
	}
	hidden := len(key) - shownKeyCharacters
	return strings.Repeat("*", hidden) + key[hidden:]
}
