package rest

import (
	"strconv"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// contextVariables are the $context variables that have a value, by the name behind
// "$context.". All others are missing: there is no authorizer and no identity yet.
var contextVariables = map[string]func(x *Exchange) string{
	"accountId":          func(x *Exchange) string { return x.stage.snapshot.Account },
	"apiId":              func(x *Exchange) string { return x.stage.snapshot.ApiID },
	"deploymentId":       func(x *Exchange) string { return x.stage.deploymentID() },
	"domainName":         func(x *Exchange) string { return x.Request.DomainName },
	"domainPrefix":       func(x *Exchange) string { return x.Request.DomainPrefix },
	"extendedRequestId":  func(x *Exchange) string { return x.Request.ExtendedID },
	"httpMethod":         func(x *Exchange) string { return x.Request.HTTP.Method },
	"identity.sourceIp":  func(x *Exchange) string { return x.sourceIP() },
	"identity.userAgent": func(x *Exchange) string { return x.Request.HTTP.UserAgent() },
	"operationName":      func(x *Exchange) string { return x.Match.method.operationName },
	"path":               func(x *Exchange) string { return x.Request.ContextPath },
	"protocol":           func(x *Exchange) string { return x.Request.HTTP.Proto },
	"requestId":          func(x *Exchange) string { return x.Request.ID },
	"requestTime":        func(x *Exchange) string { return x.Request.Time.UTC().Format(integration.RequestTimeLayout) },
	"requestTimeEpoch":   func(x *Exchange) string { return strconv.FormatInt(x.Request.Time.UnixMilli(), 10) },
	"resourceId":         func(x *Exchange) string { return x.Match.method.resource.id },
	"resourcePath":       func(x *Exchange) string { return x.Match.method.resource.path },
	"stage":              func(x *Exchange) string { return x.stage.name },
}

// ContextVariable implements [mapping.Values].
func (x *Exchange) ContextVariable(name string) (string, bool) {
	variable, ok := contextVariables[name]
	if !ok {
		return "", false
	}
	value := variable(x)
	return value, value != ""
}

// PathParameter implements [mapping.Values].
func (x *Exchange) PathParameter(name string) (string, bool) {
	for i, parameter := range x.Match.method.resource.parameters {
		if parameter == name && i < len(x.Match.values) {
			return x.Match.values[i], true
		}
	}
	return "", false
}

// Querystring implements [mapping.Values].
func (x *Exchange) Querystring(name string) []string {
	for _, field := range x.Request.Query() {
		if field.Name == name {
			return field.Values
		}
	}
	return nil
}

// Header implements [mapping.Values].
func (x *Exchange) Header(name string) []string {
	if name == "Host" || name == "host" {
		return []string{x.Request.HTTP.Host} // net/http keeps it apart
	}
	return x.Request.HTTP.Header.Values(name)
}

// StageVariable implements [mapping.Values].
func (x *Exchange) StageVariable(name string) (string, bool) {
	value, ok := x.stage.snapshot.Stage.Variables[name]
	return value, ok
}
