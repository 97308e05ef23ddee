package rest

import (
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// contextVariables are the $context variables that have a value, by the name behind
// "$context.". All others are missing: there is no authorizer and no identity yet.
var contextVariables = map[string]func(x *Exchange) string{
	"accountId":                    func(x *Exchange) string { return x.stage.snapshot.Account },
	"apiId":                        func(x *Exchange) string { return x.stage.snapshot.ApiID },
	"customDomain.basePathMatched": func(x *Exchange) string { return x.Request.BasePath },
	"deploymentId":                 func(x *Exchange) string { return x.stage.deploymentID() },
	"domainName":                   func(x *Exchange) string { return x.Request.DomainName },
	"domainPrefix":                 func(x *Exchange) string { return x.Request.DomainPrefix },
	"extendedRequestId":            func(x *Exchange) string { return x.Request.ExtendedID },
	"httpMethod":                   func(x *Exchange) string { return x.Request.HTTP.Method },
	"isCanaryRequest":              func(x *Exchange) string { return x.stage.canaryRequest() },
	"identity.apiKey":              func(x *Exchange) string { return x.apiKey },
	"identity.apiKeyId":            func(x *Exchange) string { return x.apiKeyID },
	"identity.sourceIp":            func(x *Exchange) string { return x.sourceIP() },
	"identity.userAgent":           func(x *Exchange) string { return x.userAgent() },
	"path":                         func(x *Exchange) string { return x.Request.ContextPath },
	"protocol":                     func(x *Exchange) string { return x.Request.HTTP.Proto },
	"requestId":                    func(x *Exchange) string { return x.Request.ID },
	"requestTime":                  func(x *Exchange) string { return x.Request.Time.UTC().Format(integration.RequestTimeLayout) },
	"requestTimeEpoch":             func(x *Exchange) string { return strconv.FormatInt(x.Request.Time.UnixMilli(), 10) },
	"stage":                        func(x *Exchange) string { return x.stage.name },
}

// matchVariables have a value once a method is matched.
var matchVariables = map[string]func(m *method) string{
	"operationName": func(m *method) string { return m.operationName },
	"resourceId":    func(m *method) string { return m.resource.id },
	"resourcePath":  func(m *method) string { return m.resource.path },
}

// callerVariables have a value for calls with an IAM identity.
var callerVariables = map[string]func(i *integration.Identity) string{
	"identity.accessKey": func(i *integration.Identity) string { return i.AccessKey },
	"identity.accountId": func(i *integration.Identity) string { return i.AccountID },
	"identity.caller":    func(i *integration.Identity) string { return i.Caller },
	"identity.user":      func(i *integration.Identity) string { return i.User },
	"identity.userArn":   func(i *integration.Identity) string { return i.UserARN },
}

// errorVariables have a value in gateway responses.
var errorVariables = map[string]func(f *Failure) string{
	"error.message":               (*Failure).message,
	"error.messageString":         func(f *Failure) string { return messageString(f.message()) },
	"error.responseType":          func(f *Failure) string { return string(f.Type) },
	"error.validationErrorString": func(f *Failure) string { return f.Validation },
}

// ContextVariable implements [mapping.Values].
func (x *Exchange) ContextVariable(name string) (string, bool) {
	value := ""
	if x.test != nil && x.test.context[name] != "" {
		value = x.test.context[name]
	} else if variable := contextVariables[name]; variable != nil {
		value = variable(x)
	} else if variable := matchVariables[name]; variable != nil && x.Match.method != nil {
		value = variable(x.Match.method)
	} else if variable := callerVariables[name]; variable != nil && x.caller != nil {
		value = variable(x.caller)
	} else if member, ok := strings.CutPrefix(name, "authorizer."); ok {
		value = x.authorizerVariable(member)
	} else if variable := errorVariables[name]; variable != nil && x.Failure != nil {
		value = variable(x.Failure)
	}
	return value, value != ""
}

// PathParameter implements [mapping.Values].
func (x *Exchange) PathParameter(name string) (string, bool) {
	if x.Match.method == nil {
		return "", false
	}
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

// ResponseHeader implements [mapping.Values].
func (x *Exchange) ResponseHeader(name string) []string {
	if x.IntegrationResponse == nil {
		return nil
	}
	return x.IntegrationResponse.Header.Values(name)
}
