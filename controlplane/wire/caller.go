package wire

import "context"

// Caller is who sends a control-plane request, and to which partition of the
// state it goes: every ARN, key and listing is scoped by account and region.
type Caller struct {
	// Account is the 12-digit account id: the access key when that is 12 digits,
	// else the configured default.
	Account string
	// Region is the region of the SigV4 credential scope, else the configured default.
	Region string
	// AccessKeyID is the access key of the signature; empty for unsigned requests.
	AccessKeyID string
}

type callerKey struct{}

type userAgentKey struct{}

type requestIDKey struct{}

// WithCaller returns a context that carries c.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller of ctx; the zero Caller when there is none.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// WithRequestID returns a context that carries the id of the request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the request id of ctx, the value of the x-amzn-RequestId
// header; empty when ctx belongs to no request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// UserAgent returns the User-Agent of the request that ctx belongs to; empty when it
// named none.
func UserAgent(ctx context.Context) string {
	userAgent, _ := ctx.Value(userAgentKey{}).(string)
	return userAgent
}
