package emulator

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/customdomain"
	"github.com/stagedoor-dev/stagedoor/dataplane/functionurl"
)

// targetKind is who answers a request.
type targetKind uint8

const (
	_ targetKind = iota // nobody: the zero target
	// invokeTarget is a deployed API.
	invokeTarget
	// functionURLTarget is a function URL.
	functionURLTarget
	// healthTarget is the health report.
	healthTarget
	// metricsTarget are the counters of HTTP APIs.
	metricsTarget
	// codeTarget is a function's code package.
	codeTarget
	// requestsTarget is the traces of the latest requests.
	requestsTarget
	// stsTarget is the Security Token Service.
	stsTarget
	// logsTarget is CloudWatch Logs.
	logsTarget
	// serviceTarget is a service of the control plane.
	serviceTarget
	// foreignTarget is an AWS service that is not part of the emulator.
	foreignTarget
)

// target is where dispatch sends a request.
type target struct {
	kind targetKind
	// address is set for invokeTarget.
	address dataplane.Address
	// refusal says why a custom domain name serves nothing for the request; then the
	// address has no API.
	refusal string
	// functionURL is set for functionURLTarget.
	functionURL functionurl.Address
	// service is the signing name of the service; empty when the request names none.
	service string
	// handler is set for serviceTarget.
	handler http.Handler
}

// matcher is a service of the control plane; [*wire.Handler] is one.
type matcher interface {
	http.Handler
	// Matches reports whether method and path belong to one of its operations.
	Matches(r *http.Request) bool
}

// services are the control-plane services.
type services struct {
	apiGateway, apiGatewayV2, management, lambda matcher
}

// Signing names, as in the credential scope of a signature.
const (
	apiGatewayService = "apigateway"
	executeAPIService = "execute-api"
	lambdaService     = "lambda"
	stsService        = "sts"
	logsService       = "logs"
)

const (
	pathForm   = "/_aws/execute-api/"
	urlForm    = "/_aws/lambda-url/"
	ownPaths   = "/_stagedoor/"
	healthPath = ownPaths + "health"
	// metricsPath has the counters of HTTP APIs.
	metricsPath = ownPaths + "metrics"
	codePath    = ownPaths + "code/"
	// requestsPath lists the latest requests; their ids are below it.
	requestsPath = ownPaths + "requests"
)

// localDomain returns the dispatch.domain of an emulator on port.
func localDomain(port int) string { return executeAPILabel + "localhost:" + strconv.Itoa(port) }

// localURLDomain is what follows the id in the host of a function URL.
func localURLDomain(region string, port int) string {
	return functionURLLabel + region + ".localhost:" + strconv.Itoa(port)
}

// dispatch decides who answers requests.
type dispatch struct {
	services services
	// domain is what follows the API id in the domain name that path forms of the
	// invoke address stand for, with the port.
	domain string
	// urlDomain is the same for function URLs.
	urlDomain string
	// domains are the custom domain names.
	domains *customdomain.Index
	// fallback tells whether there is an upstream for requests that name no service.
	fallback bool
}

// of returns the target of r: an invoke address by host or path, else the service
// that the signature names, else the one that the host names, else the one whose
// operations match the path.
func (d *dispatch) of(r *http.Request, host hostName) target {
	path := rawPath(r)
	if host.customDomain {
		return d.byCustomDomain(r, host, path)
	}
	if host.apiID != "" {
		return target{kind: invokeTarget, address: dataplane.Address{
			ApiID: host.apiID, Path: path, DomainName: r.Host, DomainPrefix: host.apiID, LocalName: d.localName(host),
		}}
	}
	if rest, ok := strings.CutPrefix(path, pathForm); ok {
		apiID, stagePath, _ := strings.Cut(rest, "/")
		return d.byPath(apiID, "/"+stagePath)
	}
	if host.functionURL != "" {
		return target{kind: functionURLTarget, functionURL: functionurl.Address{ID: host.functionURL, Path: path, DomainName: r.Host}}
	}
	if rest, ok := strings.CutPrefix(path, urlForm); ok {
		id, urlPath, _ := strings.Cut(rest, "/")
		return target{kind: functionURLTarget, functionURL: functionurl.Address{ID: id, Path: "/" + urlPath, DomainName: id + d.urlDomain}}
	}
	credential, signed := wire.ParseCredential(r)
	if apiID, stagePath, ok := cutUserRequest(path); ok && credential.Service != apiGatewayService {
		return d.byPath(apiID, stagePath)
	}
	if strings.HasPrefix(path, ownPaths) {
		return ownTarget(path)
	}
	if signed {
		return d.byService(r, credential.Service)
	}
	if host.service != "" {
		return d.byService(r, host.service)
	}
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), logs.TargetPrefix) {
		return d.byService(r, logsService)
	}
	return d.byOperation(r)
}

func ownTarget(path string) target {
	switch {
	case path == healthPath:
		return target{kind: healthTarget}
	case path == metricsPath:
		return target{kind: metricsTarget}
	case strings.HasPrefix(path, codePath):
		return target{kind: codeTarget}
	case path == requestsPath || strings.HasPrefix(path, requestsPath+"/"):
		return target{kind: requestsTarget}
	default:
		return target{}
	}
}

// localName is the local name of an API that was called by a name of AWS's own; empty for
// other names.
func (d *dispatch) localName(host hostName) string {
	if _, isAWS := cutAWSDomain(host.name); !isAWS {
		return ""
	}
	return host.apiID + d.domain
}

// byCustomDomain returns the target of a custom domain name: the API and stage that it
// maps the path to.
func (d *dispatch) byCustomDomain(r *http.Request, host hostName, path string) target {
	match := d.domains.Match(host.name, path, r.Header)
	prefix, _, _ := strings.Cut(r.Host, ".")
	return target{kind: invokeTarget, refusal: match.Refusal, address: dataplane.Address{
		ApiID: match.ApiID, Stage: match.Stage, Path: match.Path, CustomPath: path, BasePath: match.BasePath, DomainName: r.Host, DomainPrefix: prefix,
	}}
}

// defaultStage is the stage of HTTP APIs that has no segment in the path.
const defaultStage = "$default"

// byPath returns the target of an invoke address whose API is in the path. All stages can
// be named there, also the default one of HTTP APIs.
func (d *dispatch) byPath(apiID, stagePath string) target {
	address := dataplane.Address{ApiID: apiID, Path: stagePath, DomainName: apiID + d.domain, DomainPrefix: apiID}
	name, rest, more := strings.Cut(strings.TrimPrefix(stagePath, "/"), "/")
	if name == defaultStage || name == "%24default" {
		address.Stage, address.Path = defaultStage, "/"+defaultStage
		if more {
			address.Path += "/" + rest
		}
	}
	return target{kind: invokeTarget, address: address}
}

func (d *dispatch) byService(r *http.Request, service string) target {
	t := target{kind: serviceTarget, service: service}
	switch service {
	case apiGatewayService:
		// Both versions sign as "apigateway"; all paths of the second are below /v2/.
		t.handler = d.services.apiGateway
		if strings.HasPrefix(r.URL.Path, "/v2/") {
			t.handler = d.services.apiGatewayV2
		}
	case lambdaService:
		t.handler = d.services.lambda
	case executeAPIService:
		t.handler = d.services.management
	case stsService:
		t.kind = stsTarget
	case logsService:
		t.kind = logsTarget
	default:
		t.kind = foreignTarget
	}
	return t
}

// byOperation finds the service of a request that names none.
func (d *dispatch) byOperation(r *http.Request) target {
	for _, candidate := range []struct {
		service string
		handler matcher
	}{
		{apiGatewayService, d.services.apiGatewayV2},
		{apiGatewayService, d.services.apiGateway},
		{lambdaService, d.services.lambda},
	} {
		if candidate.handler.Matches(r) {
			return target{kind: serviceTarget, service: candidate.service, handler: candidate.handler}
		}
	}
	if d.fallback {
		return target{kind: foreignTarget}
	}
	return target{}
}

// cutUserRequest takes /restapis/{apiId}/{stage}/_user_request_/path apart; the
// rest begins with the stage, as in the other forms.
func cutUserRequest(path string) (apiID, stagePath string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/restapis/")
	if !ok {
		return "", "", false
	}
	apiID, rest, _ = strings.Cut(rest, "/")
	stage, rest, _ := strings.Cut(rest, "/")
	marker, rest, more := strings.Cut(rest, "/")
	if marker != "_user_request_" || apiID == "" || stage == "" {
		return "", "", false
	}
	if more {
		rest = "/" + rest
	}
	return apiID, "/" + stage + rest, true
}

// rawPath returns the path of r as the client sent it: nothing decoded, cleaned or
// encoded (LP-07 to LP-13).
func rawPath(r *http.Request) string {
	if !strings.HasPrefix(r.RequestURI, "/") {
		// The absolute form, as sent to a proxy, or a request made in a test.
		return r.URL.EscapedPath()
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	return path
}
