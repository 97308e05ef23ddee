package httpapi

import (
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// route is a compiled route.
type route struct {
	snapshot *types.Route
	// name is the route key as it was written.
	name       string
	key        routeKey
	parameters []string
	steps      []step
	counters   *counters
}

// program is what a stage compiles to.
type program struct {
	root *node
	// fallback is the $default route; nil without one.
	fallback *route
	cors     *cors
	log      *accessLog
	// stageVariables are the variables as they appear in events, by name.
	stageVariables []integration.Pair
	// flush are the caches of authorizers.
	flush []func()
	// counters count what matches no route.
	counters *counters
}

func (p *program) flushAuthorizers() {
	for _, flush := range p.flush {
		flush()
	}
}

// compiler turns a deployment into a tree of routes. It has no errors: what cannot be
// compiled becomes a route that fails and says why, so that the rest of the API is served.
type compiler struct {
	stage    *Stage
	snapshot *deployed.ApiStage
	program  *program
	// integrations and authorizers are those of the deployment, by id.
	integrations map[string]*types.Integration
	authorizers  map[string]*types.Authorizer
	// tokens and functions are the authorizers that were compiled, by id: routes share
	// them, and their caches.
	tokens    map[string]*jwtAuthorizer
	functions map[string]*authorize.RequestAuthorizer
}

// compile compiles the stage's deployment.
func (s *Stage) compile() *program {
	compiled := &program{
		root: &node{}, counters: s.metrics.of(""),
		stageVariables: sortedPairs(s.snapshot.Stage.StageVariables),
	}
	c := &compiler{
		stage: s, snapshot: s.snapshot, program: compiled,
		tokens: map[string]*jwtAuthorizer{}, functions: map[string]*authorize.RequestAuthorizer{},
	}
	compiled.log = c.accessLog()
	if s.snapshot.Api == nil {
		return compiled
	}
	api := s.snapshot.Api
	compiled.cors = compileCORS(api.Api.CorsConfiguration)
	c.integrations = make(map[string]*types.Integration, len(api.Integrations))
	for i := range api.Integrations {
		c.integrations[aws.ToString(api.Integrations[i].IntegrationId)] = &api.Integrations[i]
	}
	c.authorizers = make(map[string]*types.Authorizer, len(api.Authorizers))
	for i := range api.Authorizers {
		c.authorizers[aws.ToString(api.Authorizers[i].AuthorizerId)] = &api.Authorizers[i]
	}
	for i := range api.Routes {
		c.route(&api.Routes[i])
	}
	return compiled
}

func (c *compiler) route(snapshot *types.Route) {
	name := aws.ToString(snapshot.RouteKey)
	key, err := parseRouteKey(name)
	if err != nil {
		c.logger().Error("route is not served", "error", err)
		return
	}
	r := &route{snapshot: snapshot, name: name, key: key, parameters: key.parameters(), counters: c.stage.metrics.of(name)}
	r.steps = c.steps(r)
	if key.isDefault {
		c.program.fallback = r
		return
	}
	c.program.root.insert(r)
}

func (c *compiler) logger() *slog.Logger {
	return c.stage.env.Logger.With("api_id", c.snapshot.ApiID, "stage", c.stage.name)
}

// substitute replaces stage variables in a setting.
func (c *compiler) substitute(text *string) string {
	return mapping.SubstituteStageVariables(aws.ToString(text), c.snapshot.Stage.StageVariables)
}

// uri returns the URI of an integration with the stage's variables in place. One that there
// is not makes the integration fail.
func (c *compiler) uri(i *types.Integration) (string, *Failure) {
	text := aws.ToString(i.IntegrationUri)
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "${stageVariables.")
		name, left, closed := strings.Cut(after, "}")
		if !ok || !closed {
			return c.substitute(&text), nil
		}
		if _, known := c.snapshot.Stage.StageVariables[name]; !known {
			return "", configurationError("the stage has no variable " + name + " for " + text)
		}
		rest = left
	}
}

// timeout returns the integration's time limit, 30 s by default.
func timeout(i *types.Integration) time.Duration {
	if millis := aws.ToInt32(i.TimeoutInMillis); millis > 0 {
		return time.Duration(millis) * time.Millisecond
	}
	return 30 * time.Second
}
