package rest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// aws compiles an AWS integration: with a Lambda function, or with an operation of any
// other service.
func (c *compiler) aws(r *resource, m *types.Method) []step {
	if isInvocation(aws.ToString(m.MethodIntegration.Uri)) {
		return c.lambda(r, m)
	}
	return c.awsService(r, m)
}

// isInvocation reports whether the URI of an AWS integration invokes a function. The
// other operations of Lambda are a service's as any other.
func isInvocation(uri string) bool {
	_, path, ok := strings.Cut(uri, ":lambda:path/")
	return ok && strings.HasSuffix(path, "invocations") && strings.Contains(path, "/functions/")
}

// answersHTTP reports whether the backend of an integration that is no proxy says what
// type its body has. What functions and MOCK answer is text.
func answersHTTP(i *types.Integration) bool {
	return i.Type == types.IntegrationTypeHttp ||
		i.Type == types.IntegrationTypeAws && !isInvocation(aws.ToString(i.Uri))
}

// awsService compiles an AWS integration with an operation of a service.
func (c *compiler) awsService(r *resource, m *types.Method) []step {
	const name = "AWS integration"
	i := m.MethodIntegration
	role := c.substitute(i.Credentials)
	switch {
	case strings.HasPrefix(role, "arn:aws:iam::*:"):
		return []step{refusal(name, unsupported("the caller's credentials for an integration"))}
	case i.Credentials == nil:
		c.logger().Warn("AWS integration has no credentials: its requests are not signed, which most services refuse",
			"resource", r.path, "method", aws.ToString(m.HttpMethod))
	case role == "":
		return []step{refusal(name, configurationError("API Gateway does not have permission to assume the provided role"))}
	}
	backend, failed := integration.NewAWS(integration.AWSConfig{
		URI:       c.substitute(i.Uri),
		Method:    aws.ToString(i.HttpMethod),
		RoleARN:   role,
		APIID:     c.stage.snapshot.ApiID,
		SourceARN: c.sourceARN(r, m),
		Timeout:   timeout(i),
		Transport: c.stage.env.Transports.Verifying,
		Services:  c.stage.env.Services,
	})
	if failed != nil {
		return []step{refusal(name, integrationFailure(failed))}
	}
	return c.custom(m, call(name, backend))
}
