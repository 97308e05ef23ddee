package websocket_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/controlplane/deployed"
	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// TestBadHandshakes: what can be no handshake is refused before $connect hears of it.
func TestBadHandshakes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, functions{"connect": func(event []byte) (any, error) {
		t.Errorf("$connect was asked: %s", event)
		return map[string]any{"statusCode": 200}, nil
	}}, ws.Limits{})
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.publish()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	const goodKey = "dGhlIHNhbXBsZSBub25jZQ=="
	for name, test := range map[string]struct{ method, version, key string }{
		"version": {http.MethodGet, "8", goodKey}, "no version": {http.MethodGet, "", goodKey},
		"no key": {http.MethodGet, "13", ""}, "short key": {http.MethodGet, "13", "c2hvcnQ="}, "POST": {http.MethodPost, "13", goodKey},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, f.url+"/dev", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", "websocket")
		if test.version != "" {
			request.Header.Set("Sec-Websocket-Version", test.version)
		}
		if test.key != "" {
			request.Header.Set("Sec-Websocket-Key", test.key)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest || string(body) != `{"message":"Bad Request"}` || response.Header.Get("Sec-Websocket-Version") != "13" {
			t.Errorf("%s: %d %s %v", name, response.StatusCode, body, response.Header)
		}
	}
}

// TestKeyOfRoute: the key of the handshake counts for a route that wants one, also when
// $connect does not.
func TestKeyOfRoute(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdefghij"
	f := newFixture(t, nil, ws.Limits{})
	f.Usage().PublishUsagePlanKey("plan", "key1")
	f.Usage().PublishApiKey(&deployed.ApiKey{Account: "000000000000", Region: "us-east-1", ID: "key1", Value: key, IsEnabled: true})
	f.Usage().PublishUsagePlan(&deployed.UsagePlan{Account: "000000000000", Region: "us-east-1", QuotaStart: time.Now().Truncate(24 * time.Hour), Plan: v1.UsagePlan{
		Id: aws.String("plan"), ApiStages: []v1.ApiStage{{ApiId: aws.String("api1"), Stage: aws.String("dev")}},
	}})
	f.route("keyed", mockOf(`{"statusCode":200}`), responseOf("$default", "by $context.identity.apiKeyId")).ApiKeyRequired = aws.Bool(true)
	f.route("$default", mockOf(`{"statusCode":200}`), responseOf("$default", "free '$context.identity.apiKeyId'"))
	f.publish()
	for header, want := range map[string]string{key: "by key1", "wrong": `{"message": "Forbidden", "connectionId":"`, "": `{"message": "Forbidden", "connectionId":"`} {
		conn, _, err := websocket.DefaultDialer.Dial(f.address(), http.Header{"X-Api-Key": {header}})
		if err != nil {
			t.Fatal(err)
		}
		f.say(conn, `{"action":"keyed"}`)
		if got := f.next(conn); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", header, got)
		}
		f.say(conn, "?")
		if got := f.next(conn); got != "free ''" {
			t.Errorf("%q, free route: %s", header, got)
		}
		_ = conn.Close()
	}
}

// TestWithdrawnInConnect: a connection whose stage ends while $connect runs is closed.
func TestWithdrawnInConnect(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	f := newFixture(t, functions{"connect": func([]byte) (any, error) {
		close(entered)
		<-leave
		return map[string]any{"statusCode": 200}, nil
	}}, ws.Limits{})
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.publish()
	connected := make(chan *websocket.Conn)
	go func() {
		conn, _, err := websocket.DefaultDialer.Dial(f.address(), nil)
		if err != nil {
			t.Error(err)
		}
		connected <- conn
	}()
	<-entered
	f.WithdrawApiStage("api1", "dev")
	close(leave)
	conn := <-connected
	if conn == nil {
		return
	}
	defer conn.Close()
	if code, text := f.closed(conn); code != websocket.CloseGoingAway || text != "Going away" {
		t.Errorf("%d %s", code, text)
	}
}

// TestNotDeployed: a stage without a deployment takes nobody in.
func TestNotDeployed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.PublishApiStage(&deployed.ApiStage{Account: "000000000000", Region: "us-east-1", ApiID: "api1", Protocol: types.ProtocolTypeWebsocket, Stage: f.stage})
	if status, body := f.refused("", nil); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
		t.Errorf("%d %s", status, body)
	}
}

// TestConnectHeaders: what a function says in $connect cannot break the answer, a template
// may override it, and HTTP backends get the headers of the handshake.
func TestConnectHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header }))
	t.Cleanup(backend.Close)
	f := newFixture(t, functions{"connect": func([]byte) (any, error) {
		return map[string]any{"statusCode": 200, "headers": map[string]string{"X-Good": "v", "X-Bad: 1\r\nX-Split": "v", "Sec-WebSocket-Protocol": "p\r\nX-Split: w"}}, nil
	}}, ws.Limits{})
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.publish()
	shake := func() http.Header {
		t.Helper()
		conn, response, err := websocket.DefaultDialer.Dial(f.address(), http.Header{"Sec-Websocket-Protocol": {"p"}})
		if err != nil {
			t.Fatalf("%v\n%s", err, f.log)
		}
		_ = conn.Close()
		return response.Header
	}
	if got := shake(); got.Get("X-Good") != "v" || got.Get("X-Split") != "" || got.Get("Sec-Websocket-Protocol") != "" {
		t.Errorf("%v", got)
	}

	f.api.Routes = nil
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeHttp, IntegrationMethod: aws.String("POST"), IntegrationUri: &backend.URL},
		responseOf("$default", `#set($context.responseOverride.header.Sec-WebSocket-Protocol = "p")`))
	f.publish()
	if got := shake(); got.Get("Sec-Websocket-Protocol") != "p" {
		t.Errorf("%v", got)
	}
	if got := <-seen; got.Get("Sec-Websocket-Key") == "" || got.Get("Sec-Websocket-Protocol") != "p" {
		t.Errorf("the backend got %v", got)
	}

	f.api.Routes = nil
	f.stage.ClientCertificateId = aws.String("abc")
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeHttpProxy, IntegrationMethod: aws.String("POST"), IntegrationUri: &backend.URL})
	f.publish()
	if status, _ := f.refused("", nil); status != http.StatusInternalServerError || !strings.Contains(f.log.String(), "client certificate") {
		t.Errorf("client certificate: %d\n%s", status, f.log)
	}
}

// TestKeysOfResponses: slashes are taken off a pattern once.
func TestKeysOfResponses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, functions{"fn": func(event []byte) (any, error) {
		var text string
		_ = json.Unmarshal(event, &text)
		return nil, &failed{text}
	}}, ws.Limits{})
	i := types.Integration{
		IntegrationType: types.IntegrationTypeAws, IntegrationMethod: aws.String("POST"), IntegrationUri: uri("fn"), RequestTemplates: map[string]string{"$default": "$input.json('$.say')"},
	}
	f.route("$default", i, responseOf("//a/", "slash"), responseOf("/.*end\\//", "end"), responseOf("$default", "other"))
	f.publish()
	conn := f.connect()
	for say, want := range map[string]string{"/a": "slash", "the end/": "end", "a": "other"} {
		text, _ := json.Marshal(map[string]string{"say": say})
		f.say(conn, string(text))
		if got := f.next(conn); got != want {
			t.Errorf("%s: %s, want %s", say, got, want)
		}
	}
}

type failed struct{ text string }

func (f *failed) Error() string { return f.text }

// TestDisconnectVariables: templates and access logs know how a connection ended.
func TestDisconnectVariables(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.route("$disconnect", mockOf(`{"statusCode":200}`), responseOf("$default", ""))
	f.stage.AccessLogSettings = &types.AccessLogSettings{DestinationArn: aws.String("arn"), Format: aws.String(
		"$context.eventType $context.disconnectStatusCode $context.disconnectReason $context.messageDirection $context.status")}
	f.publish()
	conn := f.connect()
	if line := <-f.lines; line != "CONNECT - - IN 200" {
		t.Errorf("access log %q", line)
	}
	_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4001, "bye"))
	if line := <-f.lines; line != "DISCONNECT 4001 bye IN 200" {
		t.Errorf("access log %q", line)
	}
}
