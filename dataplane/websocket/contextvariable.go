package websocket

import (
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// contextVariables are the $context variables, but for those below authorizer.
var contextVariables = map[string]func(x *Exchange) string{
	"apiId":            func(x *Exchange) string { return x.stage.snapshot.ApiID },
	"connectionId":     func(x *Exchange) string { return x.conn.id },
	"connectedAt":      func(x *Exchange) string { return strconv.FormatInt(x.conn.connectedAt.UnixMilli(), 10) },
	"domainName":       func(x *Exchange) string { return x.conn.domainName },
	"eventType":        func(x *Exchange) string { return x.eventType },
	"messageId":        func(x *Exchange) string { return x.messageID },
	"messageDirection": func(*Exchange) string { return "IN" },
	"routeKey":         (*Exchange).routeKey,
	"disconnectStatusCode": func(x *Exchange) string {
		if x.disconnect == nil {
			return ""
		}
		return strconv.Itoa(x.disconnect.Code)
	},
	"disconnectReason": func(x *Exchange) string {
		if x.disconnect == nil {
			return ""
		}
		return x.disconnect.Reason
	},
	"stage":             func(x *Exchange) string { return x.stage.name },
	"requestId":         func(x *Exchange) string { return x.id },
	"extendedRequestId": func(x *Exchange) string { return x.id },
	"requestTime":       func(x *Exchange) string { return x.time.UTC().Format(integration.RequestTimeLayout) },
	"requestTimeEpoch":  func(x *Exchange) string { return strconv.FormatInt(x.time.UnixMilli(), 10) },
	"accountId":         func(x *Exchange) string { return x.stage.snapshot.Account },
	"status":            func(x *Exchange) string { return strconv.Itoa(x.status()) },

	"error.message": func(x *Exchange) string { return x.failureText(func(f *failure) string { return f.message }) },
	"error.messageString": func(x *Exchange) string {
		return x.failureText(func(f *failure) string { return strconv.Quote(f.message) })
	},
	"error.responseType": func(x *Exchange) string { return x.failureText(func(f *failure) string { return f.kind }) },
	"error.validationErrorString": func(x *Exchange) string {
		return x.failureText(func(f *failure) string { return f.validation })
	},

	"identity.sourceIp":  func(x *Exchange) string { return x.conn.sourceIP },
	"identity.userAgent": func(x *Exchange) string { return x.conn.userAgent },
	"identity.apiKey":    func(x *Exchange) string { return x.apiKey },
	"identity.apiKeyId":  func(x *Exchange) string { return x.apiKeyID },
	"identity.accountId": func(x *Exchange) string {
		return x.callerText(func(c *integration.Identity) string { return c.AccountID })
	},
	"identity.caller": func(x *Exchange) string {
		return x.callerText(func(c *integration.Identity) string { return c.Caller })
	},
	"identity.user": func(x *Exchange) string { return x.callerText(func(c *integration.Identity) string { return c.User }) },
	"identity.userArn": func(x *Exchange) string {
		return x.callerText(func(c *integration.Identity) string { return c.UserARN })
	},

	"integrationLatency":            (*Exchange).latencyText,
	"integration.latency":           (*Exchange).latencyText,
	"integration.requestId":         (*Exchange).endpointRequestID,
	"awsEndpointRequestId":          (*Exchange).endpointRequestID,
	"integration.status":            (*Exchange).integrationStatusText,
	"integration.integrationStatus": (*Exchange).integrationStatusText,
	"integration.error":             func(x *Exchange) string { return x.integrationError },
	"integrationErrorMessage":       func(x *Exchange) string { return x.integrationError },

	"authorizer.error":             func(x *Exchange) string { return x.authorizer.errorText() },
	"authorizer.latency":           func(x *Exchange) string { return x.authorizer.latencyText() },
	"authorizer.status":            func(x *Exchange) string { return x.authorizer.statusText() },
	"authorizer.integrationStatus": func(x *Exchange) string { return x.authorizer.statusText() },
	"authenticate.error":           func(x *Exchange) string { return x.authenticate.errorText() },
	"authenticate.latency":         func(x *Exchange) string { return x.authenticate.latencyText() },
	"authenticate.status":          func(x *Exchange) string { return x.authenticate.statusText() },
	"authorize.error":              func(x *Exchange) string { return x.authorize.errorText() },
	"authorize.latency":            func(x *Exchange) string { return x.authorize.latencyText() },
	"authorize.status":             func(x *Exchange) string { return x.authorize.statusText() },
}

func (x *Exchange) failureText(of func(f *failure) string) string {
	if x.failure == nil {
		return ""
	}
	return of(x.failure)
}

func (x *Exchange) callerText(of func(c *integration.Identity) string) string {
	if x.conn.caller == nil {
		return ""
	}
	return of(x.conn.caller)
}

func (x *Exchange) latencyText() string {
	if !x.isCalled {
		return ""
	}
	return strconv.FormatInt(x.latency.Milliseconds(), 10)
}

// endpointRequestID is the request id of an AWS service that answered.
func (x *Exchange) endpointRequestID() string {
	if x.response == nil {
		return ""
	}
	return x.response.Header.Get("X-Amzn-Requestid")
}

func (x *Exchange) integrationStatusText() string {
	if x.integrationStatus == 0 {
		return ""
	}
	return strconv.Itoa(x.integrationStatus)
}

// status is what the exchange ended with.
func (x *Exchange) status() int {
	if x.failure != nil {
		return x.failure.status
	}
	return x.reply.status
}

// ContextVariable implements [mapping.Values] and [vtl.ContextVariables].
func (x *Exchange) ContextVariable(name string) (string, bool) {
	if variable := contextVariables[name]; variable != nil {
		value := variable(x)
		if value != "" || !strings.HasPrefix(name, "authorizer.") {
			return value, value != ""
		}
		// What the authorizer said may have such a name.
	}
	member, ok := strings.CutPrefix(name, "authorizer.")
	if !ok || x.conn.authorizer == nil {
		return "", false
	}
	switch member {
	case "principalId":
		return x.conn.authorizer.PrincipalID, true
	case "integrationLatency", "latency":
		return strconv.FormatInt(x.conn.authorizer.LatencyMillis, 10), true
	}
	for _, pair := range x.conn.authorizer.Context {
		if pair.Name == member {
			return pair.Value, true
		}
	}
	return "", false
}
