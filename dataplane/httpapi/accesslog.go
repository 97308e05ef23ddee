package httpapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// accessLog is a compiled format of an access log; nil when there is none.
type accessLog struct {
	write1      AccessLog
	destination string
	parts       []logPart
}

// logPart is a literal, or a variable when it has a value.
type logPart struct {
	literal string
	value   func(x *Exchange) string
	// raw tells that the value is JSON already.
	raw bool
}

// accessLog compiles the access log of the stage.
func (c *compiler) accessLog() *accessLog {
	settings := c.snapshot.Stage.AccessLogSettings
	if settings == nil || aws.ToString(settings.Format) == "" || aws.ToString(settings.DestinationArn) == "" || c.stage.env.AccessLog == nil {
		return nil
	}
	return &accessLog{
		write1:      c.stage.env.AccessLog,
		destination: aws.ToString(settings.DestinationArn),
		parts:       parseLogFormat(strings.TrimRight(aws.ToString(settings.Format), "\r\n")),
	}
}

const logVariable = "$context."

// parseLogFormat cuts a format at its variables. Everything else is text.
func parseLogFormat(format string) []logPart {
	var parts []logPart
	for {
		before, rest, ok := strings.Cut(format, logVariable)
		if before != "" {
			parts = append(parts, logPart{literal: before})
		}
		if !ok {
			return parts
		}
		end := 0
		for end < len(rest) && isVariableByte(rest[end]) {
			end++
		}
		name := strings.TrimRight(rest[:end], ".-") // which are punctuation there
		parts = append(parts, logPart{value: logValue(name), raw: name == "error.messageString"})
		format = rest[len(name):]
	}
}

// logValue returns what a variable reads.
func logValue(name string) func(x *Exchange) string {
	if name == "requestTimeEpoch" {
		// Unverified: that it is in seconds here.
		return func(x *Exchange) string { return strconv.FormatInt(x.Request.Time.Unix(), 10) }
	}
	if variable := contextVariables[name]; variable != nil {
		return variable
	}
	return func(x *Exchange) string { return x.ContextVariable(name) }
}

func isVariableByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-'
}

// write logs an exchange that is over. Requests that are too large are not logged.
func (l *accessLog) write(x *Exchange) {
	if l == nil || x.Response.Status == http.StatusRequestEntityTooLarge {
		return
	}
	line := make([]byte, 0, 512)
	for i := range l.parts {
		line = l.parts[i].append(line, x)
	}
	s := x.stage.snapshot
	l.write1(s.Account, s.Region, l.destination, x.Request.Time, string(line))
}

func (p *logPart) append(line []byte, x *Exchange) []byte {
	if p.value == nil {
		return append(line, p.literal...)
	}
	value := p.value(x)
	switch {
	case value == "":
		return append(line, '-')
	case p.raw:
		return append(line, value...)
	default:
		return appendEscaped(line, value)
	}
}

// appendEscaped appends a value so that it can neither end the line nor a quoted text.
// Unverified: that quotes are escaped on AWS.
func appendEscaped(line []byte, value string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(value) {
		switch c := value[i]; {
		case c == '"' || c == '\\':
			line = append(line, '\\', c)
		case c < ' ' || c == 0x7f:
			line = append(line, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		default:
			line = append(line, c)
		}
	}
	return line
}
