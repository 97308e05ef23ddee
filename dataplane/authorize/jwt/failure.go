package jwt

import (
	"errors"
	"net/http"
	"strings"
)

// failure is an error with the text that clients get.
type failure struct {
	text  string
	cause error
}

func (f *failure) Error() string {
	if f.cause == nil {
		return f.text
	}
	return f.text + ": " + f.cause.Error()
}

func (f *failure) Unwrap() error { return f.cause }

func failed(text string, cause error) error { return &failure{text, cause} }

var errExpired = failed("the token has expired", nil)

// invalid is the failure of a token that is not accepted at all.
func invalid(err error, requiredScopes []string) *Failure {
	text := "the token is not valid"
	if f, ok := errors.AsType[*failure](err); ok {
		text = f.text
	}
	return &Failure{
		Status: http.StatusUnauthorized,
		Authenticate: `Bearer scope="` + quoted(strings.Join(requiredScopes, " ")) +
			`" error="invalid_token" error_description="` + quoted(text) + `"`,
		Reason: err.Error(), IsExpired: errors.Is(err, errExpired),
	}
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quoted is text as it may stand within quotes.
func quoted(text string) string { return escapes.Replace(text) }
