package restapi

import (
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The collections of the service. What a record's id consists of stands behind it.
var (
	apis               = store.NewCollection("restapi", wire.Records[types.RestApi]{})        // api
	resources          = store.NewCollection("resource", wire.Records[types.Resource]{})      // api, resource; methods nested
	stages             = store.NewCollection("stage", wire.Records[types.Stage]{})            // api, stage name
	deployments        = store.NewCollection("deployment", wire.Records[types.Deployment]{})  // api, deployment
	snapshots          = store.NewCollection[deployed.RestApi]("snapshot", snapshotRecords{}) // api, deployment
	authorizers        = store.NewCollection("authorizer", wire.Records[types.Authorizer]{})  // api, authorizer
	models             = store.NewCollection("model", wire.Records[types.Model]{})            // api, model name
	validators         = store.NewCollection("requestvalidator", wire.Records[types.RequestValidator]{})
	vpcLinks           = store.NewCollection("vpclink", wire.Records[types.VpcLink]{})
	clientCertificates = store.NewCollection("clientcertificate", wire.Records[types.ClientCertificate]{})
	accounts           = store.NewCollection("account", wire.Records[apigateway.GetAccountOutput]{})

	// children finds a resource by its place, so that adding one to an API with
	// thousands reads two keys and not the whole tree: api, parent, path part
	// (variableSlot for a path variable, of which a parent has one).
	children = store.NewCollection("resourcechild", jsonRecords[childRecord]{})
	// tallies counts the resources of an API: api.
	tallies = store.NewCollection("resourcetally", jsonRecords[tallyRecord]{})
	// owners says which account and region an API id belongs to; ids are unique
	// across all of them, because invoke addresses name only the id. Kept in
	// everywhere: api.
	owners = store.NewCollection("restapiowner", jsonRecords[store.Scope]{})
)

// everywhere is the scope of records that belong to no account and region.
var everywhere = store.Scope{Account: "-", Region: "-"}

// variableSlot is the place of a parent's path variable among its children; it
// is no legal path part.
const variableSlot = "{}"

type childRecord struct {
	ID       string `json:"id"`
	PathPart string `json:"pathPart"`
}

type tallyRecord struct {
	Resources int `json:"resources"`
}

// jsonRecords stores records of the package's own types.
type jsonRecords[T any] struct{}

func (jsonRecords[T]) Marshal(value *T) ([]byte, error) { return json.Marshal(value) }

func (jsonRecords[T]) Unmarshal(data []byte, value *T) error { return json.Unmarshal(data, value) }

// find reads a record, or returns missing when there is none.
func find[T any](tx store.Tx, c store.Collection[T], scope store.Scope, missing error, id ...string) (*T, error) {
	record, err := c.Get(tx, scope, id...)
	if errors.Is(err, store.ErrNotFound) {
		return nil, missing
	}
	return record, err
}

// exists reports whether there is a record with the given id.
func exists[T any](tx store.Tx, c store.Collection[T], scope store.Scope, id ...string) (bool, error) {
	_, err := c.Get(tx, scope, id...)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
