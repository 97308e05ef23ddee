package emulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// endpointNames are the services whose AWS_ENDPOINT_URL_<SERVICE> variable is not
// spelled like their signing name.
var endpointNames = map[string]string{
	"access-analyzer": "ACCESSANALYZER", "acm-pca": "ACM_PCA", "cognito-identity": "COGNITO_IDENTITY", "cognito-idp": "COGNITO_IDENTITY_PROVIDER",
	"elasticloadbalancing": "ELASTIC_LOAD_BALANCING_V2", "email": "SES", "es": "ELASTICSEARCH_SERVICE", "events": "EVENTBRIDGE", "logs": "CLOUDWATCH_LOGS",
	"monitoring": "CLOUDWATCH", "route53": "ROUTE_53", "secretsmanager": "SECRETS_MANAGER", "servicediscovery": "SERVICEDISCOVERY",
	"states": "SFN", "streams.dynamodb": "DYNAMODB_STREAMS", "application-autoscaling": "APPLICATION_AUTO_SCALING", "autoscaling": "AUTO_SCALING",
}

// endpointVariable returns the environment variable that names the endpoint of a
// service, as the AWS SDKs and CLI know it.
func endpointVariable(service string) string {
	name, ok := endpointNames[service]
	if !ok {
		name = strings.ToUpper(strings.Map(func(c rune) rune {
			if c == '-' || c == '.' || c == ' ' {
				return '_'
			}
			return c
		}, service))
	}
	return "AWS_ENDPOINT_URL_" + name
}

// upstream passes requests for services that are not part of the emulator on.
// Nothing is ever sent to AWS unless a setting names it.
type upstream struct {
	// fallback is the endpoint of services without one of their own; nil = none.
	fallback  *url.URL
	getenv    func(string) string
	transport http.RoundTripper
	logger    *slog.Logger
}

// loopMark is what the Via header of a request that was passed on contains.
const loopMark = "stagedoor"

// find returns the endpoint of a service ("" = unknown service).
func (u *upstream) find(service string) (*url.URL, *wire.Error) {
	variable := endpointVariable(service)
	if service == "" {
		variable = ""
	} else if value := u.getenv(variable); value != "" {
		endpoint, err := parseEndpoint(value)
		if err != nil {
			return nil, wire.NewError(http.StatusNotImplemented, "NotImplementedException", fmt.Sprintf("%s is not usable: %v", variable, err))
		}
		return endpoint, nil
	}
	if u.fallback != nil {
		return u.fallback, nil
	}
	return nil, wire.NewError(http.StatusNotImplemented, "NotImplementedException", fmt.Sprintf(
		"Service %q is not part of Stagedoor. To use it, set %s, or --upstream (STAGEDOOR_UPSTREAM) for all such services, to an endpoint that provides it.",
		service, variable))
}

// serve passes r on to the endpoint of service.
func (u *upstream) serve(w http.ResponseWriter, r *http.Request, service string) {
	if slices.ContainsFunc(r.Header.Values("Via"), func(via string) bool { return strings.Contains(via, loopMark) }) {
		writeFailure(w, r, service, wire.NewError(http.StatusLoopDetected, "LoopDetectedException",
			"The upstream leads back to this emulator: see --upstream (STAGEDOOR_UPSTREAM) and "+endpointVariable(service)+"."))
		return
	}
	endpoint, failure := u.find(service)
	if failure != nil {
		writeFailure(w, r, service, failure)
		return
	}
	proxy := httputil.ReverseProxy{
		Transport: u.transport,
		ErrorLog:  slog.NewLogLogger(u.logger.Handler(), slog.LevelDebug),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(endpoint)
			// The signature covers the host.
			p.Out.Host = p.In.Host
			p.Out.Header.Add("Via", "1.1 "+loopMark)
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return // the client is gone
			}
			u.logger.Warn("upstream does not answer", "endpoint", endpoint.Redacted(), "service", service, "error", err)
			writeFailure(w, r, service, wire.NewError(http.StatusBadGateway, "ServiceUnavailable", fmt.Sprintf("The upstream for service %q does not answer: %v", service, err)))
		},
	}
	proxy.ServeHTTP(w, r)
}

// parseEndpoint reads an absolute http or https URL.
func parseEndpoint(value string) (*url.URL, error) {
	endpoint, err := url.Parse(value)
	if err != nil {
		return nil, err
	}
	if endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Host == "" {
		return nil, fmt.Errorf("%q is no http or https URL", value)
	}
	return endpoint, nil
}
