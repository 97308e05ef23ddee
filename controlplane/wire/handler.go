package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
)

// Options are the settings of a [Handler]. The zero value is usable.
type Options struct {
	// DefaultAccount is the account of callers whose access key is none; empty =
	// "000000000000".
	DefaultAccount string
	// DefaultRegion is the region of callers without a credential scope; empty =
	// "us-east-1".
	DefaultRegion string
	// Logger takes failures that clients see as a 500; nil = slog.Default().
	Logger *slog.Logger
	// MaxBodyBytes limits request bodies; 0 = AWS's limit for the service.
	MaxBodyBytes int64
}

// Call performs one operation: in is the pointer that o.NewInput returns, filled
// in and valid; the result is nil or a pointer like that of o.NewOutput. That of an
// operation whose response is an event stream is nil, and the context carries the
// stream.
type Call func(ctx context.Context, o *Operation, in any) (any, error)

// Handler is the http.Handler of one service. It is safe for concurrent use.
//
// A request goes this way: route to an operation, refuse with 501 what the service
// lacks, read and decode, validate against the model, call the service, encode.
type Handler struct {
	service  Service
	protocol protocol
	router   *router
	// calls holds the operations that the service has.
	calls   map[string]Call
	options Options
	// validate is off only in tests that send random values.
	validate bool
}

// NewHandler returns the handler of a service that impl implements with methods
// named like operations and with the signature of the SDK client's less the
// options, for instance
//
//	func (s *Service) CreateRestApi(ctx context.Context, in *apigateway.CreateRestApiInput) (*apigateway.CreateRestApiOutput, error)
//
// An operation whose response is an event stream has a third parameter, an
// [EventStream], and returns only an error. An operation without a method answers
// 501. It is an error when a method has an
// operation's name and another signature, or when impl has no operation at all.
func NewHandler(service Service, impl any, opts Options) (*Handler, error) {
	h, err := newHandler(service, opts)
	if err != nil {
		return nil, err
	}
	if h.calls, err = bind(service, impl); err != nil {
		return nil, err
	}
	return h, nil
}

// NewHandlerFunc returns the handler of a service whose every operation goes to
// call.
func NewHandlerFunc(service Service, call Call, opts Options) (*Handler, error) {
	h, err := newHandler(service, opts)
	if err != nil {
		return nil, err
	}
	h.calls = map[string]Call{}
	for _, o := range service.Operations() {
		h.calls[o.Name] = call
	}
	return h, nil
}

func newHandler(service Service, opts Options) (*Handler, error) {
	p, ok := service.protocol()
	if !ok {
		return nil, fmt.Errorf("wire: %s is no service", service)
	}
	if opts.DefaultAccount == "" {
		opts.DefaultAccount = "000000000000"
	}
	if opts.DefaultRegion == "" {
		opts.DefaultRegion = "us-east-1"
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.MaxBodyBytes <= 0 {
		opts.MaxBodyBytes = p.maxBodyBytes
	}
	return &Handler{service: service, protocol: p, router: newRouter(p.operations()), options: opts, validate: true}, nil
}

// Matches reports whether the request's method, path and query are those of one of
// the service's operations, implemented or not.
func (h *Handler) Matches(r *http.Request) bool { return h.router.find(r) != nil }

// ServeHTTP answers one request of the service.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	w.Header().Set("X-Amzn-RequestId", id)
	if h.protocol.apiGatewayID {
		w.Header().Set("X-Amz-Apigw-Id", newAPIGatewayID())
	}
	ctx := WithRequestID(r.Context(), id)
	ctx = WithCaller(ctx, callerOf(r, h.options.DefaultAccount, h.options.DefaultRegion))
	ctx = context.WithValue(ctx, userAgentKey{}, r.UserAgent())
	if answer := h.answer(w, r.WithContext(ctx)); answer != nil {
		answer.send(w)
	}
}

// answer is the whole life of a request but for sending; panics become a 500. It
// returns nil when the answer was sent as a stream.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (answer *response) {
	ctx := r.Context()
	o := h.router.find(r)
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			h.options.Logger.ErrorContext(ctx, "operation panicked", "request_id", RequestID(ctx),
				"operation", name(o), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			answer = h.internal(ctx)
		}
	}()
	if o == nil {
		return h.failed(ctx, o, h.protocol.unrouted)
	}
	call, ok := h.calls[o.Name]
	if !ok {
		return h.failed(ctx, o, NewError(http.StatusNotImplemented, "NotImplementedException",
			fmt.Sprintf("Stagedoor does not implement %s yet", o)))
	}
	answer, err := h.perform(ctx, w, r, o, call)
	if err != nil {
		return h.failed(ctx, o, err)
	}
	return answer
}

func (h *Handler) perform(ctx context.Context, w http.ResponseWriter, r *http.Request, o *Operation, call Call) (*response, error) {
	compiled, err := o.plans()
	if err != nil {
		return nil, err
	}
	var body []byte
	if compiled.input.takesBody() {
		if body, err = o.readBody(w, r, h.options.MaxBodyBytes); err != nil {
			return nil, err
		}
	}
	in := reflect.New(o.input)
	if err := o.decode(compiled.input, r, body, in.Elem()); err != nil {
		return nil, err
	}
	sent := newSentBody(body)
	if h.validate {
		if err := o.validate(&h.protocol, in.Elem(), sent); err != nil {
			return nil, err
		}
	}
	ctx = context.WithValue(ctx, sentKey{}, sent)
	if o.schema.IsOutputEventStream() {
		return h.stream(ctx, w, o, call, in.Interface())
	}
	out, err := call(ctx, o, in.Interface())
	if err != nil {
		return nil, err
	}
	return o.encode(compiled.output, out, h.protocol.blobType)
}

// encode renders what the service returned; nil counts as an empty output.
func (o *Operation) encode(s *structure, out any, blobType string) (*response, error) {
	value := reflect.ValueOf(out)
	if out == nil || value.Kind() == reflect.Pointer && value.IsNil() {
		value = reflect.New(o.output)
	}
	if value.Type() != reflect.PointerTo(o.output) {
		return nil, fmt.Errorf("%s returned %T", o, out)
	}
	return encodeOutput(s, value.Elem(), o.http.Code, blobType)
}

// failed renders an error; one that is not meant for clients is logged and shown
// as a 500 that names only the request.
func (h *Handler) failed(ctx context.Context, o *Operation, err error) *response {
	if answer, ok := h.protocol.encodeError(err); ok {
		if answer.status >= http.StatusInternalServerError && answer.status != http.StatusNotImplemented {
			h.log(ctx, o, err)
		}
		return answer
	}
	h.log(ctx, o, err)
	return h.internal(ctx)
}

func (h *Handler) log(ctx context.Context, o *Operation, err error) {
	if ctx.Err() != nil {
		h.options.Logger.DebugContext(ctx, "operation cancelled", "request_id", RequestID(ctx), "operation", name(o), "error", err)
		return
	}
	h.options.Logger.ErrorContext(ctx, "operation failed", "request_id", RequestID(ctx), "operation", name(o), "error", err)
}

func (h *Handler) internal(ctx context.Context) *response {
	return h.protocol.errorResponse(http.StatusInternalServerError, h.protocol.internalCode,
		"Internal error in request "+RequestID(ctx), nil)
}

// name is the operation's name for the log; empty when the request has none.
func name(o *Operation) string {
	if o == nil {
		return ""
	}
	return o.String()
}
