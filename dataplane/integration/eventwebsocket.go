package integration

import (
	"encoding/base64"
	"strconv"
	"time"
)

// EventWebSocket is the request format of Lambda proxy integrations of WebSocket APIs.
type EventWebSocket struct {
	// Headers and Query are those of the handshake; of a message there are none.
	Headers, Query []Field
	StageVariables []Pair
	Context        EventContextWebSocket
	// HasBody tells that there is a message, Body what it says.
	HasBody         bool
	Body            []byte
	IsBase64Encoded bool
}

// EventContextWebSocket is the requestContext of an [EventWebSocket].
type EventContextWebSocket struct {
	RouteKey string
	// EventType is CONNECT, MESSAGE or DISCONNECT.
	EventType string
	// Authorizer is what the authorizer of $connect said; nil when there was none.
	Authorizer *EventAuthorizer
	// MessageID is that of a message; empty for none.
	MessageID string
	RequestID string
	Time      time.Time
	// Disconnect tells how the connection ended; nil for other events.
	Disconnect               *Disconnect
	Stage, DomainName, APIID string
	ConnectionID             string
	ConnectedAt              time.Time
	SourceIP, UserAgent      string
	Caller                   *Identity
	APIKey, APIKeyID         string
}

// Disconnect is how a connection ended.
type Disconnect struct {
	Code   int
	Reason string
}

// Append appends the event as JSON. Source: the events in AWS's developer guide for
// WebSocket APIs.
func (e *EventWebSocket) Append(b []byte) []byte {
	b = e.appendRequest(append(b, '{'))
	b = append(b, `"requestContext":`...)
	b = e.Context.append(b)
	if e.HasBody {
		b = append(b, `,"body":`...)
		if e.IsBase64Encoded {
			b = append(base64.StdEncoding.AppendEncode(append(b, '"'), e.Body), '"')
		} else {
			b = appendString(b, e.Body)
		}
	}
	b = append(b, `,"isBase64Encoded":`...)
	return append(strconv.AppendBool(b, e.IsBase64Encoded), '}')
}

// AppendAuthorizer appends the event of a REQUEST authorizer.
func (e *EventWebSocket) AppendAuthorizer(b []byte, methodARN string) []byte {
	b = append(b, `{"type":"REQUEST","methodArn":`...)
	b = appendString(b, methodARN)
	b = e.appendRequest(append(b, ','))
	b = append(b, `"requestContext":`...)
	return append(e.Context.append(b), '}')
}

// appendRequest appends what came with the handshake, each member with a comma behind it.
func (e *EventWebSocket) appendRequest(b []byte) []byte {
	if len(e.Headers) > 0 {
		b = append(b, `"headers":`...)
		b = appendSingle(b, e.Headers)
		b = append(b, `,"multiValueHeaders":`...)
		b = append(appendMulti(b, e.Headers), ',')
	}
	if len(e.Query) > 0 {
		b = append(b, `"queryStringParameters":`...)
		b = appendSingle(b, e.Query)
		b = append(b, `,"multiValueQueryStringParameters":`...)
		b = append(appendMulti(b, e.Query), ',')
	}
	if len(e.StageVariables) > 0 {
		b = append(b, `"stageVariables":`...)
		b = append(appendPairs(b, e.StageVariables), ',')
	}
	return b
}

func (c *EventContextWebSocket) append(b []byte) []byte {
	text := func(name, value string) {
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(appendString(b, value), ',')
	}
	number := func(name string, value int64) {
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(strconv.AppendInt(b, value, 10), ',')
	}
	b = append(b, '{')
	text("routeKey", c.RouteKey)
	if c.Authorizer != nil {
		b = append(c.Authorizer.append(b[:len(b)-1]), ',')
	}
	if c.Disconnect != nil {
		number("disconnectStatusCode", int64(c.Disconnect.Code))
	}
	if c.MessageID != "" {
		text("messageId", c.MessageID)
	}
	text("eventType", c.EventType)
	text("extendedRequestId", c.RequestID)
	b = append(b, `"requestTime":"`...)
	b = append(c.Time.UTC().AppendFormat(b, RequestTimeLayout), `",`...)
	text("messageDirection", "IN")
	if c.Disconnect != nil {
		text("disconnectReason", c.Disconnect.Reason)
	}
	text("stage", c.Stage)
	number("connectedAt", c.ConnectedAt.UnixMilli())
	number("requestTimeEpoch", c.Time.UnixMilli())
	b = append(b, `"identity":{`...)
	if c.Caller != nil {
		text("accountId", c.Caller.AccountID)
		text("accessKey", c.Caller.AccessKey)
		text("caller", c.Caller.Caller)
		text("user", c.Caller.User)
		text("userArn", c.Caller.UserARN)
	}
	if c.APIKeyID != "" {
		text("apiKey", c.APIKey)
		text("apiKeyId", c.APIKeyID)
	}
	if c.UserAgent != "" {
		text("userAgent", c.UserAgent)
	}
	text("sourceIp", c.SourceIP)
	b = append(b[:len(b)-1], `},`...)
	text("requestId", c.RequestID)
	text("domainName", c.DomainName)
	text("connectionId", c.ConnectionID)
	text("apiId", c.APIID)
	b[len(b)-1] = '}'
	return b
}
