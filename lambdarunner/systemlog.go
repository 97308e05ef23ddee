package lambdarunner

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
)

// logLevel is the weight of a line of Lambda's own.
type logLevel int

const (
	logDebug logLevel = iota
	logInfo
	logWarn
)

// systemLine is a line of a function's log that Lambda writes, not the function: as text,
// and as the event that it is where the log format is JSON.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
type systemLine struct {
	level logLevel
	text  string
	// kind is the type of the event; empty = there is only text.
	kind   string
	record any
}

// systemFormat says how the lines of Lambda's own are written.
type systemFormat struct {
	json bool
	// least is the level below which events are left out; text has all lines.
	least logLevel
}

func systemFormatOf(fn *deployed.Function) systemFormat {
	f := systemFormat{json: fn.JSONLogs, least: logInfo}
	switch fn.SystemLogLevel {
	case "DEBUG":
		f.least = logDebug
	case "WARN":
		f.least = logWarn
	}
	return f
}

// render returns the line to write; false for none.
func (f systemFormat) render(line systemLine, now time.Time) (string, bool) {
	if !f.json {
		return line.text, true
	}
	if line.kind == "" || line.level < f.least {
		return "", false
	}
	event, err := json.Marshal(struct {
		Time   string `json:"time"`
		Type   string `json:"type"`
		Record any    `json:"record"`
	}{now.UTC().Format(logTimeFormat), line.kind, line.record})
	return string(event), err == nil
}

// Records of events.
type (
	initStartRecord struct {
		InitializationType string `json:"initializationType"`
		Phase              string `json:"phase"`
		RuntimeVersion     string `json:"runtimeVersion"`
		RuntimeVersionArn  string `json:"runtimeVersionArn"`
		FunctionName       string `json:"functionName"`
		FunctionVersion    string `json:"functionVersion"`
	}
	initReportRecord struct {
		InitializationType string      `json:"initializationType"`
		Phase              string      `json:"phase"`
		Status             string      `json:"status"`
		ErrorType          string      `json:"errorType,omitempty"`
		Metrics            initMetrics `json:"metrics"`
	}
	initMetrics struct {
		DurationMs float64 `json:"durationMs"`
	}
	startRecord struct {
		RequestID string `json:"requestId"`
		Version   string `json:"version"`
	}
	doneRecord struct {
		RequestID string `json:"requestId"`
		Status    string `json:"status"`
		ErrorType string `json:"errorType,omitempty"`
	}
	reportRecord struct {
		RequestID string        `json:"requestId"`
		Metrics   reportMetrics `json:"metrics"`
		Status    string        `json:"status"`
		ErrorType string        `json:"errorType,omitempty"`
	}
	reportMetrics struct {
		DurationMs       float64 `json:"durationMs"`
		BilledDurationMs float64 `json:"billedDurationMs"`
		MemorySizeMB     int64   `json:"memorySizeMB"`
		MaxMemoryUsedMB  int64   `json:"maxMemoryUsedMB"`
		InitDurationMs   float64 `json:"initDurationMs,omitempty"`
	}
)

// Outcomes in the records.
const (
	statusSuccess = "success"
	statusError   = "error"
	statusTimeout = "timeout"
)

// initialization names how a process came to be started.
func initialization(fn *deployed.Function, provisioned bool) string {
	if provisioned {
		return string(deployed.Provisioned)
	}
	return string(cmp.Or(fn.Initialization, deployed.OnDemand))
}
