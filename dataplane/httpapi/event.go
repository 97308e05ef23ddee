package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// header returns the headers of the request as they are mapped.
func (x *Exchange) header() http.Header {
	if x.Mapped != nil {
		return x.Mapped.Header
	}
	return x.Request.HTTP.Header
}

// query returns the query parameters as they are mapped: decoded, and raw.
func (x *Exchange) query() ([]integration.Field, string) {
	if x.Mapped != nil {
		return x.Mapped.Query, x.Mapped.RawQuery
	}
	return x.Request.Query(), x.Request.HTTP.URL.RawQuery
}

// eventHeaders returns headers as a function sees them: with names in lower case, in the
// order of the names, and those that the gateway adds. withCookies tells whether cookies
// are among them.
func (x *Exchange) eventHeaders(withCookies bool) []integration.Field {
	sent := x.header()
	forwarded := x.forwarded()
	fields := make([]integration.Field, 0, len(sent)+6)
	connection := connectionHeaders(x.Request.HTTP.Header)
	for name, values := range sent {
		if notForwarded[name] || connection[name] || replaced[name] || len(values) == 0 || name == "Host" || name == "Cookie" && !withCookies {
			continue
		}
		fields = append(fields, integration.Field{Name: strings.ToLower(name), Values: values})
	}
	host := x.Request.HTTP.Host
	if mapped := sent["Host"]; len(mapped) > 0 {
		host = mapped[0]
	}
	added := [...]string{
		strconv.FormatInt(x.bodyLength(), 10), host, forwarded.TraceID, forwarded.For, forwarded.Port, forwarded.Proto,
	}
	fields = append(
		fields,
		integration.Field{Name: "content-length", Values: added[0:1:1]},
		integration.Field{Name: "host", Values: added[1:2:2]},
		integration.Field{Name: "x-amzn-trace-id", Values: added[2:3:3]},
		integration.Field{Name: "x-forwarded-for", Values: added[3:4:4]},
		integration.Field{Name: "x-forwarded-port", Values: added[4:5:5]},
		integration.Field{Name: "x-forwarded-proto", Values: added[5:6:6]},
	)
	slices.SortFunc(fields, func(a, b integration.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// bodyLength is the length of the body, as announced until it is read.
func (x *Exchange) bodyLength() int64 {
	if x.Request.bodyRead {
		return int64(len(x.Request.body))
	}
	return max(x.Request.HTTP.ContentLength, 0)
}

func (x *Exchange) pathParameters() []integration.Pair {
	parameters := make([]integration.Pair, len(x.Match.values))
	for i, value := range x.Match.values {
		parameters[i] = integration.Pair{Name: x.Match.route.parameters[i], Value: value}
	}
	return parameters
}

// resource is the path of the matched route, $default for that of the default route.
func (r *route) resource() string {
	if r.key.isDefault {
		return defaultRoute
	}
	return r.key.path
}

// eventV2 is the request in the payload format 2.0, without its body.
func (x *Exchange) eventV2() *integration.EventV2 {
	r, s := x.Request.HTTP, x.stage.snapshot
	query, raw := x.query()
	path := x.Request.StagePath
	if x.Mapped != nil && x.Mapped.Path != "" {
		path = x.Mapped.Path // Unverified: without the stage.
	}
	return &integration.EventV2{
		RouteKey: x.Match.route.name, RawPath: path, RawQuery: raw,
		Cookies: cookies(x.header()), Headers: x.eventHeaders(false), Query: query,
		PathParameters: x.pathParameters(), StageVariables: x.program.stageVariables,
		Context: integration.EventContextV2{
			AccountID: s.Account, APIID: s.ApiID, Authorizer: x.authorizerV2(),
			DomainName: x.Request.DomainName, DomainPrefix: x.Request.DomainPrefix,
			Method: r.Method, Path: path, Protocol: protocol, SourceIP: x.sourceIP(), UserAgent: r.UserAgent(),
			RequestID: x.Request.ID, Stage: x.stage.name, Time: x.Request.Time,
		},
	}
}

// eventV1 is the request in the payload format 1.0, without its body.
func (x *Exchange) eventV1() *integration.EventV1 {
	r, s := x.Request.HTTP, x.stage.snapshot
	query, _ := x.query()
	path := x.Request.ContextPath
	if x.Mapped != nil && x.Mapped.Path != "" {
		path = x.Mapped.Path // Unverified: without the stage.
	}
	return &integration.EventV1{
		Resource: x.Match.route.resource(), Path: path, HTTPMethod: r.Method,
		Headers: x.eventHeaders(true), Query: query,
		PathParameters: x.pathParameters(), StageVariables: x.program.stageVariables,
		Context: integration.EventContextV1{
			AccountID: s.Account, APIID: s.ApiID, Authorizer: x.authorizerV1(), Caller: x.caller(),
			DomainName: x.Request.DomainName, DomainPrefix: x.Request.DomainPrefix, HTTPMethod: r.Method,
			SourceIP: x.sourceIP(), UserAgent: r.UserAgent(), Path: path, Protocol: protocol,
			RequestID: x.Request.ID, Time: x.Request.Time, RouteKey: x.Match.route.name, Resource: x.Match.route.resource(), Stage: x.stage.name,
		},
	}
}
