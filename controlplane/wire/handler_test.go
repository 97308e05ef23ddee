package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// fakeService implements three operations, each by a function.
type fakeService struct {
	createRestApi func(context.Context, *apigateway.CreateRestApiInput) (*apigateway.CreateRestApiOutput, error)
	deleteRestApi func(context.Context, *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error)
	deleteMethod  func(context.Context, *apigateway.DeleteMethodInput) (*apigateway.DeleteMethodOutput, error)
}

func (f fakeService) CreateRestApi(ctx context.Context, in *apigateway.CreateRestApiInput) (*apigateway.CreateRestApiOutput, error) {
	return f.createRestApi(ctx, in)
}

func (f fakeService) DeleteRestApi(ctx context.Context, in *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
	return f.deleteRestApi(ctx, in)
}

func (f fakeService) DeleteMethod(ctx context.Context, in *apigateway.DeleteMethodInput) (*apigateway.DeleteMethodOutput, error) {
	return f.deleteMethod(ctx, in)
}

// Close shows that methods which are no operations are left alone.
func (fakeService) Close() error { return nil }

func newFake(t *testing.T, f fakeService, opts Options) *Handler {
	t.Helper()
	h, err := NewHandler(APIGateway, f, opts)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHandlerCallsTheService(t *testing.T) {
	t.Parallel()
	h := newFake(t, fakeService{createRestApi: func(ctx context.Context, in *apigateway.CreateRestApiInput) (*apigateway.CreateRestApiOutput, error) {
		if RequestID(ctx) == "" || !Sent(ctx, "disableExecuteApiEndpoint") || Sent(ctx, "tags.b") || !Sent(ctx, "tags.a") || Sent(ctx, "name.x") {
			t.Errorf("request id %q", RequestID(ctx))
		}
		return &apigateway.CreateRestApiOutput{Id: aws.String("a"), Name: in.Name}, nil
	}}, Options{})
	r, body := send(t, h, "POST", "/restapis", `{"name":"n","disableExecuteApiEndpoint":false,"tags":{"a":"1"}}`)
	if r.StatusCode != http.StatusCreated || body != `{"disableExecuteApiEndpoint":false,"id":"a","name":"n"}` {
		t.Errorf("%d %s", r.StatusCode, body)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q", got)
	}
	if id := r.Header.Get("X-Amzn-RequestId"); len(id) != 36 {
		t.Errorf("request id %q", id)
	}
	if id := r.Header.Get("X-Amz-Apigw-Id"); len(id) != 16 {
		t.Errorf("apigw id %q", id)
	}
}

func TestHandlerStatus(t *testing.T) {
	t.Parallel()
	h := newFake(t, fakeService{
		deleteRestApi: func(context.Context, *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
			return nil, nil //nolint:nilnil // shows that nil counts as an empty output
		},
		deleteMethod: func(context.Context, *apigateway.DeleteMethodInput) (*apigateway.DeleteMethodOutput, error) {
			return &apigateway.DeleteMethodOutput{}, nil
		},
	}, Options{})
	for name, tt := range map[string]struct {
		method, target string
		status         int
		body           string
	}{
		"RA-11 accepted, no body":     {"DELETE", "/restapis/a", 202, ""},
		"RM-26 no content":            {"DELETE", methodPath, 204, ""},
		"MI-22 a slash at the end":    {"DELETE", "/restapis/a/", 202, ""},
		"not implemented":             {"GET", "/restapis/a", 501, `{"message":"Stagedoor does not implement apigateway.GetRestApi yet"}`},
		"selected by a query literal": {"POST", "/restapis?mode=import", 501, `{"message":"Stagedoor does not implement apigateway.ImportRestApi yet"}`},
		"unencoded ARN":               {"GET", "/tags/arn:aws:apigateway:us-east-1::/restapis/a", 501, `{"message":"Stagedoor does not implement apigateway.GetTags yet"}`},
		"unknown path":                {"GET", "/nope", 403, `{"message":"Missing Authentication Token"}`},
		"unknown method":              {"PUT", "/apikeys", 403, `{"message":"Missing Authentication Token"}`},
		"HEAD is no operation":        {"HEAD", "/restapis", 403, `{"message":"Missing Authentication Token"}`},
		"no redirect for //":          {"GET", "//restapis", 403, `{"message":"Missing Authentication Token"}`},
		"no redirect for ..":          {"GET", "/a/../restapis", 403, `{"message":"Missing Authentication Token"}`},
		"an empty label":              {"GET", "/restapis//resources", 403, `{"message":"Missing Authentication Token"}`},
		"the root":                    {"GET", "/", 403, `{"message":"Missing Authentication Token"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := send(t, h, tt.method, tt.target, "")
			if r.StatusCode != tt.status || body != tt.body {
				t.Errorf("%d %q, want %d %q", r.StatusCode, body, tt.status, tt.body)
			}
			request := httptest.NewRequestWithContext(t.Context(), tt.method, tt.target, nil)
			if got := h.Matches(request); got != (tt.status != 403) {
				t.Errorf("matches is %t", got)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]map[Service]bool{
		"GET /restapis":                                {APIGateway: true},
		"POST /restapis?mode=import":                   {APIGateway: true},
		"GET /v2/apis":                                 {APIGatewayV2: true},
		"GET /v2/tags/arn:aws:apigateway:r::/apis/a":   {APIGatewayV2: true},
		"POST /@connections/a%3D":                      {APIGatewayManagement: true},
		"GET /2015-03-31/functions/":                   {Lambda: true},
		"GET /2018-10-31/layers?find=LayerVersion":     {Lambda: true},
		"POST /2015-03-31/functions/f%3Av/invocations": {Lambda: true},
		"GET /health":                                  {},
		"CONNECT /restapis":                            {},
	} {
		method, uri, _ := strings.Cut(target, " ")
		for service := range operationCounts {
			h, err := NewHandlerFunc(service, nil, Options{})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), "GET", uri, nil)
			r.Method = method
			if got := h.Matches(r); got != want[service] {
				t.Errorf("%s: %s matches is %t", target, service, got)
			}
		}
	}
}

func TestQueryLiterals(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"POST /apikeys":                                                   "CreateApiKey",
		"POST /apikeys?mode=import&format=csv":                            "ImportApiKeys",
		"POST /apikeys?mode=other":                                        "CreateApiKey",
		"POST /restapis?mode=import":                                      "ImportRestApi",
		"GET /2018-10-31/layers":                                          "ListLayers",
		"GET /2018-10-31/layers?find=LayerVersion":                        "GetLayerVersionByArn",
		"GET /2019-09-30/functions/f/provisioned-concurrency?List=ALL":    "ListProvisionedConcurrencyConfigs",
		"GET /2019-09-30/functions/f/provisioned-concurrency?Qualifier=1": "GetProvisionedConcurrencyConfig",
	} {
		method, uri, _ := strings.Cut(target, " ")
		service := APIGateway
		if strings.HasPrefix(uri, "/20") {
			service = Lambda
		}
		o := newRouter(service.Operations()).find(httptest.NewRequestWithContext(t.Context(), method, uri, nil))
		if o == nil || o.Name != want {
			t.Errorf("%s goes to %v, want %s", target, o, want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		service Service
		err     error
		status  int
		code    string
		body    string
	}{
		"MI-01 not found":              {APIGateway, fmt.Errorf("get: %w", NotFound("no <x> & y")), 404, "NotFoundException", `{"message":"no <x> & y"}`},
		"MI-02 outside the model":      {APIGateway, Validation("bad"), 400, "ValidationException", `{"message":"bad"}`},
		"members of an error":          {APIGatewayV2, &Error{Code: "NotFoundException", Status: 404, Message: "m", Members: map[string]string{"resourceType": "Api"}}, 404, "NotFoundException", `{"message":"m","resourceType":"Api"}`},
		"lambda spells Message":        {Lambda, NewError(404, "ResourceNotFoundException", "m"), 404, "ResourceNotFoundException", `{"Message":"m","Type":"User"}`},
		"lambda spells message":        {Lambda, NewError(409, "ResourceConflictException", "m"), 409, "ResourceConflictException", `{"Type":"User","message":"m"}`},
		"lambda service fault":         {Lambda, NewError(500, "ServiceException", "m"), 500, "ServiceException", `{"Message":"m","Type":"Service"}`},
		"an error of the SDK":          {APIGateway, &types.ConflictException{Message: aws.String("m")}, 409, "ConflictException", `{"message":"m"}`},
		"an SDK error with members":    {Lambda, &lambdatypes.TooManyRequestsException{Message: aws.String("m"), Reason: lambdatypes.ThrottleReasonConcurrentInvocationLimitExceeded, RetryAfterSeconds: aws.String("1")}, 429, "TooManyRequestsException", `{"message":"m","Reason":"ConcurrentInvocationLimitExceeded"}`},
		"a generic error by its code":  {APIGateway, &smithy.GenericAPIError{Code: "TooManyRequestsException", Message: "m"}, 429, "TooManyRequestsException", `{"message":"m"}`},
		"a generic error by its fault": {APIGateway, &smithy.GenericAPIError{Code: "Odd", Message: "m", Fault: smithy.FaultServer}, 500, "Odd", `{"message":"m"}`},
		"a generic client error":       {APIGateway, &smithy.GenericAPIError{Code: "Odd", Message: "m"}, 400, "Odd", `{"message":"m"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := NewHandlerFunc(tt.service, func(context.Context, *Operation, any) (any, error) { return nil, tt.err },
				Options{Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			target := map[Service]string{APIGateway: "/restapis", APIGatewayV2: "/v2/apis", Lambda: "/2015-03-31/functions"}[tt.service]
			r, body := send(t, h, "GET", target, "")
			if r.StatusCode != tt.status || r.Header.Get(errorTypeHeader) != tt.code {
				t.Errorf("%d %s", r.StatusCode, r.Header.Get(errorTypeHeader))
			}
			if diff := cmp.Diff(tt.body, body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInternalErrorsDoNotLeak(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an unknown error": func() error { return errors.New("open /secret") },
		"a panic":          func() error { panic("open /secret") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged bytes.Buffer
			h := newFake(t, fakeService{deleteRestApi: func(context.Context, *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
				return nil, fail()
			}}, Options{Logger: slog.New(slog.NewJSONHandler(&logged, nil))})
			r, body := send(t, h, "DELETE", "/restapis/a", "")
			id := r.Header.Get("X-Amzn-RequestId")
			if r.StatusCode != 500 || strings.Contains(body, "secret") || !strings.Contains(body, id) || r.Header.Get(errorTypeHeader) != "InternalFailure" {
				t.Errorf("%d %s", r.StatusCode, body)
			}
			if text := logged.String(); !strings.Contains(text, "secret") || !strings.Contains(text, id) || !strings.Contains(text, "apigateway.DeleteRestApi") {
				t.Errorf("log: %s", text)
			}
		})
	}
}

func TestAbortHandlerIsPassedOn(t *testing.T) {
	t.Parallel()
	h := newFake(t, fakeService{deleteRestApi: func(context.Context, *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
		panic(http.ErrAbortHandler)
	}}, Options{})
	defer func() {
		if p, ok := recover().(error); !ok || !errors.Is(p, http.ErrAbortHandler) {
			t.Errorf("recovered %v", p)
		}
	}()
	send(t, h, "DELETE", "/restapis/a", "")
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := newFake(t, fakeService{}, Options{MaxBodyBytes: 10})
	r, body := send(t, h, "POST", "/restapis", `{"name":"a longer name"}`)
	if want := `{"message":"Request must be smaller than 10 bytes for the CreateRestApi operation"}`; r.StatusCode != 413 || body != want {
		t.Errorf("%d %s", r.StatusCode, body)
	}
}

func TestStatusFromOutput(t *testing.T) {
	t.Parallel()
	var out any
	h, err := NewHandlerFunc(Lambda, func(context.Context, *Operation, any) (any, error) { return out, nil },
		Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out = &lambda.InvokeOutput{StatusCode: 202, FunctionError: aws.String("Unhandled"), ExecutedVersion: aws.String("$LATEST"), Payload: []byte(`{"a":1}`)}
	r, body := send(t, h, "POST", "/2015-03-31/functions/f/invocations", "{}")
	if r.StatusCode != 202 || body != `{"a":1}` || r.Header.Get("X-Amz-Function-Error") != "Unhandled" || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v %s", r.StatusCode, r.Header, body)
	}
	out = &lambda.InvokeOutput{StatusCode: 204}
	if r, body = send(t, h, "POST", "/2015-03-31/functions/f/invocations", ""); r.StatusCode != 204 || body != "" {
		t.Errorf("%d %q", r.StatusCode, body)
	}
	out = &apigateway.GetRestApiOutput{}
	if r, _ = send(t, h, "POST", "/2015-03-31/functions/f/invocations", ""); r.StatusCode != 500 {
		t.Errorf("an output of another operation: %d", r.StatusCode)
	}
}

type wrongSignature struct{}

func (wrongSignature) CreateRestApi(context.Context, *apigateway.CreateRestApiInput) error {
	return nil
}

func TestNewHandlerRefuses(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func() (*Handler, error){
		"a wrong signature":      func() (*Handler, error) { return NewHandler(APIGateway, wrongSignature{}, Options{}) },
		"nothing":                func() (*Handler, error) { return NewHandler(APIGateway, nil, Options{}) },
		"a nil pointer":          func() (*Handler, error) { return NewHandler(APIGateway, (*fakeService)(nil), Options{}) },
		"operations of another":  func() (*Handler, error) { return NewHandler(Lambda, fakeService{}, Options{}) },
		"a service that is none": func() (*Handler, error) { return NewHandler(Service(9), fakeService{}, Options{}) },
	} {
		if h, err := make(); err == nil || h != nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestResponsesAreJSON(t *testing.T) {
	t.Parallel()
	h := newFake(t, fakeService{deleteRestApi: func(context.Context, *apigateway.DeleteRestApiInput) (*apigateway.DeleteRestApiOutput, error) {
		return nil, NotFound("quote \" and \x01 and \xff")
	}}, Options{})
	if _, body := send(t, h, "DELETE", "/restapis/a", ""); !json.Valid([]byte(body)) {
		t.Errorf("%q", body)
	}
}
