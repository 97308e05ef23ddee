package rest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// customResponses are the gateway responses that an API has customised.
type customResponses map[types.GatewayResponseType]*customResponse

// customResponse is a compiled gateway response.
type customResponse struct {
	// status is 0 when the response does not set one (DEFAULT_4XX, DEFAULT_5XX).
	status     int
	parameters []mapping.Parameter
	templates  []substitution
}

// defaultTemplate is what a customised response without templates says (GR-01).
const defaultTemplate = `{"message":$context.error.messageString}`

// gatewayResponses compiles the customised responses of the deployment. What cannot
// be compiled is logged and left out: it is the answer to a failure already.
func (c *compiler) gatewayResponses() customResponses {
	snapshots := c.stage.snapshot.Api.GatewayResponses
	compiled := make(customResponses, len(snapshots))
	for i := range snapshots {
		snapshot := &snapshots[i]
		parameters, err := mapping.ParseGatewayResponseParameters(snapshot.ResponseParameters)
		if err != nil {
			c.logger().Error("gateway response has parameters that cannot be used", "type", string(snapshot.ResponseType), "error", err)
		}
		texts := snapshot.ResponseTemplates
		if len(texts) == 0 {
			texts = map[string]string{applicationJSON: defaultTemplate}
		}
		compiled[snapshot.ResponseType] = &customResponse{
			status:     c.customStatus(snapshot),
			parameters: parameters,
			templates:  compileSubstitutions(texts),
		}
	}
	return compiled
}

func (c *compiler) customStatus(snapshot *types.GatewayResponse) int {
	text := aws.ToString(snapshot.StatusCode)
	if text == "" {
		return 0
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		// Go cannot send a final response with a status below 200.
		c.logger().Error("gateway response has a status that cannot be sent", "type", string(snapshot.ResponseType), "status", text)
		return 0
	}
	return status
}

// find returns the response for a type: its own, else that of its class, by the
// status that the type has by default (GR-10); nil when neither is customised.
// isOwn tells which: a type that is customised itself inherits nothing (GR-11).
func (r customResponses) find(responseType types.GatewayResponseType) (response *customResponse, isOwn bool) {
	if own := r[responseType]; own != nil {
		return own, true
	}
	if gatewayResponses[responseType].status >= http.StatusInternalServerError {
		return r[types.GatewayResponseTypeDefault5xx], false
	}
	return r[types.GatewayResponseTypeDefault4xx], false
}

// failureResponse makes the response of the exchange's failure: the one of the API
// where it has customised it.
func (x *Exchange) failureResponse() Response {
	failure := x.Failure
	response := failure.response()
	if failure.Type == "" {
		return response // no API customises it
	}
	custom, isOwn := x.stage.compiled().gateway.find(failure.Type)
	if custom == nil {
		return response
	}
	// An own status that is the type's default may as well not have been set: then the
	// status of the occurrence stays (GR-24, LP-30).
	if custom.status != 0 && (!isOwn || custom.status != gatewayResponses[failure.Type].status) {
		response.Status = custom.status
	}
	template := forAccept(custom.templates, x.accept(applicationJSON))
	response.Body = template.execute(x)
	response.Header["Content-Type"] = []string{template.contentType}
	custom.addHeaders(x, response.Header)
	return response
}

// addHeaders sets the mapped headers, in place of those that the gateway sets. Its
// ids and what frames the message are not replaced (unverified).
func (r *customResponse) addHeaders(x *Exchange, header http.Header) {
	for _, parameter := range r.parameters {
		name := parameter.Target.Name
		values := validValues(parameter.Source.Evaluate(x))
		canonical := http.CanonicalHeaderKey(name)
		if len(values) == 0 || !integration.IsHeaderName(name) || remapped[canonical].proxied || canonical == "Transfer-Encoding" || canonical == "Trailer" {
			continue
		}
		for known := range header {
			if strings.EqualFold(known, name) {
				delete(header, known)
			}
		}
		if canonical == "Content-Type" {
			name = canonical // or net/http would send one of its own beside it
		}
		header[name] = values
	}
}
