package rest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// mock compiles a MOCK integration: a request template that names a status, and the
// integration response which that status selects.
func (c *compiler) mock(m *types.Method) []step {
	i := m.MethodIntegration
	responses, failure := c.integrationResponses(m)
	if failure != nil {
		return []step{refusal("integration response", failure)}
	}
	request := &requestBody{
		templates: compileTemplates(i.RequestTemplates), behaviour: aws.ToString(i.PassthroughBehavior),
		binary: c.binary, handling: i.ContentHandling,
	}
	return []step{
		{name: "integration request body", run: request.run},
		{name: "mock integration", run: mockIntegration},
		{name: "integration response", run: responses.run},
	}
}

func mockIntegration(x *Exchange) *Failure {
	status, ok := integration.MockStatus(x.IntegrationRequest.Body)
	if !ok {
		return configurationError("Unable to parse statusCode. It should be an integer that is specified in the response templates.") // SD-31
	}
	x.IntegrationResponse = &integration.Response{Status: status}
	return nil
}

// requestBody makes the body for integrations that have request templates.
type requestBody struct {
	templates templates
	behaviour string
	binary    mediaTypes
	handling  types.ContentHandlingStrategy
}

func (b *requestBody) run(x *Exchange) *Failure {
	contentType := x.contentType()
	selected := b.templates.find(contentType)
	if selected == nil && !b.templates.passes(b.behaviour) {
		return &Failure{
			Type:   types.GatewayResponseTypeUnsupportedMediaType,
			Reason: "No request template for " + contentType + " and passthroughBehavior is " + b.behaviour,
		}
	}
	if isBinary := b.binary.match(contentType); isBinary && b.handling != types.ContentHandlingStrategyConvertToText && selected != nil {
		return configurationError("Unable to transform request: a template takes no binary payload")
	}
	if selected == nil {
		x.decide("passed through")
		body, failure := x.body()
		x.IntegrationRequest.Body = body
		return failure
	}
	if selected.isDynamic {
		return unsupported("request template with references or directives")
	}
	x.decide(selected.contentType)
	x.IntegrationRequest.Body = selected.text
	return nil
}
