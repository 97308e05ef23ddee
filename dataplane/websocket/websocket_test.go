package websocket_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

const echoTemplate = `{"statusCode":200,"echo":$input.json('$.text'),"route":"$context.routeKey","var":"$stageVariables.v","connection":"$context.connectionId"}`

// TestRoutes has messages take their routes, and integrations without a proxy answer.
func TestRoutes(t *testing.T) {
	t.Parallel()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = io.WriteString(w, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("X-Kind")+" "+string(body))
	}))
	t.Cleanup(backend.Close)
	f := newFixture(t, functions{"fn": func(event []byte) (any, error) {
		if bytes.Contains(event, []byte("boom")) {
			return nil, errors.New("it went boom")
		}
		return map[string]any{"got": json.RawMessage(event)}, nil
	}}, ws.Limits{})
	f.vars = map[string]string{"v": "one", "host": strings.TrimPrefix(backend.URL, "http://")}
	f.route("echo", mockOf(echoTemplate), responseOf("$default", `$input.json('$.echo') by $input.path('$.route') $input.path('$.var')`))
	f.route("status", mockOf(`{"statusCode":$input.json('$.code')}`), responseOf(`/4\d\d/`, "client"), responseOf("/5../", "server"), responseOf("$default", "fine"))
	f.route("nomatch", mockOf(`{"statusCode":500}`), responseOf(`/4\d\d/`, "client"))
	f.route("proxy", types.Integration{
		IntegrationType: types.IntegrationTypeHttpProxy, IntegrationMethod: aws.String("POST"), IntegrationUri: aws.String("http://${stageVariables.host}/p"),
		RequestParameters: map[string]string{"integration.request.header.X-Kind": "route.request.body.kind", "integration.request.querystring.c": "'c'"},
	})
	f.route("http", types.Integration{
		IntegrationType: types.IntegrationTypeHttp, IntegrationMethod: aws.String("PUT"), IntegrationUri: aws.String(backend.URL + "/bad"),
		TemplateSelectionExpression: aws.String("${request.body.template}"), RequestTemplates: map[string]string{"a": "A $input.path('$.x')", "$default": "D"},
	}, responseOf("/418/", "teapot said $input.body"))
	f.route("custom", types.Integration{IntegrationType: types.IntegrationTypeAws, IntegrationMethod: aws.String("POST"), IntegrationUri: uri("fn")},
		responseOf("/.*boom.*/", "failed: $input.path('$.errorMessage')"), responseOf("$default", "$input.json('$.got.x')"))
	never := mockOf("")
	never.RequestTemplates, never.PassthroughBehavior = nil, types.PassthroughBehaviorNever
	f.route("never", never)
	oneWay := f.route("oneway", mockOf(`{"statusCode":200}`), responseOf("$default", "nobody sees this"))
	oneWay.RouteResponseSelectionExpression = nil
	f.api.Models = []types.Model{{Name: aws.String("M"), ContentType: aws.String("application/json"), Schema: aws.String(`{"type":"object","required":["n"]}`)}}
	checked := f.route("checked", mockOf(`{"statusCode":200}`), responseOf("$default", "valid"))
	checked.ModelSelectionExpression, checked.RequestModels = aws.String("$request.body.action"), map[string]string{"checked": "M"}
	f.route("$default", mockOf(`{"statusCode":200,"b":"$util.escapeJavaScript($input.body)"}`), responseOf("$default", "default $input.path('$.b')"))
	f.publish()
	conn := f.connect()
	for _, test := range []struct{ text, want string }{
		{`{"action":"echo","text":"hi"}`, `"hi" by echo one`},
		{`{"action":"status","code":200}`, "fine"},
		{`{"action":"status","code":404}`, "client"},
		{`{"action":"status","code":503}`, "server"},
		{`{"action":"nomatch"}`, `{"message": "Internal server error", "connectionId":"`},
		{`{"action":"proxy","kind":"k"}`, `POST /p?c=c k {"action":"proxy","kind":"k"}`},
		{`{"action":"http","template":"a","x":"y"}`, "teapot said PUT /bad  A y"},
		{`{"action":"http","template":"zzz"}`, "teapot said PUT /bad  D"},
		{`{"action":"custom","x":[1]}`, "[1]"},
		{`{"action":"custom","x":"boom"}`, "failed: it went boom"},
		{`{"action":"never"}`, `{"message": "Unsupported Media Type", "connectionId":"`},
		{`{"action":"checked","n":1}`, "valid"},
		{`{"action":"checked"}`, `{"message": "Bad request body", "connectionId":"`},
		{`{"action":"$connect"}`, `default {"action":"$connect"}`},
		{`{"other":1}`, `default {"other":1}`},
		{`no JSON`, `default no JSON`},
		{``, `default {}`},
	} {
		f.say(conn, test.text)
		if got := f.next(conn); got != test.want && (!strings.HasPrefix(test.want, `{"message"`) || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%s: got %s, want %s", test.text, got, test.want)
		}
	}
	f.say(conn, `{"action":"oneway"}`)
	f.say(conn, `{"action":"echo","text":2}`)
	if got := f.next(conn); got != "2 by echo one" {
		t.Errorf("after a one-way message: %s", got)
	}

	// A new deployment serves the connection that is there.
	f.api.Routes = nil
	f.route("echo2", mockOf(`{"statusCode":200}`), responseOf("$default", "anew"))
	f.publish()
	f.say(conn, `{"action":"echo2"}`)
	if got := f.next(conn); got != "anew" {
		t.Errorf("after a deployment: %s", got)
	}
	f.WithdrawApiStage("api1", "dev")
	if code, text := f.closed(conn); code != websocket.CloseGoingAway || text != "Going away" {
		t.Errorf("withdrawn: %d %s", code, text)
	}
	if status, body := f.refused("", nil); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
		t.Errorf("no stage: %d %s", status, body)
	}
}

// TestQuotas: what connections are closed for.
func TestQuotas(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.route("$default", mockOf(`{"statusCode":200}`), responseOf("$default", "ok"))
	f.publish()
	for name, test := range map[string]struct {
		send func(conn *websocket.Conn) error
		code int
		text string
	}{
		"binary":        {func(c *websocket.Conn) error { return c.WriteMessage(websocket.BinaryMessage, []byte("x")) }, 1003, "Binary message types not supported"},
		"invalid UTF-8": {func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, []byte{0xff}) }, 1007, "Invalid UTF-8 in text frame"},
		"frame too large": {func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("x"), 33<<10))
		}, 1009, ""},
		"message too large": {func(c *websocket.Conn) error {
			w, err := c.NextWriter(websocket.TextMessage)
			for range 40 {
				_, err = w.Write(bytes.Repeat([]byte("x"), 4<<10))
			}
			_ = w.Close()
			return err
		}, 1009, ""},
	} {
		conn := f.connect()
		_ = test.send(conn)
		if code, text := f.closed(conn); code != test.code || test.text != "" && text != test.text {
			t.Errorf("%s: %d %q", name, code, text)
		}
	}
	// As many frames as it takes, up to 128 KB.
	conn, _, err := websocket.DefaultDialer.Dial(f.address(), nil) // which makes small frames
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	w, err := conn.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	for range 32 {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 4<<10))
	}
	_ = w.Close()
	if got := f.next(conn); got != "ok" {
		t.Errorf("128 KB: %s", got)
	}
}

// TestTimes: silence and age end connections.
func TestTimes(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]ws.Limits{"idle": {Idle: 50 * time.Millisecond}, "age": {Duration: 50 * time.Millisecond}} {
		f := newFixture(t, nil, limits)
		f.route("$default", mockOf(`{"statusCode":200}`))
		f.publish()
		if code, text := f.closed(f.connect()); code != websocket.CloseGoingAway || text != "Going away" {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
}

// TestGuards: who gets in, and who does not.
func TestGuards(t *testing.T) {
	t.Parallel()
	authorizer := functions{"auth": func(event []byte) (any, error) {
		var in struct {
			Type, MethodArn       string
			Headers               map[string]string
			QueryStringParameters map[string]string
			RequestContext        struct{ EventType, RouteKey, ConnectionID string }
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, err
		}
		if in.Type != "REQUEST" || in.MethodArn != "arn:aws:execute-api:us-east-1:000000000000:api1/dev/$connect" || in.Headers["Upgrade"] != "websocket" || in.RequestContext.EventType != "CONNECT" {
			return nil, errors.New(string(event))
		}
		switch in.QueryStringParameters["token"] {
		case "unauthorized":
			return nil, errors.New("Unauthorized")
		case "broken":
			return map[string]any{}, nil
		case "deny":
			return policy("Deny"), nil
		}
		return policy("Allow"), nil
	}}
	f := newFixture(t, authorizer, ws.Limits{})
	f.api.Authorizers = []types.Authorizer{{
		AuthorizerId: aws.String("au1"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: uri("auth"), IdentitySource: []string{"route.request.querystring.token"},
	}}
	connect := f.route("$connect", mockOf(`{"statusCode":200}`), responseOf("$default", ""))
	connect.AuthorizationType, connect.AuthorizerId = types.AuthorizationTypeCustom, aws.String("au1")
	f.route("who", mockOf(`{"statusCode":200}`), responseOf("$default", "$context.authorizer.principalId $context.authorizer.k"))
	f.publish()
	for query, want := range map[string]string{
		"":                    `401 {"message":"Unauthorized"}`,
		"?token=":             `401 {"message":"Unauthorized"}`,
		"?token=unauthorized": `401 {"message":"Unauthorized"}`,
		"?token=deny":         `403 {"message":"Forbidden"}`,
		"?token=broken":       `500 {"message": "Internal server error", "connectionId":"`,
	} {
		status, body := f.refused(query, nil)
		if got := http.StatusText(status) + " " + body; !strings.HasPrefix(got, http.StatusText(number(want[:3]))+want[3:]) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	conn, _, err := websocket.DefaultDialer.Dial(f.address()+"?token=good", nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, f.log)
	}
	defer conn.Close()
	f.say(conn, `{"action":"who"}`)
	if got := f.next(conn); got != "me v" {
		t.Errorf("authorizer: %s", got)
	}

	connect.AuthorizationType = types.AuthorizationTypeAwsIam
	f.api.Routes[0].AuthorizationType = types.AuthorizationTypeAwsIam
	f.publish()
	if status, body := f.refused("", nil); status != http.StatusForbidden || body != `{"message":"Missing Authentication Token"}` {
		t.Errorf("unsigned: %d %s", status, body)
	}
	f.api.Routes[0].AuthorizationType, f.api.Routes[0].ApiKeyRequired = "", aws.Bool(true)
	f.publish()
	if status, body := f.refused("", http.Header{"X-Api-Key": {"nobody's"}}); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
		t.Errorf("API key: %d %s", status, body)
	}
	f.api.Routes[0].ApiKeyRequired = nil
	f.api.Routes[0].RequestParameters = map[string]types.ParameterConstraints{"route.request.querystring.room": {Required: aws.Bool(true)}}
	f.publish()
	if status, body := f.refused("", nil); status != http.StatusBadRequest || !strings.HasPrefix(body, `{"message": "Missing required request parameters: [room]"`) {
		t.Errorf("parameter: %d %s", status, body)
	}
	f.api.Routes[0].RequestParameters = nil
	f.stage.RouteSettings = map[string]types.RouteSettings{"$connect": {ThrottlingBurstLimit: aws.Int32(0), ThrottlingRateLimit: aws.Float64(0)}}
	f.publish()
	if status, _ := f.refused("", nil); status != http.StatusTooManyRequests {
		t.Errorf("throttle: %d", status)
	}
	response, err := http.Get(f.url + "/dev")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("no upgrade: %d", response.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
}

func policy(effect string) any {
	return map[string]any{"principalId": "me", "context": map[string]any{"k": "v"}, "policyDocument": map[string]any{
		"Version": "2012-10-17", "Statement": []any{map[string]any{"Action": "execute-api:Invoke", "Effect": effect, "Resource": "*"}},
	}}
}

func number(text string) int {
	n := 0
	for _, c := range text {
		n = n*10 + int(c-'0')
	}
	return n
}

// TestConnectAnswers: what the backend of $connect says is what the handshake gets.
func TestConnectAnswers(t *testing.T) {
	t.Parallel()
	disconnects := make(chan string, 10)
	f := newFixture(t, functions{"connect": func(event []byte) (any, error) {
		var in struct{ QueryStringParameters map[string]string }
		_ = json.Unmarshal(event, &in)
		switch how := in.QueryStringParameters["how"]; how {
		case "throw":
			return nil, errors.New("thrown")
		case "nothing":
			return map[string]any{}, nil
		case "":
			return map[string]any{"statusCode": 200, "headers": map[string]string{"X-Own": "v", "Sec-WebSocket-Protocol": "p2"}}, nil
		default:
			return map[string]any{"statusCode": number(how), "body": "because"}, nil
		}
	}, "disconnect": func(event []byte) (any, error) {
		disconnects <- string(event)
		return nil, errors.New("nobody cares")
	}}, ws.Limits{})
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.route("$disconnect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("disconnect")})
	f.stage.AccessLogSettings = &types.AccessLogSettings{DestinationArn: aws.String("arn"), Format: aws.String(`$context.eventType $context.routeKey $context.status $context.error.message $context.nope`)}
	f.publish()
	for query, want := range map[string]string{
		"?how=403": "403 because", "?how=500": "500 because",
		"?how=throw": `502 {"message": "Internal server error", "connectionId":"`, "?how=nothing": `502 {"message": "Internal server error", "connectionId":"`,
	} {
		status, body := f.refused(query, nil)
		if status != number(want[:3]) || !strings.HasPrefix(body, want[4:]) {
			t.Errorf("%s: %d %s, want %s", query, status, body, want)
		}
		<-f.lines
	}
	dialer := websocket.Dialer{Subprotocols: []string{"p1", "p2"}}
	conn, response, err := dialer.Dial(f.address(), nil)
	if err != nil || conn.Subprotocol() != "p2" || response.Header.Get("X-Own") != "v" {
		t.Fatalf("%v %v", err, response)
	}
	if line := <-f.lines; line != "CONNECT $connect 200 - -" {
		t.Errorf("access log %q", line)
	}
	_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4000, "done"))
	if event := <-disconnects; !strings.Contains(event, `"disconnectStatusCode":4000`) || !strings.Contains(event, `"disconnectReason":"done"`) || !strings.Contains(event, `"eventType":"DISCONNECT"`) {
		t.Errorf("event %s", event)
	}
	_ = conn.Close()
	conn, _, err = websocket.DefaultDialer.Dial(f.address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.WriteMessage(websocket.CloseMessage, nil)
	if event := <-disconnects; !strings.Contains(event, `"disconnectStatusCode":1005`) || !strings.Contains(event, `"Client-side close frame status not set"`) {
		t.Errorf("event %s", event)
	}
	_ = conn.Close()
	conn, _, err = websocket.DefaultDialer.Dial(f.address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.UnderlyingConn().Close()
	if event := <-disconnects; !strings.Contains(event, `"disconnectStatusCode":1006`) {
		t.Errorf("event %s", event)
	}
}
