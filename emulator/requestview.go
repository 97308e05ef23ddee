package emulator

import (
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// requestSummary is an exchange in a line. Secrets are masked in what is made here.
type requestSummary struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	API      string    `json:"api"`
	Stage    string    `json:"stage"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Resource string    `json:"resource,omitempty"`
	Status   int       `json:"status"`
	// DurationMillis is the time from the request to the end of the response.
	DurationMillis float64 `json:"durationMillis"`
	// Error is why the exchange failed, GatewayResponse the type of its gateway response.
	Error           string `json:"error,omitempty"`
	GatewayResponse string `json:"gatewayResponse,omitempty"`
}

// requestDetail is all that is kept of an exchange.
type requestDetail struct {
	requestSummary

	ExtendedID string         `json:"extendedRequestId"`
	Request    requestMessage `json:"request"`
	Steps      []requestStep  `json:"steps"`
	Response   requestMessage `json:"response"`
	// Log is the execution log as AWS writes it; null for APIs that have none.
	Log []string `json:"log"`
}

type requestStep struct {
	Name           string           `json:"name"`
	DurationMillis float64          `json:"durationMillis"`
	Decision       string           `json:"decision,omitempty"`
	Messages       []requestMessage `json:"messages,omitempty"`
}

// requestMessage is a request, a response, or what went into or came out of a template.
type requestMessage struct {
	Kind          string              `json:"kind"`
	Method        string              `json:"method,omitempty"`
	URI           string              `json:"uri,omitempty"`
	Status        int                 `json:"status,omitempty"`
	LatencyMillis float64             `json:"latencyMillis,omitempty"`
	ContentType   string              `json:"contentType,omitempty"`
	Headers       map[string][]string `json:"headers,omitempty"`
	// Body is absent when it is no text; it is the beginning of one that is truncated.
	Body      *string `json:"body,omitempty"`
	BodyBytes int64   `json:"bodyBytes"`
	Truncated bool    `json:"truncated,omitempty"`
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func summaryOf(t *trace.Trace) requestSummary { return maskedSummary(t, t.Masks()) }

func maskedSummary(t *trace.Trace, masks trace.Masks) requestSummary {
	return requestSummary{
		ID: t.RequestID, Time: t.Time.UTC(), API: t.ApiID, Stage: t.Stage, Method: t.Method,
		Path: masks.Text(t.Path), Resource: t.Resource, Status: t.Status, DurationMillis: millis(t.Duration),
		Error: masks.Text(t.Error), GatewayResponse: t.GatewayResponse,
	}
}

func detailOf(t *trace.Trace) *requestDetail {
	masks := t.Masks()
	request := t.Request()
	detail := &requestDetail{
		requestSummary: maskedSummary(t, masks), ExtendedID: t.ExtendedID,
		Request: messageOf(&request, masks), Steps: make([]requestStep, len(t.Steps)),
	}
	for i := range t.Steps {
		step := &t.Steps[i]
		detail.Steps[i] = requestStep{Name: step.Name, DurationMillis: millis(step.Duration), Decision: masks.Text(step.Decision)}
	}
	for i := range t.Messages {
		message := &t.Messages[i]
		shown := messageOf(message, masks)
		switch {
		case message.Kind == trace.MethodResponse:
			detail.Response = shown
		case message.Kind != trace.MethodRequest && message.Step >= 0 && message.Step < len(detail.Steps):
			step := &detail.Steps[message.Step]
			step.Messages = append(step.Messages, shown)
		}
	}
	if !t.HasExecutionLog {
		return detail
	}
	for _, line := range rest.Log(t, rest.StageLog) {
		detail.Log = append(detail.Log, line.Text)
	}
	return detail
}

func messageOf(m *trace.Message, masks trace.Masks) requestMessage {
	shown := requestMessage{
		Kind: string(m.Kind), Method: m.Method, URI: masks.Text(m.URI), Status: m.Status, LatencyMillis: millis(m.Latency),
		ContentType: m.ContentType, BodyBytes: m.Size, Truncated: m.Size > int64(len(m.Body)),
	}
	if m.Header != nil {
		shown.Headers = masks.Header(m.Header)
	}
	if text, ok := masks.Body(m); ok && m.Size > 0 {
		shown.Body = &text
	}
	return shown
}
