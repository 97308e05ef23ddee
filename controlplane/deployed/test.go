package deployed

import "github.com/aws/aws-sdk-go-v2/service/apigateway"

// Tester is who makes a test invocation.
type Tester struct {
	// Account is the tester's account, AccessKeyID the access key of the signature.
	Account, AccessKeyID string
	UserAgent            string
}

// MethodTest is a test invocation of a method.
type MethodTest struct {
	// Stage is the API as it is now, deployed or not, with the tested resource only, in
	// a stage that exists for the test.
	Stage *RestStage
	Input *apigateway.TestInvokeMethodInput
	By    Tester
}

// AuthorizerTest is a test invocation of an authorizer.
type AuthorizerTest struct {
	// Stage is the API as it is now, with the tested authorizer only and no resources,
	// in a stage that exists for the test.
	Stage *RestStage
	Input *apigateway.TestInvokeAuthorizerInput
	By    Tester
}
