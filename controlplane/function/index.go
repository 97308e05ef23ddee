package function

import (
	"context"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// functionKey names a function among all accounts and regions.
type functionKey struct {
	scope store.Scope
	name  string
}

// published is all that an invocation of a function needs. It is immutable: a
// change makes a new one, which shares the entries that have not changed.
type published struct {
	versions map[string]*entry
	routes   map[string]route
	policies map[string]*policy
	// events has the event invoke configurations by qualifier, $LATEST for none.
	events map[string]eventPolicy
	// provisioned has the number of environments to be kept warm of each version.
	provisioned map[string]int
	// loops tells whether loops of destinations are allowed.
	loops   bool
	limiter *limiter
	// pending has the versions that are being created, which are not invoked yet;
	// changing tells whether any is being created or updated.
	pending  map[string]bool
	changing bool
	// codeSize is the size in bytes of the code of all versions.
	codeSize int64
	// replaced is closed when this is no longer what is published.
	replaced chan struct{}
}

// index holds what can be invoked, in memory: an invocation reads neither the
// store nor JSON. It follows the store by its change feed, so that a change can be
// seen as soon as the operation that made it returns.
type index struct {
	store   store.Store
	hooks   indexHooks
	logger  *slog.Logger
	watches []func()
	// concurrency is that of an account and region.
	concurrency int64

	// mu guards the fields below. Nothing is called while it is held.
	mu        sync.RWMutex
	functions map[functionKey]*published
	// accounts has what functions without a reservation share.
	accounts map[store.Scope]*accountLimiter
	// packages counts, for each package, the entries in use that have it and the
	// layer versions that are it.
	packages map[string]int
	// layers has the package of each layer version.
	layers map[layerKey]layerPackage
	// codeSizes sums the code of functions and layers, in bytes.
	codeSizes map[store.Scope]int64
}

// indexHooks are told what follows from a change; mu is not held.
type indexHooks struct {
	// retired is told of an entry that is no longer in use, unused of a package that
	// may no longer be, and provision of how many environments are to be kept warm.
	retired   func(*entry)
	unused    func(sha256 string)
	provision func(*deployed.Function, int)
}

func newIndex(s store.Store, hooks indexHooks, concurrency int64, logger *slog.Logger) *index {
	return &index{
		store:       s,
		hooks:       hooks,
		logger:      logger,
		concurrency: concurrency,
		functions:   map[functionKey]*published{},
		accounts:    map[store.Scope]*accountLimiter{},
		packages:    map[string]int{},
		layers:      map[layerKey]layerPackage{},
		codeSizes:   map[store.Scope]int64{},
	}
}

// open publishes what is stored and from then on follows the store.
func (x *index) open(ctx context.Context) error {
	var stored []functionKey
	err := x.store.View(ctx, func(tx store.Tx) error {
		for record, err := range functions.Each(tx) {
			if err != nil {
				return err
			}
			stored = append(stored, functionKey{record.Scope, record.ID[0]})
		}
		for record, err := range layerVersions.Each(tx) {
			if err != nil {
				return err
			}
			x.installLayer(record)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range stored {
		if err := x.refresh(ctx, key); err != nil {
			return err
		}
	}
	x.watches = []func(){
		watch(x, functions), watch(x, versions), watch(x, aliases), watch(x, policies), watch(x, concurrencies),
		watch(x, eventConfigs), watch(x, recursions), watch(x, provisions), x.watchLayers(),
	}
	return nil
}

// close ends following the store.
func (x *index) close() {
	for _, cancel := range x.watches {
		cancel()
	}
}

// watch refreshes the function to which a changed record of c belongs.
func watch[T any](x *index, c store.Collection[T]) (cancel func()) {
	return c.Watch(x.store, func(record store.Record[T]) {
		key := functionKey{record.Scope, record.ID[0]}
		if err := x.refresh(context.Background(), key); err != nil {
			x.logger.Error("a changed function cannot be read; the one before stays in service", "function", key.name, "error", err)
		}
	}, func(err error) {
		x.logger.Error("a changed function record cannot be decoded", "error", err)
	})
}

// lookup returns what is published of a function, nil when there is none.
func (x *index) lookup(key functionKey) *published {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.functions[key]
}

// uses tells whether an entry in use has the package.
func (x *index) uses(sha256 string) bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.packages[sha256] > 0
}

// refresh reads a function anew and publishes it. Calls come one at a time, in
// the order of the commits.
func (x *index) refresh(ctx context.Context, key functionKey) error {
	var stored *storedFunction
	err := x.store.View(ctx, func(tx store.Tx) (err error) {
		stored, err = readStored(tx, key)
		return err
	})
	if err != nil {
		return err
	}
	withdrawn, provisioned := x.install(key, stored)
	for _, e := range provisioned {
		x.hooks.provision(e.function, stored.provisioned[e.function.Version])
	}
	for _, e := range withdrawn {
		e.release()
	}
	return nil
}

// install swaps what is published of a function and returns the entries that are
// withdrawn by that and those with another provisioned concurrency than before. A
// new entry takes the place of one of another build.
func (x *index) install(key functionKey, stored *storedFunction) (withdrawn, provisioned []*entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before := x.functions[key]
	if before == nil {
		before = &published{limiter: x.newLimiterLocked(key.scope), replaced: make(chan struct{})}
	}
	defer close(before.replaced)
	next := &published{versions: map[string]*entry{}, pending: map[string]bool{}, limiter: before.limiter, replaced: make(chan struct{})}
	if stored != nil {
		next.routes, next.policies = stored.routes, stored.policies
		next.events, next.loops, next.provisioned = stored.events, stored.loops, stored.provisioned
		next.limiter.setLimit(stored.limit)
		next.codeSize = codeSizeOf(stored.records)
		for _, record := range stored.records {
			version := *record.Config.Version
			if record.Config.State == types.StatePending {
				next.pending[version] = true
			}
			next.changing = next.changing || changing(&record.Config)
			if old := before.versions[version]; old != nil && old.function.RevisionID == record.BuildID {
				next.versions[version] = old
				if stored.provisioned[version] != before.provisioned[version] {
					provisioned = append(provisioned, old)
				}
				continue
			}
			e := newEntry(key.scope, record, x.dropped)
			for _, sha256 := range packagesOf(e.function) {
				x.packages[sha256]++
			}
			next.versions[version] = e
			if stored.provisioned[version] > 0 {
				provisioned = append(provisioned, e)
			}
		}
		x.functions[key] = next
	} else {
		before.limiter.setLimit(unlimited)
		delete(x.functions, key)
	}
	x.codeSizes[key.scope] += next.codeSize - before.codeSize
	for version, old := range before.versions {
		if next.versions[version] != old {
			withdrawn = append(withdrawn, old)
		}
	}
	return withdrawn, provisioned
}

// newLimiterLocked returns the limiter of a new function.
func (x *index) newLimiterLocked(scope store.Scope) *limiter {
	account := x.accounts[scope]
	if account == nil {
		account = &accountLimiter{limit: x.concurrency}
		x.accounts[scope] = account
	}
	l := &limiter{account: account}
	l.limit.Store(unlimited)
	return l
}

// dropped is told when an entry is no longer in use.
func (x *index) dropped(e *entry) {
	x.mu.Lock()
	for _, sha256 := range packagesOf(e.function) {
		x.letGoLocked(sha256)
	}
	x.mu.Unlock()
	x.hooks.retired(e)
}

// letGoLocked counts one use of a package less.
func (x *index) letGoLocked(sha256 string) {
	if x.packages[sha256]--; x.packages[sha256] == 0 {
		delete(x.packages, sha256)
	}
}
