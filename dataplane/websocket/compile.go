package websocket

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/accesslog"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/schema"
	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// The route keys that are no custom ones.
const (
	connectRoute    = "$connect"
	disconnectRoute = "$disconnect"
	defaultRoute    = "$default"
)

// program is what was compiled of a deployment. It is immutable.
type program struct {
	selection  selection
	selectErr  error
	routes     map[string]*route
	connect    *route
	disconnect *route
	byDefault  *route
	// variables are those of the stage, by name.
	variables []integration.Pair
	log       *accesslog.Format
	logTo     string
	// logLevel is that of the execution log for what no route takes.
	logLevel executionlog.Level
}

// route is a compiled route.
type route struct {
	key string
	id  string
	// guards let a call in, steps carry it out.
	guards, steps []step
	// isTwoWay tells that the client gets what the backend answered.
	isTwoWay bool
	// isFunction tells that a function answers with a status of its own.
	isFunction bool
	// isLocal tells that nothing leaves the process: the steps take no time.
	isLocal bool
	// requiresKey tells that callers need an API key.
	requiresKey bool
	logLevel    executionlog.Level
	counters    *counters
}

// step is one thing that a route does with an exchange.
type step struct {
	name string
	run  func(x *Exchange) *failure
}

func refusal(name string, f *failure) []step {
	return []step{{name: name, run: func(*Exchange) *failure { return f }}}
}

// compiler turns a deployment into a program. It has no errors: what cannot be compiled
// becomes a route that fails and says why.
type compiler struct {
	stage        *Stage
	integrations map[string]*types.Integration
	variables    *vtl.StageVariables
	models       *schema.Models
}

func (s *Stage) compile() *program {
	p := &program{routes: map[string]*route{}, logLevel: s.logLevel(s.snapshot.Stage.DefaultRouteSettings)}
	if s.snapshot.Api == nil {
		return p
	}
	for name, value := range s.snapshot.Stage.StageVariables {
		p.variables = append(p.variables, integration.Pair{Name: name, Value: value})
	}
	slices.SortFunc(p.variables, func(a, b integration.Pair) int { return cmp.Compare(a.Name, b.Name) })
	if settings := s.snapshot.Stage.AccessLogSettings; settings != nil && s.env.AccessLog != nil && aws.ToString(settings.DestinationArn) != "" {
		p.log, p.logTo = accesslog.Parse(aws.ToString(settings.Format)), aws.ToString(settings.DestinationArn)
	}
	api := s.snapshot.Api
	p.selection, p.selectErr = parseSelection(aws.ToString(api.Api.RouteSelectionExpression))
	c := &compiler{stage: s, integrations: map[string]*types.Integration{}, variables: vtl.NewStageVariables(s.snapshot.Stage.StageVariables)}
	for i := range api.Integrations {
		c.integrations[aws.ToString(api.Integrations[i].IntegrationId)] = &api.Integrations[i]
	}
	for i := range api.Routes {
		r := c.route(&api.Routes[i])
		switch r.key {
		case connectRoute:
			p.connect = r
		case disconnectRoute:
			p.disconnect = r
		case defaultRoute:
			p.byDefault = r
		default:
			p.routes[r.key] = r
		}
	}
	if p.selectErr != nil {
		s.logger().Error("route selection expression cannot be read: every message takes $default", "error", p.selectErr)
	}
	return p
}

func (s *Stage) logger() *slog.Logger {
	return s.env.Logger.With("api_id", s.snapshot.ApiID, "stage", s.name)
}

// findRoute returns the route of a message; nil when none takes it.
func (p *program) findRoute(x *Exchange) *route {
	if p.selectErr == nil {
		if key, ok := p.selection.evaluate(x); ok {
			if found := p.routes[key]; found != nil {
				return found
			}
		}
	}
	return p.byDefault
}

func (c *compiler) route(snapshot *types.Route) *route {
	r := &route{key: aws.ToString(snapshot.RouteKey), id: aws.ToString(snapshot.RouteId), requiresKey: aws.ToBool(snapshot.ApiKeyRequired)}
	r.logLevel, r.counters = c.stage.logLevel(c.stage.settings(r.key)...), c.stage.shared.metrics.of(r.key)
	for _, response := range c.stage.snapshot.Api.RouteResponses[r.id] {
		r.isTwoWay = r.isTwoWay || aws.ToString(response.RouteResponseKey) == defaultRoute
	}
	r.isTwoWay = r.isTwoWay && aws.ToString(snapshot.RouteResponseSelectionExpression) == defaultRoute
	r.guards = c.throttle(r)
	if r.key == connectRoute {
		r.guards = append(r.guards, c.apiKeyUnlessAuthorizer(r, snapshot)...)
		r.guards = append(r.guards, c.authorization(snapshot)...)
		r.guards = append(r.guards, c.apiKeyOfAuthorizer(r, snapshot)...)
	} else {
		r.guards = append(r.guards, c.apiKey(r, snapshot)...)
	}
	r.steps = append(r.steps, c.requiredParameters(snapshot)...)
	r.steps = append(r.steps, c.validation(snapshot)...)
	target := aws.ToString(snapshot.Target)
	id, ok := strings.CutPrefix(target, "integrations/")
	i := c.integrations[id]
	switch {
	case target == "":
		// A route without an integration takes what comes.
		r.steps, r.isLocal = append(r.steps, step{name: "no integration", run: func(x *Exchange) *failure { x.reply.status = 200; return nil }}), true
	case !ok || i == nil:
		r.steps = append(r.steps, refusal("integration", internal("the deployment has no "+target, nil))...)
	default:
		r.isLocal, r.isFunction = i.IntegrationType == types.IntegrationTypeMock, i.IntegrationType == types.IntegrationTypeAwsProxy
		r.steps = append(r.steps, c.integration(r, i)...)
	}
	return r
}

// requiredParameters wants the parameters of the handshake that the route declares so.
func (c *compiler) requiredParameters(snapshot *types.Route) []step {
	var required []mapping.Expression
	for key, constraint := range snapshot.RequestParameters {
		if !aws.ToBool(constraint.Required) {
			continue
		}
		expression, err := mapping.ParseExpression(methodForm(key))
		if err != nil {
			return refusal("required parameters", internal("invalid request parameter "+key, err))
		}
		required = append(required, expression)
	}
	if len(required) == 0 || aws.ToString(snapshot.RouteKey) != connectRoute {
		return nil
	}
	slices.SortFunc(required, func(a, b mapping.Expression) int { return cmp.Compare(a.Name(), b.Name()) })
	return []step{{name: "required parameters", run: func(x *Exchange) *failure {
		var missing []string
		for _, expression := range required {
			if len(expression.Evaluate(x)) == 0 {
				missing = append(missing, expression.Name())
			}
		}
		if len(missing) == 0 {
			return nil
		}
		message := "Missing required request parameters: [" + strings.Join(missing, ", ") + "]"
		return &failure{status: 400, kind: "BAD_REQUEST_PARAMETERS", message: message, reason: message}
	}}}
}

// methodForm is an expression of WebSocket APIs in the form that REST APIs have.
func methodForm(expression string) string {
	if rest, ok := strings.CutPrefix(expression, "route.request."); ok {
		return "method.request." + rest
	}
	if rest, ok := strings.CutPrefix(expression, "route.response."); ok {
		return "method.response." + rest
	}
	return expression
}

// methodForms is methodForm of keys and values.
func methodForms(parameters map[string]string) map[string]string {
	forms := make(map[string]string, len(parameters))
	for key, value := range parameters {
		forms[methodForm(key)] = methodForm(value)
	}
	return forms
}

// validation compiles the check of messages by a model.
func (c *compiler) validation(snapshot *types.Route) []step {
	const name = "validate message"
	text := aws.ToString(snapshot.ModelSelectionExpression)
	if key := aws.ToString(snapshot.RouteKey); text == "" || key == connectRoute || key == disconnectRoute {
		return nil // there is no message
	}
	selected, err := parseSelection(text)
	if err != nil {
		return refusal(name, internal("modelSelectionExpression", err))
	}
	compiled := map[string]*schema.Schema{}
	for key, model := range snapshot.RequestModels {
		found, err := c.model(model)
		if err != nil {
			return refusal(name, internal("model "+model, err))
		}
		compiled[key] = found
	}
	return []step{{name: name, run: func(x *Exchange) *failure {
		key, _ := selected.evaluate(x)
		model := compiled[key]
		if model == nil {
			model = compiled[defaultRoute]
		}
		bad := &failure{status: 400, kind: "BAD_REQUEST_BODY", message: "Bad request body", byMessage: true, reason: "no model for " + key}
		if model == nil {
			return bad
		}
		if violations := model.Validate(x.body); len(violations) > 0 {
			bad.validation = "[" + strings.Join(violations, ", ") + "]"
			bad.reason = "Request body does not match model schema: " + bad.validation
			return bad
		}
		return nil
	}}}
}

func (c *compiler) model(name string) (*schema.Schema, error) {
	if c.models == nil {
		texts := map[string]string{}
		for _, m := range c.stage.snapshot.Api.Models {
			if !json.Valid([]byte(aws.ToString(m.Schema))) {
				return nil, errors.New("the schema is no JSON")
			}
			texts[aws.ToString(m.Name)] = aws.ToString(m.Schema)
		}
		c.models = schema.NewModels(c.stage.snapshot.ApiID, texts)
	}
	return c.models.Compile(name)
}

func (c *compiler) substitute(text *string) string {
	return mapping.SubstituteStageVariables(aws.ToString(text), c.stage.snapshot.Stage.StageVariables)
}
