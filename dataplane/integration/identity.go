package integration

// Identity is the IAM identity of a caller.
type Identity struct {
	AccountID, AccessKey string
	// Caller and User are the id of the principal.
	Caller, User string
	UserARN      string
}

// nobody is the identity of a call that has none. It is never written.
var nobody Identity

// appendOrNull appends a string, null when it is empty.
func appendOrNull(b []byte, text string) []byte {
	if text == "" {
		return append(b, `null`...)
	}
	return appendString(b, text)
}
