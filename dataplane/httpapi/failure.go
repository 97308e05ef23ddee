package httpapi

import (
	"errors"
	"net/http"

	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// Failure ends an exchange with an answer of the gateway's own. The bodies of these
// cannot be customised on HTTP APIs.
type Failure struct {
	Status int
	// Type is $context.error.responseType. Unverified: that HTTP APIs have the types of
	// REST APIs there.
	Type string
	// Challenge is the WWW-Authenticate header; empty for none.
	Challenge string
	// Reason says why, for the log.
	Reason string
	// Cause is the underlying error, nil when there is none.
	Cause error
	// ClientGone tells that the client ended the exchange: nothing to report.
	ClientGone bool
}

func notFound(reason string) *Failure {
	return &Failure{Status: http.StatusNotFound, Type: "RESOURCE_NOT_FOUND", Reason: reason}
}

func unauthorized(reason, challenge string) *Failure {
	return &Failure{Status: http.StatusUnauthorized, Type: "UNAUTHORIZED", Reason: reason, Challenge: challenge}
}

func forbidden(reason string) *Failure {
	return &Failure{Status: http.StatusForbidden, Type: "ACCESS_DENIED", Reason: reason}
}

func requestTooLarge(cause error) *Failure {
	return &Failure{Status: http.StatusRequestEntityTooLarge, Type: "REQUEST_TOO_LARGE", Reason: "The request body exceeds 10485760 bytes", Cause: cause}
}

// configurationError is a 500 for what cannot be carried out as it is defined.
func configurationError(reason string) *Failure {
	return &Failure{Status: http.StatusInternalServerError, Type: "API_CONFIGURATION_ERROR", Reason: reason}
}

// authorizerError is a 500 for an authorizer that gives no verdict.
func authorizerError(reason string, cause error) *Failure {
	return &Failure{Status: http.StatusInternalServerError, Type: "AUTHORIZER_CONFIGURATION_ERROR", Reason: reason, Cause: cause}
}

// integrationFailure says with which answer a failed integration ends.
func integrationFailure(f *integration.Failure) *Failure {
	failure := &Failure{Status: http.StatusInternalServerError, Type: "INTEGRATION_FAILURE", Reason: f.Reason, Cause: f.Cause}
	switch f.Kind {
	case integration.Timeout:
		failure.Status, failure.Type = http.StatusServiceUnavailable, "INTEGRATION_TIMEOUT"
	case integration.Unreachable:
		failure.Status = http.StatusServiceUnavailable
	case integration.Misconfigured:
		failure.Type = "API_CONFIGURATION_ERROR"
	case integration.RequestTooLarge:
		return requestTooLarge(f.Cause)
	case integration.ClientGone:
		failure.ClientGone = true
	case integration.Refused:
		// Unverified: that a throttled function is a 503.
		if api, ok := errors.AsType[smithy.APIError](f.Cause); ok && api.ErrorCode() == "TooManyRequestsException" {
			failure.Status = http.StatusServiceUnavailable
		}
	case integration.Malformed, integration.InvalidRequest:
	}
	return failure
}

// integrationErrorMessage is $context.integrationErrorMessage. HTTP APIs have words of their
// own ("Troubleshooting issues with HTTP API Lambda integrations"); for the rest they are
// those of the execution logs of REST APIs (unverified).
func integrationErrorMessage(f *integration.Failure) string {
	switch {
	case f.FunctionError != nil:
		return "The Lambda function returned the following error: " + *f.FunctionError + ". Check your Lambda function code and try again."
	case isPermission(f.Cause):
		return "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again."
	default:
		return f.Reason
	}
}

// isPermission reports whether Lambda let API Gateway not call a function. As on AWS one
// that there is not counts as one that may not be called.
func isPermission(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (api.ErrorCode() == "AccessDeniedException" || api.ErrorCode() == "ResourceNotFoundException")
}

// messages are what the client is told, by status.
var messages = map[int]string{
	http.StatusBadRequest:                  "Bad Request",
	http.StatusUnauthorized:                "Unauthorized",
	http.StatusForbidden:                   "Forbidden",
	http.StatusNotFound:                    "Not Found",
	http.StatusRequestEntityTooLarge:       "Request Entity Too Large",
	http.StatusRequestURITooLong:           "Request URI Too Long",
	http.StatusTooManyRequests:             "Too Many Requests",
	http.StatusRequestHeaderFieldsTooLarge: "Request Header Fields Too Large", // Unverified.
	http.StatusInternalServerError:         "Internal Server Error",
	http.StatusServiceUnavailable:          "Service Unavailable",
}

func (f *Failure) message() string { return messages[f.Status] }

// response renders the failure.
func (f *Failure) response() Response {
	header := http.Header{"Content-Type": {applicationJSON}}
	if f.Challenge != "" {
		header["Www-Authenticate"] = []string{f.Challenge}
	}
	return Response{Status: f.Status, Header: header, Body: []byte(`{"message":"` + f.message() + `"}`)}
}

const applicationJSON = "application/json"
