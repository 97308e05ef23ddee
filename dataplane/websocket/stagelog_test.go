package websocket_test

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/gorilla/websocket"

	ws "github.com/stagedoor-dev/stagedoor/dataplane/websocket"
)

// ids are the ids in a log.
var ids = regexp.MustCompile(`[ (\[][A-Za-z0-9_-]{15}=`)

// TestExecutionLog: a route logs as much as its settings ask for, which go before those of
// the stage.
func TestExecutionLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t, functions{"fn": func(event []byte) (any, error) {
		if strings.Contains(string(event), "boom") {
			return nil, errors.New("boom")
		}
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}}, ws.Limits{})
	function := types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("fn")}
	for _, key := range []string{"$connect", "$disconnect", "all", "errors", "off", "steps"} {
		f.route(key, function)
	}
	settings := func(level types.LoggingLevel, traced bool) types.RouteSettings {
		return types.RouteSettings{LoggingLevel: level, DataTraceEnabled: &traced}
	}
	byDefault := settings(types.LoggingLevelInfo, false)
	f.stage.DefaultRouteSettings = &byDefault
	f.stage.RouteSettings = map[string]types.RouteSettings{
		"all": settings(types.LoggingLevelInfo, true), "errors": settings(types.LoggingLevelError, true), "off": settings(types.LoggingLevelOff, true),
	}
	f.publish()
	conn, _, err := websocket.DefaultDialer.Dial(f.address(), http.Header{"User-Agent": {"test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := func(key string) []string {
		return []string{
			"api1/dev", "(<id>) Extended Request Id: <id>",
			"(<id>) Verifying Usage Plan for request: <id>. API Key:  API Stage: api1/dev",
			"(<id>) API Key  authorized because route '" + key + "' does not require API Key. Request will not contribute to throttle or quota limits",
			"(<id>) Usage Plan check succeeded for API Key  and API Stage api1/dev",
			"(<id>) Starting execution for request: <id>",
			"(<id>) WebSocket Request Route: [" + key + "]",
		}
	}
	tail := []string{"(<id>) Successfully completed execution", "(<id>) Method completed with status: 200"}
	log := func(want []string) {
		t.Helper()
		var got []string
		select {
		case got = <-f.executions:
		case <-time.After(10 * time.Second):
			t.Fatalf("no log, want\n%s", strings.Join(want, "\n"))
		}
		for i := range got {
			got[i] = ids.ReplaceAllStringFunc(got[i], func(id string) string {
				if strings.HasSuffix(id, "X-Amz-Source-Arn=") {
					return id
				}
				return id[:1] + "<id>"
			})
			if i > 0 && strings.Contains(got[i], "Endpoint request body") {
				got[i], _, _ = strings.Cut(got[i], ": {")
			}
			got[i] = regexp.MustCompile(`latency: \d+`).ReplaceAllString(got[i], "latency: N")
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	log(slices.Concat(head("$connect"), []string{
		"(<id>) Client [UserAgent: test, SourceIp: 127.0.0.1] is connecting to WebSocket API [api1].",
		"(<id>) Client [Connection Id: <id>] connected to API [api1] successfully.",
	}, tail))
	f.say(conn, `{"action":"off","text":"boom"}`)
	f.next(conn)
	f.say(conn, `{"action":"errors"}`)
	f.next(conn)
	f.say(conn, `{"action":"errors","text":"boom"}`)
	f.next(conn)
	log([]string{"api1/dev", `(<id>) Lambda execution failed with status 200 due to customer function error: boom`})
	f.say(conn, `{"action":"all"}`)
	f.next(conn)
	const arn = "arn:aws:lambda:us-east-1:000000000000:function:fn"
	const address = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/" + arn + "/invocations"
	log(slices.Concat(head("all"), []string{
		`(<id>) Method request body before transformations: {"action":"all"}`,
		"(<id>) Endpoint request URI: " + address,
		"(<id>) Endpoint request headers: {Content-Type=application/json, X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:api1/dev/all}",
		"(<id>) Endpoint request body after transformations",
		"(<id>) Sending request to " + address,
		"(<id>) Received response. Status: 200, Integration latency: N ms",
		"(<id>) Endpoint response headers: {Content-Type=application/json}",
		`(<id>) Endpoint response body before transformations: {"body":"fine","statusCode":200}`,
		"(<id>) Method response body after transformations: fine",
	}, tail))
	f.say(conn, `{"action":"steps"}`)
	f.next(conn)
	log(slices.Concat(head("steps"), tail))
	f.say(conn, `{"action":"none"}`)
	f.next(conn)
	log([]string{"api1/dev", "(<id>) Extended Request Id: <id>", "(<id>) no route takes the message", "(<id>) Method completed with status: 403"})
	_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4001, "bye"))
	log(slices.Concat(head("$disconnect"), []string{
		"(<id>) Client [Connection Id: <id>] disconnected from API [api1] : Disconnect status code: 4001 , Disconnect reason: bye",
	}, tail))
}

// TestMetrics: what is counted where.
func TestMetrics(t *testing.T) {
	t.Parallel()
	f := newFixture(t, functions{"fn": func(event []byte) (any, error) {
		switch {
		case strings.Contains(string(event), "boom"):
			return nil, errors.New("boom")
		case strings.Contains(string(event), "status"):
			return map[string]any{"statusCode": 500}, nil
		}
		return map[string]any{"statusCode": 200, "body": strings.Repeat("x", 33<<10)}, nil
	}}, ws.Limits{})
	f.route("fn", types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("fn")})
	f.route("limited", mockOf(`{"statusCode":200}`), responseOf("$default", "ok"))
	f.stage.RouteSettings = map[string]types.RouteSettings{
		"fn": {DetailedMetricsEnabled: aws.Bool(true)}, "limited": {ThrottlingBurstLimit: aws.Int32(0), ThrottlingRateLimit: aws.Float64(0)},
	}
	f.publish()
	conn := f.connect()
	for _, text := range []string{`{"action":"fn"}`, `{"action":"fn","x":"boom"}`, `{"action":"fn","x":"status"}`, `{"action":"limited"}`, `{"action":"none"}`} {
		f.say(conn, text)
		f.next(conn)
	}
	found := f.WebSocketMetrics()
	if len(found) != 1 || found[0].APIID != "api1" || found[0].Stage != "dev" || found[0].Opened != 1 || found[0].Closed != 0 {
		t.Fatalf("stages %+v", found)
	}
	for _, got := range found[0].Routes {
		if (got.IntegrationLatency > 0) != (got.RouteKey == "fn") {
			t.Errorf("%s: latency %s", got.RouteKey, got.IntegrationLatency)
		}
		got.IntegrationLatency = 0
		want := map[string]ws.RouteMetrics{
			"":         {MessageCount: 1, ClientError: 1},
			"$connect": {ConnectCount: 1},
			"fn":       {MessageCount: 3 + 2, IntegrationError: 1, ExecutionError: 1, DetailedMetricsActive: true},
			"limited":  {MessageCount: 1, ClientError: 1},
		}[got.RouteKey]
		want.RouteKey = got.RouteKey
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
