package websocket

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/traffic"
	"github.com/stagedoor-dev/stagedoor/dataplane/usageplan"
)

// executeAPI is the service in the scope of signatures.
const executeAPI = "execute-api"

// authorization compiles what the route $connect asks for.
func (c *compiler) authorization(snapshot *types.Route) []step {
	const name = "authorize"
	switch snapshot.AuthorizationType {
	case "", types.AuthorizationTypeNone:
		return nil
	case types.AuthorizationTypeAwsIam:
		return []step{{name: name, run: func(x *Exchange) *failure {
			began := x.stage.env.Now()
			f := authenticate(x)
			x.authenticate = x.checked(began, f)
			if f == nil {
				x.authorize = x.checked(x.stage.env.Now(), nil) // identities have no policies here
			}
			return f
		}}}
	case types.AuthorizationTypeCustom:
		return c.requestAuthorizer(aws.ToString(snapshot.AuthorizerId))
	case types.AuthorizationTypeJwt:
	}
	return refusal(name, internal("authorizationType "+string(snapshot.AuthorizationType)+" is none of WebSocket APIs", nil))
}

// authenticate checks the signature of a handshake. Whoever is known may connect:
// identities have no policies here.
func authenticate(x *Exchange) *failure {
	r := x.handshake
	if !sigv4.IsSigned(r) {
		return &failure{status: http.StatusForbidden, kind: "MISSING_AUTHENTICATION_TOKEN", message: "Missing Authentication Token", bare: true, reason: "the handshake is not signed"}
	}
	if x.stage.env.Credentials == nil {
		return internal("nobody's access keys are known", nil)
	}
	principal, refused := sigv4.Verify(r, nil, x.stage.snapshot.Region, executeAPI, x.stage.env.Credentials, x.time)
	if refused != nil {
		return &failure{status: refused.Status, kind: "INVALID_SIGNATURE", message: refused.Message, bare: true, reason: refused.Reason}
	}
	x.conn.caller = &integration.Identity{
		AccountID: principal.Account, AccessKey: principal.AccessKeyID, Caller: principal.CallerID, User: principal.UserID, UserARN: principal.UserARN,
	}
	return nil
}

// requestAuthorizer compiles a Lambda authorizer. Its results are not kept.
func (c *compiler) requestAuthorizer(id string) []step {
	const name = "authorize"
	broken := func(err error) []step {
		f := internal("authorizer "+id+": "+err.Error(), nil)
		f.kind = "AUTHORIZER_CONFIGURATION_ERROR"
		return refusal(name, f)
	}
	var definition *types.Authorizer
	for i := range c.stage.snapshot.Api.Authorizers {
		if aws.ToString(c.stage.snapshot.Api.Authorizers[i].AuthorizerId) == id {
			definition = &c.stage.snapshot.Api.Authorizers[i]
		}
	}
	switch {
	case definition == nil:
		return broken(errors.New("the deployment has none"))
	case definition.AuthorizerType != types.AuthorizerTypeRequest:
		return broken(fmt.Errorf("type %s is none of WebSocket APIs", definition.AuthorizerType))
	}
	sources := make([]string, len(definition.IdentitySource))
	for i, source := range definition.IdentitySource {
		sources[i] = methodForm(source)
	}
	s := c.stage.snapshot
	compiled, err := authorize.New(authorize.Config{
		Account: s.Account, Region: s.Region, APIID: s.ApiID, Variables: s.Stage.StageVariables, Invoker: c.stage.env.Invoker,
	}, &v1.Authorizer{
		Id: definition.AuthorizerId, Name: definition.Name, Type: v1.AuthorizerTypeRequest, AuthorizerUri: definition.AuthorizerUri,
		AuthorizerCredentials: definition.AuthorizerCredentialsArn, IdentitySource: aws.String(strings.Join(sources, ",")),
	})
	if err != nil {
		return broken(err)
	}
	arn := "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + c.stage.name + "/" + connectRoute
	return []step{{name: name, run: func(x *Exchange) *failure {
		began := x.stage.env.Now()
		f := x.ask(compiled, arn)
		x.authorizer = x.checked(began, f)
		return f
	}}}
}

// ask asks a function whether the client may connect.
func (x *Exchange) ask(a *authorize.Authorizer, arn string) *failure {
	if _, ok := a.Identity(x); !ok {
		return unauthorized("an identity source of the authorizer is missing")
	}
	began := x.stage.env.Now()
	result, answer, err := a.Call(x.context(), x.event(true).AppendAuthorizer(nil, arn))
	if most := x.stage.env.Limits.AuthorizerResultBytes; err == nil && len(answer) > most {
		err = fmt.Errorf("the answer has %d bytes of at most %d", len(answer), most)
	}
	switch {
	case errors.Is(err, authorize.ErrUnauthorized):
		return unauthorized("the authorizer does not know the caller")
	case err != nil:
		f := internal("authorizer "+a.ID+" failed", err)
		f.kind = "AUTHORIZER_FAILURE"
		return f
	case result.Policy.Decide(authorize.InvokeAction, arn, x.facts()) != authorize.Allow:
		return forbidden("the authorizer does not allow " + arn)
	}
	x.conn.authorizer = &integration.EventAuthorizer{
		PrincipalID: result.PrincipalID, Context: result.Context, LatencyMillis: x.stage.env.Now().Sub(began).Milliseconds(),
	}
	x.conn.usageKey = result.UsageIdentifierKey
	return nil
}

// facts are the condition keys of the handshake.
func (x *Exchange) facts() authorize.Facts {
	facts := authorize.Facts{
		"aws:sourceip":        {x.conn.sourceIP},
		"aws:currenttime":     {x.time.UTC().Format(time.RFC3339)},
		"aws:epochtime":       {strconv.FormatInt(x.time.Unix(), 10)},
		"aws:securetransport": {strconv.FormatBool(x.handshake.TLS != nil)},
	}
	for key, header := range map[string]string{"aws:useragent": "User-Agent", "aws:referer": "Referer"} {
		if value := x.handshake.Header.Get(header); value != "" {
			facts[key] = []string{value}
		}
	}
	return facts
}

// keyOfAuthorizer tells where the key of a call is: in what the authorizer said.
func (c *compiler) keyOfAuthorizer() bool {
	return strings.Contains(aws.ToString(c.stage.snapshot.Api.Api.ApiKeySelectionExpression), "context.authorizer.usageIdentifierKey")
}

func (c *compiler) apiKeyUnlessAuthorizer(r *route, snapshot *types.Route) []step {
	if c.keyOfAuthorizer() {
		return nil
	}
	return c.apiKey(r, snapshot)
}

func (c *compiler) apiKeyOfAuthorizer(r *route, snapshot *types.Route) []step {
	if !c.keyOfAuthorizer() {
		return nil
	}
	return c.apiKey(r, snapshot)
}

// apiKey wants a valid API key where the route does.
func (c *compiler) apiKey(r *route, snapshot *types.Route) []step {
	if !aws.ToBool(snapshot.ApiKeyRequired) {
		return nil
	}
	fromAuthorizer := c.keyOfAuthorizer()
	return []step{{name: "API key", run: func(x *Exchange) *failure {
		key := x.conn.offeredKey
		if fromAuthorizer {
			key = x.conn.usageKey
		}
		s := x.stage.snapshot
		decision := x.stage.env.Usage.Admit(&usageplan.Call{
			Account: s.Account, Region: s.Region, ApiID: s.ApiID, Stage: x.stage.name,
			ResourceID: r.id, ResourcePath: r.key, Method: r.key, Key: key, Time: x.time,
		})
		if decision.KeyID != "" {
			x.apiKey, x.apiKeyID = key, decision.KeyID
			if x.eventType == eventConnect { // which nobody else reads yet
				x.conn.apiKey, x.conn.apiKeyID = key, decision.KeyID
			}
		}
		switch decision.Verdict {
		case usageplan.Admitted:
			return nil
		case usageplan.Refused:
			f := forbidden(decision.Reason)
			f.kind = "INVALID_API_KEY"
			f.bare = x.eventType == eventConnect
			return f
		case usageplan.Exhausted:
			return &failure{status: http.StatusTooManyRequests, kind: "QUOTA_EXCEEDED", message: "Limit Exceeded", reason: decision.Reason}
		case usageplan.Throttled:
		}
		return throttled(decision.Reason)
	}}}
}

func throttled(reason string) *failure {
	return &failure{status: http.StatusTooManyRequests, kind: "THROTTLED", message: "Too Many Requests", reason: reason}
}

// throttle limits the calls of a route by its own settings, else by those of the stage.
func (c *compiler) throttle(r *route) []step {
	limit, limited := traffic.Limit{RatePerSecond: 10000, Burst: 5000}, false
	for _, settings := range c.stage.settings(r.key) {
		if settings == nil {
			continue
		}
		if settings.ThrottlingRateLimit != nil {
			limit.RatePerSecond, limited = *settings.ThrottlingRateLimit, true
		}
		if settings.ThrottlingBurstLimit != nil {
			limit.Burst, limited = int(*settings.ThrottlingBurstLimit), true
		}
	}
	if !limited {
		return nil
	}
	bucket := c.stage.shared.buckets.Bucket(r.key, limit, c.stage.env.Now())
	refused := throttled(fmt.Sprintf("Throttle limit of the route %s exceeded. Limit: %.2f Burst: %d", r.key, limit.RatePerSecond, limit.Burst))
	return []step{{name: "throttle", run: func(x *Exchange) *failure {
		if !bucket.Take(x.time) {
			return refused
		}
		return nil
	}}}
}
