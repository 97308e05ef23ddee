package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// mockEcho answers each message with its text.
func (a *webSocketAPI) mockEcho(t *testing.T, key string) {
	t.Helper()
	id := a.route(t, key, apigatewayv2.CreateIntegrationInput{
		IntegrationType: types.IntegrationTypeMock, TemplateSelectionExpression: aws.String(`\$default`),
		RequestTemplates: map[string]string{"$default": `{"statusCode":200,"id":"$context.connectionId"}`},
	}, twoWay)
	must(a.v2.CreateIntegrationResponse(t.Context(), &apigatewayv2.CreateIntegrationResponseInput{
		ApiId: &a.id, IntegrationId: &id, IntegrationResponseKey: aws.String("$default"), TemplateSelectionExpression: aws.String(`\$default`),
		ResponseTemplates: map[string]string{"$default": `$input.path('$.id')`},
	}))(t)
}

// TestWebSocketLogsAndMetrics: what a stage logs is in its log group, and what happened is
// counted.
func TestWebSocketLogsAndMetrics(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	a := createWebSocketAPI(t, e)
	a.mockEcho(t, "$default")
	a.deploy(t)
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("dev"), DefaultRouteSettings: &types.RouteSettings{
		LoggingLevel: types.LoggingLevelInfo, DataTraceEnabled: aws.Bool(true), DetailedMetricsEnabled: aws.Bool(true),
	}}))(t)
	conn := a.connect(t, "")
	say(t, conn, "hello")
	id := next(t, conn)

	answer := ""
	eventually(t, "the log group lacks lines", func() bool {
		body := `{"logGroupName":"/aws/apigateway/` + a.id + `/dev"}`
		request := must(http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+"/", strings.NewReader(body)))(t)
		request.Header.Set("X-Amz-Target", "Logs_20140328.FilterLogEvents")
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		_, answer = a.do(t, request)
		return strings.Contains(answer, "Successfully completed execution")
	})
	for _, want := range []string{"WebSocket Request Route: [$default]", "Method request body before transformations: hello", "Method response body after transformations: " + id} {
		if !strings.Contains(answer, want) {
			t.Errorf("the log lacks %q: %s", want, answer)
		}
	}

	type counts struct {
		Route                                                                     string
		ConnectCount, MessageCount, IntegrationError, ClientError, ExecutionError int
		IntegrationLatency                                                        float64
	}
	var report struct {
		Stages []struct {
			ApiId, Stage string
			counts
			Connections int
			Routes      []counts
		}
	}
	status, body := a.body(t, e.URL()+"/_stagedoor/metrics")
	if err := json.Unmarshal([]byte(body), &report); err != nil || status != http.StatusOK || len(report.Stages) != 1 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	stage := report.Stages[0]
	if stage.ApiId != a.id || stage.Stage != "dev" || stage.Connections != 1 || stage.counts != (counts{ConnectCount: 1, MessageCount: 2}) {
		t.Errorf("stage %+v", stage)
	}
	if want := (counts{Route: "$default", MessageCount: 2}); len(stage.Routes) != 2 || stage.Routes[1] != want {
		t.Errorf("routes %+v", stage.Routes)
	}
}
