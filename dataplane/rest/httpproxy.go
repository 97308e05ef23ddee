package rest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// httpProxy compiles an HTTP_PROXY integration.
func (c *compiler) httpProxy(i *types.Integration) []step {
	const name = "HTTP proxy integration"
	if aws.ToString(c.stage.snapshot.Stage.ClientCertificateId) != "" {
		return []step{refusal(name, unsupported("client certificate of the stage"))}
	}
	if convertsContent(i.ContentHandling, c.binary) {
		return []step{refusal(name, unsupported("contentHandling "+string(i.ContentHandling)+" of an HTTP_PROXY integration"))}
	}
	parameters, err := mapping.ParseRequestParameters(i.RequestParameters)
	if err != nil {
		return []step{refusal(name, configurationError(err.Error()))}
	}
	transport := c.stage.env.Transports.Verifying
	if i.TlsConfig != nil && i.TlsConfig.InsecureSkipVerification {
		transport = c.stage.env.Transports.Lenient
	}
	compiled, failure := integration.NewHTTPProxy(integration.HTTPProxyConfig{
		URI:       c.substitute(i.Uri),
		Method:    aws.ToString(i.HttpMethod),
		APIID:     c.stage.snapshot.ApiID,
		Timeout:   timeout(i),
		Transport: transport,
	})
	if failure != nil {
		return []step{refusal(name, integrationFailure(failure))}
	}
	proxy := &httpProxy{HTTPProxy: compiled}
	if len(parameters) == 0 {
		return []step{{name: name, run: proxy.run}}
	}
	return []step{
		{name: "integration request parameters", run: requestParameters(parameters).run},
		{name: name, run: proxy.run},
	}
}

// convertsContent reports whether contentHandling changes payloads: with no binary
// media types, CONVERT_TO_TEXT leaves text what it is.
func convertsContent(handling types.ContentHandlingStrategy, binary mediaTypes) bool {
	return handling == types.ContentHandlingStrategyConvertToBinary ||
		handling == types.ContentHandlingStrategyConvertToText && len(binary) > 0
}

// requestParameters are the mappings of an integration request.
type requestParameters []mapping.Parameter

// run evaluates the mappings. A missing source leaves its target out.
func (p requestParameters) run(x *Exchange) *Failure {
	to := &x.IntegrationRequest
	for _, parameter := range p {
		values := parameter.Source.Evaluate(x)
		if len(values) == 0 {
			continue
		}
		switch parameter.Target.Place {
		case mapping.RequestHeader:
			if values = validValues(values); len(values) > 0 {
				to.Header = append(to.Header, integration.Field{Name: parameter.Target.Name, Values: values})
			}
		case mapping.RequestQuerystring:
			to.Query = append(to.Query, integration.Field{Name: parameter.Target.Name, Values: values})
		case mapping.RequestPath:
			value := values[0]
			if parameter.Source.Source() != mapping.Path {
				value = escapePath(value)
			}
			to.Path = append(to.Path, integration.Pair{Name: parameter.Target.Name, Value: value})
		case mapping.MethodResponseHeader:
		}
	}
	return nil
}

// escapePath encodes a value for a path, slashes excepted: path parameters may span
// segments.
func escapePath(value string) string {
	return strings.ReplaceAll(url.PathEscape(value), "%2F", "/")
}

type httpProxy struct{ *integration.HTTPProxy }

func (p *httpProxy) run(x *Exchange) *Failure {
	client := x.Request.HTTP
	if client.ContentLength < 0 {
		// API Gateway sends a length whatever it got.
		body, failure := x.body()
		if failure != nil {
			return failure
		}
		client = withBody(client, body)
	}
	response, failed := p.Invoke(client.Context(), integration.HTTPRequest{
		Client:    client,
		Forwarded: x.forwarded(x.trace()),
		Header:    x.IntegrationRequest.Header,
		Query:     x.IntegrationRequest.Query,
		Path:      x.IntegrationRequest.Path,
	})
	if failed != nil {
		return integrationFailure(failed)
	}
	x.IntegrationResponse = response
	header := make(http.Header, len(response.Header)+6)
	addResponseHeaders(header, response.Header, true)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{applicationJSON}
	}
	x.Response = Response{Status: response.Status, Header: header, Body: response.Body}
	return nil
}

func withBody(r *http.Request, body []byte) *http.Request {
	buffered := r.WithContext(r.Context())
	buffered.ContentLength = int64(len(body))
	buffered.Body = io.NopCloser(bytes.NewReader(body))
	return buffered
}
