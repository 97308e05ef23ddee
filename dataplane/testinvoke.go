package dataplane

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
)

// TestInvokeMethod runs a method of an API that need not be deployed: the snapshot is
// compiled for this call alone, and everything behind the method's guards runs for
// real. What goes wrong is in the result (TI-01, TI-12).
func (d *DataPlane) TestInvokeMethod(ctx context.Context, test *deployed.MethodTest) (*apigateway.TestInvokeMethodOutput, error) {
	in := test.Input
	result := rest.TestInvoke(ctx, d.env, test.Stage, rest.TestCall{
		ResourcePath:  aws.ToString(test.Stage.Api.Resources[0].Path),
		Method:        aws.ToString(in.HttpMethod),
		PathWithQuery: aws.ToString(in.PathWithQueryString),
		Header:        testHeaders(in.Headers, in.MultiValueHeaders),
		Body:          aws.ToString(in.Body),
		Caller:        identityOf(test.By),
		UserAgent:     test.By.UserAgent,
	})
	out := &apigateway.TestInvokeMethodOutput{
		Status: int32(result.Status), Latency: result.Latency.Milliseconds(),
		Body: aws.String(strings.ToValidUTF8(string(result.Body), "\ufffd")), Log: &result.Log,
		Headers: make(map[string]string, len(result.Header)), MultiValueHeaders: make(map[string][]string, len(result.Header)),
	}
	for name, values := range result.Header {
		if len(values) > 0 {
			out.Headers[name], out.MultiValueHeaders[name] = values[len(values)-1], values
		}
	}
	return out, nil
}

// TestInvokeAuthorizer runs the function of a Lambda authorizer for a request that the
// tester describes. What goes wrong is in the result.
func (d *DataPlane) TestInvokeAuthorizer(ctx context.Context, test *deployed.AuthorizerTest) (*apigateway.TestInvokeAuthorizerOutput, error) {
	in := test.Input
	outcome := rest.TestAuthorize(ctx, d.env, test.Stage, rest.TestCall{
		ResourcePath: "/", Method: http.MethodGet,
		PathWithQuery: aws.ToString(in.PathWithQueryString),
		Header:        testHeaders(in.Headers, in.MultiValueHeaders),
		Body:          aws.ToString(in.Body),
		Context:       in.AdditionalContext,
		Caller:        identityOf(test.By),
		UserAgent:     test.By.UserAgent,
	})
	out := &apigateway.TestInvokeAuthorizerOutput{
		ClientStatus: int32(outcome.Status), Latency: outcome.Latency.Milliseconds(), Log: &outcome.Log, Claims: outcome.Claims,
	}
	if result := outcome.Result; result != nil {
		out.PrincipalId, out.Policy = aws.String(result.PrincipalID), aws.String(result.PolicyText)
		// Unverified: that the context is what is told as the authorization.
		if len(result.Context) > 0 {
			out.Authorization = make(map[string][]string, len(result.Context))
			for _, member := range result.Context {
				out.Authorization[member.Name] = []string{member.Value}
			}
		}
	}
	return out, nil
}

// testHeaders puts the two forms of headers together. Where both have a name, the one
// with all values counts. Unverified: that it does.
func testHeaders(single map[string]string, multi map[string][]string) map[string][]string {
	headers := make(map[string][]string, len(single)+len(multi))
	taken := make(map[string]bool, len(multi))
	for name, values := range multi {
		headers[name] = values
		taken[strings.ToLower(name)] = true
	}
	for name, value := range single {
		if !taken[strings.ToLower(name)] {
			headers[name] = []string{value}
		}
	}
	return headers
}

// identityOf is the identity of a tester: the root user of its account, as every
// caller's is here.
func identityOf(by deployed.Tester) *integration.Identity {
	return &integration.Identity{
		AccountID: by.Account, AccessKey: by.AccessKeyID, Caller: by.Account, User: by.Account,
		UserARN: "arn:aws:iam::" + by.Account + ":root",
	}
}
