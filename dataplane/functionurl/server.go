package functionurl

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
	"github.com/stagedoor-dev/stagedoor/dataplane/requestid"
)

// maxBodyBytes is the limit of a request (6 MB, as that of an invocation).
const maxBodyBytes = 6 << 20

// Functions finds and runs the functions behind URLs.
type Functions interface {
	// FunctionURL returns the function URL with an id, nil when there is none.
	FunctionURL(id string) *deployed.FunctionURL
	// InvokeFunctionURL invokes a URL's function with an event. Errors of the service
	// implement smithy.APIError; a failure of the function is a result with
	// FunctionError set.
	InvokeFunctionURL(ctx context.Context, url *deployed.FunctionURL, event []byte) (*lambda.InvokeOutput, error)
	// InvokeFunctionURLStream is the same with the response going to w as it comes.
	InvokeFunctionURLStream(ctx context.Context, url *deployed.FunctionURL, event []byte, w deployed.ResponseStream) (*lambda.InvokeOutput, error)
}

// Address is where a request was sent, as the edge took it from host and path.
type Address struct {
	// ID is the id of the URL.
	ID string
	// Path is the escaped path as sent.
	Path string
	// DomainName is the name that the client called.
	DomainName string
}

// Server serves function URLs. It is safe for concurrent use.
type Server struct {
	functions   Functions
	credentials sigv4.Credentials
	logger      *slog.Logger
	now         func() time.Time
}

// New returns a server of the URLs of functions. Those with AuthType AWS_IAM take the
// signatures of credentials. The clock is now.
func New(functions Functions, credentials sigv4.Credentials, logger *slog.Logger, now func() time.Time) *Server {
	return &Server{functions: functions, credentials: credentials, logger: logger, now: now}
}

// forbiddenBody is what a caller gets who may not call the function, as AWS has answered since 2025.
const forbiddenBody = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`

// call is a request under way.
type call struct {
	server  *Server
	url     *deployed.FunctionURL
	request *http.Request
	address Address
	id      string
	trace   requestid.Trace
	time    time.Time
	// signer is who signed the request; nil for a URL that everybody may call.
	signer *sigv4.Principal
}

// Serve answers one request.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, address Address) {
	now := s.now()
	id, _ := requestid.New()
	c := &call{
		server: s, url: s.functions.FunctionURL(address.ID), request: r, address: address,
		id: id, trace: requestid.NewTrace(r.Header.Get("X-Amzn-Trace-Id"), now), time: now,
	}
	header := w.Header()
	header["x-amzn-RequestId"] = []string{id}
	if c.url == nil {
		c.fail(w, http.StatusNotFound, "ResourceNotFoundException", `{"Message":null}`, "no such function URL", nil) // Unverified.
		return
	}
	cors := corsOf(c.url.Config.Cors)
	if cors.preflight(header, r) {
		w.WriteHeader(http.StatusOK)
		return
	}
	cors.apply(header, r)
	c.serve(r.Context(), w)
}

func (c *call) serve(ctx context.Context, w http.ResponseWriter) {
	body, err := io.ReadAll(http.MaxBytesReader(w, c.request.Body, maxBodyBytes))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			c.fail(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", `{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}`, "request too large", nil)
			return
		}
		c.server.logger.Debug("client gone", "request_id", c.id, "error", err)
		return
	}
	if c.url.Config.AuthType != types.FunctionUrlAuthTypeNone && !c.authenticate(w, body) {
		return
	}
	traced := c.trace.Response()
	w.Header()["X-Amzn-Trace-Id"] = []string{traced}
	// A function that was started runs to its end, whether the client waits or not.
	ctx = deployed.WithTraceID(context.WithoutCancel(ctx), traced)
	if c.url.Config.InvokeMode == types.InvokeModeResponseStream {
		c.stream(ctx, w, c.event(body).Append(nil))
		return
	}
	out, err := c.server.functions.InvokeFunctionURL(ctx, c.url, c.event(body).Append(nil))
	switch {
	case err != nil:
		c.refuse(w, err)
	case out.FunctionError != nil:
		c.fail(w, http.StatusBadGateway, "InternalServerErrorException", "Internal Server Error", "function error: "+*out.FunctionError, nil)
	default:
		c.respond(w, out.Payload)
	}
}

// authenticate wants the signature of somebody of the function's account: identities have
// no policies, so those may call what is theirs. Others would need the function's policy
// for their principal, and get 403.
func (c *call) authenticate(w http.ResponseWriter, body []byte) bool {
	if !sigv4.IsSigned(c.request) {
		c.forbidden(w, "the request is not signed", nil)
		return false
	}
	signer, refused := sigv4.Verify(c.request, body, c.url.Region, "lambda", c.server.credentials, c.time)
	switch {
	case refused != nil:
		c.fail(w, http.StatusForbidden, refused.Type, string(append(jsonvalue.AppendString([]byte(`{"message":`), refused.Message), '}')), refused.Reason, nil)
		return false
	case signer.Account != c.url.Account:
		c.forbidden(w, "the signer is of another account", nil)
		return false
	}
	c.signer = signer
	return true
}

// refuse answers when the Lambda service did not run the function.
func (c *call) refuse(w http.ResponseWriter, err error) {
	code := ""
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	switch code {
	case "AccessDeniedException":
		c.forbidden(w, "the function's policy does not let everybody call lambda:InvokeFunctionUrl and lambda:InvokeFunction", err)
	case "TooManyRequestsException":
		c.fail(w, http.StatusTooManyRequests, code, `{"Message":"Rate Exceeded."}`, "throttled", err)
	default:
		c.fail(w, http.StatusBadGateway, "InternalServerErrorException", "Internal Server Error", "the function cannot be invoked", err)
	}
}

func (c *call) forbidden(w http.ResponseWriter, reason string, err error) {
	w.Header().Del("X-Amzn-Trace-Id") // nothing was traced
	c.fail(w, http.StatusForbidden, "AccessDeniedException", forbiddenBody, reason, err)
}

func (c *call) fail(w http.ResponseWriter, status int, errorType, body, reason string, err error) {
	attributes := []any{slog.String("request_id", c.id), slog.Int("status", status), slog.String("reason", reason)}
	if c.url != nil {
		attributes = append(attributes, slog.String("function", c.url.FunctionName))
	}
	if err != nil {
		attributes = append(attributes, slog.Any("error", err))
	}
	c.server.logger.Warn("function URL request failed", attributes...)
	header := w.Header()
	header["x-amzn-ErrorType"] = []string{errorType}
	header["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // an error means that the client is gone
}
