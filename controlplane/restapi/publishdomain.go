package restapi

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	v2types "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// domainFeed tells a publisher of custom domain names: of a name with all its mappings
// whenever one of them changes.
type domainFeed struct {
	store     store.Store
	publisher DomainPublisher
	logger    *slog.Logger
}

// publishAll publishes what is stored.
func (f *domainFeed) publishAll(ctx context.Context) error {
	var all []store.Record[types.DomainName]
	err := f.store.View(ctx, func(tx store.Tx) error {
		for record, err := range domainNames.Each(tx) {
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
	for _, record := range all {
		f.publish(ctx, record.Scope, record.ID[0])
	}
	return nil
}

// watch publishes each change until it is cancelled.
func (f *domainFeed) watch() (cancel func()) {
	names := domainNames.Watch(f.store, f.nameChanged, f.undecodable)
	mappings := basePathMappings.Watch(f.store, f.mappingChanged, f.undecodable)
	rules := domainname.Rules.Watch(f.store, f.ruleChanged, f.undecodable)
	return func() { rules(); mappings(); names() }
}

// A change is committed: its request's context has no say any more.

func (f *domainFeed) nameChanged(record store.Record[types.DomainName]) {
	f.publish(context.Background(), record.Scope, record.ID[0])
}

func (f *domainFeed) mappingChanged(record store.Record[types.BasePathMapping]) {
	f.publish(context.Background(), record.Scope, record.ID[0])
}

func (f *domainFeed) ruleChanged(record store.Record[v2types.RoutingRule]) {
	f.publish(context.Background(), record.Scope, record.ID[0])
}

func (f *domainFeed) undecodable(err error) {
	f.logger.Error("record of a custom domain name cannot be decoded", slog.Any("error", err))
}

// publish reads a domain name and publishes it, or withdraws it when it is not there.
func (f *domainFeed) publish(ctx context.Context, scope store.Scope, key string) {
	var published *deployed.DomainName
	err := f.store.View(ctx, func(tx store.Tx) error {
		domain, err := store.Find(tx, domainNames, scope, nil, key)
		if err != nil || domain == nil {
			return err
		}
		mappings, err := store.Collect(basePathMappings.All(tx, scope, "", key))
		if err != nil {
			return err
		}
		rules, err := store.Collect(domainname.Rules.All(tx, scope, "", key))
		published = &deployed.DomainName{Account: scope.Account, Region: scope.Region, Key: key, Domain: *domain, Mappings: mappings, Rules: rules}
		return err
	})
	if err != nil {
		// Nothing is better than a name that serves what it no longer should.
		f.undecodable(err)
		published = nil
	}
	if published == nil {
		f.publisher.WithdrawDomainName(scope.Account, scope.Region, key)
		return
	}
	f.publisher.PublishDomainName(published)
}
