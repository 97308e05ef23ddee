package restapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Publisher is told which stages are to be served. Its methods are called one at
// a time, in commit order, before the operation that changed the stage returns.
type Publisher interface {
	// PublishRestStage serves stage from now on, in place of an earlier one with
	// the same API id and stage name. Nothing reachable from stage is written again.
	PublishRestStage(stage *deployed.RestStage)
	// WithdrawRestStage ends the serving of a stage.
	WithdrawRestStage(apiID, stageName string)
}

// UsagePublisher is told of API keys and usage plans, as [Publisher] is of stages.
type UsagePublisher interface {
	// PublishApiKey lets a key be used, in place of an earlier one with its id.
	PublishApiKey(key *deployed.ApiKey)
	// WithdrawApiKey ends the use of a key.
	WithdrawApiKey(keyID string)
	// PublishUsagePlan sets a plan, in place of an earlier one with its id.
	PublishUsagePlan(plan *deployed.UsagePlan)
	// WithdrawUsagePlan removes a plan.
	WithdrawUsagePlan(planID string)
	// PublishUsagePlanKey puts a key into a plan; either may be published later.
	PublishUsagePlanKey(planID, keyID string)
	// WithdrawUsagePlanKey takes a key out of a plan.
	WithdrawUsagePlanKey(planID, keyID string)
	// PublishQuotaGrant changes what a key has in a period of a plan's quota.
	PublishQuotaGrant(grant *deployed.QuotaGrant)
}

// DomainPublisher is told of custom domain names, as [Publisher] is of stages.
type DomainPublisher interface {
	// PublishDomainName serves a name, in place of an earlier one with its owner and key.
	PublishDomainName(domain *deployed.DomainName)
	// WithdrawDomainName ends serving a name.
	WithdrawDomainName(account, region, key string)
}

// Limits are the quotas of an account that AWS raises on request; a zero field
// stands for the AWS default.
type Limits struct {
	// ResourcesPerAPI defaults to 300.
	ResourcesPerAPI int
	// StagesPerAPI defaults to 10.
	StagesPerAPI int
	// IntegrationTimeoutMillis defaults to 29,000.
	IntegrationTimeoutMillis int32
	// APIKeys is for an account in a region; it defaults to 10,000.
	APIKeys int
	// UsagePlans is for an account in a region; it defaults to 300.
	UsagePlans int
	// UsagePlansPerKey defaults to 10.
	UsagePlansPerKey int
	// AuthorizersPerAPI defaults to 10.
	AuthorizersPerAPI int
	// DocumentationPartsPerAPI defaults to 2,000.
	DocumentationPartsPerAPI int
	// ClientCertificates is for an account in a region; it defaults to 60.
	ClientCertificates int
	// VPCLinks is for an account in a region; it defaults to 20.
	VPCLinks int
	// PublicDomainNames is for an account in a region; it defaults to 120.
	PublicDomainNames int
	// PrivateDomainNames is for an account in a region; it defaults to 50.
	PrivateDomainNames int
	// DomainNameAccessAssociations is for an account in a region; it defaults to 100.
	DomainNameAccessAssociations int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		ResourcesPerAPI:              cmp.Or(l.ResourcesPerAPI, 300),
		StagesPerAPI:                 cmp.Or(l.StagesPerAPI, 10),
		IntegrationTimeoutMillis:     cmp.Or(l.IntegrationTimeoutMillis, 29_000),
		APIKeys:                      cmp.Or(l.APIKeys, 10_000),
		UsagePlans:                   cmp.Or(l.UsagePlans, 300),
		UsagePlansPerKey:             cmp.Or(l.UsagePlansPerKey, 10),
		AuthorizersPerAPI:            cmp.Or(l.AuthorizersPerAPI, 10),
		DocumentationPartsPerAPI:     cmp.Or(l.DocumentationPartsPerAPI, 2000),
		ClientCertificates:           cmp.Or(l.ClientCertificates, 60),
		VPCLinks:                     cmp.Or(l.VPCLinks, 20),
		PublicDomainNames:            cmp.Or(l.PublicDomainNames, 120),
		PrivateDomainNames:           cmp.Or(l.PrivateDomainNames, 50),
		DomainNameAccessAssociations: cmp.Or(l.DomainNameAccessAssociations, 100),
	}
}

// Config is what a [Service] needs.
type Config struct {
	// Store holds all state; required.
	Store store.Store
	// Publisher is told of stages to serve; nil = nobody is.
	Publisher Publisher
	// UsagePublisher is told of API keys and usage plans; nil = nobody is.
	UsagePublisher UsagePublisher
	// DomainPublisher is told of custom domain names; nil = nobody is.
	DomainPublisher DomainPublisher
	// Logger defaults to one that discards.
	Logger *slog.Logger
	// Now defaults to time.Now.
	Now func() time.Time
	// Limits are the adjustable quotas.
	Limits Limits
	// UsageCounter tells the use of API keys; nil = none was used.
	UsageCounter UsageCounter
	// Flusher empties the caches of stages; nil = there are none.
	Flusher Flusher
	// Tester runs test invocations; nil = there are none.
	Tester Tester
	// StageURL returns the address where a stage is served, which the clients of GetSdk
	// call; nil = the one that AWS would give it.
	StageURL func(apiID, stageName string) string
}

// Service implements the operations of API Gateway's REST APIs. It is safe for
// concurrent use.
type Service struct {
	store   store.Store
	logger  *slog.Logger
	now     func() time.Time
	limits  Limits
	usage   UsageCounter
	flusher Flusher
	tester  Tester
	// stageURL is Config.StageURL.
	stageURL func(apiID, stageName string) string
	cancels  []func()
}

// New returns a service on cfg.Store and publishes every stage in it. No one else
// writes REST APIs to the store until New has returned.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil {
		return nil, errors.New("restapi: Config.Store is required")
	}
	s := &Service{
		store:   cfg.Store,
		logger:  cfg.Logger,
		now:     cfg.Now,
		limits:  cfg.Limits.withDefaults(),
		usage:   cfg.UsageCounter,
		flusher: cfg.Flusher,
		tester:  cfg.Tester,

		stageURL: cfg.StageURL,
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.publish(context.Background(), &cfg); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// publish publishes what is stored, and from now on what changes.
func (s *Service) publish(ctx context.Context, cfg *Config) error {
	if cfg.UsagePublisher != nil {
		feed := newUsageFeed(s.store, cfg.UsagePublisher, s.logger)
		if err := feed.publishAll(ctx); err != nil {
			return fmt.Errorf("publish stored usage plans: %w", err)
		}
		s.cancels = append(s.cancels, feed.watch())
	}
	if cfg.DomainPublisher != nil {
		feed := &domainFeed{store: s.store, publisher: cfg.DomainPublisher, logger: s.logger}
		if err := feed.publishAll(ctx); err != nil {
			return fmt.Errorf("publish stored domain names: %w", err)
		}
		s.cancels = append(s.cancels, feed.watch())
	}
	if cfg.Publisher != nil {
		feed := newStageFeed(s.store, cfg.Publisher, s.logger)
		if err := feed.publishAll(ctx); err != nil {
			return fmt.Errorf("publish stored stages: %w", err)
		}
		s.cancels = append(s.cancels, stages.Watch(s.store, feed.changed, feed.undecodable))
	}
	return nil
}

// Close ends publishing; the store stays open.
func (s *Service) Close() {
	for _, cancel := range slices.Backward(s.cancels) {
		cancel()
	}
}

// timestamp is the time of an operation; AWS keeps whole seconds.
func (s *Service) timestamp() *time.Time {
	t := time.Unix(s.now().Unix(), 0).UTC()
	return &t
}

func scopeOf(ctx context.Context) store.Scope {
	caller := wire.CallerFrom(ctx)
	return store.Scope{Account: caller.Account, Region: caller.Region}
}

// view runs fn in a read-only transaction and returns its result.
func view[T any](ctx context.Context, s *Service, fn func(store.Tx) (T, error)) (T, error) {
	return store.ViewResult(ctx, s.store, fn)
}

// update runs fn in a read-write transaction, perhaps more than once, and
// returns the result of the run that was committed.
func update[T any](ctx context.Context, s *Service, fn func(store.Tx) (T, error)) (T, error) {
	return store.UpdateResult(ctx, s.store, fn)
}
