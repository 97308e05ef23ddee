package trace

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// What goes to endpoints is recorded where it leaves, not where it is made: so
// integrations of every kind are recorded, and as they really were.

type contextKey struct{}

// With returns a context in which what goes to endpoints is recorded.
func With(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, contextKey{}, t)
}

// from returns the trace of the exchange that ctx belongs to, nil when nobody
// observes.
func from(ctx context.Context) *Trace {
	t, _ := ctx.Value(contextKey{}).(*Trace)
	return t
}

// Transport returns a transport that records what it sends and gets. It costs a look into
// the context when nobody observes.
func Transport(next http.RoundTripper) http.RoundTripper { return tracedTransport{next} }

// Invoker returns an invoker that records what it sends and gets.
func Invoker(next integration.Invoker) integration.Invoker { return tracedInvoker{next} }

// tracedTransport records requests to HTTP endpoints.
type tracedTransport struct{ next http.RoundTripper }

func (t tracedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := from(r.Context())
	if trace == nil {
		return t.next.RoundTrip(r)
	}
	start := trace.now()
	sent := Message{Kind: EndpointRequest, Time: start, Method: r.Method, URI: r.URL.String(), Header: r.Header}
	if r.Body != nil && r.Body != http.NoBody {
		sent.tap = &bodyTap{ReadCloser: r.Body, limit: trace.keep}
		tapped := r.WithContext(r.Context())
		tapped.Body = sent.tap
		r = tapped
	}
	trace.Add(sent)
	response, err := t.next.RoundTrip(r)
	if err == nil {
		end := trace.now()
		trace.Add(Message{Kind: EndpointResponse, Time: end, Status: response.StatusCode, Latency: end.Sub(start), Header: response.Header})
	}
	return response, err
}

// bodyTap keeps the beginning of a body that is read through it. A transport may read
// on after the response has come, so it has a lock.
type bodyTap struct {
	io.ReadCloser

	limit int

	// mu guards what follows.
	mu   sync.Mutex
	kept []byte
	size int64
}

func (b *bodyTap) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size += int64(n)
	if room := b.limit - len(b.kept); room > 0 {
		b.kept = append(b.kept, p[:min(n, room)]...)
	}
	return n, err
}

// taken returns what was kept so far, and how much was read. It is not written again.
func (b *bodyTap) taken() ([]byte, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = 0
	return b.kept, b.size
}

// tracedInvoker records invocations of functions.
type tracedInvoker struct{ next integration.Invoker }

func (t tracedInvoker) InvokeFunction(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
	trace := from(ctx)
	if trace == nil {
		return t.next.InvokeFunction(ctx, in, sourceARN, roleARN)
	}
	start := trace.now()
	trace.Add(Message{
		Kind: EndpointRequest, Time: start, Method: http.MethodPost, URI: invocationURL(aws.ToString(in.FunctionName)),
		Header: invocationHeader(in, sourceARN), Body: in.Payload,
	})
	out, err := t.next.InvokeFunction(ctx, in, sourceARN, roleARN)
	if err == nil {
		header := http.Header{"Content-Type": {"application/json"}}
		if out.ExecutedVersion != nil {
			header["X-Amz-Executed-Version"] = []string{*out.ExecutedVersion}
		}
		if id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata); ok {
			header["X-Amzn-Requestid"] = []string{id}
		}
		if out.FunctionError != nil {
			header["X-Amz-Function-Error"] = []string{*out.FunctionError}
		}
		end := trace.now()
		trace.Add(Message{
			Kind: EndpointResponse, Time: end, Status: int(out.StatusCode), Latency: end.Sub(start),
			Header: header, Body: out.Payload,
		})
	}
	return out, err
}

// invocationURL is the address of the Invoke operation for a function, as AWS logs it.
func invocationURL(arn string) string {
	region := ""
	if parts := strings.SplitN(arn, ":", 5); len(parts) == 5 {
		region = parts[3]
	}
	return "https://lambda." + region + ".amazonaws.com/2015-03-31/functions/" + arn + "/invocations"
}

// invocationHeader has the headers of an invocation as far as there are any here: the
// signature, for one, is nobody's.
func invocationHeader(in *lambda.InvokeInput, sourceARN string) http.Header {
	header := http.Header{"Content-Type": {"application/json"}, "X-Amz-Source-Arn": {sourceARN}}
	if in.InvocationType != "" {
		header["X-Amz-Invocation-Type"] = []string{string(in.InvocationType)}
	}
	if in.LogType != "" {
		header["X-Amz-Log-Type"] = []string{string(in.LogType)}
	}
	return header
}
