package websocket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/authorize/sigv4"
	"github.com/stagedoor-dev/stagedoor/dataplane/executionlog"
	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// functions are Lambda functions by their names.
type functions map[string]func(event []byte) (any, error)

// InvokeFunction implements integration.Invoker.
func (f functions) InvokeFunction(_ context.Context, in *lambda.InvokeInput, _, _ string) (*lambda.InvokeOutput, error) {
	name := (*in.FunctionName)[strings.LastIndexByte(*in.FunctionName, ':')+1:]
	result, err := f[name](in.Payload)
	if err != nil {
		payload, _ := json.Marshal(map[string]string{"errorMessage": err.Error()})
		return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: payload}, nil //nolint:nilerr // the function's error, not the service's
	}
	payload, err := json.Marshal(result)
	return &lambda.InvokeOutput{StatusCode: 200, Payload: payload}, err
}

// uri is the URI of a function.
func uri(name string) *string {
	return aws.String("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:" + name + "/invocations")
}

// buffer is a log that may be written at any time.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// fixture is API "api1" with stage "dev", served over HTTP.
type fixture struct {
	*dataplane.DataPlane

	t    testing.TB
	url  string
	api  deployed.Api
	vars map[string]string
	// stage may be altered before publish.
	stage types.Stage
	log   *buffer
	lines chan string
	// executions gets the execution log of an exchange.
	executions chan []string
	// services is where AWS services are; nil = nowhere.
	services *url.URL
}

func newFixture(tb testing.TB, invoker functions, limits ws.Limits) *fixture {
	tb.Helper()
	return newFixtureAt(tb, invoker, limits, time.Now)
}

// newFixtureAt is newFixture with a clock.
func newFixtureAt(tb testing.TB, invoker functions, limits ws.Limits, now func() time.Time) *fixture {
	tb.Helper()
	credentials, err := sigv4.NewStatic("000000000000", nil)
	if err != nil {
		tb.Fatal(err)
	}
	f := &fixture{t: tb, log: &buffer{}, lines: make(chan string, 100), executions: make(chan []string, 100)}
	f.DataPlane = dataplane.New(dataplane.Config{
		Invoker: invoker, Credentials: credentials, WebSockets: limits, Now: now,
		Services: integration.AWSServices{Endpoint: func(string) (*url.URL, error) {
			if f.services == nil {
				return nil, errors.New("no endpoint")
			}
			return f.services, nil
		}},
		Logger: slog.New(slog.NewTextHandler(f.log, nil)),
		WebSocketLog: func(_, _, apiID, stage string, lines []executionlog.Line) {
			texts := []string{apiID + "/" + stage}
			for _, line := range lines {
				texts = append(texts, line.Text)
			}
			f.executions <- texts
		},
		AccessLog: func(_, _, _ string, _ time.Time, line string) { f.lines <- line },
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.Serve(w, r, dataplane.Address{ApiID: "api1", Path: r.URL.EscapedPath(), DomainName: r.Host})
	}))
	f.url = server.URL
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
		server.Close()
	})
	f.api.Api = types.Api{ApiId: aws.String("api1"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"), ApiKeySelectionExpression: aws.String("$request.header.x-api-key")}
	f.api.RouteResponses, f.api.IntegrationResponses = map[string][]types.RouteResponse{}, map[string][]types.IntegrationResponse{}
	f.stage = types.Stage{StageName: aws.String("dev")}
	return f
}

// route adds a two-way route with an integration; responses are its integration responses.
func (f *fixture) route(key string, i types.Integration, responses ...types.IntegrationResponse) *types.Route {
	id := "i" + key
	i.IntegrationId = &id
	f.api.Integrations = append(f.api.Integrations, i)
	f.api.IntegrationResponses[id] = responses
	f.api.RouteResponses["r"+key] = []types.RouteResponse{{RouteResponseKey: aws.String("$default")}}
	f.api.Routes = append(f.api.Routes, types.Route{
		RouteKey: aws.String(key), RouteId: aws.String("r" + key), Target: aws.String("integrations/" + id), RouteResponseSelectionExpression: aws.String("$default"),
	})
	return &f.api.Routes[len(f.api.Routes)-1]
}

func (f *fixture) publish() {
	api := f.api
	f.stage.StageVariables = f.vars
	f.PublishApiStage(&deployed.ApiStage{
		Account: "000000000000", Region: "us-east-1", ApiID: "api1", Protocol: types.ProtocolTypeWebsocket, Stage: f.stage, Api: &api,
	})
}

func (f *fixture) address() string { return strings.Replace(f.url, "http://", "ws://", 1) + "/dev" }

// connect connects; the connection has to be made.
func (f *fixture) connect() *websocket.Conn {
	f.t.Helper()
	dialer := websocket.Dialer{WriteBufferSize: 64 << 10} // a message is a frame
	conn, response, err := dialer.Dial(f.address(), nil)
	if err != nil {
		f.t.Fatalf("%v %v\n%s", err, response, f.log)
	}
	response.Body.Close()
	f.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// refused is the answer to a handshake that is not let in.
func (f *fixture) refused(query string, header http.Header) (int, string) {
	f.t.Helper()
	conn, response, err := websocket.DefaultDialer.Dial(f.address()+query, header)
	if err == nil {
		_ = conn.Close()
		return http.StatusSwitchingProtocols, ""
	}
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

func (f *fixture) say(conn *websocket.Conn, text string) {
	f.t.Helper()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) next(conn *websocket.Conn) string {
	f.t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, text, err := conn.ReadMessage()
	if err != nil {
		f.t.Fatalf("%v\n%s", err, f.log)
	}
	return string(text)
}

// closed waits for the close frame.
func (f *fixture) closed(conn *websocket.Conn) (int, string) {
	f.t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		_, _, err := conn.ReadMessage()
		if closed, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // as the library returns it
			return closed.Code, closed.Text
		}
		if err != nil {
			f.t.Fatalf("no close frame: %v", err)
		}
	}
}

func mockOf(template string) types.Integration {
	return types.Integration{IntegrationType: types.IntegrationTypeMock, RequestTemplates: map[string]string{"$default": template}, TemplateSelectionExpression: aws.String(`\$default`)}
}

// responseOf is an integration response with a template.
func responseOf(key, template string) types.IntegrationResponse {
	return types.IntegrationResponse{
		IntegrationResponseKey: &key, TemplateSelectionExpression: aws.String(`\$default`), ResponseTemplates: map[string]string{"$default": template},
	}
}
