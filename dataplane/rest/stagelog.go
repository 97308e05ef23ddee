package rest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// ExecutionLog takes the lines of the execution log of one exchange.
type ExecutionLog func(account, region, apiID, stage string, lines []LogLine)

// logLevel is how much of a method's exchanges goes to the execution log.
type logLevel uint8

const (
	logOff logLevel = iota
	// logErrors writes why exchanges failed.
	logErrors
	// logSteps writes what happened, without the messages.
	logSteps
	// logAll writes the messages as well: data tracing.
	logAll
)

func logLevelOf(setting *types.MethodSetting) logLevel {
	switch level := aws.ToString(setting.LoggingLevel); {
	case level == "INFO" && setting.DataTraceEnabled:
		return logAll
	case level == "INFO":
		return logSteps
	case level == "ERROR":
		return logErrors
	default:
		return logOff
	}
}

// logsExecutions tells whether the execution of any method is logged.
func logsExecutions(settings map[string]types.MethodSetting) bool {
	for _, setting := range settings {
		if logLevelOf(&setting) != logOff {
			return true
		}
	}
	return false
}

// writeExecutionLog writes what the settings of the method ask for. Each line begins with
// the id of the request.
func (x *Exchange) writeExecutionLog() {
	if !x.stage.isLogged || x.Match.method == nil || x.stage.env.ExecutionLog == nil {
		return
	}
	w := logWriter{trace: x.Trace, form: StageLog, masks: x.Trace.Masks(), at: x.Trace.Time}
	switch level := x.Match.method.logLevel; {
	case level == logOff || level == logErrors && x.Failure == nil:
		return
	case level == logErrors:
		w.at = x.stage.env.Now()
		w.failure()
	default:
		w.all(level == logAll)
	}
	for i := range w.lines {
		w.lines[i].Text = "(" + x.Request.ID + ") " + w.lines[i].Text
	}
	s := x.stage.snapshot
	x.stage.env.ExecutionLog(s.Account, s.Region, s.ApiID, x.stage.name, w.lines)
}
