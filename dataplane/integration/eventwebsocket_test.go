package integration_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/dataplane/integration"
)

// TestEventWebSocket has the events of AWS's developer guide.
func TestEventWebSocket(t *testing.T) {
	t.Parallel()
	context := func(routeKey, eventType string) integration.EventContextWebSocket {
		return integration.EventContextWebSocket{
			RouteKey: routeKey, EventType: eventType, RequestID: "DWAyLHgMIAMFrSA=", Time: time.Date(2022, 10, 28, 10, 0, 2, 0, time.UTC),
			Stage: "prod", DomainName: "id.execute-api.us-east-1.amazonaws.com", APIID: "id", ConnectionID: "DWAyLfYLIAMCJoA=",
			ConnectedAt: time.UnixMilli(1666951200000), SourceIP: "192.0.2.1", UserAgent: "agent",
		}
	}
	const common = `"extendedRequestId":"DWAyLHgMIAMFrSA=","requestTime":"28/Oct/2022:10:00:02 +0000","messageDirection":"IN",
		"stage":"prod","connectedAt":1666951200000,"requestTimeEpoch":1666951202000,"identity":{"sourceIp":"192.0.2.1","userAgent":"agent"},
		"requestId":"DWAyLHgMIAMFrSA=","domainName":"id.execute-api.us-east-1.amazonaws.com","connectionId":"DWAyLfYLIAMCJoA=","apiId":"id"}`
	message, gone := context("sendmessage", "MESSAGE"), context("$disconnect", "DISCONNECT")
	message.MessageID = "DWAyOc0QIAMCJoA="
	message.Authorizer = &integration.EventAuthorizer{PrincipalID: "user", Context: []integration.Pair{{Name: "key", Value: "value"}}, LatencyMillis: 12}
	gone.Disconnect = &integration.Disconnect{Code: 1005, Reason: "Client-side close frame status not set"}
	host := []integration.Field{{Name: "Host", Values: []string{"a", "b"}}}
	for _, test := range []struct {
		event integration.EventWebSocket
		want  string
	}{
		{
			integration.EventWebSocket{Headers: host, Query: []integration.Field{{Name: "token", Values: []string{"x", "y"}}}, StageVariables: []integration.Pair{{Name: "v", Value: "1"}}, Context: context("$connect", "CONNECT")},
			`{"headers":{"Host":"b"},"multiValueHeaders":{"Host":["a","b"]},"queryStringParameters":{"token":"y"},"multiValueQueryStringParameters":{"token":["x","y"]},
			"stageVariables":{"v":"1"},"requestContext":{"routeKey":"$connect","eventType":"CONNECT",` + common + `,"isBase64Encoded":false}`,
		},
		{
			integration.EventWebSocket{HasBody: true, Body: []byte(`{"a":"☃"}`), Context: message},
			`{"requestContext":{"routeKey":"sendmessage","messageId":"DWAyOc0QIAMCJoA=","eventType":"MESSAGE",
			"authorizer":{"principalId":"user","key":"value","integrationLatency":12},` + common + `,"body":"{\"a\":\"☃\"}","isBase64Encoded":false}`,
		},
		{
			integration.EventWebSocket{HasBody: true, Body: []byte("abc"), IsBase64Encoded: true, Context: context("bytes", "MESSAGE")},
			`{"requestContext":{"routeKey":"bytes","eventType":"MESSAGE",` + common + `,"body":"YWJj","isBase64Encoded":true}`,
		},
		{
			integration.EventWebSocket{Headers: host, Context: gone},
			`{"headers":{"Host":"b"},"multiValueHeaders":{"Host":["a","b"]},"requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1005,
			"eventType":"DISCONNECT","disconnectReason":"Client-side close frame status not set",` + common + `,"isBase64Encoded":false}`,
		},
	} {
		var got, want any
		text := test.event.Append(nil)
		if err := json.Unmarshal(text, &got); err != nil {
			t.Errorf("%v: %s", err, text)
		}
		if err := json.Unmarshal([]byte(test.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}
