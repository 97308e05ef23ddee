package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
)

// invoker is an Invoker of one function field. It keeps what it was called with last.
type invoker struct {
	answer func(event []byte) (*lambda.InvokeOutput, error)

	mu                    sync.Mutex
	event                 []byte
	function, source, arn string
	calls                 int
}

func (i *invoker) InvokeFunction(_ context.Context, in *lambda.InvokeInput, sourceARN, roleARN string) (*lambda.InvokeOutput, error) {
	i.mu.Lock()
	i.event, i.function, i.source, i.arn = in.Payload, aws.ToString(in.FunctionName), sourceARN, roleARN
	i.calls++
	i.mu.Unlock()
	return i.answer(in.Payload)
}

// returning is a function that always returns payload.
func returning(payload string) *invoker {
	return &invoker{answer: func([]byte) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, Payload: []byte(payload)}, nil
	}}
}

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

// fixture is a data plane with a log.
type fixture struct {
	*dataplane.DataPlane

	log *syncBuffer
	now time.Time
	// lines are those of access logs, with their destination.
	lines []string
}

var fixedTime = time.Date(2020, 3, 10, 5, 16, 23, 220e6, time.UTC)

func newFixture(tb testing.TB, change func(*dataplane.Config)) *fixture {
	tb.Helper()
	f := &fixture{log: &syncBuffer{}, now: fixedTime}
	config := dataplane.Config{
		Logger: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:    func() time.Time { return f.now },
		AccessLog: func(account, region, destination string, _ time.Time, line string) {
			f.lines = append(f.lines, account+" "+region+" "+destination+" "+line)
		},
	}
	if change != nil {
		change(&config)
	}
	f.DataPlane = dataplane.New(config)
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

// stageOf returns a snapshot of API "api1" with one integration for all routes.
func stageOf(name string, integration types.Integration, routeKeys ...string) *deployed.ApiStage {
	integration.IntegrationId = aws.String("int1")
	stage := &deployed.ApiStage{
		Account: "123456789012", Region: "us-east-1", ApiID: "api1", Protocol: types.ProtocolTypeHttp,
		Stage: types.Stage{StageName: aws.String(name), DeploymentId: aws.String("dep1")},
		Api: &deployed.Api{
			DeploymentID: "dep1", Api: types.Api{ApiId: aws.String("api1"), ProtocolType: types.ProtocolTypeHttp},
			Integrations: []types.Integration{integration},
		},
	}
	for _, key := range routeKeys {
		stage.Api.Routes = append(stage.Api.Routes, types.Route{RouteKey: aws.String(key), RouteId: aws.String(key), Target: aws.String("integrations/int1")})
	}
	return stage
}

const functionName = "arn:aws:lambda:us-east-1:123456789012:function:hello"

func lambdaIntegration(format string) types.Integration {
	return types.Integration{
		IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: aws.String(functionName), IntegrationMethod: aws.String("POST"),
		PayloadFormatVersion: aws.String(format),
	}
}

func httpIntegration(uri string) types.Integration {
	return types.Integration{
		IntegrationType: types.IntegrationTypeHttpProxy, IntegrationUri: aws.String(uri), IntegrationMethod: aws.String("ANY"),
		PayloadFormatVersion: aws.String("1.0"),
	}
}

const host = "api1.execute-api.us-east-1.amazonaws.com"

// request returns a request for a target, which is path and query.
func request(method, target, body string, header http.Header) (*http.Request, dataplane.Address) {
	path, query, _ := strings.Cut(target, "?")
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/", reader)
	r.RequestURI = target
	r.URL.RawQuery = query
	r.Host = host
	r.RemoteAddr = "192.0.2.1:40000"
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	return r, dataplane.Address{ApiID: "api1", Path: path, DomainName: host, DomainPrefix: "api1"}
}

// call sends a request to API "api1".
func (f *fixture) call(method, target, body string, header http.Header) *http.Response {
	r, address := request(method, target, body, header)
	recorder := httptest.NewRecorder()
	f.Serve(recorder, r, address)
	return recorder.Result()
}

// want calls and compares status and body.
func (f *fixture) want(t *testing.T, method, target string, status int, body string) *http.Response {
	t.Helper()
	response := f.call(method, target, "", nil)
	if got := bodyOf(t, response); response.StatusCode != status || got != body {
		t.Errorf("%s %s: got %d %s, want %d %s; %s", method, target, response.StatusCode, got, status, body, f.log)
	}
	return response
}

func bodyOf(tb testing.TB, response *http.Response) string {
	tb.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

// backend is an HTTP server that keeps its last request.
type backend struct {
	*httptest.Server

	request *http.Request
	body    string
}

func newBackend(tb testing.TB, answer http.HandlerFunc) *backend {
	tb.Helper()
	b := &backend{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		b.request, b.body = r, string(body)
		if answer != nil {
			answer(w, r)
		}
	}))
	tb.Cleanup(b.Close)
	return b
}

const (
	notFoundBody    = `{"message":"Not Found"}`
	internalBody    = `{"message":"Internal Server Error"}`
	unavailableBody = `{"message":"Service Unavailable"}`
)

// hanging is an Invoker whose functions run until they are cancelled.
type hanging struct{}

func (hanging) InvokeFunction(ctx context.Context, _ *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
