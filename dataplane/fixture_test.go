package dataplane_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// fakeInvoker is an Invoker of one function field.
type fakeInvoker struct {
	invoke func(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error)
}

func (f fakeInvoker) InvokeFunction(ctx context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
	return f.invoke(ctx, in, sourceARN, roleARN)
}

// returning is a function that always returns payload.
func returning(payload string) integration.Invoker {
	return fakeInvoker{invoke: func(context.Context, *lambda.InvokeInput, string, string) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(payload)}, nil
	}}
}

// echoBody is a function that answers with the body of its event, "null" for none.
var echoBody = fakeInvoker{invoke: func(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
	var event struct {
		Body *string `json:"body"`
	}
	if err := json.Unmarshal(in.Payload, &event); err != nil {
		return nil, err
	}
	body := "null"
	if event.Body != nil {
		body = *event.Body
	}
	payload, err := json.Marshal(map[string]string{"body": body})
	return &lambda.InvokeOutput{StatusCode: 200, Payload: payload}, err
}}

// syncBuffer is a log that tests read while requests write it.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// defaultCredentials are those that everybody may use.
var defaultCredentials, _ = sigv4.NewStatic("000000000000", nil)

// fixture is a data plane with a log.
type fixture struct {
	*dataplane.DataPlane
	log *syncBuffer
}

var fixedTime = time.Date(2020, 3, 10, 0, 3, 59, 428e6, time.UTC)

func newFixture(tb testing.TB, invoker integration.Invoker) *fixture {
	tb.Helper()
	log := &syncBuffer{}
	plane := dataplane.New(dataplane.Config{
		Invoker:     invoker,
		Credentials: defaultCredentials,
		Logger:      slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:         func() time.Time { return fixedTime },
	})
	tb.Cleanup(func() {
		if err := plane.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &fixture{DataPlane: plane, log: log}
}

// stageOf returns a snapshot of API "api1", stage "stage".
func stageOf(resources ...types.Resource) *deployed.RestStage {
	return &deployed.RestStage{
		Account: "111111111111", Region: "us-east-1", ApiID: "api1",
		Stage: types.Stage{StageName: aws.String("stage"), DeploymentId: aws.String("dep1")},
		Api:   &deployed.RestApi{DeploymentID: "dep1", Api: types.RestApi{Id: aws.String("api1")}, Resources: resources},
	}
}

// resourceOf returns a resource; methods alternate between verb and method.
func resourceOf(path string, methods map[string]types.Method) types.Resource {
	return types.Resource{Id: aws.String("id" + strings.NewReplacer("/", "-", "{", "", "}", "", "+", "").Replace(path)), Path: aws.String(path), ResourceMethods: methods}
}

const functionURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:hello/invocations"

func lambdaMethod() types.Method {
	return types.Method{AuthorizationType: aws.String("NONE"), MethodIntegration: &types.Integration{
		Type: types.IntegrationTypeAwsProxy, HttpMethod: aws.String("POST"), Uri: aws.String(functionURI), TimeoutInMillis: 29000,
	}}
}

func httpMethod(uri string) types.Method {
	return types.Method{AuthorizationType: aws.String("NONE"), MethodIntegration: &types.Integration{
		Type: types.IntegrationTypeHttpProxy, HttpMethod: aws.String("ANY"), Uri: aws.String(uri), TimeoutInMillis: 29000,
	}}
}

func mockMethod(body string) types.Method {
	return types.Method{
		AuthorizationType: aws.String("NONE"),
		MethodResponses:   map[string]types.MethodResponse{"200": {}},
		MethodIntegration: &types.Integration{
			Type:                 types.IntegrationTypeMock,
			RequestTemplates:     map[string]string{"application/json": `{"statusCode": 200}`},
			IntegrationResponses: map[string]types.IntegrationResponse{"200": {ResponseTemplates: map[string]string{"application/json": body}}},
		},
	}
}

// call sends a request to API "api1"; target is path and query with the stage.
func (f *fixture) call(method, target, body string, header http.Header) *http.Response {
	path, query, _ := strings.Cut(target, "?")
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/", reader)
	r.URL.RawQuery = query
	r.Host = "api1.execute-api.us-east-1.amazonaws.com"
	r.RemoteAddr = "203.0.113.7:40000"
	var names []string
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
		if http.CanonicalHeaderKey(name) != name {
			names = append(names, name)
		}
	}
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, dataplane.Address{
		ApiID: "api1", Path: path, DomainName: r.Host, DomainPrefix: "api1", HeaderNames: names,
	})
	return recorder.Result()
}

func bodyOf(tb testing.TB, response *http.Response) string {
	tb.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

// only returns the one value of a header that is spelled exactly so, "" when there is
// none or more than one.
func only(header http.Header, name string) string {
	if values := header[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}
