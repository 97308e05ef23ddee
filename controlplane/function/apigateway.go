package function

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
)

// apiGateway is the principal that API Gateway calls functions as.
const apiGateway = "apigateway.amazonaws.com"

// InvokeFunction invokes in.FunctionName for the API that sourceARN, an
// execute-api ARN, names. Account and region of the function are those of its
// ARN, or the API's when it is named without.
//
// Without a roleARN the resource policy of what is invoked (function, version or
// alias) has to allow apigateway.amazonaws.com; with one, API Gateway calls as the
// role, of which Stagedoor knows no policies and lets it in.
//
// Errors are those of Invoke, and AccessDeniedException.
func (s *Service) InvokeFunction(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
	r, err := s.permitGateway(in, sourceARN, roleARN)
	if err != nil {
		return nil, err
	}
	return s.invoke(ctx, r, in)
}

// permitGateway resolves what an API wants to invoke and refuses one that may not.
func (s *Service) permitGateway(in *lambda.InvokeInput, sourceARN, roleARN string) (reference, error) {
	r, err := resolve(scopeOfARN(sourceARN), in.FunctionName, in.Qualifier)
	if err != nil || roleARN != "" {
		return r, err
	}
	return r, s.authorize(r, access{service: apiGateway, sourceARN: sourceARN}, apiGateway)
}

// authorize refuses an access that the policy of what r names does not allow.
func (s *Service) authorize(r reference, a access, user string) error {
	if !s.permissions {
		return nil
	}
	p := s.index.lookup(functionKey{r.scope, r.name})
	if p == nil {
		return functionNotFound(r.qualifiedARN())
	}
	if !p.policies[r.policyQualifier()].allows(a) {
		return accessDenied(user, invokeAction, r.qualifiedARN())
	}
	return nil
}

func scopeOfARN(arn string) store.Scope {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) < arnParts {
		return store.Scope{}
	}
	return store.Scope{Account: parts[4], Region: parts[3]}
}
