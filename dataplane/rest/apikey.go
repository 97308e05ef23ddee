package rest

import (
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

// headerAPIKey has the key of a request when apiKeySource is HEADER.
const headerAPIKey = "X-Api-Key" //nolint:gosec // the name of a header

// apiKey is the step that wants a valid key (UP-15, UP-16, UP-17) and holds the caller
// to the throttle and the quota of its usage plan.
func (c *compiler) apiKey() step {
	if c.api.ApiKeySource == types.ApiKeySourceTypeAuthorizer {
		return step{name: "API key", run: func(x *Exchange) *Failure {
			key := ""
			if x.authorization != nil {
				key = x.authorization.UsageIdentifierKey
			}
			return checkAPIKey(x, key)
		}}
	}
	return step{name: "API key", run: func(x *Exchange) *Failure { return checkAPIKey(x, x.Request.HTTP.Header.Get(headerAPIKey)) }}
}

// keyFailures are the gateway responses to a key that is not let through.
var keyFailures = map[usageplan.Verdict]types.GatewayResponseType{
	usageplan.Refused:   types.GatewayResponseTypeInvalidApiKey,
	usageplan.Throttled: types.GatewayResponseTypeThrottled,
	usageplan.Exhausted: types.GatewayResponseTypeQuotaExceeded,
}

func checkAPIKey(x *Exchange, key string) *Failure {
	stage, resource := x.stage.snapshot, x.Match.method.resource
	decision := x.stage.env.Usage.Admit(&usageplan.Call{
		Account: stage.Account, Region: stage.Region, ApiID: stage.ApiID, Stage: x.stage.name,
		ResourceID: resource.id, ResourcePath: resource.path, Method: x.Request.HTTP.Method,
		Key: key, Time: x.Request.Time,
	})
	if decision.KeyID != "" {
		x.apiKey, x.apiKeyID = key, decision.KeyID
	}
	if decision.Verdict != usageplan.Admitted {
		return &Failure{Type: keyFailures[decision.Verdict], Reason: decision.Reason}
	}
	return nil
}
