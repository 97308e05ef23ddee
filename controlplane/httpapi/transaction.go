package httpapi

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/apiid"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// apiTx is an API within a transaction.
type apiTx struct {
	tx    store.Tx
	scope store.Scope
	api   *types.Api
}

func openAPI(tx store.Tx, scope store.Scope, id string) (apiTx, error) {
	api, err := findAPI(tx, scope, id)
	return apiTx{tx: tx, scope: scope, api: api}, err
}

func (a apiTx) id() string { return *a.api.ApiId }

func (a apiTx) isHTTP() bool { return a.api.ProtocolType == types.ProtocolTypeHttp }

// find reads a record of the API, or returns missing when there is none.
func find[T any](a apiTx, c store.Collection[T], missing error, id ...string) (*T, error) {
	return store.Find(a.tx, c, a.scope, missing, append([]string{a.id()}, id...)...)
}

// put stores a record of the API.
func put[T any](a apiTx, c store.Collection[T], record *T, id ...string) error {
	return c.Put(a.tx, a.scope, record, append([]string{a.id()}, id...)...)
}

// remove deletes a record of the API.
func remove[T any](a apiTx, c store.Collection[T], id ...string) error {
	return c.Delete(a.tx, a.scope, append([]string{a.id()}, id...)...)
}

// all returns the records of a kind that the API, or one of its resources, has.
func all[T any](a apiTx, c store.Collection[T], parent ...string) ([]T, error) {
	return store.Collect(c.All(a.tx, a.scope, "", append([]string{a.id()}, parent...)...))
}

// read runs fn on an API in a read-only transaction.
func read[T any](ctx context.Context, s *Service, apiID string, fn func(apiTx) (T, error)) (T, error) {
	return view(ctx, s, func(tx store.Tx) (result T, err error) {
		a, err := openAPI(tx, scopeOf(ctx), apiID)
		if err != nil {
			return result, err
		}
		return fn(a)
	})
}

// edit runs fn on an API in a read-write transaction, perhaps more than once.
func edit[T any](ctx context.Context, s *Service, apiID string, fn func(apiTx) (T, error)) (T, error) {
	return update(ctx, s, func(tx store.Tx) (result T, err error) {
		a, err := openAPI(tx, scopeOf(ctx), apiID)
		if err != nil {
			return result, err
		}
		return fn(a)
	})
}

// change is [edit] for what changes the configuration of an API, that is, what a
// deployment freezes.
func change[T any](ctx context.Context, s *Service, apiID string, fn func(apiTx) (T, error)) (T, error) {
	next := s.nextDeployment()
	return edit(ctx, s, apiID, func(a apiTx) (T, error) {
		result, err := fn(a)
		if err == nil {
			err = markChanged(a, next)
		}
		return result, err
	})
}

// list returns one page of the records of a kind that the API has.
func list[T any](
	ctx context.Context, s *Service, apiID string, maxResults, nextToken *string, c store.Collection[T],
	check func(apiTx) error, parent ...string,
) (items []T, next *string, err error) {
	page, err := newPage(maxResults, nextToken)
	if err != nil {
		return nil, nil, err
	}
	items, err = read(ctx, s, apiID, func(a apiTx) (items []T, err error) {
		if check != nil {
			if err := check(a); err != nil {
				return nil, err
			}
		}
		items, next, err = store.Take(page, c.All(a.tx, a.scope, page.After, append([]string{a.id()}, parent...)...))
		return items, err
	})
	return items, next, err
}

// nextDeployment draws the deployment that a change of the API causes.
func (s *Service) nextDeployment() pendingRecord {
	return pendingRecord{DeploymentID: newDeploymentID(), CreatedDate: *s.timestamp()}
}

// timestamp is the time of an operation; AWS keeps whole seconds.
func (s *Service) timestamp() *time.Time {
	t := time.Unix(s.now().Unix(), 0).UTC()
	return &t
}

// The lengths of ids are AWS's.
func newRouteID() string       { return apiid.New(7) }
func newIntegrationID() string { return apiid.New(7) }
func newAuthorizerID() string  { return apiid.New(6) }
func newDeploymentID() string  { return apiid.New(6) }
func newModelID() string       { return apiid.New(6) }
func newResponseID() string    { return apiid.New(6) }

// tooMany is the error for a quota that is used up. Unverified: the wording.
func tooMany(things string) error {
	return wire.NewError(429, "TooManyRequestsException",
		"Maximum number of "+things+" for this API has been reached. Please contact AWS if you need additional "+things+".")
}
