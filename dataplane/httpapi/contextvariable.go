package httpapi

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// protocol is what events and logs tell, whatever the client speaks.
const protocol = "HTTP/1.1"

// contextVariables are the $context variables, by the name behind "$context.". An empty
// value is none. Those of identities that there never are here are left out.
var contextVariables = map[string]func(x *Exchange) string{
	"accountId":                    func(x *Exchange) string { return x.stage.snapshot.Account },
	"apiId":                        func(x *Exchange) string { return x.stage.snapshot.ApiID },
	"awsEndpointRequestId":         func(x *Exchange) string { return x.Integration.RequestID },
	"awsEndpointRequestId2":        func(x *Exchange) string { return x.Integration.RequestID2 },
	"customDomain.basePathMatched": func(x *Exchange) string { return x.Request.BasePath },
	"dataProcessed":                func(x *Exchange) string { return strconv.FormatInt(x.dataProcessed(), 10) },
	"domainName":                   func(x *Exchange) string { return x.Request.DomainName },
	"domainPrefix":                 func(x *Exchange) string { return x.Request.DomainPrefix },
	"error.message":                func(x *Exchange) string { return x.failureText((*Failure).message) },
	"error.messageString":          func(x *Exchange) string { return x.failureText((*Failure).messageString) },
	"error.responseType":           func(x *Exchange) string { return x.failureText(func(f *Failure) string { return f.Type }) },
	"extendedRequestId":            func(x *Exchange) string { return x.Request.ID },
	"httpMethod":                   func(x *Exchange) string { return x.Request.HTTP.Method },
	"identity.sourceIp":            (*Exchange).sourceIP,
	"identity.userAgent":           func(x *Exchange) string { return x.Request.HTTP.UserAgent() },
	"integration.error":            func(x *Exchange) string { return x.Integration.Error },
	"integration.integrationStatus": func(x *Exchange) string {
		return number(cmp.Or(x.Integration.ServiceStatus, x.Integration.Status))
	},
	"integration.latency":     (*Exchange).integrationLatency,
	"integration.requestId":   func(x *Exchange) string { return x.Integration.RequestID },
	"integration.status":      func(x *Exchange) string { return number(x.Integration.Status) },
	"integrationErrorMessage": func(x *Exchange) string { return x.Integration.Error },
	"integrationLatency":      (*Exchange).integrationLatency,
	"integrationStatus":       func(x *Exchange) string { return number(x.Integration.Status) },
	"path":                    func(x *Exchange) string { return x.Request.ContextPath },
	"protocol":                func(*Exchange) string { return protocol },
	"requestId":               func(x *Exchange) string { return x.Request.ID },
	"requestTime":             func(x *Exchange) string { return x.Request.Time.UTC().Format(integration.RequestTimeLayout) },
	"requestTimeEpoch":        func(x *Exchange) string { return strconv.FormatInt(x.Request.Time.UnixMilli(), 10) },
	"responseLatency":         func(x *Exchange) string { return millis(x.stage.env.Now().Sub(x.Request.Time)) },
	"responseLength":          func(x *Exchange) string { return strconv.Itoa(len(x.Response.Body)) },
	"routeKey":                (*Exchange).routeKey,
	"stage":                   func(x *Exchange) string { return x.stage.name },
	"status":                  func(x *Exchange) string { return number(x.Response.Status) },
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func (x *Exchange) integrationLatency() string {
	if !x.Integration.Called {
		return ""
	}
	return millis(x.Integration.Latency)
}

func (x *Exchange) failureText(of func(*Failure) string) string {
	if x.Failure == nil {
		return ""
	}
	return of(x.Failure)
}

// messageString is the message as JSON.
func (f *Failure) messageString() string { return strconv.Quote(f.message()) }

// ContextVariable implements [parameter.Values].
func (x *Exchange) ContextVariable(name string) string {
	if variable := contextVariables[name]; variable != nil {
		return variable(x)
	}
	if member, ok := strings.CutPrefix(name, "authorizer."); ok {
		return x.authorizerVariable(member)
	}
	if member, ok := strings.CutPrefix(name, "identity."); ok {
		return x.identityVariable(member)
	}
	return ""
}

// RequestHeader implements [parameter.Values].
func (x *Exchange) RequestHeader(name string) []string {
	if strings.EqualFold(name, "Host") {
		return []string{x.Request.HTTP.Host} // net/http keeps it apart
	}
	return x.Request.HTTP.Header.Values(name)
}

// RequestQuerystring implements [parameter.Values].
func (x *Exchange) RequestQuerystring(name string) []string {
	for _, field := range x.Request.Query() {
		if field.Name == name {
			return field.Values
		}
	}
	return nil
}

// RequestPath implements [parameter.Values].
func (x *Exchange) RequestPath() string { return x.Request.DecodedPath }

// PathParameter implements [parameter.Values].
func (x *Exchange) PathParameter(name string) string {
	if x.Match.route == nil {
		return ""
	}
	for i, parameter := range x.Match.route.parameters {
		if parameter == name && i < len(x.Match.values) {
			return x.Match.values[i]
		}
	}
	return ""
}

// RequestBody implements [parameter.Values]. A step that evaluates expressions has read
// the body before.
func (x *Exchange) RequestBody() *mapping.Document {
	if x.Request.document == nil && len(x.Request.body) > 0 {
		x.Request.document = mapping.NewDocument(x.Request.body)
	}
	return x.Request.document
}

// ResponseHeader implements [parameter.Values]. Headers that are not passed on, such as
// Content-Length, can be read all the same.
func (x *Exchange) ResponseHeader(name string) []string {
	if values := x.Response.Header.Values(name); len(values) > 0 || x.Integration.Response == nil {
		return values
	}
	return x.Integration.Response.Header.Values(name)
}

// ResponseBody implements [parameter.Values].
func (x *Exchange) ResponseBody() *mapping.Document {
	if x.Integration.document == nil && len(x.Response.Body) > 0 {
		x.Integration.document = mapping.NewDocument(x.Response.Body)
	}
	return x.Integration.document
}
