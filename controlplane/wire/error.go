package wire

import (
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
)

// Error is an AWS service error: the one type that handlers return to a client.
// It is sent as the x-amzn-ErrorType header plus a JSON body. It implements
// smithy.APIError, so that code which calls a service in process sees the same
// error that an SDK client would.
type Error struct {
	// Code is the AWS error code, for instance "NotFoundException".
	Code string
	// Status is the HTTP status of the response.
	Status int
	// Message is the text AWS puts into the body; it may be empty.
	Message string
	// Members are further members of the error body (for instance "Type" or
	// "resourceType"); nil for most errors.
	Members map[string]string

	cause error
}

var _ smithy.APIError = (*Error)(nil)

// Error returns the code and message, and the cause when there is one.
func (e *Error) Error() string {
	text := e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.cause != nil {
		text += " (" + e.cause.Error() + ")"
	}
	return text
}

// Unwrap returns the cause, which is logged and never sent to the client.
func (e *Error) Unwrap() error { return e.cause }

// ErrorCode returns the AWS error code.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage returns the text sent to the client.
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault tells whether the client or the service is at fault, by the status.
func (e *Error) ErrorFault() smithy.ErrorFault {
	if e.Status >= http.StatusInternalServerError {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

// WithCause returns a copy of e that carries err for the log.
func (e *Error) WithCause(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Is reports whether err is, or wraps, an *Error with the given code.
func Is(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// NewError makes an error with a code that has no constructor of its own.
func NewError(status int, code, message string) *Error {
	return &Error{Code: code, Status: status, Message: message}
}

// BadRequest is BadRequestException, status 400.
func BadRequest(message string) *Error {
	return NewError(http.StatusBadRequest, "BadRequestException", message)
}

// NotFound is NotFoundException, status 404.
func NotFound(message string) *Error {
	return NewError(http.StatusNotFound, "NotFoundException", message)
}

// Conflict is ConflictException, status 409.
func Conflict(message string) *Error {
	return NewError(http.StatusConflict, "ConflictException", message)
}

// LimitExceeded is LimitExceededException, status 429.
func LimitExceeded(message string) *Error {
	return NewError(http.StatusTooManyRequests, "LimitExceededException", message)
}

// Validation is ValidationException, status 400 (MI-03).
func Validation(message string) *Error {
	return NewError(http.StatusBadRequest, "ValidationException", message)
}

// Serialization is SerializationException, status 400: the body is not the JSON
// that the operation expects (IN-09, IN-37).
func Serialization(message string) *Error {
	return NewError(http.StatusBadRequest, "SerializationException", message)
}
