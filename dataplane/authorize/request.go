package authorize

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	"github.com/stagedoor-dev/stagedoor/dataplane/mapping"
)

// requestTimeout limits the call of the function of an HTTP API's authorizer.
const requestTimeout = 10 * time.Second

// RequestAuthorizer is a compiled Lambda authorizer of an HTTP API. One of them serves all
// routes of a stage that name it, so that they share its cache. It is safe for concurrent
// use.
type RequestAuthorizer struct {
	ID string

	sources []IdentitySource
	ttl     time.Duration
	// isV2 tells the payload format, isSimple what the function answers in.
	isV2, isSimple bool
	function       function
	now            func() time.Time
	cache          Cache[*RequestResult]
}

// NewRequest compiles a REQUEST authorizer of an HTTP API. The error says what cannot be
// carried out; the routes of such an authorizer fail with 500.
func NewRequest(config Config, definition *types.Authorizer) (*RequestAuthorizer, error) {
	if definition.AuthorizerType != types.AuthorizerTypeRequest {
		return nil, fmt.Errorf("authorizer type %s is none of a function", definition.AuthorizerType)
	}
	substitute := func(text *string) string {
		return mapping.SubstituteStageVariables(aws.ToString(text), config.Variables)
	}
	arn, err := integration.LambdaFunctionARN(substitute(definition.AuthorizerUri))
	if err != nil {
		return nil, err
	}
	a := &RequestAuthorizer{
		ID:       aws.ToString(definition.AuthorizerId),
		isSimple: aws.ToBool(definition.EnableSimpleResponses),
		function: config.function(arn, substitute(definition.AuthorizerCredentialsArn), aws.ToString(definition.AuthorizerId)),
		now:      config.Now,
	}
	if a.now == nil {
		a.now = time.Now
	}
	switch format := aws.ToString(definition.AuthorizerPayloadFormatVersion); {
	case format == "2.0":
		a.isV2 = true
	case format != "1.0":
		return nil, fmt.Errorf("authorizerPayloadFormatVersion %q", format)
	case a.isSimple:
		return nil, errors.New("simple responses need authorizerPayloadFormatVersion 2.0")
	}
	for _, text := range definition.IdentitySource {
		source, err := ParseIdentitySource(text, config.Variables)
		if err != nil {
			return nil, err
		}
		a.sources = append(a.sources, source)
	}
	switch ttl := definition.AuthorizerResultTtlInSeconds; {
	case len(a.sources) == 0: // without an identity there is nothing to find a result by
	case ttl == nil:
		a.ttl = defaultTTL // Unverified.
	default:
		a.ttl = time.Duration(*ttl) * time.Second
	}
	return a, nil
}

// RequestInput is a request that an authorizer is asked about.
type RequestInput struct {
	// Values are what identity sources read.
	Values RequestValues
	// RouteARN is arn:aws:execute-api:{region}:{account}:{apiId}/{stage}/{METHOD}/{path}
	// with what was sent, not the route's template.
	RouteARN string
	// Time is when the request came.
	Time time.Time
	// Facts returns the condition keys of the request; called for policies only.
	Facts func() Facts
	// Event returns the request as in the event 2.0 of an integration, but for the body and
	// the authorizer. Both formats are made of it; called only when the function is.
	Event func() *integration.EventV2
}

// RequestResult is what an authorizer said of a caller who is let through. It may be
// shared: nobody changes it.
type RequestResult struct {
	// PrincipalID is that of a policy answer.
	PrincipalID string
	// Context has the members of the context as text, by name: $context.authorizer.{name}.
	// Lists and objects are JSON.
	Context []integration.Pair
	// ContextJSON is the context as the function wrote it; "null" when there is none. Events
	// 2.0 have it as requestContext.authorizer.lambda.
	ContextJSON []byte
	// Flat is the requestContext.authorizer of events 1.0: the members of the context and
	// principalId.
	Flat []byte
	// Latency is how long the function took; 0 for a result from the cache.
	Latency time.Duration

	// policy decides, or isAuthorized when there is none.
	policy       *Policy
	isAuthorized bool
}

// Failure is why a caller is not let through.
type Failure struct {
	// Status is 401 ({"message":"Unauthorized"}), 403 ({"message":"Forbidden"}) or 500
	// ({"message":"Internal Server Error"}).
	Status int
	// Reason is for the log, and so is Err, which may be nil.
	Reason string
	Err    error
}

// Authorize asks the function, or the cache, whether a request is let through.
func (a *RequestAuthorizer) Authorize(ctx context.Context, in *RequestInput) (*RequestResult, *Failure) {
	identity := make([]string, len(a.sources))
	for i, source := range a.sources {
		if identity[i] = source.Evaluate(in.Values); identity[i] == "" {
			return nil, &Failure{Status: http.StatusUnauthorized, Reason: "an identity source of the authorizer is missing"}
		}
	}
	result, isCached := a.cache.Get(identity, in.Time)
	if !isCached {
		var failure *Failure
		if result, failure = a.ask(ctx, in, identity); failure != nil {
			return nil, failure
		}
		if a.ttl > 0 {
			a.cache.Put(identity, result, in.Time.Add(a.ttl))
		}
	} else {
		copied := *result
		copied.Latency = 0
		result = &copied
	}
	if !result.allows(in) {
		return nil, &Failure{Status: http.StatusForbidden, Reason: "the authorizer does not allow " + in.RouteARN}
	}
	return result, nil
}

// Reset forgets what is cached (ResetAuthorizersCache).
func (a *RequestAuthorizer) Reset() { a.cache.Flush() }

func (r *RequestResult) allows(in *RequestInput) bool {
	if r.policy == nil {
		return r.isAuthorized
	}
	return r.policy.Decide(InvokeAction, in.RouteARN, in.Facts()) == Allow
}

// ask calls the function.
func (a *RequestAuthorizer) ask(ctx context.Context, in *RequestInput, identity []string) (*RequestResult, *Failure) {
	var event []byte
	if a.isV2 {
		event = in.Event().AppendAuthorizer(nil, in.RouteARN, identity)
	} else {
		event = in.Event().AppendAuthorizerV1(nil, in.RouteARN, identity)
	}
	start := a.now()
	out, err := a.function.invoke(ctx, event, requestTimeout)
	if err == nil {
		var result *RequestResult
		if result, err = a.parse(out.Payload); err == nil {
			result.Latency = a.now().Sub(start)
			return result, nil
		}
	}
	// Unverified: that only the format 1.0 knows this error.
	if errors.Is(err, ErrUnauthorized) && !a.isV2 {
		return nil, &Failure{Status: http.StatusUnauthorized, Reason: "the authorizer does not know the caller"}
	}
	return nil, &Failure{Status: http.StatusInternalServerError, Reason: "authorizer " + a.ID + " failed", Err: err}
}
