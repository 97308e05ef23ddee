package rest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
)

// unsupported is the failure of what guards or transforms and cannot be done yet. It
// is closed on purpose: to go on without it would let in what it keeps out.
func unsupported(what string) *Failure {
	return configurationError("not supported by this emulator yet: " + what)
}

// refusal is a step that always fails.
func refusal(name string, failure *Failure) step {
	return step{name: name, run: func(*Exchange) *Failure { return failure }}
}

// stageGuards are the steps for guards of the whole API or stage.
func (c *compiler) stageGuards() []step {
	var steps []step
	if aws.ToString(c.stage.snapshot.Stage.WebAclArn) != "" {
		steps = append(steps, refusal("web ACL", unsupported("web ACL of the stage")))
	}
	return steps
}

// methodGuards are the steps that decide whether a call of the method is let through.
func (c *compiler) methodGuards(m *types.Method) []step {
	var steps []step
	switch authorization := aws.ToString(m.AuthorizationType); authorization {
	case "", "NONE":
		steps = append(steps, c.resourcePolicy((*Exchange).needAllow)...)
	case "AWS_IAM":
		steps = append(steps, step{name: "authorize", run: authenticateIAM})
		if aws.ToString(c.api.Policy) == "" {
			steps = append(steps, step{name: "resource policy", run: (*Exchange).allowOwnAccount})
		}
		steps = append(steps, c.resourcePolicy((*Exchange).allowOwnAccount)...)
	case "CUSTOM":
		steps = append(steps, c.resourcePolicy((*Exchange).refuseDenied)...)
		steps = append(steps, c.authorizer(m))
	case "COGNITO_USER_POOLS":
		steps = append(steps, c.cognito(m))
		steps = append(steps, c.resourcePolicy((*Exchange).needAllow)...)
	default:
		failure := unsupported("authorizationType " + authorization)
		failure.Type = types.GatewayResponseTypeAuthorizerConfigurationError
		steps = append(steps, refusal("authorize", failure))
	}
	if aws.ToBool(m.ApiKeyRequired) {
		steps = append(steps, c.apiKey())
	}
	return steps
}
