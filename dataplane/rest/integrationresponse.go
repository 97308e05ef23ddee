package rest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/javaregexp"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// integrationResponses selects the integration response by what the backend said
// and makes the method response from it.
type integrationResponses struct {
	// candidates are in the order of their status. Of those that match, the one of the
	// very status that the backend answered is taken, as seen in public reports, or else
	// the first (LC-08; the order is unverified).
	candidates []*integrationResponse
	byDefault  *integrationResponse
	binary     mediaTypes
	// isHTTP tells that the backend says what type its body has. What functions and
	// MOCK answer is text.
	isHTTP bool
}

// integrationResponse is one compiled integration response.
type integrationResponse struct {
	status int
	// code is the status as text, as it is matched.
	code string
	// pattern has to match the whole string.
	pattern    *javaregexp.Pattern
	parameters []mapping.Parameter
	templates  templates
	handling   types.ContentHandlingStrategy
	// invalid is set when there is no method response of this status.
	invalid *Failure
}

// integrationResponses compiles the integration responses of a method.
func (c *compiler) integrationResponses(m *types.Method) (*integrationResponses, *Failure) {
	responses := &integrationResponses{binary: c.binary, isHTTP: answersHTTP(m.MethodIntegration)}
	all := m.MethodIntegration.IntegrationResponses
	for _, code := range slices.Sorted(maps.Keys(all)) {
		snapshot := all[code]
		compiled, failure := c.integrationResponse(code, &snapshot)
		if failure != nil {
			return nil, failure
		}
		if _, ok := m.MethodResponses[code]; !ok {
			compiled.invalid = configurationError("Output mapping refers to an invalid method response: " + code)
		}
		if compiled.pattern != nil {
			responses.candidates = append(responses.candidates, compiled)
		} else if responses.byDefault == nil {
			responses.byDefault = compiled
		}
	}
	return responses, nil
}

func (c *compiler) integrationResponse(code string, snapshot *types.IntegrationResponse) (*integrationResponse, *Failure) {
	status, err := strconv.Atoi(code)
	if err != nil || status < 200 || status > 599 {
		// Go cannot send a final response with a status below 200.
		return nil, unsupported("integration response with status " + code)
	}
	parameters, err := mapping.ParseResponseParameters(snapshot.ResponseParameters)
	if err != nil {
		return nil, configurationError(err.Error())
	}
	compiled := &integrationResponse{
		status:     status,
		code:       code,
		parameters: parameters,
		templates:  c.compileTemplates(snapshot.ResponseTemplates, responseTemplate),
		handling:   snapshot.ContentHandling,
	}
	if pattern := aws.ToString(snapshot.SelectionPattern); pattern != "" {
		// Where there is no such construct the method fails rather than choose a wrong
		// response.
		compiled.pattern, err = javaregexp.Compile(pattern)
		if err != nil {
			return nil, unsupported("selectionPattern " + pattern)
		}
	}
	return compiled, nil
}

// run makes the method response.
func (r *integrationResponses) run(x *Exchange) *Failure {
	selected, err := r.choose(x.IntegrationResponse.Selection)
	if err != nil {
		failure := configurationError("The selectionPattern takes too long")
		failure.Cause = err
		return failure
	}
	if selected == nil {
		return configurationError("No match for output mapping and no default output mapping configured. Endpoint Response Status Code: " +
			strconv.Itoa(x.IntegrationResponse.Status))
	}
	if selected.invalid != nil {
		return selected.invalid
	}
	x.decide(strconv.Itoa(selected.status))
	header := http.Header{}
	body, contentType, failure := r.body(x, selected)
	if failure != nil {
		return failure
	}
	mapped := http.Header{}
	for _, parameter := range selected.parameters {
		if values := parameter.Source.Evaluate(x); len(values) > 0 {
			mapped[parameter.Target.Name] = values
		}
	}
	status, failure := x.responseOverrides.apply(selected.status, mapped)
	if failure != nil {
		return failure
	}
	addResponseHeaders(header, mapped, false)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{contentType}
	}
	if x.responseTrace != "" {
		header["X-Amzn-Trace-Id"] = []string{x.responseTrace}
	}
	x.Response = Response{Status: status, Header: header, Body: body}
	return nil
}

func (r *integrationResponses) choose(text string) (*integrationResponse, error) {
	selected := r.byDefault
	matched := false
	for _, candidate := range r.candidates {
		if matched && candidate.code != text {
			continue
		}
		matches, err := candidate.pattern.MatchWhole(text)
		if err != nil {
			return nil, err
		}
		if matches {
			selected, matched = candidate, true
		}
		if matches && candidate.code == text {
			break
		}
	}
	return selected, nil
}

// body returns the body of the method response and its content type.
func (r *integrationResponses) body(x *Exchange, selected *integrationResponse) ([]byte, string, *Failure) {
	payload, contentType := x.IntegrationResponse.Body, applicationJSON
	isBinary := r.isHTTP && r.binary.match(bareType(x.IntegrationResponse.Header.Get("Content-Type"), applicationJSON))
	if template := forAccept(selected.templates, x.accept(applicationJSON)); template != nil && !template.isEmpty {
		switch {
		case isBinary && selected.handling == toText:
			payload = encode(payload)
		case isBinary:
			return nil, "", configurationError("Unable to transform response: a template takes no binary payload")
		}
		var failure *Failure
		if payload, failure = x.render(template, payload); failure != nil {
			return nil, "", failure
		}
		contentType, isBinary = template.contentType, false
	}
	payload, failure := convertResponse(payload, isBinary, r.binary.match(x.accept("")), selected.handling)
	return payload, contentType, failure
}
