package function

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// userFault makes an error of the client, whose body has "Type":"User".
func userFault(status int, code, message string) *wire.Error {
	e := wire.NewError(status, code, message)
	e.Members = map[string]string{"Type": "User"}
	return e
}

// invalidParameter is InvalidParameterValueException, status 400.
func invalidParameter(message string) *wire.Error {
	return userFault(http.StatusBadRequest, "InvalidParameterValueException", message)
}

// unsupported refuses what Lambda would do and this emulator does not: what
// would be stored and then ignored is refused.
func unsupported(feature string) *wire.Error {
	return invalidParameter(feature + " is not supported by Stagedoor yet, so that it is refused and not ignored.")
}

// notFound is ResourceNotFoundException, status 404.
func notFound(message string) *wire.Error {
	return userFault(http.StatusNotFound, "ResourceNotFoundException", message)
}

func functionNotFound(arn string) *wire.Error { return notFound("Function not found: " + arn) }

func aliasNotFound(arn string) *wire.Error { return notFound("Cannot find alias arn: " + arn) }

// conflict is ResourceConflictException, status 409.
func conflict(message string) *wire.Error {
	return userFault(http.StatusConflict, "ResourceConflictException", message)
}

// staleRevision is PreconditionFailedException, status 412; apis names the calls
// that tell the current revision.
func staleRevision(apis string) *wire.Error {
	return userFault(http.StatusPreconditionFailed, "PreconditionFailedException",
		"The Revision Id provided does not match the latest Revision Id. Call the "+apis+" API to retrieve the latest Revision Id")
}

// invalidContent is InvalidRequestContentException, status 400.
func invalidContent(message string) *wire.Error {
	return userFault(http.StatusBadRequest, "InvalidRequestContentException", message)
}

// requestTooLarge is RequestTooLargeException, status 413.
// Unverified: which of AWS's two texts is current.
func requestTooLarge(limit int) *wire.Error {
	return userFault(http.StatusRequestEntityTooLarge, "RequestTooLargeException",
		fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit))
}

// throttled is TooManyRequestsException, status 429.
func throttled(reason string) *wire.Error {
	e := userFault(http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded.")
	e.Members["Reason"] = reason
	return e
}

// serviceFault is ServiceException, status 500.
func serviceFault(cause error) *wire.Error {
	e := wire.NewError(http.StatusInternalServerError, "ServiceException", "Internal server error")
	e.Members = map[string]string{"Type": "Service"}
	return e.WithCause(cause)
}

// accessDenied is AccessDeniedException, status 403.
func accessDenied(user, action, arn string) *wire.Error {
	return wire.NewError(http.StatusForbidden, "AccessDeniedException", fmt.Sprintf(
		"User: %s is not authorized to perform: %s on resource: %s because no resource-based policy allows the %[2]s action",
		user, action, arn))
}

// violation is ValidationException for one member, as the model's own
// constraints are reported.
func violation(member, value, constraint string) *wire.Error {
	return wire.Validation(fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, constraint))
}

// enumViolation is the violation of a closed set of values.
func enumViolation[T ~string](member string, value T, set []T) *wire.Error {
	return violation(member, string(value), "Member must satisfy enum value set: ["+joined(set)+"]")
}

func joined[T ~string](set []T) string {
	names := make([]string, len(set))
	for i, v := range set {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// isThrottle tells whether err is TooManyRequestsException, of this package or
// the runner.
func isThrottle(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "TooManyRequestsException"
}
