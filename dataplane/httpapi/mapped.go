package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi/parameter"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Mapped is a request as the request parameters have changed it.
type Mapped struct {
	Header http.Header
	// Query are the decoded parameters, RawQuery the same encoded.
	Query    []integration.Field
	RawQuery string
	// Path is the new path, decoded; empty when it is not overwritten.
	Path string
}

// requestMappings are the compiled requestParameters of an integration.
type requestMappings []parameter.Mapping

// requestParameters is the step that maps the request; none when nothing is mapped.
func (c *compiler) requestParameters(i *types.Integration) ([]step, *Failure) {
	if len(i.RequestParameters) == 0 {
		return nil, nil
	}
	mappings, err := parameter.ParseRequest(i.RequestParameters, c.snapshot.Stage.StageVariables)
	if err != nil {
		return nil, configurationError("request parameters: " + err.Error())
	}
	return []step{{name: "request parameters", run: requestMappings(mappings).run}}, nil
}

func (m requestMappings) run(x *Exchange) *Failure {
	if _, failure := x.body(); failure != nil {
		return failure
	}
	mapped := &Mapped{Header: x.Request.HTTP.Header.Clone(), RawQuery: x.Request.HTTP.URL.RawQuery, Query: x.Request.Query()}
	queried := false
	for i := range m {
		one := &m[i]
		// Expressions read the client's request, not what other mappings made of it.
		value := one.Value.Evaluate(x)
		switch one.Location {
		case parameter.Header:
			changeHeader(mapped.Header, one, value)
		case parameter.Querystring:
			if !queried {
				mapped.Query, queried = slices.Clone(mapped.Query), true
			}
			mapped.Query = changeQuery(mapped.Query, one, value)
		case parameter.Path:
			mapped.Path = rooted(value)
			if mapped.Path[0] != '/' {
				mapped.Path = "/" + mapped.Path
			}
		case parameter.StatusCode:
		}
	}
	if queried {
		mapped.RawQuery = encodeQuery(mapped.Query)
	}
	x.Mapped = mapped
	return nil
}

// changeHeader carries out a mapping of a header. A value that would break the message is
// left out.
func changeHeader(header http.Header, m *parameter.Mapping, value string) {
	name := http.CanonicalHeaderKey(m.Name)
	switch {
	case m.Action == parameter.Remove:
		delete(header, name)
	case !integration.IsHeaderName(name) || !integration.IsHeaderValue(value):
	case m.Action == parameter.Append:
		header[name] = append(slices.Clip(header[name]), value)
	default:
		header[name] = []string{value}
	}
}

// changeQuery carries out a mapping of a query parameter. The fields are its own, their
// values are not.
func changeQuery(query []integration.Field, m *parameter.Mapping, value string) []integration.Field {
	at := slices.IndexFunc(query, func(field integration.Field) bool { return field.Name == m.Name })
	switch {
	case m.Action == parameter.Remove && at >= 0:
		return slices.Delete(query, at, at+1)
	case m.Action == parameter.Remove:
	case at < 0:
		return append(query, integration.Field{Name: m.Name, Values: []string{value}})
	case m.Action == parameter.Append:
		query[at].Values = append(slices.Clip(query[at].Values), value)
	default:
		query[at].Values = []string{value}
	}
	return query
}

func encodeQuery(fields []integration.Field) string {
	var b strings.Builder
	for _, field := range fields {
		name := url.QueryEscape(field.Name)
		for _, value := range field.Values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(name)
			b.WriteByte('=')
			b.WriteString(url.QueryEscape(value))
		}
	}
	// A plus is a space to some readers of a query and itself to others.
	return strings.ReplaceAll(b.String(), "+", "%20")
}

// responseMappings are the compiled responseParameters of an integration, by status.
type responseMappings map[int][]parameter.Mapping

// responseParameters is the step that maps the response; none when nothing is mapped.
func (c *compiler) responseParameters(i *types.Integration) ([]step, *Failure) {
	if len(i.ResponseParameters) == 0 {
		return nil, nil
	}
	mappings, err := parameter.ParseResponse(i.ResponseParameters, c.snapshot.Stage.StageVariables)
	if err != nil {
		return nil, configurationError("response parameters: " + err.Error())
	}
	return []step{{name: "response parameters", run: responseMappings(mappings).run}}, nil
}

// keepBody is the step that reads the body of the request where a mapping of the response
// asks for it: the integration would pass it on unread. It is none otherwise.
func (c *compiler) keepBody(i *types.Integration) []step {
	mappings, err := parameter.ParseResponse(i.ResponseParameters, c.snapshot.Stage.StageVariables)
	if err != nil {
		return nil // the mappings themselves fail
	}
	for _, ofStatus := range mappings {
		if slices.ContainsFunc(ofStatus, func(m parameter.Mapping) bool { return m.Value.ReadsRequestBody() }) {
			return []step{{name: "request body", run: func(x *Exchange) *Failure { _, failure := x.body(); return failure }}}
		}
	}
	return nil
}

func (m responseMappings) run(x *Exchange) *Failure {
	mappings := m[x.Response.Status]
	if len(mappings) == 0 {
		return nil
	}
	// All are evaluated before one is carried out, because they read the response.
	values := make([]string, len(mappings))
	for i := range mappings {
		values[i] = mappings[i].Value.Evaluate(x)
	}
	for i := range mappings {
		switch one := &mappings[i]; one.Location {
		case parameter.Header:
			changeHeader(x.Response.Header, one, values[i])
		case parameter.StatusCode:
			status, err := strconv.Atoi(strings.TrimSpace(values[i]))
			if err != nil || status < 200 || status > 599 {
				return configurationError("response parameters: " + strconv.Quote(values[i]) + " is no status")
			}
			x.Response.Status = status
		case parameter.Querystring, parameter.Path:
		}
	}
	return nil
}
