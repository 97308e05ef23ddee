package rest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// userPools is a compiled Cognito authorizer: the token of a user of one of its pools
// lets a call in.
type userPools struct {
	source mapping.Expression
	// byIssuer are the pools.
	byIssuer map[string]*jwt.Authorizer
	// audience has to match the audience of the token; nil = any does.
	audience *regexp.Regexp
}

// newUserPools compiles an authorizer. The error says what cannot be carried out.
func newUserPools(env *Environment, definition *types.Authorizer) (*userPools, error) {
	if definition.Type != types.AuthorizerTypeCognitoUserPools {
		return nil, fmt.Errorf("an authorizer of type %s knows no user pools", definition.Type)
	}
	source, err := mapping.ParseExpression(strings.TrimSpace(aws.ToString(definition.IdentitySource)))
	if err != nil || source.Source() != mapping.Header {
		return nil, errors.New("a Cognito authorizer needs one header as its identity source")
	}
	p := &userPools{source: source, byIssuer: make(map[string]*jwt.Authorizer, len(definition.ProviderARNs))}
	if pattern := aws.ToString(definition.IdentityValidationExpression); pattern != "" {
		if p.audience, err = authorize.CompileValidation(pattern); err != nil {
			return nil, err
		}
	}
	for _, arn := range definition.ProviderARNs {
		region, pool, ok := userPool(arn)
		if !ok {
			return nil, fmt.Errorf("%q is not the ARN of a user pool", arn)
		}
		issuer := "https://cognito-idp." + region + ".amazonaws.com/" + pool
		if env.CognitoIssuer != "" {
			issuer = strings.TrimSuffix(env.CognitoIssuer, "/") + "/" + pool
		}
		p.byIssuer[issuer] = jwt.New(jwt.Config{
			Issuer: issuer, KeysURI: issuer + "/.well-known/jwks.json", Keys: env.Keys, AnyAudience: true, Now: env.Now, Text: cognitoText,
		})
	}
	if len(p.byIssuer) == 0 {
		return nil, errors.New("the Cognito authorizer has no user pool")
	}
	return p, nil
}

// userPool reads arn:aws:cognito-idp:{region}:{account}:userpool/{id}.
func userPool(arn string) (region, id string, ok bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "cognito-idp" {
		return "", "", false
	}
	id, ok = strings.CutPrefix(parts[5], "userpool/")
	return parts[3], id, ok && id != "" && parts[3] != ""
}

// run returns the step of a method: without scopes it takes the ID tokens of users, with
// some their access tokens.
func (p *userPools) run(scopes []string) func(x *Exchange) *Failure {
	return func(x *Exchange) (failure *Failure) {
		x.claims, failure = p.claims(x, scopes)
		return failure
	}
}

// claims checks the token of a call.
func (p *userPools) claims(x *Exchange, scopes []string) (map[string]string, *Failure) {
	token := ""
	if values := p.source.Evaluate(x); len(values) > 0 {
		token = values[0]
	}
	refused := func(reason string) *Failure {
		return &Failure{Type: types.GatewayResponseTypeUnauthorized, Reason: "Unauthorized request: " + x.Request.ID + ": " + reason}
	}
	pool := p.pool(token)
	if pool == nil {
		return nil, refused("the token is of none of the user pools")
	}
	claims, failed := pool.Authorize(x.Request.HTTP.Context(), token, scopes)
	if failed != nil {
		failure := refused(failed.Reason)
		if failed.IsExpired {
			failure.Message = "The incoming token has expired"
		}
		return nil, failure // Unverified: that a missing scope is a 401 too
	}
	use := "id"
	if len(scopes) > 0 {
		use = "access"
	}
	if got := claims.Values["token_use"]; got != use {
		return nil, refused("the method takes tokens with token_use " + use + ", not " + got)
	}
	// Unverified: that the client counts where a token has no audience.
	if p.audience != nil && !p.audience.MatchString(cmp.Or(claims.Values["aud"], claims.Values["client_id"])) {
		return nil, refused("the identity validation expression does not match the audience")
	}
	return claims.Values, nil
}

// pool is the pool whose token it looks like; the only one checks all.
func (p *userPools) pool(token string) *jwt.Authorizer {
	if len(p.byIssuer) == 1 {
		for _, only := range p.byIssuer {
			return only
		}
	}
	return p.byIssuer[jwt.Issuer(token)]
}

// forget drops what is known of tokens.
func (p *userPools) forget() {
	for _, pool := range p.byIssuer {
		pool.Forget()
	}
}

// cognitoText is a claim as REST APIs write it: times of expiry and issue as dates, lists
// joined by commas. Unverified for lists.
func cognitoText(name string, value any) string {
	switch value := value.(type) {
	case []any:
		texts := make([]string, len(value))
		for i, one := range value {
			texts[i] = jwt.Text(one)
		}
		return strings.Join(texts, ",")
	case json.Number:
		if name != "exp" && name != "iat" {
			break
		}
		if seconds, err := strconv.ParseInt(string(value), 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
		}
	}
	return jwt.Text(value)
}

// cognito compiles the step of a method's Cognito authorizer. Methods that name the same
// one share what is known of tokens.
func (c *compiler) cognito(m *types.Method) step {
	const name = "authorize"
	id := aws.ToString(m.AuthorizerId)
	pools := c.pools[id]
	if pools == nil {
		index := slices.IndexFunc(c.stage.snapshot.Api.Authorizers, func(a types.Authorizer) bool { return aws.ToString(a.Id) == id })
		if index < 0 {
			return misconfigured("the deployment has no authorizer " + id)
		}
		var err error
		if pools, err = newUserPools(c.stage.env, &c.stage.snapshot.Api.Authorizers[index]); err != nil {
			return misconfigured("authorizer " + id + ": " + err.Error())
		}
		if c.pools == nil {
			c.pools = map[string]*userPools{}
		}
		c.pools[id] = pools
	}
	return step{name: name, run: pools.run(m.AuthorizationScopes)}
}

// misconfigured is the step of an authorizer that cannot be carried out.
func misconfigured(reason string) step {
	const name = "authorize"
	failure := configurationError(reason)
	failure.Type = types.GatewayResponseTypeAuthorizerConfigurationError
	return refusal(name, failure)
}
