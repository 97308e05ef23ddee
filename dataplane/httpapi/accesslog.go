package httpapi

import (
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/dataplane/accesslog"
)

// accessLog is a compiled format of an access log; nil when there is none.
type accessLog struct {
	write1      AccessLog
	destination string
	format      *accesslog.Format
}

// accessLog compiles the access log of the stage.
func (c *compiler) accessLog() *accessLog {
	settings := c.snapshot.Stage.AccessLogSettings
	if settings == nil || aws.ToString(settings.Format) == "" || aws.ToString(settings.DestinationArn) == "" || c.stage.env.AccessLog == nil {
		return nil
	}
	return &accessLog{
		write1: c.stage.env.AccessLog, destination: aws.ToString(settings.DestinationArn), format: accesslog.Parse(aws.ToString(settings.Format)),
	}
}

// logValue returns a variable as access logs have it.
func (x *Exchange) logValue(name string) string {
	if name == "requestTimeEpoch" {
		return strconv.FormatInt(x.Request.Time.Unix(), 10) // Unverified: that it is in seconds here.
	}
	if variable := contextVariables[name]; variable != nil {
		return variable(x)
	}
	return x.ContextVariable(name)
}

// write logs an exchange that is over. Requests that are too large are not logged.
func (l *accessLog) write(x *Exchange) {
	if l == nil || x.Response.Status == http.StatusRequestEntityTooLarge {
		return
	}
	s := x.stage.snapshot
	l.write1(s.Account, s.Region, l.destination, x.Request.Time, l.format.Line(x.logValue))
}
