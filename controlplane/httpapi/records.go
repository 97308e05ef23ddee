package httpapi

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// The collections of the service. Kinds begin with v2: REST APIs have kinds of the
// same names. What a record's id consists of stands behind it.
var (
	apis                 = store.NewCollection("v2api", wire.Records[types.Api]{})                                 // api
	routes               = store.NewCollection("v2route", wire.Records[types.Route]{})                             // api, route
	integrations         = store.NewCollection("v2integration", wire.Records[types.Integration]{})                 // api, integration
	authorizers          = store.NewCollection("v2authorizer", wire.Records[types.Authorizer]{})                   // api, authorizer
	models               = store.NewCollection("v2model", wire.Records[types.Model]{})                             // api, model
	routeResponses       = store.NewCollection("v2routeresponse", wire.Records[types.RouteResponse]{})             // api, route, response
	integrationResponses = store.NewCollection("v2integrationresponse", wire.Records[types.IntegrationResponse]{}) // api, integration, response
	stages               = store.NewCollection("v2stage", wire.Records[types.Stage]{})                             // api, stage name
	deployments          = store.NewCollection("v2deployment", wire.Records[types.Deployment]{})                   // api, deployment
	snapshots            = store.NewCollection("v2snapshot", wire.Records[deployed.Api]{})                         // api, deployment

	// routeKeys finds a route by its key, which is unique in an API: api, key.
	routeKeys = store.NewCollection("v2routekey", store.JSONRecords[idRecord]{})
	// pendings are the automatic deployments that have not been stored yet: api.
	pendings = store.NewCollection("v2pending", store.JSONRecords[pendingRecord]{})
)

// idRecord refers to another record.
type idRecord struct {
	ID string `json:"id"`
}

// pendingRecord is the automatic deployment that an API's auto-deploy stages serve
// already and that is stored when somebody looks.
type pendingRecord struct {
	DeploymentID string    `json:"deploymentId"`
	CreatedDate  time.Time `json:"createdDate"`
}
