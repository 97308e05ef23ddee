package rest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// LogLine is a line of the execution log of API Gateway.
type LogLine struct {
	Time time.Time
	Text string
}

// LogForm is for whom an execution log is.
type LogForm uint8

const (
	// StageLog is the log of a stage, as in CloudWatch: lines of at most 1,024 bytes.
	StageLog LogForm = iota
	// TestLog is the log of a test invocation: nothing about API keys and gateway
	// responses, nothing cut (TI-02, TI-12).
	TestLog
)

const (
	// maxLogLineBytes is where CloudWatch lines are cut.
	maxLogLineBytes = 1024
	truncationMark  = "[TRUNCATED]"
	// binaryBody stands for a body that is no text.
	binaryBody = "[Binary Data]"
)

// Log returns the lines of the execution log of a trace, secrets masked. It is of an
// exchange that is over.
func Log(t *trace.Trace, form LogForm) []LogLine {
	w := logWriter{trace: t, form: form, masks: t.Masks(), at: t.Time}
	w.all(true)
	return w.lines
}

// all writes the whole log, with headers and bodies where they are wanted.
func (w *logWriter) all(messages bool) {
	t := w.trace
	w.terse = !messages
	if w.form == StageLog {
		w.line("Extended Request Id: " + t.ExtendedID)
	}
	for i := range t.Messages {
		w.at = t.Messages[i].Time
		w.message(&t.Messages[i])
	}
}

// failure writes why an exchange failed, no more. Unverified: which lines AWS has then.
func (w *logWriter) failure() {
	w.line(w.masks.Text(w.trace.Error))
	w.line("Method completed with status: " + strconv.Itoa(w.trace.Status))
}

// logWriter collects the lines of one log.
type logWriter struct {
	trace *trace.Trace
	form  LogForm
	masks trace.Masks
	lines []LogLine
	// terse leaves out what a message says.
	terse bool
	// at is the time of the lines that are being written.
	at time.Time
}

func (w *logWriter) line(text string) {
	if w.form == StageLog && len(text) > maxLogLineBytes {
		text = string(trace.TrimPartialRune([]byte(text[:maxLogLineBytes-len(truncationMark)]))) + truncationMark
	}
	w.lines = append(w.lines, LogLine{Time: w.at, Text: text})
}

func (w *logWriter) body(label string, m *trace.Message) {
	if w.terse {
		return
	}
	text, ok := w.masks.Body(m)
	if !ok {
		text = binaryBody
	}
	w.line(label + text)
}

func (w *logWriter) header(label string, header http.Header) {
	if w.terse {
		return
	}
	w.line(label + javaMap(w.masks.Header(header)))
}

func (w *logWriter) message(m *trace.Message) {
	switch m.Kind {
	case trace.MethodRequest:
		w.methodRequest(m)
	case trace.EndpointRequest:
		if w.terse {
			return
		}
		uri := w.masks.Text(m.URI)
		w.line("Endpoint request URI: " + uri)
		w.header("Endpoint request headers: ", m.Header)
		w.body("Endpoint request body after transformations: ", m)
		w.line("Sending request to " + uri)
	case trace.EndpointResponse:
		if w.terse {
			return
		}
		w.line(fmt.Sprintf("Received response. Status: %d, Integration latency: %d ms", m.Status, m.Latency.Milliseconds()))
		w.header("Endpoint response headers: ", m.Header)
		w.body("Endpoint response body before transformations: ", m)
	case trace.MethodResponse:
		w.methodResponse(m)
	case trace.TemplateInput, trace.TemplateOutput: // AWS does not log templates
	}
}

func (w *logWriter) methodRequest(m *trace.Message) {
	t := w.trace
	if w.form == StageLog {
		w.usagePlan()
	}
	w.line("Starting execution for request: " + t.RequestID)
	w.line("HTTP Method: " + t.Method + ", Resource Path: " + t.MethodPath)
	if w.terse {
		return
	}
	path := make(map[string][]string, len(t.PathParameters))
	for _, parameter := range t.PathParameters {
		path[parameter.Name] = []string{parameter.Value}
	}
	w.line("Method request path: " + w.masks.Text(javaMap(path)))
	query := map[string][]string{}
	for _, field := range integration.ParseQuery(t.Query) {
		query[field.Name] = field.Values
		if trace.IsSecretParameter(field.Name) {
			query[field.Name] = []string{trace.Masked}
		}
	}
	w.line("Method request query string: " + w.masks.Text(javaMap(query)))
	w.header("Method request headers: ", t.SentHeader(m.Header))
	w.body("Method request body before transformations: ", m)
}

// usagePlan writes what a usage plan had to say. A refused key has no such lines: its
// exchange ends with the reason.
func (w *logWriter) usagePlan() {
	t := w.trace
	key, stage := maskKey(t.APIKey), t.ApiID+"/"+t.Stage
	w.line("Verifying Usage Plan for request: " + t.RequestID + ". API Key: " + key + " API Stage: " + stage)
	if !t.RequiresKey {
		w.line("API Key " + key + " authorized because method '" + t.Method + " " + t.Resource +
			"' does not require API Key. Request will not contribute to throttle or quota limits")
	}
	w.line("Usage Plan check succeeded for API Key " + key + " and API Stage " + stage)
}

func (w *logWriter) methodResponse(m *trace.Message) {
	t := w.trace
	status := strconv.Itoa(m.Status)
	if t.Error == "" {
		w.body("Method response body after transformations: ", m)
		w.header("Method response headers: ", m.Header)
		w.line("Successfully completed execution")
	} else {
		w.line(w.masks.Text(t.Error))
		if w.form == StageLog && t.GatewayResponse != "" {
			w.line("Gateway response type: " + t.GatewayResponse + " with status code: " + status)
			w.body("Gateway response body: ", m)
			w.header("Gateway response headers: ", m.Header)
		}
	}
	w.line("Method completed with status: " + status)
	if id := w.endpointRequestID(); id != "" && w.form == StageLog {
		w.line("AWS Integration Endpoint RequestId : " + id)
	}
}

// endpointRequestID is the request id of an AWS service that answered.
func (w *logWriter) endpointRequestID() string {
	id := ""
	for i := range w.trace.Messages {
		if m := &w.trace.Messages[i]; m.Kind == trace.EndpointResponse {
			id = m.Header.Get("X-Amzn-Requestid")
		}
	}
	return id
}

// javaMap writes a map as Java does: {a=1, b=2}, in the order of the names; several
// values as a list. Unverified: the order, and the list.
func javaMap(values map[string][]string) string {
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

// javaDate is the time format of the log of a test invocation (TI-02).
const javaDate = "Mon Jan 02 15:04:05 UTC 2006"

// testLogText is the text of the log of a test invocation (TI-02).
func testLogText(requestID string, lines []LogLine) string {
	var b strings.Builder
	b.WriteString("Execution log for request " + requestID + "\n")
	for _, line := range lines {
		b.WriteString(line.Time.UTC().Format(javaDate) + " : " + line.Text + "\n")
	}
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
