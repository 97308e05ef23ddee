package deployed

import "github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

// Api is what a deployment freezes of an HTTP or a WebSocket API.
type Api struct {
	// DeploymentID is the id of the deployment.
	DeploymentID string
	// Api holds the API's own settings at the time of the deployment, CORS included.
	Api types.Api
	// Routes name their integrations in Target, as integrations/{id}.
	Routes       []types.Route
	Integrations []types.Integration
	// Authorizers are what routes name in their AuthorizerId.
	Authorizers []types.Authorizer
	// Models are what routes of WebSocket APIs name in their RequestModels.
	Models []types.Model
	// RouteResponses are those of WebSocket APIs, by the id of their route.
	RouteResponses map[string][]types.RouteResponse
	// IntegrationResponses are those of WebSocket APIs, by the id of their integration.
	IntegrationResponses map[string][]types.IntegrationResponse
}

// ApiStage is a stage of an HTTP or a WebSocket API as it is to be served: its live
// settings and the deployment it points to.
type ApiStage struct {
	// Account and Region own the API.
	Account, Region string
	// ApiID is the id of the API.
	ApiID string
	// Protocol is that of the API, known without a deployment as well.
	Protocol types.ProtocolType
	// Stage holds the live settings of the stage. Its DeploymentId is that of Api.
	Stage types.Stage
	// Api is the deployment that the stage points to; nil when it has none yet.
	Api *Api
}
