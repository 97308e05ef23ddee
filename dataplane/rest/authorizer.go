package rest

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// invokeAction is what a caller of a method does.
const invokeAction = "execute-api:Invoke"

// authorizer is a compiled Lambda authorizer with its cache.
type authorizer struct {
	*authorize.Authorizer

	cache authorize.Cache[*authorization]
}

// authorization is what an authorizer said of the caller.
type authorization struct {
	*authorize.Result

	// latency is how long the function took; 0 for a cached result.
	latency time.Duration
}

// authorizer compiles the step of a method's Lambda authorizer. Methods that name the
// same one share it, and its cache.
func (c *compiler) authorizer(m *types.Method) step {
	const name = "authorize"
	id := aws.ToString(m.AuthorizerId)
	if known := c.authorizers[id]; known != nil {
		return step{name: name, run: known.run}
	}
	snapshot := c.stage.snapshot
	for i := range snapshot.Api.Authorizers {
		definition := &snapshot.Api.Authorizers[i]
		if aws.ToString(definition.Id) != id {
			continue
		}
		compiled, err := authorize.New(authorize.Config{
			Account: snapshot.Account, Region: snapshot.Region, APIID: snapshot.ApiID,
			Variables: snapshot.Stage.Variables, Invoker: c.stage.env.Invoker,
		}, definition)
		if err != nil {
			return misconfigured("authorizer " + id + ": " + err.Error())
		}
		a := &authorizer{Authorizer: compiled}
		if c.authorizers == nil {
			c.authorizers = map[string]*authorizer{}
		}
		c.authorizers[id] = a
		return step{name: name, run: a.run}
	}
	return misconfigured("the deployment has no authorizer " + id)
}

// run asks the authorizer, or its cache, and decides by the policy that it returned.
func (a *authorizer) run(x *Exchange) *Failure {
	identity, ok := a.Identity(x)
	if !ok {
		return &Failure{Type: types.GatewayResponseTypeUnauthorized, Reason: "Unauthorized request: " + x.Request.ID}
	}
	said, cached := a.cache.Get(identity, x.Request.Time)
	if !cached {
		var failure *Failure
		if said, failure = a.ask(x, identity); failure != nil {
			return failure
		}
		if a.TTL > 0 && len(identity) > 0 {
			a.cache.Put(identity, said, x.Request.Time.Add(a.TTL))
		}
	}
	x.authorization = said
	if cached {
		x.authorization = &authorization{Result: said.Result}
		x.decide("cached")
	}
	return x.allowed(said.Policy)
}

// ask calls the authorizer's function.
func (a *authorizer) ask(x *Exchange, identity []string) (*authorization, *Failure) {
	trace := x.trace()
	ctx, release := x.functionContext(trace.Response())
	defer release()
	event := x.event(trace)
	event.Body, event.IsBase64Encoded = nil, false
	event.StageVariables = sortedPairs(x.stage.snapshot.Stage.Variables)
	start := x.stage.env.Now()
	result, _, err := a.Call(ctx, a.Event(identity, x.methodARN(), event))
	switch {
	case err == nil:
		return &authorization{Result: result, latency: x.stage.env.Now().Sub(start)}, nil
	case errors.Is(err, authorize.ErrUnauthorized):
		return nil, &Failure{Type: types.GatewayResponseTypeUnauthorized, Reason: "Unauthorized request: " + x.Request.ID}
	default:
		failure := configurationError("Authorizer error")
		failure.Type, failure.Cause = types.GatewayResponseTypeAuthorizerConfigurationError, err
		return nil, failure
	}
}

// allowed decides by a policy. The messages of a refusal are AWS's, with a capital in
// their member's name.
func (x *Exchange) allowed(policy *authorize.Policy) *Failure {
	failure := &Failure{
		Type: types.GatewayResponseTypeAccessDenied, CapitalMessage: true, Reason: "The client is not authorized to perform this operation.",
	}
	switch policy.Decide(invokeAction, x.methodARN(), x.facts()) {
	case authorize.Allow:
		return nil
	case authorize.ExplicitDeny:
		failure.Message = "User is not authorized to access this resource with an explicit deny"
	case authorize.ImplicitDeny:
		if x.policyDecision == authorize.Allow {
			return nil // the resource policy allows what the authorizer does not speak of
		}
	}
	return failure
}

// methodARN is the ARN of the call: the verb and the path as they were sent.
func (x *Exchange) methodARN() string {
	s := x.stage.snapshot
	return "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + x.stage.name + "/" +
		x.Request.HTTP.Method + "/" + strings.TrimPrefix(x.Request.Path, "/")
}

// facts are the condition keys of the call.
func (x *Exchange) facts() authorize.Facts {
	facts := authorize.Facts{
		"aws:sourceip":        {x.sourceIP()},
		"aws:currenttime":     {x.Request.Time.UTC().Format(time.RFC3339)},
		"aws:epochtime":       {strconv.FormatInt(x.Request.Time.Unix(), 10)},
		"aws:securetransport": {strconv.FormatBool(x.Request.HTTP.TLS != nil)},
	}
	for key, header := range map[string]string{"aws:useragent": "User-Agent", "aws:referer": "Referer"} {
		if value := x.Request.HTTP.Header.Get(header); value != "" {
			facts[key] = []string{value}
		}
	}
	x.callerFacts(facts)
	return facts
}

// authorizerVariable is $context.authorizer.{name}.
func (x *Exchange) authorizerVariable(name string) string {
	said := x.authorization
	switch {
	case x.claims != nil:
		if claim, ok := strings.CutPrefix(name, "claims."); ok {
			return x.claims[claim]
		}
		return ""
	case said == nil:
		return ""
	case name == "principalId":
		return said.PrincipalID
	case name == "integrationLatency":
		return strconv.FormatInt(said.latency.Milliseconds(), 10)
	}
	for _, pair := range said.Context {
		if pair.Name == name {
			return pair.Value
		}
	}
	return ""
}

// eventAuthorizer is the authorizer member of a proxy event, nil when there is none.
func (x *Exchange) eventAuthorizer() *integration.EventAuthorizer {
	if x.claims != nil {
		return &integration.EventAuthorizer{Claims: sortedPairs(x.claims)}
	}
	if x.authorization == nil {
		return nil
	}
	return &integration.EventAuthorizer{
		PrincipalID: x.authorization.PrincipalID, Context: x.authorization.Context, LatencyMillis: x.authorization.latency.Milliseconds(),
	}
}

// FlushAuthorizers empties the caches of the stage's authorizers.
func (s *Stage) FlushAuthorizers() {
	for _, stage := range []*Stage{s, s.canary} {
		if stage == nil {
			continue
		}
		for _, a := range stage.compiled().authorizers {
			a.cache.Flush()
		}
		for _, pools := range stage.compiled().pools {
			pools.forget()
		}
	}
}
