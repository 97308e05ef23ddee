package integration

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// EventV2 is the payload format 2.0 of HTTP APIs and function URLs.
type EventV2 struct {
	RouteKey, RawPath, RawQuery string
	// Cookies are the single cookies; left out when there are none.
	Cookies []string
	// Headers have names in lower case and no cookies.
	Headers []Field
	// Query is left out when there is none, and so are the two below.
	Query                          []Field
	PathParameters, StageVariables []Pair
	Context                        EventContextV2
	// HasBody tells whether there is a body; without one the member is left out.
	HasBody         bool
	Body            []byte
	IsBase64Encoded bool
}

// EventContextV2 is the requestContext of an [EventV2].
type EventContextV2 struct {
	AccountID, APIID string
	// Authorizer is JSON; left out when empty.
	Authorizer               []byte
	DomainName, DomainPrefix string
	Method, Path, Protocol   string
	SourceIP, UserAgent      string
	RequestID, Stage         string
	Time                     time.Time
	// FullPath is Path with the mapping key of a custom domain name. Only events 1.0 of
	// authorizers have it; empty when it is Path.
	FullPath string
}

// Append appends the event as JSON.
func (e *EventV2) Append(b []byte) []byte {
	b = append(b, `{"version":"2.0","routeKey":`...)
	b = appendString(b, e.RouteKey)
	b = append(b, `,"rawPath":`...)
	b = appendString(b, e.RawPath)
	b = append(b, `,"rawQueryString":`...)
	b = appendString(b, e.RawQuery)
	if len(e.Cookies) > 0 {
		b = append(b, `,"cookies":`...)
		for i, cookie := range e.Cookies {
			if i == 0 {
				b = append(b, '[')
			} else {
				b = append(b, ',')
			}
			b = appendString(b, cookie)
		}
		b = append(b, ']')
	}
	b = append(b, `,"headers":`...)
	b = appendJoined(b, e.Headers)
	if len(e.Query) > 0 {
		b = append(b, `,"queryStringParameters":`...)
		b = appendJoined(b, e.Query)
	}
	if len(e.PathParameters) > 0 {
		b = append(b, `,"pathParameters":`...)
		b = appendPairs(b, e.PathParameters)
	}
	if len(e.StageVariables) > 0 {
		b = append(b, `,"stageVariables":`...)
		b = appendPairs(b, e.StageVariables)
	}
	b = append(b, `,"requestContext":`...)
	b = e.Context.append(b, e.RouteKey)
	if e.HasBody {
		b = append(b, `,"body":`...)
		if e.IsBase64Encoded {
			b = base64.StdEncoding.AppendEncode(append(b, '"'), e.Body)
			b = append(b, '"')
		} else {
			b = appendString(b, e.Body)
		}
	}
	b = append(b, `,"isBase64Encoded":`...)
	b = strconv.AppendBool(b, e.IsBase64Encoded)
	return append(b, '}')
}

func (c *EventContextV2) append(b []byte, routeKey string) []byte {
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
		{`,"http":{"method":`, c.Method},
		{`,"path":`, c.Path},
		{`,"protocol":`, c.Protocol},
		{`,"sourceIp":`, c.SourceIP},
		{`,"userAgent":`, c.UserAgent},
		{`},"requestId":`, c.RequestID},
		{`,"routeKey":`, routeKey},
		{`,"stage":`, c.Stage},
	} {
		b = append(b, member.name...)
		b = appendString(b, member.value)
	}
	b = append(b, `,"time":"`...)
	b = c.Time.UTC().AppendFormat(b, RequestTimeLayout)
	b = append(b, `","timeEpoch":`...)
	b = strconv.AppendInt(b, c.Time.UnixMilli(), 10)
	return append(b, '}')
}

// appendJoined appends each field with its values joined by commas.
func appendJoined(b []byte, fields []Field) []byte {
	if len(fields) == 0 {
		return append(b, `{}`...)
	}
	for i, field := range fields {
		b = appendString(append(b, separator(i)), field.Name)
		b = appendString(append(b, ':'), strings.Join(field.Values, ","))
	}
	return append(b, '}')
}

// IsTextType reports whether bodies of a media type, with its parameters, are text in
// the payload format 2.0; others are base64. Unverified: types with a suffix, and that
// a body without a type is binary.
func IsTextType(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "+json") || strings.HasSuffix(mediaType, "+xml")
}
