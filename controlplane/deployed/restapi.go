package deployed

import "github.com/aws/aws-sdk-go-v2/service/apigateway/types"

// RestApi is what CreateDeployment freezes of a REST API.
type RestApi struct {
	// DeploymentID is the id of the deployment.
	DeploymentID string
	// Api holds the API's own settings at the time of the deployment.
	Api types.RestApi
	// Resources are all resources with their methods, integrations and responses.
	Resources []types.Resource
	// Models are the API's models, which methods name in their requestModels.
	Models []types.Model
	// RequestValidators are what methods name in their requestValidatorId.
	RequestValidators []types.RequestValidator
	// Authorizers are what methods name in their authorizerId.
	Authorizers []types.Authorizer
	// GatewayResponses are the customised ones only, each complete (GR-06).
	GatewayResponses []types.GatewayResponse
}

// RestStage is a stage of a REST API as it is to be served: its live settings
// and the deployment it points to.
type RestStage struct {
	// Account and Region own the API.
	Account, Region string
	// ApiID is the id of the API.
	ApiID string
	// Stage holds the live settings of the stage.
	Stage types.Stage
	// Api is the deployment that the stage points to.
	Api *RestApi
	// Canary is the deployment that the stage's canary points to; nil when the stage
	// has no canary.
	Canary *RestApi
}
