package wire

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
)

// operationCounts pins how many operations each service has.
var operationCounts = map[Service]int{APIGateway: 124, APIGatewayV2: 103, APIGatewayManagement: 3, Lambda: 88}

func TestOperationCounts(t *testing.T) {
	t.Parallel()
	for service, want := range operationCounts {
		if got := len(service.Operations()); got != want {
			t.Errorf("%s has %d operations, want %d", service, got, want)
		}
	}
}

// sdkClient returns the real SDK client of a service. The client's own checks for
// required members are off: the sparse round leaves members out.
func sdkClient(service Service, url string) any {
	noChecks := func(stack *middleware.Stack) error {
		_, _ = stack.Initialize.Remove("OperationInputValidation")
		return nil
	}
	cfg := aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "123456789012", SecretAccessKey: "secret"}, nil
		}),
		Retryer:    func() aws.Retryer { return aws.NopRetryer{} },
		APIOptions: []func(*middleware.Stack) error{noChecks},
	}
	switch service {
	case APIGateway:
		return apigateway.NewFromConfig(cfg)
	case APIGatewayV2:
		return apigatewayv2.NewFromConfig(cfg)
	case APIGatewayManagement:
		return apigatewaymanagementapi.NewFromConfig(cfg)
	default:
		return lambda.NewFromConfig(cfg)
	}
}

// exchange is one call on its way: what the service received and what it returns.
type exchange struct {
	operation string
	caller    Caller
	got, out  any
}

// roundTripServer serves the service with random outputs in place of an
// implementation, and with constraint validation off, for random values break it.
func roundTripServer(t *testing.T, service Service, x *exchange) *httptest.Server {
	t.Helper()
	h, err := NewHandlerFunc(service, func(ctx context.Context, o *Operation, in any) (any, error) {
		x.operation, x.got, x.caller = o.Name, in, CallerFrom(ctx)
		if events, ok := ctx.Value(eventStreamKey{}).(EventStream); ok {
			return nil, events.Begin(x.out)
		}
		return x.out, nil
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.validate = false
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for service := range operationCounts {
		for _, sparse := range []bool{false, true} {
			name := service.String() + "/full"
			if sparse {
				name = service.String() + "/sparse"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				x := new(exchange)
				client := reflect.ValueOf(sdkClient(service, roundTripServer(t, service, x).URL))
				for i, o := range service.Operations() {
					f := &filler{rand: rand.New(rand.NewPCG(uint64(i), uint64(service))), sparse: sparse}
					t.Run(o.Name, func(t *testing.T) { roundTrip(t, client, o, f, x) })
				}
			})
		}
	}
}

func roundTrip(t *testing.T, client reflect.Value, o *Operation, f *filler, x *exchange) {
	t.Helper()
	*x = exchange{out: o.NewOutput()}
	in := o.NewInput()
	f.structure(reflect.ValueOf(in).Elem(), 6)
	f.structure(reflect.ValueOf(x.out).Elem(), 6)
	results := client.MethodByName(o.Name).Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(in)})
	err, _ := reflect.TypeAssert[error](results[1])
	if err != nil {
		t.Fatal(err)
	}
	if x.operation != o.Name {
		t.Fatalf("%s was routed to %q", o.Name, x.operation)
	}
	normalise(o, in)
	if diff := cmp.Diff(readStreams(in), readStreams(x.got)); diff != "" {
		t.Errorf("input stream (-sent +received):\n%s", diff)
	}
	if diff := cmp.Diff(in, x.got, ignoreDocumentMarker); diff != "" {
		t.Errorf("input (-sent +received):\n%s", diff)
	}
	if want := (Caller{Account: "123456789012", Region: "eu-west-1", AccessKeyID: "123456789012"}); x.caller != want {
		t.Errorf("caller is %+v", x.caller)
	}
	if streaming, ok := x.out.(*lambda.InvokeWithResponseStreamOutput); ok {
		// The header that it is bound to says what the events are.
		streaming.ResponseStreamContentType = aws.String(contentTypeEventStream)
	}
	if diff := cmp.Diff(x.out, results[0].Interface(), ignoreDocumentMarker); diff != "" {
		t.Errorf("output (-returned +decoded):\n%s", diff)
	}
}

// normalise changes what was sent where the SDK client itself sends something
// else than it was given.
func normalise(o *Operation, in any) {
	v := reflect.ValueOf(in).Elem()
	compiled, err := o.plans()
	if err != nil {
		panic(err)
	}
	for _, f := range compiled.input.fields {
		// The client sorts the escaped values of a query parameter that is a list.
		if list := v.Field(f.index); f.bound == inQuery && list.Kind() == reflect.Slice {
			texts := make([]string, list.Len())
			for i := range texts {
				texts[i] = list.Index(i).String()
			}
			slices.SortFunc(texts, func(a, b string) int { return strings.Compare(url.QueryEscape(a), url.QueryEscape(b)) })
			for i, text := range texts {
				list.Index(i).SetString(text)
			}
		}
	}
	// The client sends {} for a payload structure that is nil.
	if stop, ok := in.(*lambda.StopDurableExecutionInput); ok && stop.Error == nil {
		stop.Error = new(lambdatypes.ErrorObject)
	}
	if failure, ok := in.(*lambda.SendDurableExecutionCallbackFailureInput); ok && failure.Error == nil {
		failure.Error = new(lambdatypes.ErrorObject)
	}
	// The client of apigateway overwrites Accept.
	if export, ok := in.(*apigateway.GetExportInput); ok {
		export.Accepts = aws.String("application/json")
	}
}
