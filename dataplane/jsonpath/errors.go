package jsonpath

import (
	"errors"
	"fmt"
)

// The kinds of failure, for errors.Is.
var (
	// ErrSyntax: the path does not compile.
	ErrSyntax = errors.New("invalid path")
	// ErrNotFound: a definite path leads nowhere in this document.
	ErrNotFound = errors.New("path not found")
	// ErrEvaluation: the path cannot be applied to this document, for instance a
	// filter to a number or an average to no numbers.
	ErrEvaluation = errors.New("path cannot be evaluated")
	// ErrLimit: the evaluation took more work than allowed.
	ErrLimit = errors.New("path evaluation takes too long")
)

// Error is a failure with its kind, one of the four above.
type Error struct {
	Kind    error
	Message string
	// refuses marks the evaluation failures for which a filter rejects the element
	// and goes on; all others end the evaluation.
	refuses bool
	// outOfRange marks an index past the end of a list, which an index around it
	// takes for its own.
	outOfRange bool
}

// Error gives the message.
func (e *Error) Error() string { return e.Kind.Error() + ": " + e.Message }

// Unwrap gives the kind.
func (e *Error) Unwrap() error { return e.Kind }

func syntaxError(format string, args ...any) error {
	return &Error{Kind: ErrSyntax, Message: fmt.Sprintf(format, args...)}
}

func notFound(message string) error { return &Error{Kind: ErrNotFound, Message: message} }

// refusal is the failure of an operand that does not fit its operator.
func refusal(message string) error {
	return &Error{Kind: ErrEvaluation, Message: message, refuses: true}
}

func failure(message string) error { return &Error{Kind: ErrEvaluation, Message: message} }

func outOfRange(message string) error {
	return &Error{Kind: ErrEvaluation, Message: message, outOfRange: true}
}

// refuses tells whether err makes a filter reject the element.
func refuses(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.refuses
}

func isOutOfRange(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.outOfRange
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
