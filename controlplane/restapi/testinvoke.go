package restapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// testStage is the stage of test invocations, which no deployment makes.
const testStage = "test-invoke-stage"

// Tester runs methods and authorizers of APIs that need not be deployed. It is safe for
// concurrent use. What goes wrong in what is tested is a result, not an error.
type Tester interface {
	TestInvokeMethod(ctx context.Context, test *deployed.MethodTest) (*apigateway.TestInvokeMethodOutput, error)
	TestInvokeAuthorizer(ctx context.Context, test *deployed.AuthorizerTest) (*apigateway.TestInvokeAuthorizerOutput, error)
}

// errNoTester is the error of a service that has nobody to run tests.
var errNoTester = wire.NewError(http.StatusNotImplemented, "NotImplementedException", "Nothing here runs test invocations")

// TestInvokeMethod runs a method as it is defined now (TI-11), without its guards. A
// method ANY is tested with a concrete verb (TI-13).
func (s *Service) TestInvokeMethod(ctx context.Context, in *apigateway.TestInvokeMethodInput) (*apigateway.TestInvokeMethodOutput, error) {
	scope := scopeOf(ctx)
	snapshot, err := view(ctx, s, func(tx store.Tx) (*deployed.RestApi, error) {
		resource, err := findResource(tx, scope, *in.RestApiId, *in.ResourceId)
		if err != nil {
			return nil, err
		}
		if err := checkTested(resource, *in.HttpMethod); err != nil {
			return nil, err
		}
		if id := aws.ToString(in.ClientCertificateId); id != "" {
			if _, err := findClientCertificate(tx, scope, id); err != nil {
				return nil, err
			}
		}
		snapshot, err := currentAPI(tx, scope, *in.RestApiId)
		if err == nil {
			snapshot.Resources = []types.Resource{*resource}
		}
		return snapshot, err
	})
	if err != nil {
		return nil, err
	}
	if s.tester == nil {
		return nil, errNoTester
	}
	stage := stageForTest(scope, snapshot, in.StageVariables)
	stage.Stage.ClientCertificateId = nonEmpty(aws.ToString(in.ClientCertificateId))
	return s.tester.TestInvokeMethod(ctx, &deployed.MethodTest{Stage: stage, Input: in, By: testerOf(ctx)})
}

// checkTested wants a method for the verb (TI-09). Unverified: that the verb ANY itself
// cannot be tested.
func checkTested(resource *types.Resource, verb string) error {
	if verb == verbAny || !slices.Contains(httpMethods.values, verb) {
		return errNoMethod
	}
	_, ok := resource.ResourceMethods[verb]
	if !ok {
		_, ok = resource.ResourceMethods[verbAny]
	}
	if !ok {
		return errNoMethod
	}
	return nil
}

const verbAny = "ANY"

// TestInvokeAuthorizer runs an authorizer as it is defined now.
func (s *Service) TestInvokeAuthorizer(ctx context.Context, in *apigateway.TestInvokeAuthorizerInput) (*apigateway.TestInvokeAuthorizerOutput, error) {
	scope := scopeOf(ctx)
	snapshot, err := view(ctx, s, func(tx store.Tx) (*deployed.RestApi, error) {
		authorizer, err := findAuthorizer(tx, scope, *in.RestApiId, *in.AuthorizerId)
		if err != nil {
			return nil, err
		}
		snapshot, err := currentAPI(tx, scope, *in.RestApiId)
		if err == nil {
			snapshot.Authorizers = []types.Authorizer{*authorizer}
		}
		return snapshot, err
	})
	if err != nil {
		return nil, err
	}
	if s.tester == nil {
		return nil, errNoTester
	}
	test := &deployed.AuthorizerTest{Stage: stageForTest(scope, snapshot, in.StageVariables), Input: in, By: testerOf(ctx)}
	return s.tester.TestInvokeAuthorizer(ctx, test)
}

// currentAPI returns the API as a deployment would freeze it now, but for its resources.
func currentAPI(tx store.Tx, scope store.Scope, id string) (*deployed.RestApi, error) {
	api, err := findAPI(tx, scope, id)
	if err != nil {
		return nil, err
	}
	snapshot := &deployed.RestApi{Api: *api}
	return snapshot, addShared(tx, scope, snapshot)
}

func stageForTest(scope store.Scope, api *deployed.RestApi, variables map[string]string) *deployed.RestStage {
	return &deployed.RestStage{
		Account: scope.Account, Region: scope.Region, ApiID: *api.Api.Id, Api: api,
		Stage: types.Stage{StageName: aws.String(testStage), Variables: variables},
	}
}

func testerOf(ctx context.Context) deployed.Tester {
	caller := wire.CallerFrom(ctx)
	return deployed.Tester{Account: caller.Account, AccessKeyID: caller.AccessKeyID, UserAgent: wire.UserAgent(ctx)}
}
