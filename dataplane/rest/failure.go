package rest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Failure ends an exchange with a gateway response.
type Failure struct {
	// Type is the gateway response; its defaults hold for what is not set below.
	// Empty for answers that no API can customise (unknown stage, URL too long).
	Type types.GatewayResponseType
	// Status, Message and ErrorType replace the type's defaults when they are set.
	Status    int
	Message   string
	ErrorType string
	// CapitalMessage tells that the member of the default body is "Message", as in
	// refusals by a policy.
	CapitalMessage bool
	// Validation is $context.error.validationErrorString: what the request violates.
	Validation string
	// Reason is the line for the execution log.
	Reason string
	// Cause is the underlying error, nil when there is none.
	Cause error
	// ClientGone tells that the client ended the exchange: nothing to report.
	ClientGone bool
}

// forbidden answers calls to what does not exist or is switched off; no API
// customises it.
func forbidden(reason string) *Failure {
	return &Failure{Status: http.StatusForbidden, Message: messageForbidden, ErrorType: "ForbiddenException", Reason: reason}
}

func requestTooLarge(cause error) *Failure {
	return &Failure{Type: types.GatewayResponseTypeRequestTooLarge, Reason: "The request body exceeds 10485760 bytes", Cause: cause}
}

// configurationError is a 500 for what cannot be carried out as it is defined.
func configurationError(reason string) *Failure {
	return &Failure{Type: types.GatewayResponseTypeApiConfigurationError, Reason: "Execution failed due to configuration error: " + reason}
}

// integrationFailure says with which gateway response a failed integration ends.
func integrationFailure(f *integration.Failure) *Failure {
	failure := &Failure{Type: types.GatewayResponseTypeIntegrationFailure, Reason: f.Reason, Cause: f.Cause}
	switch f.Kind {
	case integration.Timeout:
		failure.Type = types.GatewayResponseTypeIntegrationTimeout
	case integration.Misconfigured:
		failure.Type = types.GatewayResponseTypeApiConfigurationError
	case integration.Malformed:
		failure.Status, failure.Message = http.StatusBadGateway, messageInternal
	case integration.Refused:
		failure.Status, failure.Message = http.StatusInternalServerError, messageInternal // LP-30, GR-24
	case integration.InvalidRequest:
		// Unverified: that no API customises it.
		failure.Type, failure.Status, failure.Message, failure.ErrorType = "", http.StatusBadRequest, f.Message, "BadRequestException"
	case integration.RequestTooLarge:
		failure.Type = types.GatewayResponseTypeRequestTooLarge
	case integration.ClientGone:
		failure.ClientGone = true
	case integration.Unreachable:
	}
	return failure
}

// response renders the failure as it is unless the API customises it.
func (f *Failure) response() Response {
	byDefault := gatewayResponses[f.Type]
	status := cmp.Or(f.Status, byDefault.status)
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {applicationJSON}, "x-amzn-ErrorType": {cmp.Or(f.ErrorType, byDefault.errorType)}},
		Body:   f.body(status),
	}
}

func (f *Failure) body(status int) []byte {
	body := failureBody(status, f.message())
	if f.CapitalMessage {
		body[2] = 'M'
	}
	return body
}

// message is $context.error.message; empty when there is none.
func (f *Failure) message() string { return cmp.Or(f.Message, gatewayResponses[f.Type].message) }

// failureBody writes the message as AWS does: 5XX with a space after the colon, 4XX
// without, null when there is no message.
func failureBody(status int, message string) []byte {
	quoted := messageString(message)
	prefix := `{"message":`
	if status >= http.StatusInternalServerError && message != "" {
		prefix = `{"message": `
	}
	return append(append([]byte(prefix), quoted...), '}')
}

// messageString is $context.error.messageString: the message as JSON.
func messageString(message string) string {
	if message == "" {
		return "null"
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(message) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
