package httpapi

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// authorizer returns the step that decides whether a call of the route is let through.
// One that cannot be compiled lets nobody through.
func (c *compiler) authorizer(r *route) []step {
	const name = "authorize"
	var run func(x *Exchange) *Failure
	var failure *Failure
	switch kind := r.snapshot.AuthorizationType; kind {
	case "", types.AuthorizationTypeNone:
		return nil
	case types.AuthorizationTypeJwt:
		run, failure = c.jwtAuthorizer(r)
	case types.AuthorizationTypeCustom:
		run, failure = c.requestAuthorizer(r)
	case types.AuthorizationTypeAwsIam:
		run, failure = c.iam()
	default:
		failure = authorizerError("authorizationType "+string(kind)+" is none of HTTP APIs", nil)
	}
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	return []step{{name: name, run: run}}
}

// definition returns the authorizer that a route names.
func (c *compiler) definition(r *route, kind types.AuthorizerType) (*types.Authorizer, *Failure) {
	id := aws.ToString(r.snapshot.AuthorizerId)
	definition := c.authorizers[id]
	switch {
	case definition == nil:
		return nil, authorizerError("the deployment has no authorizer "+id, nil)
	case definition.AuthorizerType != kind:
		return nil, authorizerError("authorizer "+id+" is not of type "+string(kind), nil)
	default:
		return definition, nil
	}
}

// jwtAuthorizer is a compiled JWT authorizer.
type jwtAuthorizer struct {
	*jwt.Authorizer

	source authorize.IdentitySource
}

func (c *compiler) jwtAuthorizer(r *route) (func(x *Exchange) *Failure, *Failure) {
	definition, failure := c.definition(r, types.AuthorizerTypeJwt)
	if failure != nil {
		return nil, failure
	}
	id := aws.ToString(definition.AuthorizerId)
	compiled := c.tokens[id]
	if compiled == nil {
		configuration := definition.JwtConfiguration
		if configuration == nil || len(definition.IdentitySource) != 1 {
			return nil, authorizerError("authorizer "+id+" has no issuer or not one identity source", nil)
		}
		source, err := authorize.ParseIdentitySource(definition.IdentitySource[0], c.snapshot.Stage.StageVariables)
		if err != nil {
			return nil, authorizerError("authorizer "+id, err)
		}
		compiled = &jwtAuthorizer{source: source, Authorizer: jwt.New(jwt.Config{
			Issuer: aws.ToString(configuration.Issuer), Audience: configuration.Audience, Keys: c.stage.env.Keys, Now: c.stage.env.Now,
		})}
		c.tokens[id] = compiled
		c.program.flush = append(c.program.flush, compiled.Forget)
	}
	scopes := r.snapshot.AuthorizationScopes
	return func(x *Exchange) *Failure { return compiled.run(x, scopes) }, nil
}

func (a *jwtAuthorizer) run(x *Exchange, scopes []string) *Failure {
	claims, refused := a.Authorize(x.Request.HTTP.Context(), a.source.Evaluate(x), scopes)
	if refused != nil {
		return x.refuse(refused.Status, refused.Reason, refused.Authenticate, nil)
	}
	x.authorization.claims = claims
	return nil
}

// refuse is the answer to a caller whom an authorizer does not let through.
func (x *Exchange) refuse(status int, reason, challenge string, cause error) *Failure {
	x.authorization.err = reason
	var failure *Failure
	switch status {
	case http.StatusUnauthorized:
		failure = unauthorized(reason, challenge)
	case http.StatusForbidden:
		failure = forbidden(reason)
		failure.Challenge = challenge
	default:
		return authorizerError(reason, cause)
	}
	failure.Cause = cause
	return failure
}

func (c *compiler) requestAuthorizer(r *route) (func(x *Exchange) *Failure, *Failure) {
	definition, failure := c.definition(r, types.AuthorizerTypeRequest)
	if failure != nil {
		return nil, failure
	}
	id := aws.ToString(definition.AuthorizerId)
	compiled := c.functions[id]
	if compiled == nil {
		s := c.snapshot
		var err error
		compiled, err = authorize.NewRequest(authorize.Config{
			Account: s.Account, Region: s.Region, APIID: s.ApiID, Variables: s.Stage.StageVariables, Invoker: c.stage.env.Invoker, Now: c.stage.env.Now,
		}, definition)
		if err != nil {
			return nil, authorizerError("authorizer "+id, err)
		}
		c.functions[id] = compiled
		c.program.flush = append(c.program.flush, compiled.Reset)
	}
	return func(x *Exchange) *Failure {
		ctx, release := x.functionContext()
		defer release()
		result, refused := compiled.Authorize(ctx, &authorize.RequestInput{
			Values: x, RouteARN: x.routeARN(), Time: x.Request.Time, Facts: x.facts, Event: x.authorizerEvent,
		})
		if refused != nil {
			failure := x.refuse(refused.Status, refused.Reason, "", refused.Err)
			if isPermission(refused.Err) {
				x.authorization.err = "The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again."
			}
			return failure
		}
		x.authorization.result = result
		return nil
	}, nil
}

// authorizerEvent is the request as authorizers get it.
func (x *Exchange) authorizerEvent() *integration.EventV2 {
	event := x.eventV2()
	event.Context.FullPath = x.Request.ContextPath
	return event
}

// routeARN is the ARN of the call: verb and path as they were sent.
func (x *Exchange) routeARN() string {
	s := x.stage.snapshot
	return "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + x.stage.name + "/" +
		x.Request.HTTP.Method + x.Request.DecodedPath
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
	return facts
}

// executeAPI is the service in the scope of signatures.
const executeAPI = "execute-api"

// iam compiles the check of signatures. Whoever is known in the account of the API is
// allowed: identities have no policies here. Callers of another account would need a
// resource policy, which HTTP APIs do not have.
func (c *compiler) iam() (func(x *Exchange) *Failure, *Failure) {
	credentials, region, account := c.stage.env.Credentials, c.snapshot.Region, c.snapshot.Account
	if credentials == nil {
		return nil, authorizerError("authorizationType AWS_IAM needs credentials to check signatures with", nil)
	}
	return func(x *Exchange) *Failure {
		body, failure := x.body()
		if failure != nil {
			return failure
		}
		principal, refused := sigv4.Verify(x.Request.HTTP, body, region, executeAPI, credentials, x.Request.Time)
		if refused != nil {
			return x.refuse(http.StatusForbidden, refused.Reason, "", nil)
		}
		if principal.Account != account {
			return x.refuse(http.StatusForbidden, "the caller is of the account "+principal.Account, "", nil)
		}
		x.authorization.principal = principal
		return nil
	}, nil
}

// authorizerVariable is $context.authorizer.{name}.
func (x *Exchange) authorizerVariable(name string) string {
	a := &x.authorization
	switch {
	case name == "error":
		return a.err
	case a.claims != nil:
		claim, ok := strings.CutPrefix(name, "claims.")
		if !ok {
			claim = name // Unverified: that the claim alone names it, too.
		}
		return a.claims.Values[claim]
	case a.result == nil:
		return ""
	case name == "principalId":
		return a.result.PrincipalID
	}
	for _, pair := range a.result.Context {
		if pair.Name == name {
			return pair.Value
		}
	}
	return ""
}
