package httpapi

import (
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// authorizer returns the step that decides whether a call of the route is let through.
func (c *compiler) authorizer(r *route) []step {
	const name = "authorize"
	switch kind := r.snapshot.AuthorizationType; kind {
	case "", types.AuthorizationTypeNone:
		return nil
	default:
		return []step{refusal(name, authorizerError("authorizationType "+string(kind)+" is not supported yet", nil))}
	}
}

// authorizerVariable is $context.authorizer.{name}.
func (x *Exchange) authorizerVariable(string) string { return "" }

// identityVariable is $context.identity.{name} of a caller that is known.
func (x *Exchange) identityVariable(string) string { return "" }

// authorizerV1 and authorizerV2 are the authorizer members of the events, as JSON; nil
// when there are none.
func (x *Exchange) authorizerV1() []byte { return nil }

func (x *Exchange) authorizerV2() []byte { return nil }

// caller is the IAM identity of the caller; nil when there is none.
func (x *Exchange) caller() *integration.Identity { return nil }
