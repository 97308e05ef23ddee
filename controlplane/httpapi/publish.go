package httpapi

import (
	"context"
	"log/slog"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// stageFeed tells a publisher of stages. It is driven by the store's change feed,
// so a change is served when the operation that made it returns.
//
// A stage that deploys by itself serves a live snapshot while its deployment is
// pending (see [markChanged]). The snapshot has the pending deployment's id and is
// still served when that is stored, so that storing it compiles nothing again.
type stageFeed struct {
	store     store.Store
	publisher Publisher
	logger    *slog.Logger

	// mu serialises publishing and guards the fields below.
	mu   sync.Mutex
	apis map[apiKey]*servedAPI
}

type apiKey struct {
	scope store.Scope
	id    string
}

// servedAPI is what is published of an API.
type servedAPI struct {
	// stages are the published stages by name.
	stages map[string]*deployed.ApiStage
	// live is the latest live snapshot; nil when none was needed.
	live *deployed.Api
	// stale are the parts of live that have changed since.
	stale map[int]bool
}

func newStageFeed(s store.Store, publisher Publisher, logger *slog.Logger) *stageFeed {
	return &stageFeed{store: s, publisher: publisher, logger: logger, apis: map[apiKey]*servedAPI{}}
}

// publishAll publishes every stored stage.
func (f *stageFeed) publishAll(ctx context.Context) error {
	touched := map[apiKey]bool{}
	err := f.store.View(ctx, func(tx store.Tx) error {
		for record, err := range apis.Each(tx) {
			if err != nil {
				return err
			}
			touched[apiKey{record.Scope, record.ID[0]}] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for key := range touched {
		if err := f.publishLocked(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// watch publishes each change until it is cancelled.
func (f *stageFeed) watch() (cancel func()) { return f.store.Watch(store.Root, f.changed) }

// changed publishes the APIs of which something was written that stages are made of.
func (f *stageFeed) changed(changes []store.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	touched := map[apiKey]bool{}
	for i := range changes {
		f.noteLocked(changes[i].Key, touched)
	}
	for key := range touched {
		// The change is committed: its request's context has no say any more.
		if err := f.publishLocked(context.Background(), key); err != nil {
			// Nothing is better than a stage that serves what it no longer should.
			f.logger.Error("stages cannot be published", slog.String("api_id", key.id), slog.Any("error", err))
			f.withdrawLocked(key)
		}
	}
}

// noteLocked takes notice of one written key.
func (f *stageFeed) noteLocked(key string, touched map[apiKey]bool) {
	for _, owner := range []func(string) (store.Scope, []string, bool){stages.Owner, pendings.Owner} {
		if scope, id, ok := owner(key); ok {
			touched[apiKey{scope, id[0]}] = true
			return
		}
	}
	for i := range snapshotParts {
		scope, id, ok := snapshotParts[i].owns(key)
		if !ok {
			continue
		}
		if served := f.apis[apiKey{scope, id[0]}]; served != nil {
			served.stale[i] = true
		}
		return
	}
}

// publishLocked brings what is published of an API in line with what is stored.
func (f *stageFeed) publishLocked(ctx context.Context, key apiKey) error {
	served := f.apis[key]
	if served == nil {
		served = &servedAPI{stages: map[string]*deployed.ApiStage{}, stale: map[int]bool{}}
	}
	var wanted map[string]*deployed.ApiStage
	err := f.store.View(ctx, func(tx store.Tx) (err error) {
		wanted, err = served.wanted(tx, key)
		return err
	})
	if err != nil {
		return err
	}
	for name := range served.stages {
		if wanted[name] == nil {
			delete(served.stages, name)
			f.publisher.WithdrawApiStage(key.id, name)
		}
	}
	for name, stage := range wanted {
		if sameService(served.stages[name], stage) {
			continue
		}
		served.stages[name] = stage
		f.publisher.PublishApiStage(stage)
	}
	delete(f.apis, key)
	if len(served.stages) > 0 {
		f.apis[key] = served
	}
	return nil
}

func (f *stageFeed) withdrawLocked(key apiKey) {
	served := f.apis[key]
	if served == nil {
		return
	}
	for name := range served.stages {
		f.publisher.WithdrawApiStage(key.id, name)
	}
	delete(f.apis, key)
}

// wanted returns the stages as they are to be served.
func (s *servedAPI) wanted(tx store.Tx, key apiKey) (map[string]*deployed.ApiStage, error) {
	found, err := store.Collect(stages.All(tx, key.scope, "", key.id))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	pending, err := store.Find(tx, pendings, key.scope, nil, key.id)
	if err != nil {
		return nil, err
	}
	// Without a deployment only the API itself tells what kind of stage it is.
	api, err := store.Find(tx, apis, key.scope, nil, key.id)
	if err != nil || api == nil {
		return nil, err
	}
	known := s.known()
	wanted := make(map[string]*deployed.ApiStage, len(found))
	for i := range found {
		stage := &found[i]
		if pending != nil && aws.ToBool(stage.AutoDeploy) {
			if err := s.refresh(tx, key, pending.DeploymentID); err != nil {
				return nil, err
			}
			if len(s.live.Routes) > 0 { // else the former deployment stays, as settle has it
				stage.DeploymentId = &pending.DeploymentID
				known[pending.DeploymentID] = s.live
			}
		}
		served := &deployed.ApiStage{Account: key.scope.Account, Region: key.scope.Region, ApiID: key.id, Protocol: api.ProtocolType, Stage: *stage}
		if id := aws.ToString(stage.DeploymentId); id != "" {
			if known[id] == nil {
				if known[id], err = snapshots.Get(tx, key.scope, key.id, id); err != nil {
					return nil, err
				}
			}
			served.Api = known[id]
		}
		wanted[*stage.StageName] = served
	}
	return wanted, nil
}

// known are the snapshots that are served already, so that a changed variable costs
// no decoding of the API.
func (s *servedAPI) known() map[string]*deployed.Api {
	known := map[string]*deployed.Api{}
	for _, stage := range s.stages {
		if stage.Api != nil && (stage.Api != s.live || len(s.stale) == 0) {
			known[stage.Api.DeploymentID] = stage.Api
		}
	}
	return known
}

// refresh makes the live snapshot that of the pending deployment; it reads the parts
// that changed.
func (s *servedAPI) refresh(tx store.Tx, key apiKey, deploymentID string) error {
	// The view may be ahead of the changes that were noted: with the id there already,
	// a part may still come to be stale.
	if s.live != nil && s.live.DeploymentID == deploymentID && len(s.stale) == 0 {
		return nil
	}
	a, err := openAPI(tx, key.scope, key.id)
	if err != nil {
		return err
	}
	next := deployed.Api{}
	if s.live != nil {
		next = *s.live // what is published is not written again
	}
	next.DeploymentID = deploymentID
	for i, part := range snapshotParts {
		if s.live != nil && !s.stale[i] {
			continue
		}
		if err := part.read(a, &next); err != nil {
			return err
		}
	}
	s.live, s.stale = &next, map[int]bool{}
	return nil
}

// sameService reports whether two publications of a stage serve alike.
func sameService(a, b *deployed.ApiStage) bool {
	if a == nil || a.Api != b.Api {
		return false
	}
	left, right := a.Stage, b.Stage
	for _, stage := range []*types.Stage{&left, &right} {
		stage.LastUpdatedDate, stage.LastDeploymentStatusMessage = nil, nil
	}
	return reflect.DeepEqual(left, right)
}
