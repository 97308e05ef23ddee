package deployed

import "context"

type traceKey struct{}

// WithTraceID returns a context that carries an X-Amzn-Trace-Id value to the
// functions that are invoked with it; the SDK's InvokeInput has no member for it.
func WithTraceID(ctx context.Context, traceID string) context.Context {
	if traceID == "" {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, traceID)
}

// TraceID returns the trace id of ctx; empty when it carries none.
func TraceID(ctx context.Context) string {
	traceID, _ := ctx.Value(traceKey{}).(string)
	return traceID
}
