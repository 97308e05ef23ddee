package httpapi

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

const targetPrefix = "integrations/"

// integration returns the steps from the mapping of the request to the response.
func (c *compiler) integration(r *route) []step {
	const name = "integration"
	target := aws.ToString(r.snapshot.Target)
	id, ok := strings.CutPrefix(target, targetPrefix)
	i := c.integrations[id]
	switch {
	case target == "":
		return []step{refusal(name, configurationError("the route has no integration"))}
	case !ok || i == nil:
		return []step{refusal(name, configurationError("the deployment has no "+target))}
	}
	call, failure := c.call(r, i)
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	var request []step
	if aws.ToString(i.IntegrationSubtype) == "" {
		if request, failure = c.requestParameters(i); failure != nil {
			return []step{refusal(name, failure)}
		}
	}
	response, failure := c.responseParameters(i)
	if failure != nil {
		return []step{refusal(name, failure)}
	}
	return slices.Concat(c.keepBody(i), request, []step{call}, response)
}

// call returns the step that calls the backend and makes the response of what it answers.
func (c *compiler) call(r *route, i *types.Integration) (step, *Failure) {
	switch {
	case i.IntegrationType == types.IntegrationTypeHttpProxy:
		return c.httpProxy(r, i)
	case i.IntegrationType != types.IntegrationTypeAwsProxy:
		return step{}, configurationError("integration type " + string(i.IntegrationType) + " is none of HTTP APIs")
	case aws.ToString(i.IntegrationSubtype) != "":
		return c.service(r, i)
	default:
		return c.lambdaProxy(r, i)
	}
}

// asCaller is the credentialsArn of integrations that are called as the caller of the API,
// and not as a role.
const asCaller = "arn:aws:iam::*:user/*"

// role returns the role that calls the backend; empty for none, or [asCaller], of which the
// caller has to be known.
func (c *compiler) role(r *route, i *types.Integration) (string, *Failure) {
	role := c.substitute(i.CredentialsArn)
	switch {
	case role == asCaller && r.snapshot.AuthorizationType != types.AuthorizationTypeAwsIam:
		return "", configurationError("the caller's credentials for an integration need a route with AWS_IAM")
	case role != asCaller && strings.HasPrefix(role, "arn:aws:iam::*:"):
		return "", configurationError("the credentials " + role + " for an integration are not supported")
	}
	return role, nil
}

// sourceARN names the route to the backend's policy. Unverified: that variable segments
// are written as they are in the route.
func (c *compiler) sourceARN(r *route) string {
	s := c.snapshot
	arn := "arn:aws:execute-api:" + s.Region + ":" + s.Account + ":" + s.ApiID + "/" + c.stage.name + "/"
	if r.key.isDefault {
		return arn + defaultRoute
	}
	method, path, _ := strings.Cut(r.name, " ")
	if method == "ANY" {
		method = "*"
	}
	return arn + method + path
}

// began notes that the backend is called now.
func (x *Exchange) began() time.Time {
	x.Integration.Called = true
	return x.stage.env.Now()
}

// answered notes what the backend answered, and how long that took.
func (x *Exchange) answered(began time.Time, status int, failure *integration.Failure) *Failure {
	x.Integration.Latency = x.stage.env.Now().Sub(began)
	x.Integration.Status = status
	if failure == nil {
		return nil
	}
	x.Integration.Error = integrationErrorMessage(failure)
	return integrationFailure(failure)
}

// responded notes the response of a backend that is called by HTTP.
func (x *Exchange) responded(began time.Time, response *integration.Response) {
	_ = x.answered(began, response.Status, nil)
	x.Integration.Response = response
	x.Integration.RequestID = cmp.Or(response.Header.Get("X-Amz-Request-Id"), response.Header.Get("X-Amzn-Requestid"))
	x.Integration.RequestID2 = response.Header.Get("X-Amz-Id-2")
}
