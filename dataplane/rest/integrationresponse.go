package rest

import (
	"encoding/base64"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// integrationResponses selects the integration response by what the backend said
// and makes the method response from it.
type integrationResponses struct {
	// candidates are in the order of their status; the first that matches is taken
	// (LC-08; the order is unverified).
	candidates []*integrationResponse
	byDefault  *integrationResponse
	binary     mediaTypes
}

// integrationResponse is one compiled integration response.
type integrationResponse struct {
	status int
	// pattern has to match the whole string.
	pattern    *regexp.Regexp
	parameters []mapping.Parameter
	templates  templates
	handling   types.ContentHandlingStrategy
	// invalid is set when there is no method response of this status.
	invalid *Failure
}

// integrationResponses compiles the integration responses of a method.
func (c *compiler) integrationResponses(m *types.Method) (*integrationResponses, *Failure) {
	responses := &integrationResponses{binary: c.binary}
	all := m.MethodIntegration.IntegrationResponses
	for _, code := range slices.Sorted(maps.Keys(all)) {
		snapshot := all[code]
		compiled, failure := compileIntegrationResponse(code, &snapshot)
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

func compileIntegrationResponse(code string, snapshot *types.IntegrationResponse) (*integrationResponse, *Failure) {
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
		parameters: parameters,
		templates:  compileTemplates(snapshot.ResponseTemplates),
		handling:   snapshot.ContentHandling,
	}
	if pattern := aws.ToString(snapshot.SelectionPattern); pattern != "" {
		// The pattern is a Java one. Where RE2 has no such construct (look-around,
		// back references) the method fails rather than choose a wrong response.
		compiled.pattern, err = regexp.Compile(`\A(?:` + pattern + `)\z`)
		if err != nil {
			return nil, unsupported("selectionPattern " + pattern)
		}
	}
	return compiled, nil
}

// run makes the method response.
func (r *integrationResponses) run(x *Exchange) *Failure {
	code := strconv.Itoa(x.IntegrationResponse.Status)
	selected := r.choose(code)
	if selected == nil {
		return configurationError("No match for output mapping and no default output mapping configured. Endpoint Response Status Code: " + code)
	}
	if selected.invalid != nil {
		return selected.invalid
	}
	x.decide(strconv.Itoa(selected.status))
	header := http.Header{}
	body, contentType, failure := selected.body(x)
	if failure != nil {
		return failure
	}
	if body, failure = r.convert(x, selected, body); failure != nil {
		return failure
	}
	mapped := http.Header{}
	for _, parameter := range selected.parameters {
		if values := parameter.Source.Evaluate(x); len(values) > 0 {
			mapped[parameter.Target.Name] = values
		}
	}
	addResponseHeaders(header, mapped, false)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = []string{contentType}
	}
	x.Response = Response{Status: selected.status, Header: header, Body: body}
	return nil
}

func (r *integrationResponses) choose(text string) *integrationResponse {
	for _, candidate := range r.candidates {
		if candidate.pattern.MatchString(text) {
			return candidate
		}
	}
	return r.byDefault
}

// body returns the body of the method response and its content type.
func (r *integrationResponse) body(x *Exchange) ([]byte, string, *Failure) {
	selected := r.templates.forAccept(x.accept(applicationJSON))
	if selected == nil || len(selected.text) == 0 {
		return x.IntegrationResponse.Body, applicationJSON, nil
	}
	if selected.isDynamic {
		return nil, "", unsupported("response template with references or directives")
	}
	return selected.text, selected.contentType, nil
}

// convert applies contentHandling to a body of text: it is taken for base64 when it
// is to become binary, or when the client accepts one of the binary media types.
func (r *integrationResponses) convert(x *Exchange, selected *integrationResponse, body []byte) ([]byte, *Failure) {
	switch selected.handling {
	case types.ContentHandlingStrategyConvertToText:
		return body, nil
	case types.ContentHandlingStrategyConvertToBinary:
	default:
		if !r.binary.match(x.accept("")) {
			return body, nil
		}
	}
	decoded, err := base64.StdEncoding.DecodeString(string(body))
	if err != nil {
		failure := configurationError("Unable to base64 decode the body")
		failure.Cause = err
		return nil, failure
	}
	return decoded, nil
}
