package integration

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// AppendAuthorizer appends the event 2.0 of a REQUEST authorizer of an HTTP API: the
// request without its body, and the values of the identity sources.
func (e *EventV2) AppendAuthorizer(b []byte, routeARN string, identity []string) []byte {
	b = append(b, `{"version":"2.0","type":"REQUEST","routeArn":`...)
	b = appendString(b, routeARN)
	b = append(b, `,"identitySource":`...)
	if len(identity) == 0 {
		b = append(b, `null`...)
	} else {
		b = appendStrings(b, identity)
	}
	b = append(b, `,"routeKey":`...)
	b = appendString(b, e.RouteKey)
	b = append(b, `,"rawPath":`...)
	b = appendString(b, e.RawPath)
	b = append(b, `,"rawQueryString":`...)
	b = appendString(b, e.RawQuery)
	if len(e.Cookies) > 0 {
		b = append(b, `,"cookies":`...)
		b = appendStrings(b, e.Cookies)
	}
	b = append(b, `,"headers":`...)
	b = appendJoined(b, e.Headers)
	if len(e.Query) > 0 {
		b = append(b, `,"queryStringParameters":`...)
		b = appendJoined(b, e.Query)
	}
	b = append(b, `,"requestContext":`...)
	context := e.Context
	context.Authorizer = nil
	b = context.append(b, e.RouteKey)
	if len(e.PathParameters) > 0 {
		b = append(b, `,"pathParameters":`...)
		b = appendPairs(b, e.PathParameters)
	}
	if len(e.StageVariables) > 0 {
		b = append(b, `,"stageVariables":`...)
		b = appendPairs(b, e.StageVariables)
	}
	return append(b, '}')
}

// AppendAuthorizerV1 appends the event 1.0 of such an authorizer. Unverified: that what
// has no members is an empty object, and the parts of the identity.
func (e *EventV2) AppendAuthorizerV1(b []byte, methodARN string, identity []string) []byte {
	resource := e.RouteKey
	if _, path, ok := strings.Cut(e.RouteKey, " "); ok {
		resource = path
	}
	values := strings.Join(identity, ",")
	c := &e.Context
	for _, member := range [...]struct{ name, value string }{
		{`{"version":"1.0","type":"REQUEST","methodArn":`, methodARN},
		{`,"identitySource":`, values},
		{`,"authorizationToken":`, values},
		{`,"resource":`, resource},
		{`,"path":`, cmp.Or(c.FullPath, e.RawPath)},
		{`,"httpMethod":`, c.Method},
	} {
		b = append(b, member.name...)
		b = appendString(b, member.value)
	}
	headers := e.Headers
	if len(e.Cookies) > 0 {
		headers = append(slices.Clip(headers), Field{Name: "cookie", Values: []string{strings.Join(e.Cookies, "; ")}})
	}
	b = append(b, `,"headers":`...)
	b = appendJoined(b, headers)
	b = append(b, `,"queryStringParameters":`...)
	b = appendJoined(b, e.Query)
	b = append(b, `,"pathParameters":`...)
	b = appendPairsOrEmpty(b, e.PathParameters)
	b = append(b, `,"stageVariables":`...)
	b = appendPairsOrEmpty(b, e.StageVariables)
	for _, member := range [...]struct{ name, value string }{
		{`,"requestContext":{"accountId":`, c.AccountID},
		{`,"apiId":`, c.APIID},
		{`,"domainName":`, c.DomainName},
		{`,"domainPrefix":`, c.DomainPrefix},
		{`,"extendedRequestId":`, c.RequestID},
		{`,"httpMethod":`, c.Method},
		{`,"identity":{"sourceIp":`, c.SourceIP},
		{`,"userAgent":`, c.UserAgent},
		{`},"path":`, cmp.Or(c.FullPath, c.Path)},
		{`,"protocol":`, c.Protocol},
		{`,"requestId":`, c.RequestID},
		{`,"resourceId":`, e.RouteKey},
		{`,"resourcePath":`, resource},
		{`,"stage":`, c.Stage},
	} {
		b = append(b, member.name...)
		b = appendString(b, member.value)
	}
	b = append(b, `,"requestTime":"`...)
	b = c.Time.UTC().AppendFormat(b, RequestTimeLayout)
	b = append(b, `","requestTimeEpoch":`...)
	b = strconv.AppendInt(b, c.Time.UnixMilli(), 10)
	return append(b, `}}`...)
}

func appendStrings(b []byte, texts []string) []byte {
	b = append(b, '[')
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, text)
	}
	return append(b, ']')
}
