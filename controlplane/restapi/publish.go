package restapi

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// stageFeed tells a publisher of stages. It is driven by the store's change feed,
// so a change is served when the operation that made it returns.
type stageFeed struct {
	store     store.Store
	publisher Publisher
	logger    *slog.Logger

	// mu serialises publishing and guards the fields below.
	mu sync.Mutex
	// served says which deployments each published stage serves: its own, and that of
	// its canary.
	served map[stageKey][]deploymentKey
	// snapshots are the decoded deployments that published stages serve, so that a
	// changed variable costs no decoding of the API.
	snapshots map[deploymentKey]*sharedSnapshot
}

type stageKey struct{ apiID, stageName string }

type deploymentKey struct {
	scope     store.Scope
	apiID, id string
}

// sharedSnapshot is a decoded deployment with the number of stages that serve it.
type sharedSnapshot struct {
	api    *deployed.RestApi
	stages int
}

func newStageFeed(s store.Store, publisher Publisher, logger *slog.Logger) *stageFeed {
	return &stageFeed{
		store: s, publisher: publisher, logger: logger,
		served:    map[stageKey][]deploymentKey{},
		snapshots: map[deploymentKey]*sharedSnapshot{},
	}
}

// publishAll publishes every stored stage.
func (f *stageFeed) publishAll(ctx context.Context) error {
	var all []store.Record[types.Stage]
	err := f.store.View(ctx, func(tx store.Tx) error {
		all = nil
		for record, err := range stages.Each(tx) {
			if err != nil {
				return err
			}
			all = append(all, record)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, record := range all {
		if err := f.publishLocked(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

// changed handles a committed change of a stage record.
func (f *stageFeed) changed(record store.Record[types.Stage]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if record.Value == nil {
		f.withdrawLocked(keyOf(record))
		return
	}
	// The change is committed: its request's context has no say any more.
	if err := f.publishLocked(context.Background(), record); err != nil {
		// Nothing is better than a stage that serves what it no longer should.
		f.logger.Error("stage cannot be published",
			slog.String("api_id", record.ID[0]), slog.String("stage", record.ID[1]), slog.Any("error", err))
		f.withdrawLocked(keyOf(record))
	}
}

func (f *stageFeed) undecodable(err error) {
	f.logger.Error("stage record cannot be decoded", slog.Any("error", err))
}

func keyOf(record store.Record[types.Stage]) stageKey {
	return stageKey{apiID: record.ID[0], stageName: record.ID[1]}
}

func (f *stageFeed) publishLocked(ctx context.Context, record store.Record[types.Stage]) error {
	stage := keyOf(record)
	published := &deployed.RestStage{
		Account: record.Scope.Account, Region: record.Scope.Region,
		ApiID: stage.apiID, Stage: *record.Value,
	}
	serves := []deploymentKey{{scope: record.Scope, apiID: stage.apiID, id: aws.ToString(record.Value.DeploymentId)}}
	if canary := record.Value.CanarySettings; canary != nil && aws.ToString(canary.DeploymentId) != "" {
		serves = append(serves, deploymentKey{scope: record.Scope, apiID: stage.apiID, id: *canary.DeploymentId})
	}
	shared := make([]*sharedSnapshot, len(serves))
	for i, deployment := range serves {
		var err error
		if shared[i], err = f.snapshotLocked(ctx, deployment); err != nil {
			return fmt.Errorf("publish stage %q of API %q: %w", stage.stageName, stage.apiID, err)
		}
	}
	for _, snapshot := range shared {
		snapshot.stages++
	}
	f.releaseLocked(stage)
	f.served[stage] = serves
	published.Api = shared[0].api
	if len(shared) > 1 {
		published.Canary = shared[1].api
	}
	f.publisher.PublishRestStage(published)
	return nil
}

func (f *stageFeed) withdrawLocked(stage stageKey) {
	f.releaseLocked(stage)
	f.publisher.WithdrawRestStage(stage.apiID, stage.stageName)
}

// releaseLocked forgets what a stage served, and the snapshot with its last stage.
func (f *stageFeed) releaseLocked(stage stageKey) {
	for _, deployment := range f.served[stage] {
		shared := f.snapshots[deployment]
		if shared.stages--; shared.stages == 0 {
			delete(f.snapshots, deployment)
		}
	}
	delete(f.served, stage)
}

// snapshotLocked returns the decoded deployment, from the store if no stage serves
// it yet.
func (f *stageFeed) snapshotLocked(ctx context.Context, key deploymentKey) (*sharedSnapshot, error) {
	if shared, ok := f.snapshots[key]; ok {
		return shared, nil
	}
	shared := &sharedSnapshot{}
	err := f.store.View(ctx, func(tx store.Tx) (err error) {
		shared.api, err = snapshots.Get(tx, key.scope, key.apiID, key.id)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.snapshots[key] = shared
	return shared, nil
}
