package rest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
)

// ExecutionLog takes the lines of the execution log of one exchange.
type ExecutionLog = executionlog.Sink

func logLevelOf(setting *types.MethodSetting) executionlog.Level {
	return executionlog.LevelOf(aws.ToString(setting.LoggingLevel), setting.DataTraceEnabled)
}

// logsExecutions tells whether the execution of any method is logged.
func logsExecutions(settings map[string]types.MethodSetting) bool {
	for _, setting := range settings {
		if logLevelOf(&setting) != executionlog.Off {
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
	w := newLogWriter(x.Trace, StageLog)
	switch level := x.Match.method.logLevel; {
	case level == executionlog.Off || level == executionlog.Errors && x.Failure == nil:
		return
	case level == executionlog.Errors:
		w.At = x.stage.env.Now()
		w.failure()
	default:
		w.all(level == executionlog.All)
	}
	for i := range w.Lines {
		w.Lines[i].Text = "(" + x.Request.ID + ") " + w.Lines[i].Text
	}
	s := x.stage.snapshot
	x.stage.env.ExecutionLog(s.Account, s.Region, s.ApiID, x.stage.name, w.Lines)
}
