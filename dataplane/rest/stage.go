package rest

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/responsecache"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

// Environment is what stages are served with. All fields but Services, VPCLinks,
// Credentials, Observe, AccessLog and ExecutionLog are required.
type Environment struct {
	Invoker    integration.Invoker
	Transports integration.Transports
	// Services is how AWS integrations reach services.
	Services integration.AWSServices
	// VPCLinks is how private integrations reach their targets.
	VPCLinks integration.VPCLinks
	// Usage has the API keys and usage plans.
	Usage *usageplan.Index
	// Credentials has the access keys of those who sign calls; nil closes methods with
	// AWS_IAM.
	Credentials sigv4.Credentials
	// Keys has the keys of the issuers of tokens.
	Keys *jwt.Keys
	// CognitoIssuer is what stands before the id of a user pool in the name of its issuer;
	// empty = AWS's own.
	CognitoIssuer string
	Logger        *slog.Logger
	Now           func() time.Time
	// Lifetime ends when the data plane is closed: what outlives its client's
	// connection ends with it.
	Lifetime context.Context //nolint:containedctx // the owner's own lifetime
	// Observe, when set, gets the trace at the end of each exchange.
	Observe trace.Observer
	// AccessLog, when set, gets the lines of access logs.
	AccessLog AccessLog
	// ExecutionLog, when set, gets the execution logs that stages ask for.
	ExecutionLog ExecutionLog
}

// Stage is a stage as it is served. It is immutable and safe for concurrent use.
type Stage struct {
	env      *Environment
	snapshot *deployed.RestStage
	name     string
	compiled func() *program
	// buckets outlive the stage: they are handed on to the next one.
	buckets *traffic.Buckets
	// canary is the stage for the canary's share of the requests; nil when there is
	// none. It has no canary itself.
	canary   *Stage
	isCanary bool
	// isLogged tells whether the stage logs the execution of some of its methods.
	isLogged bool
	// access is the access log; nil when there is none.
	access *accessLog
	// responses are what is cached; nil when the stage has no cache. cacheCounters are never
	// nil.
	responses     *responsecache.Cache
	cacheCounters *responsecache.Counters
}

// NewStage returns the stage of a snapshot. It compiles nothing: that happens once,
// at the first call of [Stage.Compile] or [Stage.Serve]. What previous, if any, has
// compiled is taken over when the change between the two does not concern it.
func NewStage(env *Environment, snapshot *deployed.RestStage, previous *Stage) *Stage {
	buckets := &traffic.Buckets{}
	var previousCanary *Stage
	if previous != nil {
		buckets, previousCanary = previous.buckets, previous.canary
	}
	s := newStage(env, snapshot, previous, buckets)
	if canary := canarySnapshot(snapshot); canary != nil {
		s.canary = newStage(env, canary, previousCanary, buckets)
		s.canary.isCanary = true
		s.shareResponses()
	}
	return s
}

func newStage(env *Environment, snapshot *deployed.RestStage, previous *Stage, buckets *traffic.Buckets) *Stage {
	s := &Stage{env: env, snapshot: snapshot, name: aws.ToString(snapshot.Stage.StageName), buckets: buckets}
	s.access = newAccessLog(env, snapshot)
	s.newResponses(previous)
	s.isLogged = env.ExecutionLog != nil && logsExecutions(snapshot.Stage.MethodSettings)
	if previous != nil && sameProgram(previous.snapshot, snapshot) {
		s.compiled = previous.compiled
	} else {
		s.compiled = sync.OnceValue(s.compile)
	}
	return s
}

// sameProgram reports whether both snapshots compile to the same: methods depend on the
// deployment and on some settings of the stage, not for instance on its description.
func sameProgram(a, b *deployed.RestStage) bool {
	if a.Api == nil || b.Api == nil || a.Api.DeploymentID != b.Api.DeploymentID || a.Account != b.Account || a.Region != b.Region {
		return false
	}
	x, y := &a.Stage, &b.Stage
	return maps.Equal(x.Variables, y.Variables) &&
		aws.ToString(x.ClientCertificateId) == aws.ToString(y.ClientCertificateId) &&
		aws.ToString(x.WebAclArn) == aws.ToString(y.WebAclArn) &&
		x.CacheClusterEnabled == y.CacheClusterEnabled &&
		reflect.DeepEqual(x.MethodSettings, y.MethodSettings)
}

// Compile compiles the stage unless that is done.
func (s *Stage) Compile() {
	s.compiled()
	if s.canary != nil {
		s.canary.compiled()
	}
}

func (s *Stage) deploymentID() string {
	if s.snapshot.Api == nil {
		return ""
	}
	return s.snapshot.Api.DeploymentID
}

// Call says how a request came to a stage.
type Call struct {
	// Path is the escaped path as sent, beginning with the stage: "/dev/pets%2F1".
	Path string
	// CustomPath is the escaped path as sent by a custom domain name, empty for the
	// default endpoint; BasePath is the base path that its mapping matched.
	CustomPath, BasePath string
	// DomainName is the host that the client used, DomainPrefix its first label.
	DomainName, DomainPrefix string
	// HeaderNames are header names as the client spelled them where net/http spells
	// them otherwise; names that are not listed are canonical.
	HeaderNames []string
}

// Serve answers one request.
func (s *Stage) Serve(w http.ResponseWriter, r *http.Request, call Call) {
	if s.canary != nil && s.drawsCanary() {
		s = s.canary
	}
	x := newExchange(s.env, s, r, call)
	x.fail(x.serve())
	x.write(w)
}

// serve runs the exchange.
func (x *Exchange) serve() *Failure {
	if failure := limitHead(x.Request.HTTP); failure != nil {
		return failure
	}
	if api := x.stage.snapshot.Api; api != nil && api.Api.DisableExecuteApiEndpoint && !x.Request.ByCustomDomain {
		return forbidden("The default endpoint of the API is disabled")
	}
	if failure := x.traced("match", x.match); failure != nil {
		return failure
	}
	if x.Trace != nil && !x.Match.method.isMock {
		x.carryTrace()
	}
	if failure := x.run(x.Match.method.guards); failure != nil {
		return failure
	}
	return x.execute()
}

// execute runs the method behind its guards.
func (x *Exchange) execute() *Failure {
	if x.Trace != nil {
		x.traceMethodRequest()
	}
	return x.run(x.Match.method.execution)
}

// match finds the method.
func (x *Exchange) match() *Failure {
	v, ok := verbOf(x.Request.HTTP.Method)
	if !ok || x.stage.compiled().root.find(x.Request.Path, v, &x.Match) == nil {
		return unauthenticated(x)
	}
	x.decide(x.Match.method.resource.path)
	return nil
}

// sortedPairs returns the members of a map by name.
func sortedPairs(m map[string]string) []integration.Pair {
	pairs := make([]integration.Pair, 0, len(m))
	for name, value := range m {
		pairs = append(pairs, integration.Pair{Name: name, Value: value})
	}
	slices.SortFunc(pairs, func(a, b integration.Pair) int { return cmp.Compare(a.Name, b.Name) })
	return pairs
}
