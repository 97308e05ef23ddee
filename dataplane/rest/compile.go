package rest

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// method is a compiled method.
type method struct {
	resource      *resource
	operationName string
	steps         []step
}

// compiler turns a deployment into a tree of resources. It has no errors: what
// cannot be compiled becomes a method that fails and says why, so that the rest of
// the API is served.
type compiler struct {
	stage *Stage
	api   *types.RestApi
	// binary is the API's binaryMediaTypes.
	binary mediaTypes
}

// compile builds the tree of the stage's deployment.
func (s *Stage) compile() *node {
	root := &node{}
	if s.snapshot.Api == nil {
		return root
	}
	c := &compiler{stage: s, api: &s.snapshot.Api.Api, binary: s.snapshot.Api.Api.BinaryMediaTypes}
	c.warn()
	for i := range s.snapshot.Api.Resources {
		root.insert(c.resource(&s.snapshot.Api.Resources[i]))
	}
	return root
}

func (c *compiler) resource(snapshot *types.Resource) *resource {
	r := &resource{id: aws.ToString(snapshot.Id), path: aws.ToString(snapshot.Path)}
	for name := range snapshot.ResourceMethods {
		m := snapshot.ResourceMethods[name]
		m.HttpMethod = aws.String(name) // the key is what counts
		v, ok := verbOf(name)
		if !ok && name != "ANY" {
			c.logger().Error("method has an unknown verb and is not served", "resource", r.path, "method", name)
			continue
		}
		r.methods[v] = &method{resource: r, operationName: aws.ToString(m.OperationName), steps: c.pipeline(r, &m)}
	}
	return r
}

func (c *compiler) logger() *slog.Logger {
	return c.stage.env.Logger.With("api_id", c.stage.snapshot.ApiID, "stage", c.stage.name)
}

// warn names the settings that change no answer's content and have no effect yet.
func (c *compiler) warn() {
	stage := &c.stage.snapshot.Stage
	for path, setting := range stage.MethodSettings {
		const defaultBurst, defaultRate = 5000, 10000 // SD-09
		if setting.ThrottlingBurstLimit < defaultBurst || setting.ThrottlingRateLimit < defaultRate {
			c.logger().Warn("throttling of the stage is not enforced yet", "method", path)
		}
	}
	if stage.CanarySettings != nil && stage.CanarySettings.PercentTraffic > 0 {
		c.logger().Warn("canary of the stage gets no traffic yet")
	}
	if c.api.MinimumCompressionSize != nil {
		c.logger().Warn("responses are not compressed yet")
	}
}

// integration returns the steps from the mapping of the request to the response.
func (c *compiler) integration(r *resource, m *types.Method) []step {
	i := m.MethodIntegration
	const name = "integration"
	switch {
	case i == nil:
		return []step{refusal(name, configurationError("the method has no integration"))}
	case i.ConnectionType == types.ConnectionTypeVpcLink:
		return []step{refusal(name, unsupported("connectionType VPC_LINK"))}
	case i.ResponseTransferMode == types.ResponseTransferModeStream:
		return []step{refusal(name, unsupported("responseTransferMode STREAM"))}
	}
	switch i.Type {
	case types.IntegrationTypeAwsProxy:
		return []step{c.lambdaProxy(r, m)}
	case types.IntegrationTypeHttpProxy:
		return c.httpProxy(i)
	case types.IntegrationTypeMock:
		return c.mock(m)
	default:
		return []step{refusal(name, unsupported("integration type "+string(i.Type)))}
	}
}

// timeout returns the integration's time limit, 29 s by default.
func timeout(i *types.Integration) time.Duration {
	if i.TimeoutInMillis <= 0 {
		return 29 * time.Second
	}
	return time.Duration(i.TimeoutInMillis) * time.Millisecond
}

// substitute replaces stage variables in a setting.
func (c *compiler) substitute(text *string) string {
	return mapping.SubstituteStageVariables(aws.ToString(text), c.stage.snapshot.Stage.Variables)
}

// stageVariables returns the variables as they appear in events, by name.
func (c *compiler) stageVariables() []integration.Pair {
	return sortedPairs(c.stage.snapshot.Stage.Variables)
}
