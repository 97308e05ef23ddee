package integration

import (
	"encoding/base64"
	"strconv"
	"time"
)

// EventV1 is the payload format 1.0 of HTTP APIs. It is like [Event], that of REST APIs,
// but not the same.
type EventV1 struct {
	// Resource is the path of the route, "$default" for the default route.
	Resource, Path, HTTPMethod string
	// Headers have names in lower case.
	Headers []Field
	// What follows is null when there is none.
	Query                          []Field
	PathParameters, StageVariables []Pair
	Context                        EventContextV1
	Body                           []byte
	IsBase64Encoded                bool
}

// EventContextV1 is the requestContext of an [EventV1].
type EventContextV1 struct {
	AccountID, APIID string
	// Authorizer is JSON; left out when empty.
	Authorizer               []byte
	DomainName, DomainPrefix string
	HTTPMethod               string
	// Caller is the IAM identity of the caller; nil when there is none.
	Caller *Identity
	// UserAgent is null when empty.
	SourceIP, UserAgent string
	Path, Protocol      string
	RequestID           string
	Time                time.Time
	// RouteKey is the resourceId, Resource the resourcePath.
	RouteKey, Resource string
	Stage              string
}

// Append appends the event as JSON.
func (e *EventV1) Append(b []byte) []byte {
	b = append(b, `{"version":"1.0","resource":`...)
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
	b = appendFirst(b, e.Query)
	b = append(b, `,"multiValueQueryStringParameters":`...)
	b = appendMulti(b, e.Query)
	b = append(b, `,"requestContext":`...)
	b = e.Context.append(b)
	b = append(b, `,"pathParameters":`...)
	b = appendPairs(b, e.PathParameters)
	b = append(b, `,"stageVariables":`...)
	b = appendPairs(b, e.StageVariables)
	b = append(b, `,"body":`...)
	switch {
	case len(e.Body) == 0:
		b = append(b, `null`...)
	case e.IsBase64Encoded:
		b = base64.StdEncoding.AppendEncode(append(b, '"'), e.Body)
		b = append(b, '"')
	default:
		b = appendString(b, e.Body)
	}
	b = append(b, `,"isBase64Encoded":`...)
	b = strconv.AppendBool(b, e.IsBase64Encoded)
	return append(b, '}')
}

func (c *EventContextV1) append(b []byte) []byte {
	b = append(b, `{"accountId":`...)
	b = appendString(b, c.AccountID)
	b = append(b, `,"apiId":`...)
	b = appendString(b, c.APIID)
	if len(c.Authorizer) > 0 {
		b = append(b, `,"authorizer":`...)
		b = append(b, c.Authorizer...)
	}
	for _, member := range [...]struct{ name, value string }{
		{`,"domainName":`, c.DomainName},
		{`,"domainPrefix":`, c.DomainPrefix},
		{`,"extendedRequestId":`, c.RequestID},
		{`,"httpMethod":`, c.HTTPMethod},
	} {
		b = append(b, member.name...)
		b = appendString(b, member.value)
	}
	b = c.appendIdentity(b)
	for _, member := range [...]struct{ name, value string }{
		{`,"path":`, c.Path},
		{`,"protocol":`, c.Protocol},
		{`,"requestId":`, c.RequestID},
	} {
		b = append(b, member.name...)
		b = appendString(b, member.value)
	}
	b = append(b, `,"requestTime":"`...)
	b = c.Time.UTC().AppendFormat(b, RequestTimeLayout)
	b = append(b, `","requestTimeEpoch":`...)
	b = strconv.AppendInt(b, c.Time.UnixMilli(), 10)
	b = append(b, `,"resourceId":`...)
	b = appendString(b, c.RouteKey)
	b = append(b, `,"resourcePath":`...)
	b = appendString(b, c.Resource)
	b = append(b, `,"stage":`...)
	b = appendString(b, c.Stage)
	return append(b, '}')
}

func (c *EventContextV1) appendIdentity(b []byte) []byte {
	caller := c.Caller
	if caller == nil {
		caller = &nobody
	}
	for _, member := range [...]struct{ name, value string }{
		{`,"identity":{"accessKey":`, caller.AccessKey},
		{`,"accountId":`, caller.AccountID},
		{`,"caller":`, caller.Caller},
		{`,"cognitoAmr":null,"cognitoAuthenticationProvider":null,"cognitoAuthenticationType":null,"cognitoIdentityId":null,"cognitoIdentityPoolId":null,"principalOrgId":null,"sourceIp":`, c.SourceIP},
		{`,"user":`, caller.User},
		{`,"userAgent":`, c.UserAgent},
		{`,"userArn":`, caller.UserARN},
	} {
		b = append(b, member.name...)
		b = appendOrNull(b, member.value)
	}
	return append(b, '}')
}

// appendFirst appends each field with its first value; null when there are none.
func appendFirst(b []byte, fields []Field) []byte {
	if len(fields) == 0 {
		return append(b, `null`...)
	}
	for i, field := range fields {
		b = appendString(append(b, separator(i)), field.Name)
		b = appendString(append(b, ':'), field.Values[0])
	}
	return append(b, '}')
}
