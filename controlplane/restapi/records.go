package restapi

import (
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/domainname"
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
	frozenParts = store.NewCollection("documentationfrozen", store.JSONRecords[frozenPartsRecord]{})

	// certificateKeys are the private keys of client certificates: certificate.
	certificateKeys = store.NewCollection("clientcertificatekey", store.JSONRecords[certificateKeyRecord]{})

	// The key of a domain name is its name, and for a private one its id too.
	domainNames        = domainname.Names                                                                           // domain name
	basePathMappings   = domainname.Mappings                                                                        // domain name, base path
	accessAssociations = store.NewCollection("domainnameaccess", wire.Records[types.DomainNameAccessAssociation]{}) // ARN
	certificateUploads = store.NewCollection("domainnamecertificate", store.JSONRecords[certificateUploadRecord]{}) // domain name
	// domainOwners say whose a public domain name is; kept in publicDomains: name.
	domainOwners = store.NewCollection("domainnameowner", store.JSONRecords[store.Scope]{})

	// apiKeyValues finds a key by its value, which is unique: value.
	apiKeyValues = store.NewCollection("apikeyvalue", store.JSONRecords[idRecord]{})
	// apiKeyTallies counts the keys of an account and region: "apikeys".
	apiKeyTallies = store.NewCollection("apikeytally", store.JSONRecords[countRecord]{})
	// usagePlanKeys are the keys of a usage plan: plan, key.
	usagePlanKeys = store.NewCollection("usageplankey", store.JSONRecords[planKeyRecord]{})
	// quotaStarts say since when a usage plan has a quota: plan.
	quotaStarts = store.NewCollection("quotastart", store.JSONRecords[quotaStartRecord]{})
	// quotaGrants are changed remainders of a quota: plan, key, first day of the period.
	quotaGrants = store.NewCollection("quotagrant", store.JSONRecords[quotaGrantRecord]{})

	// children finds a resource by its place, so that adding one to an API with
	// thousands reads two keys and not the whole tree: api, parent, path part
	// (variableSlot for a path variable, of which a parent has one).
	children = store.NewCollection("resourcechild", store.JSONRecords[childRecord]{})
	// tallies counts the resources of an API: api.
	tallies = store.NewCollection("resourcetally", store.JSONRecords[tallyRecord]{})
)

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
