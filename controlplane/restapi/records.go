package restapi

import (
	"encoding/json"
	"errors"
	"iter"

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
	gatewayResponses   = store.NewCollection("gatewayresponse", wire.Records[types.GatewayResponse]{}) // api, type; those that were put
	vpcLinks           = store.NewCollection("vpclink", wire.Records[types.VpcLink]{})
	clientCertificates = store.NewCollection("clientcertificate", wire.Records[types.ClientCertificate]{})
	accounts           = store.NewCollection("account", wire.Records[apigateway.GetAccountOutput]{})
	apiKeys            = store.NewCollection("apikey", wire.Records[types.ApiKey]{})       // key
	usagePlans         = store.NewCollection("usageplan", wire.Records[types.UsagePlan]{}) // plan

	documentationParts    = store.NewCollection("documentationpart", wire.Records[types.DocumentationPart]{})       // api, part
	documentationVersions = store.NewCollection("documentationversion", wire.Records[types.DocumentationVersion]{}) // api, version
	// frozenParts are the parts as they were when a version was made: api, version.
	frozenParts = store.NewCollection("documentationfrozen", jsonRecords[frozenPartsRecord]{})

	// certificateKeys are the private keys of client certificates: certificate.
	certificateKeys = store.NewCollection("clientcertificatekey", jsonRecords[certificateKeyRecord]{})

	// The key of a domain name is its name, and for a private one its id too.
	domainNames        = store.NewCollection("domainname", wire.Records[types.DomainName]{})                        // domain name
	basePathMappings   = store.NewCollection("basepathmapping", wire.Records[types.BasePathMapping]{})              // domain name, base path
	accessAssociations = store.NewCollection("domainnameaccess", wire.Records[types.DomainNameAccessAssociation]{}) // ARN
	certificateUploads = store.NewCollection("domainnamecertificate", jsonRecords[certificateUploadRecord]{})       // domain name
	// domainOwners say whose a public domain name is; kept in publicDomains: name.
	domainOwners = store.NewCollection("domainnameowner", jsonRecords[store.Scope]{})

	// apiKeyValues finds a key by its value, which is unique: value.
	apiKeyValues = store.NewCollection("apikeyvalue", jsonRecords[idRecord]{})
	// apiKeyTallies counts the keys of an account and region: "apikeys".
	apiKeyTallies = store.NewCollection("apikeytally", jsonRecords[countRecord]{})
	// usagePlanKeys are the keys of a usage plan: plan, key.
	usagePlanKeys = store.NewCollection("usageplankey", jsonRecords[planKeyRecord]{})
	// quotaStarts say since when a usage plan has a quota: plan.
	quotaStarts = store.NewCollection("quotastart", jsonRecords[quotaStartRecord]{})
	// quotaGrants are changed remainders of a quota: plan, key, first day of the period.
	quotaGrants = store.NewCollection("quotagrant", jsonRecords[quotaGrantRecord]{})

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

// idRecord refers to another record.
type idRecord struct {
	ID string `json:"id"`
}

type countRecord struct {
	Count int `json:"count"`
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

// count returns the number of records below parent.
func count[T any](tx store.Tx, c store.Collection[T], scope store.Scope, parent ...string) (int, error) {
	n := 0
	for _, err := range c.All(tx, scope, "", parent...) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// checkRoom returns full when there are limit records or more below parent.
func checkRoom[T any](tx store.Tx, c store.Collection[T], scope store.Scope, limit int, full error, parent ...string) error {
	n, err := count(tx, c, scope, parent...)
	if err == nil && n >= limit {
		err = full
	}
	return err
}

// filtered yields the records that keep wants.
func filtered[T any](records iter.Seq2[store.Record[T], error], keep func(*T) bool) iter.Seq2[store.Record[T], error] {
	return func(yield func(store.Record[T], error) bool) {
		for record, err := range records {
			if err == nil && !keep(record.Value) {
				continue
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// collect returns the values of all records.
func collect[T any](records iter.Seq2[store.Record[T], error]) ([]T, error) {
	var values []T
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		values = append(values, *record.Value)
	}
	return values, nil
}
