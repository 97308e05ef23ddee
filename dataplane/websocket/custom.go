package websocket

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/javaregexp"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// custom compiles an integration that is no proxy: templates make what the backend gets,
// and what the client gets.
func (c *compiler) custom(i *types.Integration, call step) []step {
	steps := append([]step{c.requestMapping(i), c.requestBody(i)}, convertRequest(i)...)
	return append(steps, call, c.responses(i))
}

// requestMapping compiles the request parameters of an integration.
func (c *compiler) requestMapping(i *types.Integration) step {
	const name = "integration request parameters"
	parameters, err := mapping.ParseRequestParameters(methodForms(i.RequestParameters))
	if err != nil {
		return refusal(name, internal(err.Error(), nil))[0]
	}
	return step{name: name, run: func(x *Exchange) *failure {
		for _, p := range parameters {
			values := p.Source.Evaluate(x)
			if len(values) == 0 {
				continue
			}
			field := integration.Field{Name: p.Target.Name, Values: values}
			switch p.Target.Place {
			case mapping.RequestHeader:
				x.request.header = append(x.request.header, field)
			case mapping.RequestQuerystring:
				x.request.query = append(x.request.query, field)
			case mapping.RequestPath:
				x.request.path = append(x.request.path, integration.Pair{Name: field.Name, Value: values[len(values)-1]})
			case mapping.MethodResponseHeader, mapping.GatewayResponseHeader: // are none of requests
			}
		}
		return nil
	}}
}

// templates are compiled mapping templates by their keys.
type templates struct {
	selection selection
	byKey     map[string]*vtl.Template
	// only is the key of the only template.
	only string
	err  error
}

func compileTemplates(texts map[string]string, expression *string) templates {
	t := templates{byKey: make(map[string]*vtl.Template, len(texts))}
	for key, text := range texts {
		parsed, err := vtl.Parse(text)
		if err != nil {
			t.err = errors.Join(t.err, err)
			continue
		}
		t.byKey[key], t.only = parsed, key
	}
	if len(texts) != 1 {
		t.only = ""
	}
	var err error
	if t.selection, err = parseSelection(aws.ToString(expression)); err != nil {
		t.err = errors.Join(t.err, err)
	}
	return t
}

// find returns the template for an exchange, nil when there is none. Without an expression
// the only one is taken (unverified).
func (t *templates) find(x *Exchange) *vtl.Template {
	if len(t.selection) > 0 {
		if key, ok := t.selection.evaluate(x); ok {
			if found := t.byKey[key]; found != nil {
				return found
			}
		}
	} else if t.only != "" {
		return t.byKey[t.only]
	}
	return t.byKey[defaultRoute]
}

// requestBody compiles the step that makes the body for the backend.
func (c *compiler) requestBody(i *types.Integration) step {
	const name = "integration request body"
	t := compileTemplates(i.RequestTemplates, i.TemplateSelectionExpression)
	if t.err != nil {
		return refusal(name, internal("Unable to transform request", t.err))[0]
	}
	behavior := i.PassthroughBehavior
	return step{name: name, run: func(x *Exchange) *failure {
		template := t.find(x)
		if template == nil {
			passes := behavior != types.PassthroughBehaviorNever && (behavior != types.PassthroughBehaviorWhenNoTemplates || len(t.byKey) == 0)
			if !passes {
				return &failure{status: http.StatusUnsupportedMediaType, kind: "UNSUPPORTED_MEDIA_TYPE", message: "Unsupported Media Type", reason: "no request template, and passthroughBehavior is " + string(behavior)}
			}
			x.request.body = x.body
			return nil
		}
		body, err := c.render(x, template, x.body, nil)
		if err != nil {
			return internal("Unable to transform request", err)
		}
		x.request.body = body
		return nil
	}}
}

func (c *compiler) render(x *Exchange, t *vtl.Template, payload []byte, overrides *vtl.Overrides) ([]byte, error) {
	return t.Execute(nil, &vtl.Scope{
		Input:          &vtl.Input{Payload: payload, Parameters: parameters{x}},
		Context:        &vtl.Context{Variables: x, Response: overrides},
		StageVariables: c.variables,
	}, vtl.Limits{OutputBytes: integration.MaxPayloadBytes})
}

// response is a compiled integration response.
type response struct {
	key       string
	pattern   *javaregexp.Pattern
	templates templates
	mapped    []mapping.Parameter
	handling  types.ContentHandlingStrategy
}

// responses compiles the integration responses.
func (c *compiler) responses(i *types.Integration) step {
	const name = "integration response"
	var candidates []*response
	var byDefault *response
	for _, snapshot := range c.stage.snapshot.Api.IntegrationResponses[aws.ToString(i.IntegrationId)] {
		compiled := &response{
			key:       aws.ToString(snapshot.IntegrationResponseKey),
			handling:  snapshot.ContentHandlingStrategy,
			templates: compileTemplates(snapshot.ResponseTemplates, snapshot.TemplateSelectionExpression),
		}
		var err error
		if compiled.mapped, err = mapping.ParseResponseParameters(methodForms(snapshot.ResponseParameters)); err != nil {
			return refusal(name, internal(err.Error(), nil))[0]
		}
		if compiled.templates.err != nil {
			return refusal(name, internal("Unable to transform response", compiled.templates.err))[0]
		}
		if compiled.key == defaultRoute {
			byDefault = compiled
			continue
		}
		if compiled.pattern, err = javaregexp.Compile(strings.TrimSuffix(strings.TrimPrefix(compiled.key, "/"), "/")); err != nil {
			return refusal(name, internal("integration response key "+compiled.key, err))[0]
		}
		candidates = append(candidates, compiled)
	}
	slices.SortFunc(candidates, func(a, b *response) int { return cmp.Compare(a.key, b.key) })
	return step{name: name, run: func(x *Exchange) *failure {
		selected := byDefault
		for _, candidate := range candidates {
			matches, err := candidate.pattern.MatchWhole(x.response.Selection)
			if err != nil {
				return internal("The integration response key takes too long", err)
			}
			if matches {
				selected = candidate
				break
			}
		}
		return c.reply(x, selected)
	}}
}

// reply makes what the client gets of the backend's answer.
func (c *compiler) reply(x *Exchange, selected *response) *failure {
	if selected == nil {
		if !x.route.isTwoWay && x.eventType != eventConnect {
			x.reply.status = x.response.Status
			return nil // nobody gets to see it
		}
		return internal("No match for output mapping and no default output mapping configured", nil)
	}
	if f := convertResponse(x, selected.handling); f != nil {
		return f
	}
	x.reply = reply{status: x.response.Status, header: http.Header{}, body: x.response.Body}
	for _, p := range selected.mapped {
		if values := p.Source.Evaluate(x); len(values) > 0 {
			x.reply.header[http.CanonicalHeaderKey(p.Target.Name)] = values
		}
	}
	template := selected.templates.find(x)
	if template == nil {
		return nil
	}
	overrides := &vtl.Overrides{}
	body, err := c.render(x, template, x.response.Body, overrides)
	if err != nil {
		return internal("Unable to transform response", err)
	}
	x.reply.body = body
	for _, override := range overrides.Header {
		x.reply.header[http.CanonicalHeaderKey(override.Name)] = []string{override.Value}
	}
	if overrides.Status != "" {
		status, err := strconv.Atoi(overrides.Status)
		if err != nil || status < 200 || status > 599 {
			return internal("responseOverride.status is "+overrides.Status, nil)
		}
		x.reply.status = status
	}
	return nil
}

// parameters is what $input.params reads: those of the handshake.
type parameters struct{ x *Exchange }

// Parameter implements [vtl.Parameters].
func (p parameters) Parameter(place vtl.Place, name string) (string, bool) {
	var values []string
	switch place {
	case vtl.Querystring:
		values = p.x.Querystring(name)
	case vtl.Header:
		values = p.x.Header(name)
	case vtl.Path:
	}
	return last(values), len(values) > 0
}

// Parameters implements [vtl.Parameters].
func (p parameters) Parameters(place vtl.Place) *vtl.Map {
	all := &vtl.Map{}
	switch place {
	case vtl.Querystring:
		for _, field := range p.x.query {
			all.Set(field.Name, last(field.Values))
		}
	case vtl.Header:
		if p.x.handshake != nil {
			for _, field := range p.x.handshakeHeaders(false) {
				all.Set(field.Name, last(field.Values))
			}
		}
	case vtl.Path:
	}
	return all
}
