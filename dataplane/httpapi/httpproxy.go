package httpapi

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// httpProxy is a compiled HTTP_PROXY integration.
type httpProxy struct {
	*integration.HTTPProxy

	// wholePath tells that {proxy} in the URI is the whole path of the request, with the
	// stage for private integrations.
	wholePath, isPrivate bool
	// host is the Host of private integrations, empty for that of the request.
	host string
	// usesPath tells whether the URI has variables of the route's path.
	usesPath bool
}

// wholePath is the variable that stands for the path where the route has none.
const wholePath = "proxy"

// httpProxy compiles an integration with an HTTP endpoint.
func (c *compiler) httpProxy(r *route, i *types.Integration) (step, *Failure) {
	uri, failure := c.uri(i)
	if failure != nil {
		return step{}, failure
	}
	proxy := &httpProxy{}
	config := integration.HTTPConfig{
		URI: uri, Method: aws.ToString(i.IntegrationMethod), APIID: c.snapshot.ApiID,
		Timeout: timeout(i), Transport: c.stage.env.Transports.Verifying,
	}
	if i.TlsConfig != nil && aws.ToString(i.TlsConfig.ServerNameToVerify) != "" {
		proxy.host = *i.TlsConfig.ServerNameToVerify
		config.Transport = c.stage.env.Transports.Named(proxy.host)
	}
	switch {
	case i.ConnectionType == types.ConnectionTypeVpcLink:
		link := integration.VPCLink{Account: c.snapshot.Account, Region: c.snapshot.Region, ID: c.substitute(i.ConnectionId), Target: config.URI}
		config.Transport = integration.NewLinkTransport(link, c.stage.env.VPCLinks, config.Transport)
		// The link says where to connect.
		config.URI = "http://vpclink/{" + wholePath + "}"
		proxy.wholePath, proxy.isPrivate = true, true
	case !strings.Contains(config.URI, "://"):
		config.URI = "http://" + config.URI // Unverified: that a host without scheme is one of HTTP.
		fallthrough
	default:
		proxy.wholePath = r.key.isDefault
		if r.key.isDefault && !strings.Contains(config.URI, "{") {
			config.URI = withPath(config.URI)
		}
	}
	proxy.usesPath = strings.Contains(config.URI, "{")
	compiled, failed := integration.NewHTTPProxy(config)
	if failed != nil {
		return step{}, integrationFailure(failed)
	}
	proxy.HTTPProxy = compiled
	return step{name: "HTTP proxy integration", run: proxy.run}, nil
}

// withPath appends the path of the request to that of a URI.
func withPath(uri string) string {
	base, query, ok := strings.Cut(uri, "?")
	base = strings.TrimSuffix(base, "/") + "/{" + wholePath + "}"
	if ok {
		return base + "?" + query
	}
	return base
}

func (p *httpProxy) run(x *Exchange) *Failure {
	client := x.Request.HTTP
	if client.ContentLength < 0 || x.Request.bodyRead {
		// API Gateway sends a length whatever it got; or a mapping has read the body.
		body, failure := x.body()
		if failure != nil {
			return failure
		}
		client = client.WithContext(client.Context())
		client.ContentLength, client.Body = int64(len(body)), io.NopCloser(bytes.NewReader(body))
	}
	request := integration.HTTPRequest{Forwarded: x.forwarded(), Header: p.added(x)}
	if x.Mapped != nil {
		client, request.NewPath = x.mappedRequest(client)
	}
	request.Client = client
	if p.usesPath {
		request.Path = p.path(x)
	}
	began := x.began()
	response, failed := p.Invoke(client.Context(), request)
	if failed != nil {
		return x.answered(began, 0, failed)
	}
	x.responded(began, response)
	x.Response = Response{Status: response.Status, Header: responseHeader(response.Header), Body: response.Body}
	return nil
}

// mappedRequest returns a request with the mapped headers and query, and the mapped path,
// encoded; empty when it is not overwritten.
func (x *Exchange) mappedRequest(client *http.Request) (mapped *http.Request, path string) {
	mapped = client.WithContext(client.Context())
	mapped.Header = x.Mapped.Header
	target := *client.URL
	target.RawQuery = x.Mapped.RawQuery
	mapped.URL = &target
	if x.Mapped.Path != "" {
		path = (&url.URL{Path: x.Mapped.Path}).EscapedPath()
	}
	return mapped, path
}

// path returns the values of the variables in the URI, encoded.
func (p *httpProxy) path(x *Exchange) []integration.Pair {
	if p.wholePath {
		path := x.Request.Path
		if p.isPrivate && x.stage.name != defaultRoute {
			path = "/" + x.stage.name + path
		}
		return []integration.Pair{{Name: wholePath, Value: path[1:]}}
	}
	values := make([]integration.Pair, len(x.Match.values))
	for i, value := range x.Match.values {
		if len(x.Request.DecodedPath) != len(x.Request.Path) {
			value = escapePath(value)
		}
		values[i] = integration.Pair{Name: x.Match.route.parameters[i], Value: value}
	}
	return values
}

// escapePath encodes a decoded value for a path, slashes excepted.
func escapePath(value string) string { return strings.ReplaceAll(url.PathEscape(value), "%2F", "/") }

// added returns the headers that tell of the gateway and of the client.
func (p *httpProxy) added(x *Exchange) []integration.Field {
	values := [...]string{x.forwardedHeader(), "HTTP/1.1 AmazonAPIGateway", p.host}
	fields := append(make([]integration.Field, 0, 3),
		integration.Field{Name: "Forwarded", Values: values[0:1:1]},
		integration.Field{Name: "Via", Values: values[1:2:2]})
	mapped := x.header()["Host"]
	switch {
	case len(mapped) > 0:
		fields = append(fields, integration.Field{Name: "Host", Values: mapped})
	case p.isPrivate && p.host == "":
		values[2] = x.Request.HTTP.Host // Unverified.
		fallthrough
	case p.isPrivate:
		fields = append(fields, integration.Field{Name: "Host", Values: values[2:3:3]})
	}
	return fields
}

// forwardedHeader is the header Forwarded (RFC 7239); what the client sent is continued.
func (x *Exchange) forwardedHeader() string {
	r := x.Request.HTTP
	var b strings.Builder
	for _, sent := range r.Header["Forwarded"] {
		b.WriteString(sent)
		b.WriteByte(',')
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		b.WriteString("by=")
		b.WriteString(forwardedNode(local.IP.String()))
		b.WriteByte(';')
	}
	b.WriteString("for=")
	b.WriteString(forwardedNode(x.sourceIP()))
	b.WriteString(";host=")
	b.WriteString(r.Host)
	b.WriteString(";proto=")
	if r.TLS != nil {
		b.WriteString("https")
	} else {
		b.WriteString("http")
	}
	return b.String()
}

func forwardedNode(address string) string {
	if strings.Contains(address, ":") {
		return `"[` + address + `]"`
	}
	return address
}
