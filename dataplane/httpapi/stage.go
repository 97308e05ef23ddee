package httpapi

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
)

// AccessLog takes a line of an access log: of an API of account and region, for the
// destination that the stage names. It does not keep the caller waiting.
type AccessLog func(account, region, destinationARN string, at time.Time, line string)

// Environment is what stages are served with. All fields but Services, VPCLinks,
// Credentials, AccessLog and Observe are required.
type Environment struct {
	Invoker    integration.Invoker
	Transports integration.Transports
	// Services is how AWS service integrations reach services.
	Services integration.AWSServices
	// VPCLinks is how private integrations reach their targets.
	VPCLinks integration.VPCLinks
	// Keys has the keys of the issuers of JWT authorizers.
	Keys *jwt.Keys
	// Credentials finds who signed a request; nil closes the routes with AWS_IAM.
	Credentials sigv4.Credentials
	Logger      *slog.Logger
	Now         func() time.Time
	// Lifetime ends when the data plane is closed: what outlives its client's connection
	// ends with it.
	Lifetime context.Context //nolint:containedctx // the owner's own lifetime
	// AccessLog gets the lines of access logs; nil = they go nowhere.
	AccessLog AccessLog
	// Observe, when set, gets the trace at the end of each exchange. Then Invoker and
	// Transports are those of package trace.
	Observe trace.Observer
}

// Stage is a stage as it is served. It is immutable and safe for concurrent use.
type Stage struct {
	env      *Environment
	snapshot *deployed.ApiStage
	name     string
	compiled func() *program
	// buckets and metrics outlive the stage: they are handed on to the next one.
	buckets *traffic.Buckets
	metrics *metrics
}

// NewStage returns the stage of a snapshot. It compiles nothing: that happens once, at
// the first call of [Stage.Compile] or [Stage.Serve]. What previous, if any, has compiled
// is taken over when the change between the two does not concern it.
func NewStage(env *Environment, snapshot *deployed.ApiStage, previous *Stage) *Stage {
	s := &Stage{env: env, snapshot: snapshot, name: aws.ToString(snapshot.Stage.StageName), buckets: &traffic.Buckets{}, metrics: &metrics{}}
	if previous != nil {
		s.buckets, s.metrics = previous.buckets, previous.metrics
	}
	if previous != nil && sameProgram(previous.snapshot, snapshot) {
		s.compiled = previous.compiled
	} else {
		s.compiled = sync.OnceValue(s.compile)
	}
	return s
}

// sameProgram reports whether both snapshots compile to the same: not, for instance, when
// a variable of the stage differs. The content of deployments is compared because one that
// is pending changes under its id.
func sameProgram(a, b *deployed.ApiStage) bool {
	if a.Api == nil || b.Api == nil || a.Api.DeploymentID != b.Api.DeploymentID || a.Account != b.Account || a.Region != b.Region {
		return false
	}
	x, y := &a.Stage, &b.Stage
	return (a.Api == b.Api || reflect.DeepEqual(a.Api, b.Api)) && maps.Equal(x.StageVariables, y.StageVariables) &&
		reflect.DeepEqual(x.AccessLogSettings, y.AccessLogSettings) &&
		reflect.DeepEqual(x.DefaultRouteSettings, y.DefaultRouteSettings) &&
		reflect.DeepEqual(x.RouteSettings, y.RouteSettings)
}

// Compile compiles the stage unless that is done.
func (s *Stage) Compile() { s.compiled() }

// FlushAuthorizers empties the caches of the stage's authorizers.
func (s *Stage) FlushAuthorizers() { s.compiled().flushAuthorizers() }

// Call says how a request came to a stage.
type Call struct {
	// Path is the escaped path behind the stage, as sent; StagePath has the stage when
	// its name was in the path.
	Path, StagePath string
	// CustomPath is the escaped path as sent by a custom domain name, empty for the
	// default endpoint; BasePath is the mapping key that matched.
	CustomPath, BasePath string
	// DomainName is the host that the client used, DomainPrefix its first label.
	DomainName, DomainPrefix string
}

// Serve answers one request.
func (s *Stage) Serve(w http.ResponseWriter, r *http.Request, call Call) {
	x := newExchange(s, r, &call)
	x.fail(x.serve())
	x.end(w)
}

// ServeNotFound answers a call whose stage does not exist.
func ServeNotFound(env *Environment, w http.ResponseWriter, r *http.Request, apiID string, call Call) {
	s := &Stage{env: env, snapshot: &deployed.ApiStage{ApiID: apiID}, metrics: &metrics{}}
	s.compiled = func() *program { return &program{root: &node{}} }
	x := newExchange(s, r, &call)
	x.fail(notFound("No such stage"))
	x.end(w)
}
