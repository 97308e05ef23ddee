package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/httpapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account     = "111111111111"
	region      = "eu-west-1"
	functionARN = "arn:aws:lambda:eu-west-1:111111111111:function:f"
	invokeARN   = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations"
)

// world is a service behind a real HTTP server with a real SDK client.
type world struct {
	t         *testing.T
	client    *apigatewayv2.Client
	publisher *publisher
	flushed   *[]string
	tape      *tape
	stop      func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, memory.New(), httpapi.Limits{})
}

func newWorldOn(t *testing.T, s store.Store, limits httpapi.Limits) *world {
	t.Helper()
	w := &world{t: t, publisher: &publisher{stages: map[string]*deployed.ApiStage{}}, flushed: new([]string)}
	service, err := httpapi.New(httpapi.Config{
		Store: s, Limits: limits, Publisher: w.publisher, Flusher: flusher{w.flushed},
		Now: func() time.Time { return time.Unix(1_700_000_000, 999_000_000) },
	})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := wire.NewHandler(wire.APIGatewayV2, service, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	transport := &http.Transport{}
	w.stop = sync.OnceFunc(func() {
		transport.CloseIdleConnections()
		server.Close()
		service.Close()
	})
	t.Cleanup(w.stop)
	w.tape = &tape{next: transport}
	w.client = apigatewayv2.New(apigatewayv2.Options{
		BaseEndpoint: aws.String(server.URL), Region: region, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		HTTPClient:  &http.Client{Transport: w.tape},
	})
	return w
}

// tape keeps the last response as it went over the wire.
type tape struct {
	next   http.RoundTripper
	status int
	code   string
	body   []byte
}

func (t *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	t.status, t.code = response.StatusCode, response.Header.Get("X-Amzn-Errortype")
	t.body, err = io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(t.body))
	return response, err
}

// plain is a client that keeps no responses, for calls at the same time.
func (w *world) plain() *http.Client { return &http.Client{Transport: w.tape.next} }

// operation is a method of the SDK client.
type operation[In, Out any] func(context.Context, *In, ...func(*apigatewayv2.Options)) (*Out, error)

// must makes a call that succeeds.
func must[In, Out any](w *world, op operation[In, Out], in *In) *Out {
	w.t.Helper()
	out, err := op(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// answers makes a call and compares the answer with the wanted one: "201 {...}", with
// "*" for any value, or "404 NotFoundException: message".
func answers[In, Out any](w *world, op operation[In, Out], in *In, want string) *Out {
	w.t.Helper()
	out, err := op(w.t.Context(), in)
	if err != nil && w.tape.status < http.StatusBadRequest {
		w.t.Fatal(err)
	}
	if w.tape.status >= http.StatusBadRequest {
		var e struct{ Message string }
		_ = json.Unmarshal(w.tape.body, &e)
		if diff := cmp.Diff(want, fmt.Sprintf("%d %s: %s", w.tape.status, w.tape.code, e.Message)); diff != "" {
			w.t.Errorf("answer (-want +got):\n%s", diff)
		}
		return out
	}
	status, body, _ := strings.Cut(want, " ")
	if status != fmt.Sprint(w.tape.status) {
		w.t.Errorf("%d %s, want %s", w.tape.status, w.tape.body, want)
		return out
	}
	if diff := cmp.Diff(decoded(w.t, []byte(body)), decoded(w.t, w.tape.body), anything); diff != "" {
		w.t.Errorf("body (-want +got):\n%s", diff)
	}
	return out
}

func decoded(t *testing.T, body []byte) any {
	t.Helper()
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

var anything = cmp.FilterValues(func(a, b any) bool { return a == "*" || b == "*" }, cmp.Comparer(func(_, _ any) bool { return true }))

// httpAPI makes an HTTP API, webSocketAPI a WebSocket API; both return its id.
func (w *world) httpAPI() *string {
	w.t.Helper()
	return must(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{Name: aws.String("api"), ProtocolType: types.ProtocolTypeHttp}).ApiId
}

func (w *world) webSocketAPI() *string {
	w.t.Helper()
	return must(w, w.client.CreateApi, &apigatewayv2.CreateApiInput{
		Name: aws.String("api"), ProtocolType: types.ProtocolTypeWebsocket, RouteSelectionExpression: aws.String("$request.body.action"),
	}).ApiId
}

func (w *world) route(api *string, key string) *string {
	w.t.Helper()
	return must(w, w.client.CreateRoute, &apigatewayv2.CreateRouteInput{ApiId: api, RouteKey: aws.String(key)}).RouteId
}

// publisher records what is published.
type publisher struct {
	mu        sync.Mutex
	stages    map[string]*deployed.ApiStage
	published int
}

func (p *publisher) PublishApiStage(stage *deployed.ApiStage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stages[stage.ApiID+"/"+*stage.Stage.StageName] = stage
	p.published++
}

func (p *publisher) WithdrawApiStage(apiID, stageName string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.stages, apiID+"/"+stageName)
}

// get returns a published stage, and how many there were publications.
func (p *publisher) get(key string) (stage *deployed.ApiStage, published int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stages[key], p.published
}

type flusher struct{ flushed *[]string }

func (f flusher) FlushApiStageAuthorizers(apiID, stageName string) {
	*f.flushed = append(*f.flushed, apiID+"/"+stageName)
}
