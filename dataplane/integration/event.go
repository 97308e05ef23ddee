package integration

import (
	"encoding/base64"
	"strconv"
	"time"
)

// Field is a header or a query parameter: a name and its values in order.
type Field struct {
	Name   string
	Values []string
}

// Pair is a path parameter or a stage variable.
type Pair struct{ Name, Value string }

// Event is the request format of Lambda proxy integrations (LP-01).
type Event struct {
	Resource, Path, HTTPMethod string
	// Headers have the names as the function sees them (LP-03).
	Headers []Field
	// Query is nil when the request has no query string.
	Query          []Field
	PathParameters []Pair
	StageVariables []Pair
	Context        EventContext
	// Body is empty when there is none: then the member is null.
	Body []byte
	// IsBase64Encoded tells to send the body as base64.
	IsBase64Encoded bool
}

// EventContext is the requestContext of an [Event], as far as it is not fixed.
type EventContext struct {
	ResourceID, ResourcePath string
	// OperationName is left out when empty.
	OperationName                string
	HTTPMethod                   string
	RequestID, ExtendedRequestID string
	Time                         time.Time
	// Path is the path with the stage, as sent.
	Path                     string
	AccountID                string
	Protocol                 string
	Stage                    string
	DomainName, DomainPrefix string
	DeploymentID, APIID      string
	SourceIP                 string
	// UserAgent is null when empty.
	UserAgent string
	// APIKey and APIKeyID are left out when empty: when the method requires no key.
	APIKey, APIKeyID string
	// Authorizer is what an authorizer said; nil when there was none.
	Authorizer *EventAuthorizer
	// Caller is the IAM identity of the caller; nil when there is none.
	Caller *Identity
}

// EventAuthorizer is the authorizer member of a requestContext.
type EventAuthorizer struct {
	// Claims are those of a Cognito user's token; then there is nothing else.
	Claims      []Pair
	PrincipalID string
	// Context has the members that the authorizer added, all of them texts.
	Context       []Pair
	LatencyMillis int64
}

func (a *EventAuthorizer) append(b []byte) []byte {
	if a.Claims != nil {
		b = append(b, `,"authorizer":{"claims":`...)
		return append(appendPairs(b, a.Claims), '}')
	}
	b = append(b, `,"authorizer":{"principalId":`...)
	b = appendString(b, a.PrincipalID)
	for _, pair := range a.Context {
		b = appendString(append(b, ','), pair.Name)
		b = appendString(append(b, ':'), pair.Value)
	}
	b = append(b, `,"integrationLatency":`...)
	b = strconv.AppendInt(b, a.LatencyMillis, 10)
	return append(b, '}')
}

// RequestTimeLayout is the format of $context.requestTime.
const RequestTimeLayout = "02/Jan/2006:15:04:05 -0700"

// sizeHint is roughly the size of the encoded event.
func (e *Event) sizeHint() int {
	const fixed = 1500
	size := fixed + len(e.Body) + 4*len(e.Path)
	if e.IsBase64Encoded {
		size += len(e.Body)/3 + 4
	}
	for _, fields := range [][]Field{e.Headers, e.Query} {
		for _, field := range fields {
			for _, value := range field.Values {
				size += 2 * (len(field.Name) + len(value) + 8)
			}
		}
	}
	return size
}

// Append appends the event as JSON. It is written by hand because it is the one
// document that is built for each Lambda request: a third of the time and one
// allocation, where encoding/json makes dozens.
func (e *Event) Append(b []byte) []byte {
	b = append(b, `{"resource":`...)
	b = appendString(b, e.Resource)
	b = append(b, `,"path":`...)
	b = appendString(b, e.Path)
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, e.HTTPMethod)
	b = append(b, `,"headers":`...)
	b = appendSingle(b, e.Headers)
	b = append(b, `,"multiValueHeaders":`...)
	b = appendMulti(b, e.Headers)
	b = append(b, `,"queryStringParameters":`...)
	b = appendSingle(b, e.Query)
	b = append(b, `,"multiValueQueryStringParameters":`...)
	b = appendMulti(b, e.Query)
	b = append(b, `,"pathParameters":`...)
	b = appendPairs(b, e.PathParameters)
	b = append(b, `,"stageVariables":`...)
	b = appendPairs(b, e.StageVariables)
	b = append(b, `,"requestContext":`...)
	b = e.Context.append(b)
	b = append(b, `,"body":`...)
	switch {
	case len(e.Body) == 0:
		b = append(b, `null`...)
	case e.IsBase64Encoded:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, e.Body)
		b = append(b, '"')
	default:
		b = appendString(b, e.Body)
	}
	b = append(b, `,"isBase64Encoded":`...)
	b = strconv.AppendBool(b, e.IsBase64Encoded)
	return append(b, '}')
}

func (c *EventContext) append(b []byte) []byte {
	b = append(b, `{"resourceId":`...)
	b = appendString(b, c.ResourceID)
	b = append(b, `,"resourcePath":`...)
	b = appendString(b, c.ResourcePath)
	if c.OperationName != "" {
		b = append(b, `,"operationName":`...)
		b = appendString(b, c.OperationName)
	}
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, c.HTTPMethod)
	b = append(b, `,"extendedRequestId":`...)
	b = appendString(b, c.ExtendedRequestID)
	b = append(b, `,"requestTime":"`...)
	b = c.Time.UTC().AppendFormat(b, RequestTimeLayout)
	b = append(b, `","path":`...)
	b = appendString(b, c.Path)
	b = append(b, `,"accountId":`...)
	b = appendString(b, c.AccountID)
	b = append(b, `,"protocol":`...)
	b = appendString(b, c.Protocol)
	b = append(b, `,"stage":`...)
	b = appendString(b, c.Stage)
	b = append(b, `,"domainPrefix":`...)
	b = appendString(b, c.DomainPrefix)
	b = append(b, `,"requestTimeEpoch":`...)
	b = strconv.AppendInt(b, c.Time.UnixMilli(), 10)
	b = append(b, `,"requestId":`...)
	b = appendString(b, c.RequestID)
	if c.Authorizer != nil {
		b = c.Authorizer.append(b)
	}
	caller := c.Caller
	if caller == nil {
		caller = &nobody
	}
	b = append(b, `,"identity":{"cognitoIdentityPoolId":null,"accountId":`...)
	b = appendOrNull(b, caller.AccountID)
	b = append(b, `,"cognitoIdentityId":null,"caller":`...)
	b = appendOrNull(b, caller.Caller)
	b = append(b, `,"sourceIp":`...)
	b = appendString(b, c.SourceIP)
	b = append(b, `,"principalOrgId":null,"accessKey":`...)
	b = appendOrNull(b, caller.AccessKey)
	b = append(b, `,"cognitoAuthenticationType":null,"cognitoAuthenticationProvider":null,"userArn":`...)
	b = appendOrNull(b, caller.UserARN)
	b = append(b, `,"userAgent":`...)
	b = appendOrNull(b, c.UserAgent)
	if c.APIKeyID != "" {
		b = append(b, `,"apiKey":`...)
		b = appendString(b, c.APIKey)
		b = append(b, `,"apiKeyId":`...)
		b = appendString(b, c.APIKeyID)
	}
	b = append(b, `,"user":`...)
	b = appendOrNull(b, caller.User)
	b = append(b, `},"domainName":`...)
	b = appendString(b, c.DomainName)
	b = append(b, `,"deploymentId":`...)
	b = appendString(b, c.DeploymentID)
	b = append(b, `,"apiId":`...)
	b = appendString(b, c.APIID)
	return append(b, '}')
}

// appendSingle appends each field with its last value (LP-16); null when there are none.
func appendSingle(b []byte, fields []Field) []byte {
	if len(fields) == 0 {
		return append(b, `null`...)
	}
	for i, field := range fields {
		b = append(b, separator(i))
		b = appendString(b, field.Name)
		b = append(b, ':')
		b = appendString(b, field.Values[len(field.Values)-1])
	}
	return append(b, '}')
}

// appendMulti appends each field with all its values; null when there are none.
func appendMulti(b []byte, fields []Field) []byte {
	if len(fields) == 0 {
		return append(b, `null`...)
	}
	for i, field := range fields {
		b = append(b, separator(i))
		b = appendString(b, field.Name)
		b = append(b, ':', '[')
		for j, value := range field.Values {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendString(b, value)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendPairs appends an object; null when there are none (LP-12).
func appendPairs(b []byte, pairs []Pair) []byte {
	if len(pairs) == 0 {
		return append(b, `null`...)
	}
	for i, pair := range pairs {
		b = append(b, separator(i))
		b = appendString(b, pair.Name)
		b = append(b, ':')
		b = appendString(b, pair.Value)
	}
	return append(b, '}')
}

// separator opens an object with its first member and continues it with the others.
func separator(i int) byte {
	if i == 0 {
		return '{'
	}
	return ','
}
