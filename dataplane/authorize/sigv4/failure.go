package sigv4

import (
	"net/http"
	"strings"
)

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

// refused makes a failure. The client's own credential and header are not for the log.
func refused(kind, message string) *Failure {
	reason, _, _ := strings.Cut(message, "Authorization=")
	reason, _, _ = strings.Cut(reason, ", got '")
	return &Failure{Status: http.StatusForbidden, Type: kind, Message: message, Reason: kind + ": " + reason}
}

// Types of failures.
const (
	missingToken        = "MissingAuthenticationTokenException"
	incompleteSignature = "IncompleteSignatureException"
	invalidSignature    = "InvalidSignatureException"
	// Unverified: the type of an unknown access key.
	unrecognizedClient = "UnrecognizedClientException"
)
