package websocket

import (
	"net/http"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// failure ends an exchange with an answer of the gateway's own: the response of a refused
// handshake, or an error frame.
type failure struct {
	// status is that of a refused handshake.
	status int
	// kind is $context.error.responseType, message what the client is told.
	kind, message string
	// bare leaves the ids out of the body.
	bare bool
	// byMessage names the message in an error frame, not the request.
	byMessage bool
	// validation says what a model does not allow.
	validation string
	// reason and cause are for the log.
	reason string
	cause  error
}

func forbidden(reason string) *failure {
	return &failure{status: http.StatusForbidden, kind: "ACCESS_DENIED", message: "Forbidden", bare: true, reason: reason}
}

func unauthorized(reason string) *failure {
	return &failure{status: http.StatusUnauthorized, kind: "UNAUTHORIZED", message: "Unauthorized", bare: true, reason: reason}
}

// internal is the failure of what cannot be carried out.
func internal(reason string, cause error) *failure {
	return &failure{status: http.StatusInternalServerError, kind: "API_CONFIGURATION_ERROR", message: "Internal server error", reason: reason, cause: cause}
}

// integrationFailure says how a failed integration ends. A backend that failed by itself
// is a 502 to a handshake (unverified).
func integrationFailure(f *integration.Failure) *failure {
	made := internal(f.Reason, f.Cause)
	made.kind = "INTEGRATION_FAILURE"
	switch f.Kind {
	case integration.Timeout, integration.Malformed, integration.InvalidRequest:
		made.status = http.StatusBadGateway
	case integration.Unreachable, integration.Misconfigured, integration.Refused, integration.RequestTooLarge, integration.ClientGone:
	}
	if f.Kind == integration.Timeout {
		made.kind = "INTEGRATION_TIMEOUT"
		made.message = "Endpoint request timed out"
	}
	return made
}

// body is the JSON that the client gets.
func (f *failure) body(x *Exchange) []byte {
	b := jsonvalue.AppendString([]byte(`{"message": `), f.message)
	if f.bare {
		b = jsonvalue.AppendString([]byte(`{"message":`), f.message)
		return append(b, '}')
	}
	b = jsonvalue.AppendString(append(b, `, "connectionId":`...), x.conn.id)
	if f.byMessage {
		b = jsonvalue.AppendString(append(b, `, "messageId":`...), x.messageID)
	} else {
		b = jsonvalue.AppendString(append(b, `, "requestId":`...), x.id)
	}
	return append(b, '}')
}
