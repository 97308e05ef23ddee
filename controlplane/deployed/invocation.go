package deployed

// Invocation is one call of a function.
type Invocation struct {
	// RequestID is the Lambda request id, a UUID.
	RequestID string
	// InvokedARN is the function ARN as the caller named it, with its qualifier.
	InvokedARN string
	// Payload is the event, valid JSON.
	Payload []byte
	// TraceID is the X-Amzn-Trace-Id value to hand on; empty = make one.
	TraceID string
	// ClientContext is the decoded client context JSON; nil for none.
	ClientContext []byte
}

// Outcome is what an invocation that reached the function came to.
type Outcome struct {
	// Payload is the function's result, or its error object when FunctionError is set.
	Payload []byte
	// FunctionError is the X-Amz-Function-Error value ("Unhandled"); empty on success.
	FunctionError string
	// LogTail is the last 4 KB of the log of this invocation.
	LogTail []byte
}

// Package is a saved code package.
type Package struct {
	// SHA256 is base64 of the SHA-256 of the zip, the CodeSha256 of a function.
	SHA256 string
	// Size is the size of the zip in bytes.
	Size int64
}
