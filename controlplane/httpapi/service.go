package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Publisher is told which stages are to be served. Its methods are called one at
// a time, in commit order, before the operation that changed the stage returns.
type Publisher interface {
	// PublishApiStage serves stage from now on, in place of an earlier one with the
	// same API id and stage name. Nothing reachable from stage is written again.
	PublishApiStage(stage *deployed.ApiStage)
	// WithdrawApiStage ends the serving of a stage.
	WithdrawApiStage(apiID, stageName string)
}

// Flusher empties what the data plane keeps for a stage.
type Flusher interface {
	// FlushApiStageAuthorizers forgets the cached answers of a stage's authorizers.
	FlushApiStageAuthorizers(apiID, stageName string)
}

// Config is what a [Service] needs.
type Config struct {
	// Store holds all state; required.
	Store store.Store
	// Publisher is told of stages to serve; nil = nobody is.
	Publisher Publisher
	// Logger defaults to one that discards.
	Logger *slog.Logger
	// Now defaults to time.Now.
	Now func() time.Time
	// Limits are the adjustable quotas.
	Limits Limits
	// Flusher empties the caches of stages; nil = there are none.
	Flusher Flusher
	// Endpoint returns the address where an API is served, as ApiEndpoint shows it; nil =
	// the one that AWS would give it.
	Endpoint func(apiID string, protocol types.ProtocolType) string
}

// Service implements the operations of HTTP and WebSocket APIs. It is safe for
// concurrent use.
type Service struct {
	store   store.Store
	logger  *slog.Logger
	now     func() time.Time
	limits  Limits
	flusher Flusher
	// endpoint is Config.Endpoint.
	endpoint func(apiID string, protocol types.ProtocolType) string
	cancels  []func()
}

// New returns a service on cfg.Store and publishes every stage in it. No one else
// writes HTTP or WebSocket APIs to the store until New has returned.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil {
		return nil, errors.New("httpapi: Config.Store is required")
	}
	s := &Service{
		store:    cfg.Store,
		logger:   cfg.Logger,
		now:      cfg.Now,
		limits:   cfg.Limits.withDefaults(),
		flusher:  cfg.Flusher,
		endpoint: cfg.Endpoint,
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
	if cfg.Publisher == nil {
		return nil
	}
	feed := newStageFeed(s.store, cfg.Publisher, s.logger)
	if err := feed.publishAll(ctx); err != nil {
		return fmt.Errorf("publish stored stages: %w", err)
	}
	s.cancels = append(s.cancels, feed.watch())
	return nil
}

// Close ends publishing; the store stays open.
func (s *Service) Close() {
	for _, cancel := range slices.Backward(s.cancels) {
		cancel()
	}
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
