package function

import (
	"context"
	"sync"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// urlIndex finds a function URL by its id, which says neither whose it is nor where.
// Like the index of functions it follows the store by its change feed.
type urlIndex struct {
	// mu guards the maps.
	mu sync.RWMutex
	// ids has the id of each function or alias with a URL.
	ids  map[urlKey]string
	urls map[string]*deployed.FunctionURL
}

type urlKey struct {
	scope           store.Scope
	name, qualifier string
}

func newURLIndex() *urlIndex {
	return &urlIndex{ids: map[urlKey]string{}, urls: map[string]*deployed.FunctionURL{}}
}

// open publishes what s holds and follows it until cancel is called.
func (x *urlIndex) open(ctx context.Context, s store.Store, onError func(error)) (cancel func(), err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		for record, err := range functionURLs.Each(tx) {
			if err != nil {
				return err
			}
			x.changed(record)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return functionURLs.Watch(s, x.changed, onError), nil
}

func (x *urlIndex) changed(record store.Record[functionURLRecord]) {
	key := urlKey{record.Scope, record.ID[0], record.ID[1]}
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.urls, x.ids[key])
	delete(x.ids, key)
	if record.Value == nil {
		return
	}
	url := &deployed.FunctionURL{
		Account: key.scope.Account, Region: key.scope.Region, ID: record.Value.URLID,
		FunctionName: key.name, Config: record.Value.Config,
	}
	if key.qualifier != latest {
		url.Qualifier = key.qualifier
	}
	x.ids[key], x.urls[url.ID] = url.ID, url
}

// FunctionURL returns the function URL with an id, nil when there is none.
func (s *Service) FunctionURL(id string) *deployed.FunctionURL {
	s.urls.mu.RLock()
	defer s.urls.mu.RUnlock()
	return s.urls.urls[id]
}
