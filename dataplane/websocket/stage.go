package websocket

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/trace"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

// AccessLog takes a line of an access log: of an API of account and region, for the
// destination that the stage names. It does not keep the caller waiting.
type AccessLog func(account, region, destinationARN string, at time.Time, line string)

// Environment is what stages are served with. All fields but Services, VPCLinks,
// Credentials, AccessLog, ExecutionLog and Observe are required.
type Environment struct {
	Invoker    integration.Invoker
	Transports integration.Transports
	Services   integration.AWSServices
	VPCLinks   integration.VPCLinks
	// Usage has the API keys and usage plans.
	Usage *usageplan.Index
	// Credentials finds who signed a request; nil closes what asks for a signature.
	Credentials sigv4.Credentials
	Logger      *slog.Logger
	Now         func() time.Time
	// Lifetime ends when the data plane is closed: what outlives its client's connection
	// ends with it.
	Lifetime context.Context //nolint:containedctx // the owner's own lifetime
	// AccessLog gets the lines of access logs; nil = they go nowhere.
	AccessLog AccessLog
	// ExecutionLog gets the execution logs that stages ask for; nil = they go nowhere.
	ExecutionLog executionlog.Sink
	// Observe, when set, gets the trace at the end of each exchange.
	Observe trace.Observer
	// Hub has the connections.
	Hub *Hub
	// Limits bound connections.
	Limits Limits
}

// Limits bound connections; zero fields stand for AWS's quotas.
type Limits struct {
	// Idle is how long a connection may be silent in both directions: 10 minutes.
	Idle time.Duration
	// Duration is how long it may last in all: 2 hours.
	Duration time.Duration
	// Write is how long a client may take to read what is sent: 10 seconds, which is no
	// quota of AWS.
	Write time.Duration
	// ConnectionsPerSecond are the new connections to all WebSocket APIs of an account and
	// region, as a rate and as a burst. AWS's quota is 500; zero = no bound, because load
	// tests of a machine's own are not what the quota is for.
	ConnectionsPerSecond int
	// RequestsPerSecond and RequestBurst are the throttle of an account and region for
	// handshakes, messages and calls of @connections together. AWS's are 10,000 and 5,000;
	// zero = no bound. A burst of zero is as large as the rate.
	RequestsPerSecond, RequestBurst int
	// AuthorizerResultBytes is how long the answer of an authorizer may be: 8 KB.
	AuthorizerResultBytes int
}

// WithDefaults returns the limits with AWS's quotas for what is zero, but for rates.
func (l Limits) WithDefaults() Limits {
	if l.Idle == 0 {
		l.Idle = 10 * time.Minute
	}
	if l.Duration == 0 {
		l.Duration = 2 * time.Hour
	}
	if l.Write == 0 {
		l.Write = 10 * time.Second
	}
	if l.RequestBurst < 1 {
		l.RequestBurst = l.RequestsPerSecond
	}
	if l.AuthorizerResultBytes < 1 {
		l.AuthorizerResultBytes = 8 << 10
	}
	return l
}

// Stage is a stage as it is served. It is immutable and safe for concurrent use.
type Stage struct {
	env      *Environment
	snapshot *deployed.ApiStage
	name     string
	compiled func() *program
	// shared outlives the stage: it is handed on to the next one with its name.
	shared *shared
}

// shared is what all deployments of a stage have in common.
type shared struct {
	// current is the stage that is served now; nil when it is withdrawn.
	current atomic.Pointer[Stage]
	buckets traffic.Buckets
	// account has the throttles that all APIs of the account and region share.
	account *account
	metrics metrics
	// unrouted counts what has no route.
	unrouted *counters
	// opened and closed count connections.
	opened, closed atomic.Uint64
}

// NewStage returns the stage of a snapshot. It compiles nothing: that happens once, at the
// first call of [Stage.Compile] or of a request. The connections of previous, if any, are
// served by it from now on.
func NewStage(env *Environment, snapshot *deployed.ApiStage, previous *Stage) *Stage {
	s := &Stage{env: env, snapshot: snapshot, name: aws.ToString(snapshot.Stage.StageName)}
	if previous != nil {
		s.shared = previous.shared
	} else {
		s.shared = &shared{account: env.Hub.account(snapshot.Account, snapshot.Region, &env.Limits, env.Now())}
		s.shared.unrouted = s.shared.metrics.of("")
	}
	s.compiled = sync.OnceValue(s.compile)
	s.shared.current.Store(s)
	return s
}

// Compile compiles the stage unless that is done.
func (s *Stage) Compile() { s.compiled() }

// Withdraw ends the serving of the stage: its connections are closed.
func (s *Stage) Withdraw() {
	s.shared.current.Store(nil)
	s.env.Hub.closeStage(s.shared)
}
