package integration

// Kind classifies a [Failure] by what the client is told.
type Kind uint8

// The kinds of failures.
const (
	// Timeout: the backend did not answer in time.
	Timeout Kind = iota + 1
	// Unreachable: the connection failed.
	Unreachable
	// Misconfigured: the integration cannot be carried out as it is defined.
	Misconfigured
	// Malformed: the backend answered something that is no valid response.
	Malformed
	// Refused: the backend's service did not accept the call.
	Refused
	// RequestTooLarge: the backend's service takes no request of this size.
	RequestTooLarge
	// InvalidRequest: the backend's service could not read the request; see Message.
	InvalidRequest
	// ClientGone: the client closed the connection; nobody reads an answer.
	ClientGone
)

// Failure is why an integration has no response.
type Failure struct {
	Kind Kind
	// Reason is the line of the execution log, in AWS's words.
	Reason string
	// Message is what the client is told; empty for the usual text of the kind.
	Message string
	// FunctionError is the message of a function that failed; nil when no function did.
	FunctionError *string
	// Cause is the underlying error, nil when there is none.
	Cause error
}

// Execution log lines that more than one place writes.
const (
	reasonTimeout         = "Execution failed due to a timeout error"
	reasonInvalidEndpoint = "Execution failed due to configuration error: Invalid endpoint address"
	reasonPermission      = "Execution failed due to configuration error: Invalid permissions on Lambda function"
	reasonFunctionError   = "Lambda execution failed with status 200 due to customer function error: "
	reasonMalformedLambda = "Execution failed due to configuration error: Malformed Lambda proxy response"
)

// errNotMapped is the failure of an integration whose URI has a placeholder that got no
// value.
func errNotMapped(name string) *Failure {
	return &Failure{Kind: Misconfigured, Reason: "Execution failed due to configuration error: Illegal character in path: {" + name + "} is not mapped"}
}

// errInvalidEndpoint is the failure of an HTTP integration whose URI names no
// usable endpoint (TI-12).
func errInvalidEndpoint(cause error) *Failure {
	return &Failure{Kind: Misconfigured, Reason: reasonInvalidEndpoint, Cause: cause}
}
