package rest

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// mock compiles a MOCK integration: a request template that names a status, and the
// integration response which that status selects.
func (c *compiler) mock(m *types.Method) []step {
	responses, failure := c.integrationResponses(m)
	if failure != nil {
		return []step{refusal("integration response", failure)}
	}
	return []step{
		c.requestBody(m.MethodIntegration),
		{name: "mock integration", run: mockIntegration},
		{name: "integration response", run: responses.run},
	}
}

func mockIntegration(x *Exchange) *Failure {
	status, ok := integration.MockStatus(x.IntegrationRequest.Body)
	if !ok {
		return configurationError("Unable to parse statusCode. It should be an integer that is specified in the response templates.") // SD-31
	}
	x.IntegrationResponse = &integration.Response{Status: status, Selection: strconv.Itoa(status)}
	return nil
}
