package rest

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/accesslog"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
)

// AccessLog takes a line of an access log: of an API of account and region, for the
// destination that the stage names. It does not keep the caller waiting.
type AccessLog func(account, region, destinationARN string, at time.Time, line string)

// accessLog is the compiled access log of a stage.
type accessLog struct {
	format      *accesslog.Format
	destination string
}

// newAccessLog compiles the access log of a stage; nil when it has none.
func newAccessLog(env *Environment, snapshot *deployed.RestStage) *accessLog {
	settings := snapshot.Stage.AccessLogSettings
	if env.AccessLog == nil || settings == nil || aws.ToString(settings.Format) == "" || aws.ToString(settings.DestinationArn) == "" {
		return nil
	}
	return &accessLog{format: accesslog.Parse(*settings.Format), destination: *settings.DestinationArn}
}

// writeAccessLog writes the line of an exchange that is over.
func (x *Exchange) writeAccessLog() {
	log, s := x.stage.access, x.stage.snapshot
	if log == nil {
		return
	}
	x.stage.env.AccessLog(s.Account, s.Region, log.destination, x.Request.Time, log.format.Line(x.logVariable))
}

// logVariable returns a variable as access logs have it: besides those of templates there
// are some that are known at the end only.
func (x *Exchange) logVariable(name string) string {
	switch name {
	case "status":
		return strconv.Itoa(x.Response.Status)
	case "responseLength":
		return strconv.Itoa(len(x.Response.Body))
	case "responseLatency":
		return strconv.FormatInt(x.Trace.Duration.Milliseconds(), 10)
	case "integrationLatency", "integration.latency":
		if m := x.endpointResponse(); m != nil {
			return strconv.FormatInt(m.Latency.Milliseconds(), 10)
		}
		return ""
	case "integrationStatus", "integration.status", "integration.integrationStatus":
		if m := x.endpointResponse(); m != nil {
			return strconv.Itoa(m.Status)
		}
		return ""
	case "awsEndpointRequestId", "integration.requestId":
		return executionlog.EndpointRequestID(x.Trace)
	case "integration.error", "integrationErrorMessage":
		if x.Failure != nil && x.Match.method != nil {
			return x.Failure.Reason
		}
		return ""
	}
	value, _ := x.ContextVariable(name)
	return value
}

// endpointResponse is what the endpoint answered last; nil when it did not.
func (x *Exchange) endpointResponse() *trace.Message {
	for i := len(x.Trace.Messages) - 1; i >= 0; i-- {
		if m := &x.Trace.Messages[i]; m.Kind == trace.EndpointResponse {
			return m
		}
	}
	return nil
}
