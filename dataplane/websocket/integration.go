package websocket

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

const defaultTimeout = 29 * time.Second

// functionARN returns the function that a URI invokes: it is its ARN, or that of its
// invocation.
func functionARN(uri string) (string, error) {
	if isFunctionARN(uri) {
		return uri, nil
	}
	return integration.LambdaFunctionARN(uri)
}

// isFunctionARN reports whether a URI is the bare ARN of a function, qualified or not.
func isFunctionARN(uri string) bool {
	parts := strings.Split(uri, ":")
	return (len(parts) == 7 || len(parts) == 8) && parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function" && parts[6] != ""
}

// integration returns the steps from the mapping of the message to the reply.
func (c *compiler) integration(r *route, i *types.Integration) []step {
	role := c.substitute(i.CredentialsArn)
	if strings.HasPrefix(role, "arn:aws:iam::*:") {
		return refusal("integration", internal("the caller's credentials for an integration are not supported", nil))
	}
	timeout := defaultTimeout
	if i.TimeoutInMillis != nil {
		timeout = time.Duration(*i.TimeoutInMillis) * time.Millisecond
	}
	uri := c.substitute(i.IntegrationUri)
	s := c.stage.snapshot
	function := integration.Function{
		Invoker: c.stage.env.Invoker, RoleARN: role, Timeout: timeout,
		SourceARN: "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + c.stage.name + "/" + r.key,
	}
	isFunction := i.IntegrationType == types.IntegrationTypeAwsProxy || isFunctionARN(uri) || strings.Contains(uri, ":lambda:path/") && strings.HasSuffix(uri, "/invocations")
	if isFunction {
		arn, err := functionARN(uri)
		if err != nil {
			return refusal("integration", internal(err.Error(), nil))
		}
		function.FunctionARN = arn
	}
	switch i.IntegrationType {
	case types.IntegrationTypeAwsProxy:
		return []step{{name: "Lambda proxy integration", run: (&lambdaProxy{function, convertsRequest(i)}).run}}
	case types.IntegrationTypeHttpProxy:
		backend, f := c.http(i, uri, timeout)
		if f != nil {
			return refusal("integration", f)
		}
		steps := append([]step{c.requestMapping(i), passMessage}, convertRequest(i)...)
		return append(steps, step{name: "HTTP proxy integration", run: backend.runProxy})
	case types.IntegrationTypeHttp:
		backend, f := c.http(i, uri, timeout)
		if f != nil {
			return refusal("integration", f)
		}
		return c.custom(i, step{name: "HTTP integration", run: backend.runCustom})
	case types.IntegrationTypeAws:
		if isFunction {
			return c.custom(i, step{name: "Lambda integration", run: (&lambdaCustom{integration.Lambda{Function: function}}).run})
		}
		backend, failed := integration.NewAWS(integration.AWSConfig{
			URI: uri, Method: aws.ToString(i.IntegrationMethod), RoleARN: role, APIID: s.ApiID, SourceARN: function.SourceARN,
			Timeout: timeout, Transport: c.stage.env.Transports.Verifying, Services: c.stage.env.Services,
		})
		if failed != nil {
			return refusal("integration", integrationFailure(failed))
		}
		return c.custom(i, step{name: "AWS integration", run: (&called{backend}).run})
	case types.IntegrationTypeMock:
		return c.custom(i, step{name: "mock integration", run: mock})
	}
	return refusal("integration", internal("integration type "+string(i.IntegrationType), nil))
}

// http compiles the backend of an HTTP integration.
func (c *compiler) http(i *types.Integration, uri string, timeout time.Duration) (*called, *failure) {
	if aws.ToString(c.stage.snapshot.Stage.ClientCertificateId) != "" {
		return nil, internal("the client certificate of the stage is not supported", nil)
	}
	transport := c.stage.env.Transports.Verifying
	if i.TlsConfig != nil && aws.ToString(i.TlsConfig.ServerNameToVerify) != "" {
		transport = c.stage.env.Transports.Named(*i.TlsConfig.ServerNameToVerify)
	}
	if i.ConnectionType == types.ConnectionTypeVpcLink {
		s := c.stage.snapshot
		transport = integration.NewLinkTransport(
			integration.VPCLink{Account: s.Account, Region: s.Region, ID: c.substitute(i.ConnectionId)}, c.stage.env.VPCLinks, transport)
	}
	backend, failed := integration.NewHTTP(integration.HTTPConfig{
		URI: uri, Method: aws.ToString(i.IntegrationMethod), APIID: c.stage.snapshot.ApiID, Timeout: timeout, Transport: transport,
	})
	if failed != nil {
		return nil, integrationFailure(failed)
	}
	return &called{backend}, nil
}

// context is that of a call of a backend: it ends with the data plane, not with the client.
func (x *Exchange) context() context.Context {
	return deployed.WithTraceID(x.traced(x.stage.env.Lifetime), requestid.NewTrace("", x.time).Response())
}

// answered notes what the backend answered, and how long that took.
func (x *Exchange) answered(began time.Time, status int, failed *integration.Failure) *failure {
	x.isCalled, x.latency, x.integrationStatus = true, x.stage.env.Now().Sub(began), status
	m := x.counters()
	m.latency.Add(uint64(x.latency))
	if failed == nil {
		if status >= http.StatusBadRequest {
			m.integrationError.Add(1)
			x.isCounted = true
		}
		return nil
	}
	x.integrationError = failed.Reason
	m.executionError.Add(1)
	x.isCounted = true
	return integrationFailure(failed)
}

// lambdaProxy is a compiled AWS_PROXY integration.
type lambdaProxy struct {
	integration.Function

	// isBinary tells that messages are base64, which the event says.
	isBinary bool
}

func (l *lambdaProxy) run(x *Exchange) *failure {
	event := x.event(false)
	if l.isBinary && event.HasBody {
		decoded, err := base64.StdEncoding.AppendDecode(nil, x.body)
		if err != nil {
			return internal(reasonNoBase64, err)
		}
		event.Body, event.IsBase64Encoded = decoded, true // unverified
	}
	began := x.stage.env.Now()
	payload, _, failed := l.Run(x.context(), event.Append(nil))
	if failed != nil {
		f := x.answered(began, 0, failed)
		if failed.Kind == integration.Malformed {
			f.status = http.StatusBadGateway
		}
		return f
	}
	if x.eventType == eventDisconnect {
		_ = x.answered(began, http.StatusOK, nil)
		return nil // what it returns does not matter
	}
	answer, err := integration.DecodeProxyResponseV1(payload)
	if err != nil {
		return x.answered(began, 0, integration.MalformedResponse(err))
	}
	if f := x.answered(began, answer.Status, nil); f != nil {
		return f
	}
	x.reply = reply{status: answer.Status, header: answer.Header, body: answer.Body}
	return nil
}

// lambdaCustom is a compiled AWS integration with a function.
type lambdaCustom struct{ integration.Lambda }

func (l *lambdaCustom) run(x *Exchange) *failure {
	began := x.stage.env.Now()
	response, failed := l.Invoke(x.context(), x.request.body, x.request.header)
	if failed != nil {
		return x.answered(began, 0, failed)
	}
	x.response = response
	return x.answered(began, response.Status, nil)
}

// backend is an HTTP endpoint or an AWS service.
type backend interface {
	Invoke(ctx context.Context, in integration.HTTPCall) (*integration.Response, *integration.Failure)
}

// called is a compiled integration with a backend.
type called struct{ backend }

func (c *called) run(x *Exchange) *failure {
	began := x.stage.env.Now()
	response, failed := c.Invoke(x.context(), integration.HTTPCall{
		Method: http.MethodPost, TraceID: requestid.NewTrace("", x.time).Request, ContentType: "application/json",
		Body: x.request.body, Header: x.request.header, Query: x.request.query, Path: x.request.path,
	})
	if failed != nil {
		return x.answered(began, 0, failed)
	}
	x.response = response
	return x.answered(began, response.Status, nil)
}

// passMessage has the backend get the message as it is.
var passMessage = step{name: "integration request body", run: func(x *Exchange) *failure {
	x.request.body = x.body
	return nil
}}

// runCustom sends what the templates made; a handshake's own headers go along.
func (c *called) runCustom(x *Exchange) *failure {
	if x.handshake != nil {
		own := slices.DeleteFunc(x.handshakeHeaders(false), func(f integration.Field) bool { return !strings.HasPrefix(f.Name, "Sec-WebSocket-") })
		x.request.header = append(own, x.request.header...)
	}
	return c.run(x)
}

// runProxy passes the message on, and the answer back.
func (c *called) runProxy(x *Exchange) *failure {
	if x.handshake != nil {
		x.request.header = append(handshakeForBackend(x.handshakeHeaders(false)), x.request.header...)
	}
	if f := c.run(x); f != nil {
		return f
	}
	x.reply = reply{status: x.response.Status, header: x.response.Header, body: x.response.Body}
	return nil
}

// mock answers with the status that the request template says.
func mock(x *Exchange) *failure {
	status, ok := integration.MockStatus(x.request.body)
	if !ok {
		return internal("Unable to parse statusCode. It should be an integer that is specified in the request template.", nil)
	}
	// Unverified: that response templates read what the request template made.
	x.response = &integration.Response{Status: status, Selection: strconv.Itoa(status), Body: x.request.body}
	x.integrationStatus = status
	return nil
}
