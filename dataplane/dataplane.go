package dataplane

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
	"github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// Config is what a [DataPlane] is made of.
type Config struct {
	// Invoker runs Lambda functions.
	Invoker integration.Invoker
	// Logger gets a line for each request that fails; nil = [slog.Default].
	Logger *slog.Logger
	// Now is the clock; nil = [time.Now].
	Now func() time.Time
	// Transport sends the requests of HTTP integrations and those for AWS services; nil =
	// transports of the data plane's own, closed with it.
	Transport http.RoundTripper
	// Services is how AWS integrations reach services; the zero value reaches none. Its
	// clock is Now unless it has one.
	Services integration.AWSServices
	// VPCLinks is how private integrations reach their targets; nil reaches none.
	VPCLinks integration.VPCLinks
	// Observe, when set, gets the trace at the end of each exchange with an API: it turns
	// tracing on.
	Observe trace.Observer
	// Credentials finds who signed a request to a method or a route with AWS_IAM; nil
	// closes those.
	Credentials sigv4.Credentials
	// CognitoIssuer is what stands before the id of a user pool in the name of its issuer,
	// for instance "http://127.0.0.1:9229"; empty = AWS's own.
	CognitoIssuer string
	// ExecutionLog gets the execution logs that stages of REST APIs ask for; nil = they go
	// nowhere.
	ExecutionLog rest.ExecutionLog
	// WebSocketLog is the same for stages of WebSocket APIs.
	WebSocketLog executionlog.Sink
	// WebSockets bound the connections of WebSocket APIs; zero fields are AWS's quotas.
	WebSockets websocket.Limits
	// AccessLog gets the lines of access logs, with the owner of the API and the
	// destination that its stage names; nil = they go nowhere.
	AccessLog httpapi.AccessLog
}

// DataPlane serves the stages that are published to it. It is safe for concurrent
// use.
type DataPlane struct {
	env    *rest.Environment
	cancel context.CancelFunc
	// closeIdle closes the idle connections of the data plane's own transports.
	closeIdle func()
	// background compiles stages before their first request.
	background sync.WaitGroup

	restAPIs table[rest.Stage]
	httpAPIs table[httpapi.Stage]
	httpEnv  *httpapi.Environment

	webSockets   table[websocket.Stage]
	webSocketEnv *websocket.Environment

	// mu guards cold, warming and closed, and is held for changes of the tables.
	mu sync.Mutex
	// cold are published stages that may not be compiled yet.
	cold    []interface{ Compile() }
	warming bool
	closed  bool
}

// New returns a data plane without stages. The caller closes it.
func New(config Config) *DataPlane {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Services.Now == nil {
		config.Services.Now = config.Now
	}
	transports := integration.Transports{Verifying: config.Transport, Lenient: config.Transport}
	closeIdle := func() {} // a transport that was given is its giver's to close
	if config.Transport == nil {
		transports = integration.NewTransports()
		closeIdle = transports.CloseIdleConnections
	}
	lifetime, cancel := context.WithCancel(context.Background())
	env := rest.Environment{
		Invoker:       config.Invoker,
		Transports:    transports,
		Services:      config.Services,
		VPCLinks:      config.VPCLinks,
		Credentials:   config.Credentials,
		Keys:          jwt.NewKeys(nil, config.Now),
		CognitoIssuer: config.CognitoIssuer,
		Usage:         &usageplan.Index{},
		Logger:        config.Logger,
		Now:           config.Now,
		Lifetime:      lifetime,
		Observe:       config.Observe,
		ExecutionLog:  config.ExecutionLog,
		AccessLog:     rest.AccessLog(config.AccessLog),
	}.Traced()
	return &DataPlane{
		env: env,
		httpEnv: &httpapi.Environment{
			Invoker: env.Invoker, Transports: env.Transports, Services: env.Services, VPCLinks: env.VPCLinks,
			Keys: env.Keys, Credentials: env.Credentials,
			Logger: env.Logger, Now: env.Now, Lifetime: lifetime, AccessLog: config.AccessLog, Observe: config.Observe,
		},
		webSocketEnv: &websocket.Environment{
			Invoker: env.Invoker, Transports: env.Transports, Services: env.Services, VPCLinks: env.VPCLinks, Usage: env.Usage,
			Credentials: env.Credentials, Logger: env.Logger, Now: env.Now, Lifetime: lifetime,
			AccessLog: websocket.AccessLog(config.AccessLog), ExecutionLog: config.WebSocketLog, Observe: config.Observe,
			Hub: websocket.NewHub(), Limits: config.WebSockets.WithDefaults(),
		},
		cancel:    cancel,
		closeIdle: closeIdle,
	}
}

// Usage returns the API keys and usage plans that calls are checked against. They are
// published to it.
func (d *DataPlane) Usage() *usageplan.Index { return d.env.Usage }

// FlushStageAuthorizersCache forgets the results of a stage's authorizers.
func (d *DataPlane) FlushStageAuthorizersCache(apiID, stageName string) {
	if stage := d.restAPIs.stages(apiID).find(stageName); stage != nil {
		stage.FlushAuthorizers()
	}
}

// FlushStageCache forgets the cached responses of a stage.
func (d *DataPlane) FlushStageCache(apiID, stageName string) {
	if stage := d.restAPIs.stages(apiID).find(stageName); stage != nil {
		stage.FlushResponses()
	}
}

// PublishRestStage serves a stage, in place of the one with its API and name if there
// is one. Requests that began with the former are finished with it. When it returns,
// new requests see the change; the stage is compiled in the background, or by its
// first request when that is faster.
func (d *DataPlane) PublishRestStage(snapshot *deployed.RestStage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := aws.ToString(snapshot.Stage.StageName)
	stage := rest.NewStage(d.env, snapshot, d.restAPIs.stages(snapshot.ApiID).find(name))
	d.restAPIs.set(snapshot.ApiID, name, stage)
	d.warmLocked(stage)
}

// warmLocked has a stage compiled in the background; the caller holds mu.
func (d *DataPlane) warmLocked(stage interface{ Compile() }) {
	if d.closed {
		return
	}
	d.cold = append(d.cold, stage)
	if !d.warming {
		d.warming = true
		d.background.Go(d.warm)
	}
}

// WithdrawRestStage ends serving a stage; one that is not served is no error.
func (d *DataPlane) WithdrawRestStage(apiID, stageName string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restAPIs.remove(apiID, stageName)
}

// warm compiles cold stages, one after another: requests come first.
func (d *DataPlane) warm() {
	for {
		d.mu.Lock()
		if len(d.cold) == 0 || d.closed {
			d.cold, d.warming = nil, false
			d.mu.Unlock()
			return
		}
		stage := d.cold[0]
		d.cold = d.cold[1:]
		d.mu.Unlock()
		stage.Compile()
	}
}

// Serve answers a request to an API. One that is not published is answered with 403
// Forbidden, as a REST API without such a stage.
func (d *DataPlane) Serve(w http.ResponseWriter, r *http.Request, a Address) {
	// Ids of APIs differ across their kinds, so the order does not matter.
	if found := d.webSockets.stages(a.ApiID); found != nil {
		d.serveWebSocket(w, r, a, found)
		return
	}
	if found := d.httpAPIs.stages(a.ApiID); found != nil {
		d.serveHTTPAPI(w, r, a, found)
		return
	}
	d.serveRestAPI(w, r, a)
}

func (d *DataPlane) serveRestAPI(w http.ResponseWriter, r *http.Request, a Address) {
	call := rest.Call{Path: a.Path, CustomPath: a.CustomPath, BasePath: a.BasePath, DomainName: a.DomainName, DomainPrefix: a.DomainPrefix, HeaderNames: a.HeaderNames}
	name, _, _ := strings.Cut(strings.TrimLeft(a.Path, "/"), "/")
	stage := d.restAPIs.stages(a.ApiID).find(name)
	if stage == nil {
		rest.ServeForbidden(d.env, w, r, call)
		return
	}
	stage.Serve(w, r, call)
}

// disconnectTime is how long routes $disconnect may take when the data plane is closed.
const disconnectTime = 5 * time.Second

// Close ends what runs in the background and closes idle connections. Clients of WebSocket
// APIs get close frames, and their routes $disconnect a moment. Requests that still run are
// the server's to wait for; functions that they wait for are cancelled.
func (d *DataPlane) Close() error {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	hurry := time.AfterFunc(disconnectTime, d.cancel)
	d.webSocketEnv.Hub.Close()
	hurry.Stop()
	d.cancel()
	d.background.Wait()
	d.closeIdle()
	return nil
}
