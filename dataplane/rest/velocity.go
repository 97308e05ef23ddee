package rest

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/vtl"
)

// velocityTemplate is a template with references or directives.
type velocityTemplate struct {
	*vtl.Template

	// kind is requestTemplate or responseTemplate.
	kind      string
	variables *vtl.StageVariables
}

// Execute implements template. What the template overrides is kept in the exchange.
func (t *velocityTemplate) Execute(x *Exchange, payload []byte) ([]byte, *Failure) {
	overrides := &vtl.Overrides{}
	context := &vtl.Context{Variables: x}
	if t.kind == requestTemplate {
		context.Request = overrides
	} else {
		context.Response = overrides
	}
	out, err := t.Template.Execute(nil, &vtl.Scope{
		Input:          &vtl.Input{Payload: payload, Parameters: templateParameters{x}},
		Context:        context,
		StageVariables: t.variables,
	}, vtl.Limits{OutputBytes: integration.MaxPayloadBytes})
	switch {
	case errors.Is(err, vtl.ErrPayload) && t.kind == requestTemplate:
		return nil, payloadFailure(err)
	case err != nil:
		return nil, transformFailure(t.kind, err)
	}
	if t.kind == requestTemplate {
		x.IntegrationRequest.override(overrides)
	} else {
		x.responseOverrides = responseOverrides{overrides}
	}
	return out, nil
}

// payloadFailure answers a request whose body is read as JSON and is none. Unverified:
// the form, and that no API customises it as anything else.
func payloadFailure(cause error) *Failure {
	message := "Could not parse request body into json: " + strings.TrimPrefix(cause.Error(), vtl.ErrPayload.Error()+": ")
	return &Failure{Status: http.StatusBadRequest, Message: message, ErrorType: "BadRequestException", Reason: message, Cause: cause}
}

// override replaces mapped parameters by those of the template.
func (r *IntegrationRequest) override(by *vtl.Overrides) {
	for _, o := range by.Header {
		r.Header = replaceField(r.Header, o, strings.EqualFold)
	}
	for _, o := range by.Querystring {
		r.Query = replaceField(r.Query, o, func(a, b string) bool { return a == b })
	}
	for _, o := range by.Path {
		value := integration.Pair{Name: o.Name, Value: escapePath(o.Value)}
		replaced := false
		for i := range r.Path {
			if r.Path[i].Name == o.Name {
				r.Path[i], replaced = value, true
			}
		}
		if !replaced {
			r.Path = append(r.Path, value)
		}
	}
}

func replaceField(fields []integration.Field, by vtl.Override, isSame func(a, b string) bool) []integration.Field {
	kept := make([]integration.Field, 0, len(fields)+1)
	for _, field := range fields {
		if !isSame(field.Name, by.Name) {
			kept = append(kept, field)
		}
	}
	return append(kept, integration.Field{Name: by.Name, Values: []string{by.Value}})
}

// responseOverrides are what a response template has assigned; none by default.
type responseOverrides struct{ *vtl.Overrides }

// apply sets headers in place of mapped ones and returns the status. A status need not
// have a method response (LC-05).
func (o responseOverrides) apply(status int, header http.Header) (int, *Failure) {
	if o.Overrides == nil {
		return status, nil
	}
	for _, override := range o.Header {
		for name := range header {
			if strings.EqualFold(name, override.Name) {
				delete(header, name)
			}
		}
		header[override.Name] = []string{override.Value}
	}
	if o.Status == "" {
		return status, nil
	}
	overridden, err := strconv.Atoi(o.Status)
	if err != nil || overridden < 200 || overridden > 599 {
		return 0, transformFailure(responseTemplate, errors.New("responseOverride.status is "+o.Status))
	}
	return overridden, nil
}

// templateParameters is what $input.params reads: of several values the last one.
type templateParameters struct{ x *Exchange }

// Parameter implements [vtl.Parameters].
func (p templateParameters) Parameter(place vtl.Place, name string) (string, bool) {
	switch place {
	case vtl.Path:
		value, ok := p.x.PathParameter(name)
		return decodedPath(value), ok
	case vtl.Querystring:
		return lastOf(p.x.Querystring(name))
	default:
		return lastOf(p.x.Header(name))
	}
}

// Parameters implements [vtl.Parameters].
func (p templateParameters) Parameters(place vtl.Place) *vtl.Map {
	all := &vtl.Map{}
	switch place {
	case vtl.Path:
		if m := p.x.Match.method; m != nil {
			for i, value := range p.x.Match.values {
				all.Set(m.resource.parameters[i], decodedPath(value))
			}
		}
	case vtl.Querystring:
		for _, field := range p.x.Request.Query() {
			all.Set(field.Name, field.Values[len(field.Values)-1])
		}
	case vtl.Header:
		for _, field := range p.x.eventHeaders(p.x.forwarded(p.x.trace())) {
			all.Set(field.Name, field.Values[len(field.Values)-1])
		}
	}
	return all
}

func lastOf(values []string) (string, bool) {
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

// decodedPath decodes a path parameter for a template. Unverified: Lambda sees it as it
// was sent (LP-13).
func decodedPath(value string) string {
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}
