package rest

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
)

// resourcePolicy compiles the step that asks the API's resource policy about a call; verdict
// makes of its decision what the method's kind of authorization asks for. An API without a
// policy has no such step.
//
// Source: "How API Gateway resource policies affect authorization workflow" in AWS's
// developer guide.
func (c *compiler) resourcePolicy(verdict func(x *Exchange) *Failure) []step {
	const name = "resource policy"
	text := aws.ToString(c.api.Policy)
	if text == "" {
		return nil
	}
	policy, err := authorize.ParseResourcePolicy([]byte(text))
	if err != nil {
		return []step{refusal(name, configurationError("resource policy: "+err.Error()))}
	}
	return []step{{name: name, run: func(x *Exchange) *Failure {
		x.policyDecision = policy.DecideFor(x.policyCaller(), invokeAction, x.methodARN(), x.facts())
		return verdict(x)
	}}}
}

// policyCaller is who the resource policy takes the caller for: users of user pools and of
// Lambda authorizers are nobody to it.
func (x *Exchange) policyCaller() authorize.Caller {
	if x.caller == nil {
		return authorize.Caller{}
	}
	return authorize.Caller{Account: x.caller.AccountID, ARN: x.caller.UserARN}
}

// needAllow is the verdict for callers that nothing but the policy lets in.
func (x *Exchange) needAllow() *Failure {
	if x.policyDecision == authorize.Allow {
		return nil
	}
	return x.denied()
}

// refuseDenied is the verdict before an authorizer, which may allow what the policy does
// not speak of.
func (x *Exchange) refuseDenied() *Failure {
	if x.policyDecision == authorize.ExplicitDeny {
		return x.denied()
	}
	return nil
}

// allowOwnAccount is the verdict for signed calls. Identities of the API's own account may
// do all here, those of others need the policy.
func (x *Exchange) allowOwnAccount() *Failure {
	if x.caller.AccountID == x.stage.snapshot.Account {
		return x.refuseDenied()
	}
	return x.needAllow()
}

// denied is the gateway response to a caller that the policy keeps out.
func (x *Exchange) denied() *Failure { return x.deniedAction(invokeAction, x.policyDecision) }

// deniedAction is the same for any action.
func (x *Exchange) deniedAction(action string, decision authorize.Decision) *Failure {
	user := "anonymous"
	if x.caller != nil {
		user = x.caller.UserARN
	}
	message := "User: " + user + " is not authorized to perform: " + action + " on resource: " + maskAccount(x.methodARN(), x.stage.snapshot.Account)
	if decision == authorize.ExplicitDeny {
		message += " with an explicit deny"
	}
	return &Failure{
		Type: types.GatewayResponseTypeAccessDenied, CapitalMessage: true, Message: message,
		Reason: "The client is not authorized to perform this operation.",
	}
}

// maskAccount leaves the last four digits of the account in an ARN.
func maskAccount(arn, account string) string {
	shown := min(4, len(account))
	return strings.Replace(arn, ":"+account+":", ":"+strings.Repeat("*", len(account)-shown)+account[len(account)-shown:]+":", 1)
}

// callerFacts adds the condition keys of a caller that signed, and those of the VPC
// endpoint. Calls of a private API count as calls through its first endpoint: nothing local
// tells endpoints apart.
func (x *Exchange) callerFacts(facts authorize.Facts) {
	api := x.stage.snapshot.Api.Api
	if e := api.EndpointConfiguration; e != nil && len(e.VpcEndpointIds) > 0 && slices.Contains(e.Types, types.EndpointTypePrivate) {
		facts["aws:sourcevpce"] = e.VpcEndpointIds[:1]
	}
	if x.caller == nil {
		return
	}
	facts["aws:principalaccount"] = []string{x.caller.AccountID}
	facts["aws:principalarn"] = []string{x.caller.UserARN}
	facts["aws:userid"] = []string{x.caller.User}
	kind, name := "User", ""
	switch _, resource, _ := strings.Cut(x.caller.UserARN, "::"+x.caller.AccountID+":"); {
	case resource == "root":
		kind = "Account"
	case strings.HasPrefix(resource, "assumed-role/"):
		kind = "AssumedRole"
	default:
		name = resource[strings.LastIndexByte(resource, '/')+1:]
	}
	facts["aws:principaltype"] = []string{kind}
	if name != "" {
		facts["aws:username"] = []string{name}
	}
}
