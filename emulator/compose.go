package emulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/function"
	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/logs"
	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/bolt"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/customdomain"
	"github.com/stagedoor-dev/stagedoor/dataplane/functionurl"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
	"github.com/stagedoor-dev/stagedoor/emulator/internal/localca"
	"github.com/stagedoor-dev/stagedoor/lambdarunner"
)

// What the boxes need of each other; they do not import one another.
var (
	_ apis                      = (*dataplane.DataPlane)(nil)
	_ function.Packages         = (*lambdarunner.Packages)(nil)
	_ function.Runner           = (*lambdarunner.Runner)(nil)
	_ function.Objects          = (*objects)(nil)
	_ functionurl.Functions     = (*function.Service)(nil)
	_ integration.StreamInvoker = (*function.Service)(nil)
	_ matcher                   = (*wire.Handler)(nil)
	_ restapi.Publisher         = (*dataplane.DataPlane)(nil)
	_ restapi.Tester            = (*dataplane.DataPlane)(nil)

	_ restapi.DomainPublisher = (*customdomain.Index)(nil)
	_ restapi.UsagePublisher  = (*usageplan.Index)(nil)
	_ restapi.UsageCounter    = (*usageplan.Index)(nil)
)

// Names within the data directory.
const (
	databaseFile      = "stagedoor.db"
	packagesDirectory = "functions"
	logsDirectory     = "logs"
)

// composed is everything behind the listener.
type composed struct {
	edge      *edge
	tls       *tls.Config
	serverLog *log.Logger
	caPath    string
	// requests is nil when there is no tracing.
	requests *requests
}

// compose builds the emulator from its parts, the lowest first, and puts on stack
// what has to be closed, also when it fails. url is the base of the endpoint.
func compose(s *settings, url string, port int, stack *closers) (*composed, error) {
	dir, err := directory(s, stack)
	if err != nil {
		return nil, err
	}
	records, err := openStore(s, dir)
	if err != nil {
		return nil, err
	}
	stack.add("store", records.Close)

	names := newHosts(s.listenHost, s.AllowedHosts)
	domains := &customdomain.Index{}
	names.custom = domains.Has
	ca, err := localca.Load(dir, s.Now)
	if err != nil {
		return nil, fmt.Errorf("local certificate authority: %w", err)
	}
	ca.Allowed = names.allowed

	services := composeUpstream(s, stack)
	groups, err := logs.New(logs.Config{
		Store: records, Dir: filepath.Join(dir, logsDirectory), DefaultAccount: s.Account, DefaultRegion: s.Region, Logger: s.Logger, Now: s.Now,
	})
	if err != nil {
		return nil, err
	}
	stack.add("logs", groups.Close)
	addresses := newLocalNames(url, port, net.DefaultResolver.LookupHost)
	stack.add("local names", addresses.close)
	packages, functions, err := composeFunctions(s, dir, url, addresses, records, services, groups, ca, stack)
	if err != nil {
		return nil, err
	}
	traces, observe := composeRequests(s)
	endpoints, err := services.endpoints(url)
	if err != nil {
		return nil, err
	}
	links := &vpcLinks{configured: s.vpcLinks}
	logFile, err := openAccessLogFile(s.AccessLog, s.Logger)
	if err != nil {
		return nil, err
	}
	stack.add("access log", logFile.Close)
	accessLogs := &accessLog{groups: groups, file: logFile, logger: s.Logger}
	plane := dataplane.New(dataplane.Config{
		WebSockets: s.webSocketLimits(), AccessLog: accessLogs.write, ExecutionLog: executionLog(groups, restLogs), WebSocketLog: executionLog(groups, webSocketLogs), Credentials: s.credentials, CognitoIssuer: s.CognitoIssuer,
		Observe: observe, Invoker: functions, Logger: s.Logger, Now: s.Now,
		Services: integration.AWSServices{Endpoint: endpoints}, VPCLinks: links.find,
	})
	stack.add("data plane", plane.Close)

	usage, err := keepUsage(plane.Usage(), dir, s.Logger)
	if err != nil {
		return nil, err
	}
	stack.add("usage of API keys", usage.Close)

	restAPIs, err := restapi.New(restapi.Config{
		Limits: s.quotas.rest,
		Store:  records, Publisher: plane, UsagePublisher: plane.Usage(), UsageCounter: plane.Usage(), DomainPublisher: domains,
		Tester: plane, Flusher: plane, Logger: s.Logger, Now: s.Now,
		StageURL: func(apiID, stage string) string { return url + pathForm + apiID + "/" + stage },
	})
	if err != nil {
		return nil, err
	}
	stack.add("apigateway", func() error { restAPIs.Close(); return nil })
	links.links = restAPIs

	httpAPIs, err := composeHTTPAPIs(s, records, plane, addresses, stack)
	if err != nil {
		return nil, err
	}
	links.second = httpAPIs
	handlers, err := composeServices(s, records, restAPIs, httpAPIs, functions, plane)
	if err != nil {
		return nil, err
	}
	return &composed{
		edge: &edge{
			hosts: names,
			dispatch: &dispatch{
				services: *handlers, domain: localDomain(port), urlDomain: localURLDomain(s.Region, port), domains: domains,
				fallback: s.upstream != nil,
			},
			apis:     plane,
			urls:     functionurl.New(functions, s.credentials, s.Logger, s.Now),
			upstream: services,
			health:   &health{store: records, version: s.Version, started: s.Now(), now: s.Now, logger: s.Logger},
			metrics:  &metrics{stages: plane, logger: s.Logger},
			code:     &code{packages: packages, logger: s.Logger},
			requests: traces,
			logs:     groups,
			account:  s.Account,
			logger:   s.Logger,
		},
		tls:       &tls.Config{GetCertificate: ca.Certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
		serverLog: slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
		caPath:    ca.Path(),
		requests:  traces,
	}, nil
}

// composeRequests returns what keeps the latest requests, and what it observes them
// with; nothing when they are not kept.
func composeRequests(s *settings) (*requests, trace.Observer) {
	if s.Trace == TraceOff {
		return nil, nil
	}
	traces := newRequests(maxRequests, maxRequestBytes)
	return traces, traces.observe
}

// directory returns the data directory, or a temporary one for ephemeral state.
func directory(s *settings, stack *closers) (string, error) {
	if s.Ephemeral {
		dir, err := os.MkdirTemp("", "stagedoor-")
		if err != nil {
			return "", fmt.Errorf("temporary directory: %w", err)
		}
		stack.add("temporary directory", func() error { return os.RemoveAll(dir) })
		return dir, nil
	}
	dir, err := filepath.Abs(s.DataDir)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	// Code packages and the key of the certificate authority are nobody else's business.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	return dir, nil
}

func openStore(s *settings, dir string) (store.Store, error) {
	if s.Ephemeral {
		return memory.New(), nil
	}
	records, err := bolt.Open(filepath.Join(dir, databaseFile), bolt.Options{})
	switch {
	case err == nil:
		return records, nil
	case errors.Is(err, bolt.ErrLocked):
		return nil, fmt.Errorf("%w: another Stagedoor uses %s", ErrDataDirLocked, dir)
	default:
		return nil, fmt.Errorf("%w: %w", ErrUnreadableData, err)
	}
}

func composeFunctions(
	s *settings, dir, url string, addresses *localNames, records store.Store, services *upstream, groups *logs.Service, ca *localca.CA, stack *closers,
) (*lambdarunner.Packages, *function.Service, error) {
	packages, err := lambdarunner.OpenPackages(filepath.Join(dir, packagesDirectory))
	if err != nil {
		return nil, nil, fmt.Errorf("function packages: %w", err)
	}
	bundle, err := writeBundle(dir, ca.PEM())
	if err != nil {
		return nil, nil, err
	}
	runner, err := lambdarunner.New(lambdarunner.Config{
		CAFile: ca.Path(), CABundle: bundle, NodeModules: nodeModules(), Files: s.LambdaFiles, Packages: packages, Endpoint: func() string { return url }, Logger: s.Logger, Logs: functionLog(groups, s.Logger), Now: s.Now, Debug: s.LambdaDebug,
		// The limit of an account and region is the control plane's; all together have no less.
		MaxConcurrency: max(s.quotas.lambdaConcurrency, lambdarunner.DefaultMaxConcurrency),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("function runner: %w", err)
	}
	stack.add("function runner", runner.Close)

	functions, err := function.New(function.Config{
		Store: records, Runner: runner, Packages: packages, Permissions: s.LambdaPermissions == PermissionsOn,
		CodeURL:              func(sha256 string) string { return codeURL(url, sha256) },
		FunctionURLs:         addresses.function,
		Objects:              composeObjects(s, services),
		Messages:             &messages{upstream: services, now: s.Now},
		ConcurrentExecutions: s.quotas.lambdaConcurrency,
		CodeStorageBytes:     s.quotas.lambdaCodeStorage,
		Logger:               s.Logger, Now: s.Now,
	})
	if err != nil {
		return nil, nil, err
	}
	stack.add("lambda", functions.Close)
	return packages, functions, nil
}

func composeHTTPAPIs(s *settings, records store.Store, plane any, addresses *localNames, stack *closers) (*httpapi.Service, error) {
	config := httpapi.Config{Limits: s.quotas.http, Store: records, Logger: s.Logger, Now: s.Now, Endpoint: func(apiID string, protocol types.ProtocolType) string {
		scheme := "http"
		if protocol == types.ProtocolTypeWebsocket {
			scheme = "ws"
		}
		return addresses.api(scheme, apiID)
	}}
	// The data plane serves these APIs as far as it has the methods.
	config.Publisher, _ = plane.(httpapi.Publisher)
	config.Flusher, _ = plane.(httpapi.Flusher)
	httpAPIs, err := httpapi.New(config)
	if err != nil {
		return nil, err
	}
	stack.add("apigatewayv2", func() error { httpAPIs.Close(); return nil })
	return httpAPIs, nil
}

// secondVersion has all operations of apigatewayv2.
type secondVersion struct {
	*httpapi.Service
	*names
}

// names has another name than Service, which two embedded types cannot share.
type names = domainname.Service

func composeServices(
	s *settings, records store.Store, restAPIs *restapi.Service, httpAPIs *httpapi.Service, functions *function.Service, plane *dataplane.DataPlane,
) (*services, error) {
	options := wire.Options{DefaultAccount: s.Account, DefaultRegion: s.Region, Logger: s.Logger}
	apiGateway, errV1 := wire.NewHandler(wire.APIGateway, restAPIs, options)
	lambda, errLambda := wire.NewHandler(wire.Lambda, functions, options)
	names, err := domainname.New(domainname.Config{Store: records, Names: restAPIs, Stages: []domainname.StageFinder{restapi.FindStage, httpapi.FindStage}})
	if err != nil {
		return nil, err
	}
	apiGatewayV2, errV2 := wire.NewHandler(wire.APIGatewayV2, &secondVersion{httpAPIs, names}, options)
	if err := errors.Join(errV1, errLambda, errV2); err != nil {
		return nil, err
	}
	return &services{apiGateway: apiGateway, apiGatewayV2: apiGatewayV2, management: connections{plane}, lambda: lambdaAPI{lambda, s.Now}}, nil
}

// composeObjects returns what reads code from S3, nil without an endpoint for it.
func composeObjects(s *settings, services *upstream) function.Objects {
	if _, failure := services.find("s3"); failure != nil {
		return nil
	}
	return &objects{upstream: services, now: s.Now}
}

func composeUpstream(s *settings, stack *closers) *upstream {
	transport := &http.Transport{
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
	}
	stack.add("upstream connections", func() error { transport.CloseIdleConnections(); return nil })
	return &upstream{fallback: s.upstream, getenv: s.Getenv, transport: transport, logger: s.Logger}
}
