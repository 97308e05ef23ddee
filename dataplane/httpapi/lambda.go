package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// lambdaProxy is a compiled AWS_PROXY integration with a function.
type lambdaProxy struct {
	integration.Function

	isV1 bool
}

// lambdaProxy compiles an integration with a function.
func (c *compiler) lambdaProxy(r *route, i *types.Integration) (step, *Failure) {
	uri, failure := c.uri(i)
	if failure != nil {
		return step{}, failure
	}
	arn, err := functionARN(uri)
	if err != nil {
		return step{}, configurationError(err.Error())
	}
	role, failure := c.role(r, i)
	if failure != nil {
		return step{}, failure
	}
	format := aws.ToString(i.PayloadFormatVersion)
	if format != "1.0" && format != "2.0" {
		return step{}, configurationError("payloadFormatVersion " + format + " is none")
	}
	proxy := &lambdaProxy{isV1: format == "1.0", Function: integration.Function{
		Invoker: c.stage.env.Invoker, FunctionARN: arn, SourceARN: c.sourceARN(r), RoleARN: role, Timeout: timeout(i),
	}}
	return step{name: "Lambda proxy integration", run: proxy.run}, nil
}

// functionARN returns the function that a URI invokes: it is its ARN, or that of its
// invocation.
func functionARN(uri string) (string, error) {
	if parts := strings.Split(uri, ":"); (len(parts) == 7 || len(parts) == 8) && parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function" && parts[6] != "" {
		return uri, nil
	}
	return integration.LambdaFunctionARN(uri)
}

func (l *lambdaProxy) run(x *Exchange) *Failure {
	body, failure := x.body()
	if failure != nil {
		return failure
	}
	event := l.event(x, body)
	ctx, release := x.functionContext()
	defer release()
	began := x.began()
	function := &l.Function
	if function.RoleARN == asCaller {
		called := l.Function
		called.RoleARN = x.authorization.principal.UserARN
		function = &called
	}
	payload, requestID, failed := function.Run(ctx, event)
	x.Integration.RequestID = requestID
	if requestID != "" {
		x.Integration.ServiceStatus = http.StatusOK
	}
	var answer *integration.ProxyResponseV2
	if failed == nil {
		decode := integration.DecodeProxyResponseV2
		if l.isV1 {
			decode = integration.DecodeProxyResponseV1
		}
		var err error
		if answer, err = decode(payload); err != nil {
			failed = integration.MalformedResponse(err)
		}
	}
	if failed != nil {
		return x.answered(began, 0, failed)
	}
	_ = x.answered(began, answer.Status, nil)
	header := responseHeader(answer.Header)
	if valid := validValues(answer.Cookies); len(valid) > 0 {
		header["Set-Cookie"] = append(header["Set-Cookie"], valid...)
	}
	x.Response = Response{Status: answer.Status, Header: header, Body: answer.Body}
	return nil
}

// event returns what the function gets.
func (l *lambdaProxy) event(x *Exchange, body []byte) []byte {
	isBinary := len(body) > 0 && !integration.IsTextType(strings.Join(x.header()["Content-Type"], ","))
	const fixed = 2 << 10
	b := make([]byte, 0, fixed+2*len(body))
	if l.isV1 {
		event := x.eventV1()
		event.Body, event.IsBase64Encoded = body, isBinary
		return event.Append(b)
	}
	event := x.eventV2()
	event.HasBody, event.Body, event.IsBase64Encoded = len(body) > 0, body, isBinary
	return event.Append(b)
}

// functionContext returns the context of an invocation: a function that was started runs
// to its end, whether the client waits or not. The caller releases it.
func (x *Exchange) functionContext() (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.Request.HTTP.Context()))
	stop := context.AfterFunc(x.stage.env.Lifetime, cancel)
	return deployed.WithTraceID(ctx, x.Request.Trace().Response()), func() { stop(); cancel() }
}
