package rest

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// httpProxy compiles an HTTP_PROXY integration.
func (c *compiler) httpProxy(i *types.Integration) []step {
	const name = "HTTP proxy integration"
	config, failure := c.httpConfig(i)
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	parameters, err := mapping.ParseRequestParameters(i.RequestParameters)
	if err != nil {
		return []step{refusal(name, configurationError(err.Error()))}
	}
	compiled, failed := integration.NewHTTPProxy(config)
	if failed != nil {
		return []step{refusal(name, integrationFailure(failed))}
	}
	proxy := &httpProxy{HTTPProxy: compiled, binary: c.binary, handling: i.ContentHandling}
	if i.ResponseTransferMode == types.ResponseTransferModeStream {
		proxy.idle = c.streamIdle()
	}
	if len(parameters) == 0 {
		return []step{{name: name, run: proxy.run}}
	}
	return []step{
		{name: "integration request parameters", run: newRequestParameters(i, parameters).run},
		{name: name, run: proxy.run},
	}
}

// httpConfig returns how the backend of an HTTP integration is called.
func (c *compiler) httpConfig(i *types.Integration) (integration.HTTPConfig, *Failure) {
	if aws.ToString(c.stage.snapshot.Stage.ClientCertificateId) != "" {
		return integration.HTTPConfig{}, unsupported("client certificate of the stage")
	}
	transport := c.stage.env.Transports.Verifying
	if i.TlsConfig != nil && i.TlsConfig.InsecureSkipVerification {
		transport = c.stage.env.Transports.Lenient
	}
	uri := c.substitute(i.Uri)
	if i.ConnectionType == types.ConnectionTypeVpcLink {
		uri, transport = c.private(i, uri, transport)
	}
	return integration.HTTPConfig{
		URI:       uri,
		Method:    aws.ToString(i.HttpMethod),
		APIID:     c.stage.snapshot.ApiID,
		Timeout:   timeout(i),
		Transport: transport,
	}, nil
}

type httpProxy struct {
	*integration.HTTPProxy

	binary   mediaTypes
	handling types.ContentHandlingStrategy
	// idle is how long a streamed response may pause; 0 for one that is not streamed.
	idle time.Duration
}

func (p *httpProxy) run(x *Exchange) *Failure {
	client := x.Request.HTTP
	isBinary := p.handling != "" && p.binary.match(x.contentType())
	isConverted := p.handling == toBinary && !isBinary || p.handling == toText && isBinary
	if client.ContentLength < 0 || isConverted || x.Request.bodyRead {
		// API Gateway sends a length whatever it got; or a validator has read the body.
		body, failure := x.body()
		if failure == nil && isConverted {
			body, failure = convertRequest(body, isBinary, p.handling)
		}
		if failure != nil {
			return failure
		}
		client = withBody(client, body)
	}
	request := integration.HTTPRequest{
		Client:    client,
		Forwarded: x.forwarded(x.trace()),
		Header:    x.IntegrationRequest.Header,
		Query:     x.IntegrationRequest.Query,
		Path:      x.IntegrationRequest.Path,
	}
	if p.idle > 0 {
		return p.runStream(x, request)
	}
	response, failed := p.Invoke(client.Context(), request)
	if failed != nil {
		return integrationFailure(failed)
	}
	x.IntegrationResponse = response
	x.Response = Response{Status: response.Status, Header: proxiedHeader(response.Header), Body: response.Body}
	return nil
}

// proxiedHeader returns the headers of a method response that are the backend's.
func proxiedHeader(backend http.Header) http.Header {
	header := make(http.Header, len(backend)+6)
	addResponseHeaders(header, backend, true)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{applicationJSON}
	}
	return header
}

func withBody(r *http.Request, body []byte) *http.Request {
	buffered := r.WithContext(r.Context())
	buffered.ContentLength = int64(len(body))
	buffered.Body = io.NopCloser(bytes.NewReader(body))
	return buffered
}
