package restapi

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// usageFeed tells a publisher of API keys and usage plans. Like that of stages it is
// driven by the store's change feed; what it publishes is a record each, so that
// thousands of keys cost no more than one.
type usageFeed struct {
	store     store.Store
	publisher UsagePublisher
	logger    *slog.Logger
}

func newUsageFeed(s store.Store, publisher UsagePublisher, logger *slog.Logger) *usageFeed {
	return &usageFeed{store: s, publisher: publisher, logger: logger}
}

// publishAll publishes what is stored.
func (f *usageFeed) publishAll(ctx context.Context) error {
	// Collected first: publishing a plan reads the store itself.
	var all []func()
	err := f.store.View(ctx, func(tx store.Tx) error {
		return errors.Join(
			each(apiKeys.Each(tx), &all, f.keyChanged),
			each(usagePlans.Each(tx), &all, f.planChanged),
			each(usagePlanKeys.Each(tx), &all, f.planKeyChanged),
			each(quotaGrants.Each(tx), &all, f.granted),
		)
	})
	if err != nil {
		return err
	}
	for _, publish := range all {
		publish()
	}
	return nil
}

// each appends to all what publishes each of the records.
func each[T any](records iter.Seq2[store.Record[T], error], all *[]func(), publish func(store.Record[T])) error {
	for record, err := range records {
		if err != nil {
			return err
		}
		*all = append(*all, func() { publish(record) })
	}
	return nil
}

// watch publishes each change until it is cancelled.
func (f *usageFeed) watch() (cancel func()) {
	cancels := []func(){
		apiKeys.Watch(f.store, f.keyChanged, f.undecodable),
		usagePlans.Watch(f.store, f.planChanged, f.undecodable),
		quotaStarts.Watch(f.store, f.quotaStarted, f.undecodable),
		usagePlanKeys.Watch(f.store, f.planKeyChanged, f.undecodable),
		quotaGrants.Watch(f.store, f.granted, f.undecodable),
	}
	return func() {
		for _, cancel := range slices.Backward(cancels) {
			cancel()
		}
	}
}

func (f *usageFeed) undecodable(err error) {
	f.logger.Error("record of a key or a usage plan cannot be decoded", slog.Any("error", err))
}

func (f *usageFeed) keyChanged(record store.Record[types.ApiKey]) {
	if record.Value == nil {
		f.publisher.WithdrawApiKey(record.ID[0])
		return
	}
	f.publisher.PublishApiKey(&deployed.ApiKey{
		Account: record.Scope.Account, Region: record.Scope.Region,
		ID: record.ID[0], Value: aws.ToString(record.Value.Value), IsEnabled: record.Value.Enabled,
	})
}

func (f *usageFeed) planChanged(record store.Record[types.UsagePlan]) {
	if record.Value == nil {
		f.publisher.WithdrawUsagePlan(record.ID[0])
		return
	}
	f.publish(record.Scope, record.Value)
}

// quotaStarted publishes the plan again: it may come before or after its quota's start.
func (f *usageFeed) quotaStarted(record store.Record[quotaStartRecord]) {
	var plan *types.UsagePlan
	err := f.store.View(context.Background(), func(tx store.Tx) (err error) {
		plan, err = store.Find(tx, usagePlans, record.Scope, nil, record.ID[0])
		return err
	})
	switch {
	case err != nil:
		f.undecodable(err)
	case plan != nil:
		f.publish(record.Scope, plan)
	}
}

func (f *usageFeed) publish(scope store.Scope, plan *types.UsagePlan) {
	published := &deployed.UsagePlan{Account: scope.Account, Region: scope.Region, Plan: *plan}
	if plan.Quota != nil {
		err := f.store.View(context.Background(), func(tx store.Tx) error {
			start, err := store.Find(tx, quotaStarts, scope, nil, *plan.Id)
			if start != nil {
				published.QuotaStart = start.Day
			}
			return err
		})
		if err != nil {
			f.undecodable(err) // the offset is lost, not the quota
		}
	}
	f.publisher.PublishUsagePlan(published)
}

func (f *usageFeed) planKeyChanged(record store.Record[planKeyRecord]) {
	if record.Value == nil {
		f.publisher.WithdrawUsagePlanKey(record.ID[0], record.ID[1])
		return
	}
	f.publisher.PublishUsagePlanKey(record.ID[0], record.ID[1])
}

func (f *usageFeed) granted(record store.Record[quotaGrantRecord]) {
	if record.Value == nil {
		return // with the key's membership, which is withdrawn
	}
	period, err := time.Parse(time.DateOnly, record.ID[2])
	if err != nil {
		f.undecodable(err)
		return
	}
	f.publisher.PublishQuotaGrant(&deployed.QuotaGrant{
		UsagePlanID: record.ID[0], KeyID: record.ID[1], Period: period, Allowed: record.Value.Remaining + record.Value.Used,
	})
}
