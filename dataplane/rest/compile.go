package rest

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/schema"
	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// method is a compiled method.
type method struct {
	resource      *resource
	operationName string
	// guards run before execution; a test invocation leaves them out.
	guards, execution []step
	// requiresKey tells whether the method requires an API key.
	requiresKey bool
	// passesBody tells whether the endpoint gets the client's body as it is.
	passesBody bool
	// isMock tells that nothing leaves the process.
	isMock bool
	// logLevel is how much of its exchanges is logged.
	logLevel executionlog.Level
}

// compiler turns a deployment into a tree of resources. It has no errors: what
// cannot be compiled becomes a method that fails and says why, so that the rest of
// the API is served.
type compiler struct {
	stage *Stage
	api   *types.RestApi
	// binary is the API's binaryMediaTypes.
	binary mediaTypes
	// authorizers are those that were compiled, by id.
	authorizers map[string]*authorizer
	// pools are the Cognito authorizers among them.
	pools map[string]*userPools
	// variables is $stageVariables, set by the first template that needs it.
	variables *vtl.StageVariables
	// models are the API's, set by the first method that needs one.
	models *schema.Models
}

// program is what a deployment compiles to.
type program struct {
	root    *node
	gateway customResponses
	// authorizers and pools are those that methods use, by id.
	authorizers map[string]*authorizer
	pools       map[string]*userPools
}

// compile compiles the stage's deployment.
func (s *Stage) compile() *program {
	compiled := &program{root: &node{}}
	if s.snapshot.Api == nil {
		return compiled
	}
	c := &compiler{stage: s, api: &s.snapshot.Api.Api, binary: s.snapshot.Api.Api.BinaryMediaTypes}
	c.warn()
	compiled.gateway = c.gatewayResponses()
	for i := range s.snapshot.Api.Resources {
		compiled.root.insert(c.resource(&s.snapshot.Api.Resources[i]))
	}
	compiled.authorizers, compiled.pools = c.authorizers, c.pools
	return compiled
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
		setting, _ := methodSetting(c.stage.snapshot.Stage.MethodSettings, r.path, name)
		r.methods[v] = &method{
			logLevel: logLevelOf(&setting),
			resource: r, operationName: aws.ToString(m.OperationName),
			guards: c.guards(r, &m), execution: c.execution(r, &m),
			requiresKey: aws.ToBool(m.ApiKeyRequired),
			passesBody:  m.MethodIntegration != nil && m.MethodIntegration.Type == types.IntegrationTypeHttpProxy,
			isMock:      m.MethodIntegration != nil && m.MethodIntegration.Type == types.IntegrationTypeMock && aws.ToString(m.AuthorizerId) == "",
		}
	}
	return r
}

func (c *compiler) logger() *slog.Logger {
	return c.stage.env.Logger.With("api_id", c.stage.snapshot.ApiID, "stage", c.stage.name)
}

// warn names the settings that change no answer's content and have no effect yet.
func (c *compiler) warn() {
	stage := c.stage.snapshot
	if settings := stage.Stage.CanarySettings; settings != nil && settings.PercentTraffic > 0 && c.stage.canary == nil && !c.stage.isCanary {
		c.logger().Warn("canary of the stage has no deployment and gets no traffic")
	}
}

// integration returns the steps from the mapping of the request to the response.
func (c *compiler) integration(r *resource, m *types.Method) []step {
	i := m.MethodIntegration
	const name = "integration"
	switch {
	case i == nil:
		return []step{refusal(name, configurationError("the method has no integration"))}
	case i.ConnectionType == types.ConnectionTypeVpcLink && i.Type != types.IntegrationTypeHttp && i.Type != types.IntegrationTypeHttpProxy:
		return []step{refusal(name, unsupported("connectionType VPC_LINK for type "+string(i.Type)))}
	case i.ResponseTransferMode == types.ResponseTransferModeStream && i.Type != types.IntegrationTypeHttpProxy && i.Type != types.IntegrationTypeAwsProxy:
		return []step{refusal(name, unsupported("responseTransferMode STREAM for type "+string(i.Type)))}
	}
	switch i.Type {
	case types.IntegrationTypeAwsProxy:
		return []step{c.lambdaProxy(r, m)}
	case types.IntegrationTypeHttpProxy:
		return c.httpProxy(i)
	case types.IntegrationTypeMock:
		return c.mock(m)
	case types.IntegrationTypeHttp:
		return c.http(m)
	case types.IntegrationTypeAws:
		return c.aws(r, m)
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
