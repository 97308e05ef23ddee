package function

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// Runner runs functions. It is safe for concurrent use.
type Runner interface {
	// Invoke runs fn once and waits for the outcome, at most fn.Timeout. Whatever
	// the function does wrong is an outcome with FunctionError set; an error says
	// that it could not be run, and may be a smithy.APIError to send to the client.
	Invoke(ctx context.Context, fn *deployed.Function, in deployed.Invocation) (deployed.Outcome, error)
	// Retire ends what is kept warm for fn. It is called once, after the last
	// Invoke of fn has returned; fn is not invoked again.
	Retire(fn *deployed.Function)
}

// Packages keeps code packages, named by their content. It is safe for
// concurrent use.
type Packages interface {
	// Save keeps a zip and returns its name; saving the same bytes again is no
	// error. A zip that cannot be used is a smithy.APIError to send to the client.
	Save(ctx context.Context, zip []byte) (deployed.Package, error)
	// Load returns the bytes of a saved zip.
	Load(ctx context.Context, sha256 string) ([]byte, error)
	// Remove deletes a saved zip; it is no error when there is none.
	Remove(sha256 string) error
	// List returns the names of the saved zips.
	List() ([]string, error)
}

// Config is what a [Service] needs.
type Config struct {
	// Store holds all state but the code; required.
	Store store.Store
	// Runner runs functions; required. What it can do beyond that it says with the
	// methods of [LayerRunner], [LocalDirRunner] and [Provisioner].
	Runner Runner
	// Packages keeps the code. Required. When it also has a method
	// List() ([]string, error) that names all saved packages, [New] removes those
	// that no function refers to, which a crash may have left.
	Packages Packages
	// Permissions makes InvokeFunction and calls from other accounts depend on the
	// function's resource policy; false lets every one in.
	Permissions bool
	// CodeURL returns where a client downloads the package with the given
	// CodeSha256, for Code.Location of GetFunction; nil = there is no Location.
	CodeURL func(sha256 string) string
	// Objects reads code from Amazon S3; nil refuses it.
	Objects Objects
	// Messages sends what becomes of asynchronous invocations to other services; nil
	// refuses destinations and dead-letter queues that are no functions.
	Messages Messages
	// FunctionURLs returns the URL that the edge serves for a function URL with the
	// given id; nil refuses function URLs.
	FunctionURLs func(urlID, region string) string
	// ConcurrentExecutions is the concurrency of an account and region; 0 =
	// [DefaultConcurrentExecutions].
	ConcurrentExecutions int
	// CodeStorageBytes is what the code of an account and region may take together; 0 =
	// [DefaultCodeStorageBytes].
	CodeStorageBytes int64
	// Logger defaults to one that discards.
	Logger *slog.Logger
	// Now defaults to time.Now.
	Now func() time.Time
}

// Service implements the operations of AWS Lambda. It is safe for concurrent use.
type Service struct {
	store    store.Store
	runner   Runner
	packages *packages
	index    *index
	events   *events
	// runs are the invocations under way, chores what follows from changes.
	runs, chores *background
	permissions  bool
	codeURL      func(sha256 string) string
	objects      Objects
	messages     Messages
	functionURL  func(urlID, region string) string
	urls         *urlIndex
	closeURLs    func()
	// layers and localDirs tell what the runner heeds.
	layers, localDirs bool
	// concurrency is that of an account and region.
	concurrency int64
	// codeStorage is what the code of an account and region may take, in bytes.
	codeStorage int64
	logger      *slog.Logger
	now         func() time.Time
	// draw returns a number in [0, 1) for weighted routing.
	draw func() float64
}

// New returns a service on cfg.Store and makes every function in it ready to be
// invoked. No one else writes functions to the store until New has returned.
func New(cfg Config) (*Service, error) {
	switch {
	case cfg.Store == nil:
		return nil, errors.New("function: Config.Store is required")
	case cfg.Runner == nil:
		return nil, errors.New("function: Config.Runner is required")
	case cfg.Packages == nil:
		return nil, errors.New("function: Config.Packages is required")
	}
	s := &Service{
		store:       cfg.Store,
		runner:      cfg.Runner,
		runs:        newBackground(),
		chores:      newBackground(),
		permissions: cfg.Permissions,
		codeURL:     cfg.CodeURL,
		objects:     cfg.Objects,
		messages:    cfg.Messages,
		functionURL: cfg.FunctionURLs,
		urls:        newURLIndex(),
		layers:      supportsLayers(cfg.Runner),
		localDirs:   supportsLocalDir(cfg.Runner),
		logger:      cfg.Logger,
		now:         cfg.Now,
		draw:        rand.Float64,
		concurrency: int64(cmp.Or(cfg.ConcurrentExecutions, DefaultConcurrentExecutions)),
		codeStorage: cmp.Or(cfg.CodeStorageBytes, DefaultCodeStorageBytes),
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.index = newIndex(s.store, indexHooks{retired: s.retired, unused: s.unused, provision: provisionWith(cfg.Runner)}, s.concurrency, s.logger)
	s.packages = &packages{kept: cfg.Packages, inUse: s.index.uses, logger: s.logger}
	if err := activateStored(context.Background(), s.store); err != nil {
		return nil, fmt.Errorf("activate stored functions: %w", err)
	}
	if err := s.index.open(context.Background()); err != nil {
		return nil, fmt.Errorf("load stored functions: %w", err)
	}
	var err error
	if s.closeURLs, err = s.urls.open(context.Background(), s.store, s.undecodableURL); err != nil {
		s.index.close()
		return nil, fmt.Errorf("load stored function URLs: %w", err)
	}
	s.packages.sweep()
	s.events = newEvents(s.runEvent, s.eventPolicyOf, s.deliver, s.logger)
	return s, nil
}

// Close drops the events that wait for their run or a retry, cancels those that
// run, and waits for them. Runner and store stay open. Functions are not retired:
// whoever closes the runner ends their processes.
func (s *Service) Close() error {
	s.events.close()
	s.runs.close()
	s.closeURLs()
	s.index.close()
	s.chores.close()
	return nil
}

func (s *Service) undecodableURL(err error) {
	s.logger.Error("a changed function URL cannot be decoded", "error", err)
}

// retired is told when nothing will invoke e's function again.
func (s *Service) retired(e *entry) {
	s.chores.start(func(context.Context) {
		s.runner.Retire(e.function)
		for _, sha256 := range packagesOf(e.function) {
			s.packages.removeUnused(sha256)
		}
	})
}

// unused is told when a package may no longer be in use.
func (s *Service) unused(sha256 string) {
	s.chores.start(func(context.Context) { s.packages.removeUnused(sha256) })
}

// lastModified is the time of an operation as Lambda prints it.
func (s *Service) lastModified() string {
	return s.now().UTC().Format("2006-01-02T15:04:05.000-0700")
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

// respond turns a record into the output of an operation, which has the same members.
func respond[Out, Record any](record *Record, err error) (*Out, error) {
	if err != nil {
		return nil, err
	}
	out := new(Out)
	wire.Copy(out, record)
	return out, nil
}
