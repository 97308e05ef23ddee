package websocket_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

const whoTemplate = `{"statusCode":200,"id":"$context.connectionId"}`

// still is a clock that stands still: what is throttled stays so.
func still() func() time.Time {
	now := time.Now()
	return func() time.Time { return now }
}

// TestConnectionsPerSecond: new connections are bounded for all APIs of an account and region
// together, before $connect is asked.
func TestConnectionsPerSecond(t *testing.T) {
	t.Parallel()
	asked := 0
	f := newFixtureAt(t, functions{"connect": func([]byte) (any, error) {
		asked++
		return map[string]any{"statusCode": 200}, nil
	}}, ws.Limits{ConnectionsPerSecond: 2}, still())
	f.route("$connect", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("connect")})
	f.publish()
	f.connect()
	f.publish() // which gives nothing back
	f.connect()
	if status, body := f.refused("", nil); status != http.StatusTooManyRequests || !strings.HasPrefix(body, `{"message": "Too Many Requests", "connectionId":"`) {
		t.Errorf("%d %s", status, body)
	}
	if asked != 2 {
		t.Errorf("$connect was asked %d times", asked)
	}
}

// TestAccountThrottle: handshakes, messages and calls of @connections draw on one throttle.
func TestAccountThrottle(t *testing.T) {
	t.Parallel()
	f := newFixtureAt(t, nil, ws.Limits{RequestsPerSecond: 1, RequestBurst: 4}, still())
	f.route("$default", mockOf(whoTemplate), responseOf("$default", `$input.path('$.id')`))
	f.publish()
	conn := f.connect()
	f.say(conn, "?")
	id := f.next(conn)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests, http.StatusTooManyRequests} {
		if got := f.post(t.Context(), client, id, []byte("x")); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	for range 2 {
		if got := f.next(conn); got != "x" {
			t.Errorf("heard %s", got)
		}
	}
	f.say(conn, "?")
	if got := f.next(conn); !strings.HasPrefix(got, `{"message": "Too Many Requests", "connectionId":"`+id) {
		t.Errorf("message: %s", got)
	}
	if status, _ := f.refused("", nil); status != http.StatusTooManyRequests {
		t.Errorf("handshake: %d", status)
	}
}

// TestAuthorizerResultSize: an answer of more than 8 KB is none.
func TestAuthorizerResultSize(t *testing.T) {
	t.Parallel()
	f := newFixture(t, functions{"auth": func(event []byte) (any, error) {
		allowed := policy("Allow").(map[string]any)
		if strings.Contains(string(event), `"much"`) {
			allowed["context"] = map[string]any{"k": strings.Repeat("x", 8<<10)}
		} else {
			allowed["context"] = map[string]any{"k": strings.Repeat("x", 7<<10)}
		}
		return allowed, nil
	}}, ws.Limits{})
	f.api.Authorizers = []types.Authorizer{{AuthorizerId: aws.String("au1"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: uri("auth")}}
	connect := f.route("$connect", mockOf(`{"statusCode":200}`), responseOf("$default", ""))
	connect.AuthorizationType, connect.AuthorizerId = types.AuthorizationTypeCustom, aws.String("au1")
	f.publish()
	f.connect()
	if status, body := f.refused("?much=1", nil); status != http.StatusInternalServerError || !strings.HasPrefix(body, `{"message": "Internal server error"`) {
		t.Errorf("%d %s", status, body)
	}
}

// TestPayloadSize: 128 KB are sent on, in frames of 32 KB; more is too much.
func TestPayloadSize(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, ws.Limits{})
	f.route("$default", mockOf(whoTemplate), responseOf("$default", `$input.path('$.id')`))
	f.publish()
	conn := f.connect()
	f.say(conn, "?")
	id := f.next(conn)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	if got := f.post(t.Context(), client, id, make([]byte, 128<<10+1000)); got != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", got)
	}
	if got := f.post(t.Context(), client, id, make([]byte, 128<<10)); got != http.StatusOK {
		t.Errorf("128 KB: %d", got)
	}
	if got := f.next(conn); len(got) != 128<<10 {
		t.Errorf("got %d bytes", len(got))
	}
	_ = conn.WriteMessage(websocket.CloseMessage, nil)
}
