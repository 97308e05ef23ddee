package sigv4

import "net/http"

// Failure says why a request is not accepted, in AWS's words. HTTP APIs say nothing but
// Forbidden instead.
type Failure struct {
	// Status is 403.
	Status int
	// Type is the X-Amzn-ErrorType, Message the text.
	Type, Message string
	// Reason is for the log.
	Reason string
}

func refused(kind, message string) *Failure {
	return &Failure{Status: http.StatusForbidden, Type: kind, Message: message, Reason: kind + ": " + message}
}

// Types of failures.
const (
	missingToken        = "MissingAuthenticationTokenException"
	incompleteSignature = "IncompleteSignatureException"
	invalidSignature    = "InvalidSignatureException"
	// Unverified: the type of an unknown access key.
	unrecognizedClient = "UnrecognizedClientException"
)
