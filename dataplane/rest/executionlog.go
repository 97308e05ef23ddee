package rest

import (
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// LogLine is a line of the execution log of API Gateway.
type LogLine = executionlog.Line

// LogForm is for whom an execution log is.
type LogForm uint8

const (
	// StageLog is the log of a stage, as in CloudWatch: lines of at most 1,024 bytes.
	StageLog LogForm = iota
	// TestLog is the log of a test invocation: nothing about API keys and gateway
	// responses, nothing cut (TI-02, TI-12).
	TestLog
)

// Log returns the lines of the execution log of a trace, secrets masked. It is of an
// exchange that is over.
func Log(t *trace.Trace, form LogForm) []LogLine {
	w := newLogWriter(t, form)
	w.all(true)
	return w.Lines
}

// logWriter collects the lines of one log.
type logWriter struct {
	executionlog.Writer

	trace *trace.Trace
	form  LogForm
}

func newLogWriter(t *trace.Trace, form LogForm) *logWriter {
	return &logWriter{Writer: executionlog.Writer{Masks: t.Masks(), At: t.Time, Whole: form == TestLog}, trace: t, form: form}
}

// all writes the whole log, with headers and bodies where they are wanted.
func (w *logWriter) all(messages bool) {
	t := w.trace
	w.Terse = !messages
	if w.form == StageLog {
		w.Line("Extended Request Id: " + t.ExtendedID)
	}
	for i := range t.Messages {
		w.At = t.Messages[i].Time
		w.message(&t.Messages[i])
	}
}

// failure writes why an exchange failed, no more. Unverified: which lines AWS has then.
func (w *logWriter) failure() {
	w.Line(w.Masks.Text(w.trace.Error))
	w.Line("Method completed with status: " + strconv.Itoa(w.trace.Status))
}

func (w *logWriter) message(m *trace.Message) {
	switch m.Kind {
	case trace.MethodRequest:
		w.methodRequest(m)
	case trace.MethodResponse:
		w.methodResponse(m)
	case trace.EndpointRequest, trace.EndpointResponse, trace.TemplateInput, trace.TemplateOutput:
		w.Endpoint(m)
	}
}

func (w *logWriter) methodRequest(m *trace.Message) {
	t := w.trace
	if w.form == StageLog {
		w.UsagePlan(t, "method '"+t.Method+" "+t.Resource+"'")
	}
	w.Line("Starting execution for request: " + t.RequestID)
	w.Line("HTTP Method: " + t.Method + ", Resource Path: " + t.MethodPath)
	if w.Terse {
		return
	}
	path := make(map[string][]string, len(t.PathParameters))
	for _, parameter := range t.PathParameters {
		path[parameter.Name] = []string{parameter.Value}
	}
	w.Line("Method request path: " + w.Masks.Text(executionlog.JavaMap(path)))
	query := map[string][]string{}
	for _, field := range integration.ParseQuery(t.Query) {
		query[field.Name] = field.Values
		if trace.IsSecretParameter(field.Name) {
			query[field.Name] = []string{trace.Masked}
		}
	}
	w.Line("Method request query string: " + w.Masks.Text(executionlog.JavaMap(query)))
	w.Header("Method request headers: ", t.SentHeader(m.Header))
	w.Body("Method request body before transformations: ", m)
}

func (w *logWriter) methodResponse(m *trace.Message) {
	t := w.trace
	status := strconv.Itoa(m.Status)
	if t.Error == "" {
		w.Body("Method response body after transformations: ", m)
		w.Header("Method response headers: ", m.Header)
		w.Line("Successfully completed execution")
	} else {
		w.Line(w.Masks.Text(t.Error))
		if w.form == StageLog && t.GatewayResponse != "" {
			w.Line("Gateway response type: " + t.GatewayResponse + " with status code: " + status)
			w.Body("Gateway response body: ", m)
			w.Header("Gateway response headers: ", m.Header)
		}
	}
	w.Line("Method completed with status: " + status)
	if id := executionlog.EndpointRequestID(t); id != "" && w.form == StageLog {
		w.Line("AWS Integration Endpoint RequestId : " + id)
	}
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
