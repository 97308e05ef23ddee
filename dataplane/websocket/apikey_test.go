package websocket_test

import (
	"net/http"
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

// TestAPIKeys: the key of the handshake, or of what the authorizer said, is that of the
// connection.
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdefghij"
	f := newFixture(t, functions{
		"auth": func([]byte) (any, error) {
			allowed := policy("Allow").(map[string]any)
			allowed["usageIdentifierKey"] = key
			return allowed, nil
		},
		"fn": func(event []byte) (any, error) {
			return map[string]any{"statusCode": 200, "body": string(event)}, nil
		},
	}, ws.Limits{})
	f.Usage().PublishUsagePlanKey("plan", "key1")
	f.Usage().PublishApiKey(&deployed.ApiKey{Account: "000000000000", Region: "us-east-1", ID: "key1", Value: key, IsEnabled: true})
	f.Usage().PublishUsagePlan(&deployed.UsagePlan{Account: "000000000000", Region: "us-east-1", QuotaStart: time.Now().Truncate(24 * time.Hour), Plan: v1.UsagePlan{
		Id: aws.String("plan"), ApiStages: []v1.ApiStage{{ApiId: aws.String("api1"), Stage: aws.String("dev")}},
	}})
	f.api.Authorizers = []types.Authorizer{{AuthorizerId: aws.String("au1"), AuthorizerType: types.AuthorizerTypeRequest, AuthorizerUri: uri("auth")}}
	function := types.Integration{IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: uri("fn")}
	f.route("$connect", function).ApiKeyRequired = aws.Bool(true)
	f.route("$default", function)
	f.route("keyed", function).ApiKeyRequired = aws.Bool(true)
	f.stage.DefaultRouteSettings = &types.RouteSettings{LoggingLevel: types.LoggingLevelInfo, DataTraceEnabled: aws.Bool(true)}
	f.publish()
	talk := func(header http.Header) {
		t.Helper()
		conn, _, err := websocket.DefaultDialer.Dial(f.address(), header)
		if err != nil {
			t.Fatalf("%v\n%s", err, f.log)
		}
		defer conn.Close()
		for _, text := range []string{"hello", `{"action":"keyed"}`} {
			f.say(conn, text)
			if got := f.next(conn); !strings.Contains(got, `"apiKey":"`+key+`","apiKeyId":"key1"`) {
				t.Errorf("%s: event %s", text, got)
			}
		}
		for range 3 {
			for _, line := range <-f.executions {
				if strings.Contains(line, key) {
					t.Errorf("the log has the key: %s", line)
				}
			}
		}
	}
	for _, header := range []http.Header{nil, {"X-Api-Key": {"nobody's key"}}} {
		if status, body := f.refused("", header); status != http.StatusForbidden || body != `{"message":"Forbidden"}` {
			t.Errorf("%v: %d %s", header, status, body)
		}
		<-f.executions
	}
	talk(http.Header{"X-Api-Key": {key}})

	f.api.Api.ApiKeySelectionExpression = aws.String("$context.authorizer.usageIdentifierKey")
	f.api.Routes[0].AuthorizationType, f.api.Routes[0].AuthorizerId = types.AuthorizationTypeCustom, aws.String("au1")
	f.publish()
	talk(nil)
}
