package httpapi

import (
	"encoding/json"

	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/jwt"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// authorization is what the authorizer of the route knows of the caller: one of the
// members is set.
type authorization struct {
	claims    *jwt.Claims
	result    *authorize.RequestResult
	principal *sigv4.Principal
	// err is why the caller is not let through.
	err string
}

// The authorizer members of events.
type (
	jwtMember struct {
		Claims map[string]string `json:"claims"`
		Scopes []string          `json:"scopes"`
	}
)

// authorizerV1 is the authorizer member of an event 1.0; nil when there is none. What an
// IAM identity is stands elsewhere there.
func (x *Exchange) authorizerV1() []byte {
	switch a := &x.authorization; {
	case a.claims != nil:
		return marshalled(jwtMember{a.claims.Values, a.claims.Scopes})
	case a.result != nil:
		return a.result.Flat
	default:
		return nil
	}
}

// authorizerV2 is the authorizer member of an event 2.0; nil when there is none.
func (x *Exchange) authorizerV2() []byte {
	switch a := &x.authorization; {
	case a.claims != nil:
		return marshalled(struct {
			JWT jwtMember `json:"jwt"`
		}{jwtMember{a.claims.Values, a.claims.Scopes}})
	case a.result != nil:
		return append(append([]byte(`{"lambda":`), a.result.ContextJSON...), '}')
	case a.principal != nil:
		return a.principal.Authorizer()
	default:
		return nil
	}
}

// marshalled is a value of texts as JSON.
func marshalled(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return nil // texts always encode
	}
	return text
}

// caller is the IAM identity of the caller; nil when there is none.
func (x *Exchange) caller() *integration.Identity {
	p := x.authorization.principal
	if p == nil {
		return nil
	}
	return &integration.Identity{AccountID: p.Account, AccessKey: p.AccessKeyID, Caller: p.CallerID, User: p.UserID, UserARN: p.UserARN}
}

// identityVariable is $context.identity.{name} of a caller that is known.
func (x *Exchange) identityVariable(name string) string {
	p := x.authorization.principal
	if p == nil {
		return ""
	}
	switch name {
	case "accessKey":
		return p.AccessKeyID
	case "accountId":
		return p.Account
	case "caller":
		return p.CallerID
	case "user":
		return p.UserID
	case "userArn":
		return p.UserARN
	default:
		return ""
	}
}
