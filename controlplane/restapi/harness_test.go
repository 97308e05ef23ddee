package restapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	"github.com/stagedoor-dev/stagedoor/controlplane/restapi"
	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/store/memory"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "111111111111"
	region  = "eu-west-1"
)

// world is a service behind a real HTTP server with a real SDK client.
//
// A test of a recorded fact is one call of fact: the fact's id, the client's
// method, the input, and the answer as AWS gave it: the status with the JSON body,
// or the status with the error's code and message.
type world struct {
	t         *testing.T
	client    *apigateway.Client
	service   *restapi.Service
	publisher *publisher
	url       string
	http      *http.Client
	tape      *tape
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, memory.New(), restapi.Limits{})
}

func newWorldOn(t *testing.T, s store.Store, limits restapi.Limits) *world {
	t.Helper()
	return newWorldWith(t, restapi.Config{Store: s, Limits: limits})
}

// newWorldWith is a world whose service has the settings of cfg.
func newWorldWith(t *testing.T, cfg restapi.Config) *world {
	t.Helper()
	published := &publisher{stages: map[string]*deployed.RestStage{}}
	cfg.Publisher = published
	cfg.Now = func() time.Time { return time.Unix(1_700_000_000, 999_000_000) }
	service, err := restapi.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := wire.NewHandler(wire.APIGateway, service, wire.Options{DefaultAccount: "000000000000", DefaultRegion: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		service.Close()
		if err := cfg.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{
		t: t, service: service, publisher: published, url: server.URL,
		tape: &tape{next: transport}, http: &http.Client{Transport: transport},
	}
	w.client = newClient(server.URL, account, w.tape)
	return w
}

// newClient makes an SDK client for an account, which is also the access key.
func newClient(url, account string, transport http.RoundTripper) *apigateway.Client {
	return apigateway.New(apigateway.Options{
		BaseEndpoint: aws.String(url), Region: region, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		HTTPClient:  &http.Client{Transport: transport},
	})
}

// tape keeps the last response as it went over the wire: the SDK hides the
// difference between an absent member and a null one.
type tape struct {
	next   http.RoundTripper
	status int
	code   string
	body   []byte
	// accept takes the place of the SDK's Accept header.
	accept string
}

func (t *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.accept != "" {
		r.Header.Set("Accept", t.accept)
	}
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

// operation is a method of the SDK client.
type operation[In, Out any] func(context.Context, *In, ...func(*apigateway.Options)) (*Out, error)

// fact makes a call and compares the answer with the recorded one: "201 {...}" for
// a success, with "<id>" and "<date>" standing for any, or "404 NotFoundException:
// message" for an error.
func fact[In, Out any](w *world, name string, op operation[In, Out], in *In, want string) *Out {
	w.t.Helper()
	out, err := op(w.t.Context(), in)
	if err != nil && w.tape.status < http.StatusBadRequest {
		w.t.Fatalf("%s: %v", name, err)
	}
	w.check(name, want)
	return out
}

func (w *world) check(name, want string) {
	w.t.Helper()
	w.t.Run(name, func(t *testing.T) {
		t.Helper()
		got := w.tape
		if got.status >= http.StatusBadRequest {
			answer := fmt.Sprintf("%d %s: %s", got.status, got.code, messageOf(got.body))
			if diff := cmp.Diff(want, answer); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			return
		}
		status, body, _ := strings.Cut(want, " ")
		if status != fmt.Sprint(got.status) {
			t.Errorf("status %d with %s, want %s", got.status, got.body, want)
			return
		}
		if diff := cmp.Diff(decoded(t, []byte(body)), decoded(t, got.body), masks); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
	})
}

func messageOf(body []byte) string {
	var e struct{ Message string }
	_ = json.Unmarshal(body, &e)
	return e.Message
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

var (
	idPattern  = regexp.MustCompile(`^[a-z0-9]{6,10}$`)
	keyPattern = regexp.MustCompile(`^[a-zA-Z0-9]{40}$`)
)

// masks compares the placeholders of a wanted answer with what they stand for.
var masks = cmp.FilterValues(func(a, b any) bool { return isMask(a) || isMask(b) },
	cmp.Comparer(func(a, b any) bool {
		if !isMask(a) {
			a, b = b, a
		}
		switch a {
		case "<id>":
			id, ok := b.(string)
			return ok && idPattern.MatchString(id)
		case "<key>":
			key, ok := b.(string)
			return ok && keyPattern.MatchString(key)
		default:
			return b == float64(1_700_000_000)
		}
	}))

func isMask(v any) bool { return v == "<id>" || v == "<date>" || v == "<key>" }

// must makes a call that sets the stage for a fact.
func must[In, Out any](w *world, op operation[In, Out], in *In) *Out {
	w.t.Helper()
	out, err := op(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// raw sends a request that no SDK client would.
func (w *world) raw(name, method, path, body, want string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260101/"+region+"/apigateway/aws4_request, SignedHeaders=host, Signature=0")
	response, err := w.tape.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	response.Body.Close()
	w.check(name, want)
}

// publisher records what is published.
type publisher struct {
	mu        sync.Mutex
	stages    map[string]*deployed.RestStage
	published int
}

func (p *publisher) PublishRestStage(stage *deployed.RestStage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stages[stage.ApiID+"/"+*stage.Stage.StageName] = stage
	p.published++
}

func (p *publisher) WithdrawRestStage(apiID, stageName string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.stages, apiID+"/"+stageName)
}

func (p *publisher) get(key string) *deployed.RestStage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stages[key]
}

func (p *publisher) keys() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.stages))
}
