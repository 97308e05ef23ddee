package integration

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration/awsservice"
)

// AWSServices is how AWS services are reached.
type AWSServices struct {
	// Endpoint returns the endpoint of the service with an endpoint prefix ("states"),
	// or an error that names the setting which is missing. Nothing is sent anywhere
	// else: AWS itself is reached only when it is the endpoint. nil = no endpoints.
	Endpoint func(service string) (*url.URL, error)
	// Credentials sign the requests; nil = "test" and "test".
	Credentials aws.CredentialsProvider
	// Now is the time of signatures; nil = [time.Now].
	Now func() time.Time
}

// AWSConfig defines an AWS integration with an operation of a service.
type AWSConfig struct {
	// URI names the operation, with {name} placeholders, stage variables replaced.
	URI string
	// Method is the verb for the service; "ANY" is the client's own.
	Method string
	// RoleARN is the role that calls; requests are signed when there is one.
	RoleARN string
	// APIID and SourceARN are told to the service.
	APIID, SourceARN string
	Timeout          time.Duration
	Transport        http.RoundTripper
	Services         AWSServices
}

// AWS is a compiled AWS integration with a service: what is mapped and templated is
// sent to it, signed in the integration's region. The service's errors are responses as
// any other.
type AWS struct {
	config AWSConfig
	uri    *awsservice.URI
	// path and query are those of uri, cut at their placeholders.
	path, query []uriPart
	signer      *v4.Signer
	// http sends the requests.
	http *httpEndpoint
}

const reasonAssumeRole = "Execution failed due to configuration error: API Gateway does not have permission to assume the provided role "

// NewAWS compiles an integration. The failure says that the URI or the role is not
// usable.
func NewAWS(config AWSConfig) (*AWS, *Failure) {
	uri, err := awsservice.ParseURI(config.URI)
	if err != nil {
		return nil, errInvalidEndpoint(err)
	}
	if config.RoleARN != "" && !isRole(config.RoleARN) {
		return nil, &Failure{Kind: Misconfigured, Reason: reasonAssumeRole + config.RoleARN}
	}
	if config.Services.Endpoint == nil {
		config.Services.Endpoint = noEndpoint
	}
	if config.Services.Credentials == nil {
		config.Services.Credentials = testCredentials
	}
	if config.Services.Now == nil {
		config.Services.Now = time.Now
	}
	config.Method = cmp.Or(config.Method, http.MethodGet) // as net/http has it, but the signature has to know
	query := uri.Query
	if uri.Action != "" {
		// As it stands in the URI, whatever the service's protocol; JSON is told by a
		// header as well.
		query = joinQuery("Action="+uri.Action, query)
	}
	return &AWS{
		config: config,
		uri:    uri,
		path:   cutParts(uri.Path),
		query:  cutParts(query),
		signer: v4.NewSigner(func(options *v4.SignerOptions) {
			options.DisableURIPathEscaping = uri.Service.SigningName == s3SigningName
		}),
		http: &httpEndpoint{
			config:           HTTPConfig{Method: config.Method, APIID: config.APIID, Timeout: config.Timeout, Transport: config.Transport},
			apiID:            []string{config.APIID},
			defaultUserAgent: []string{"AmazonAPIGateway_" + config.APIID},
		},
	}, nil
}

// testCredentials are what local stand-ins for AWS take.
var testCredentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
})

func noEndpoint(service string) (*url.URL, error) {
	return nil, fmt.Errorf("no endpoint for service %q: set %s", service, awsservice.Find(service).EndpointVariable())
}

// isRole reports whether arn is that of a role.
func isRole(arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[4] != "" && strings.HasPrefix(parts[5], "role/")
}

// Invoke sends the request and reads the whole response. The caller releases the
// response.
func (a *AWS) Invoke(ctx context.Context, in HTTPCall) (*Response, *Failure) {
	header := a.header(in)
	target, failure := a.target(in, header.Get("X-Amz-Target"))
	if failure != nil {
		return nil, failure
	}
	out := &http.Request{
		Method: in.Method, URL: target, Host: target.Host, Header: header,
		Body: io.NopCloser(bytes.NewReader(in.Body)), ContentLength: int64(len(in.Body)),
	}
	if a.config.Method != "ANY" {
		out.Method = a.config.Method
	}
	if a.config.RoleARN != "" {
		if err := a.sign(ctx, out, in.Body); err != nil {
			return nil, &Failure{Kind: Misconfigured, Reason: reasonAssumeRole + a.config.RoleARN, Cause: err}
		}
	}
	response, failure := a.http.send(ctx, out)
	if failure != nil {
		return nil, failure
	}
	response.Selection = strconv.Itoa(response.Status)
	return response, nil
}

// header returns the headers of a request but those of the signature. Mapped headers
// go before what the protocol of the service asks for.
func (a *AWS) header(in HTTPCall) http.Header {
	header := http.Header{
		"Accept":                   {"application/json"}, // which makes services of the query protocol answer with JSON
		"Content-Type":             {in.ContentType},
		"User-Agent":               a.http.defaultUserAgent,
		"X-Amz-Source-Arn":         {a.config.SourceARN},
		"X-Amzn-Apigateway-Api-Id": a.http.apiID,
		"X-Amzn-Trace-Id":          {in.TraceID},
	}
	if a.uri.Action != "" {
		a.nameAction(header)
	}
	for _, field := range in.Header {
		if name := http.CanonicalHeaderKey(field.Name); name != "Host" && !hopByHop(name) {
			header[name] = trimmed(field.Values)
		}
	}
	return header
}

// nameAction sets the headers by which the protocol of the service is known. Unverified
// for the query protocol: that its type is set too, whatever the body is.
func (a *AWS) nameAction(header http.Header) {
	service := &a.uri.Service
	if contentType := service.ContentType(); contentType != "" {
		header["Content-Type"] = []string{contentType}
	}
	if target := service.Target(a.uri.Action); target != "" {
		header["X-Amz-Target"] = []string{target}
	}
}

// trimmed returns header values as they are sent and signed.
func trimmed(values []string) []string {
	trim := func(value string) string { return strings.Trim(value, " \t") }
	if !slices.ContainsFunc(values, func(value string) bool { return trim(value) != value }) {
		return values
	}
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = trim(value)
	}
	return all
}
