package emulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// eventually polls until done says so, for ten seconds at most: what is observed of an
// exchange is complete after its response.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatal(what)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestHTTPAPIAccessLog: the lines of the variables of HTTP APIs, in the log group and in a
// file; those for a Firehose stream in the file alone.
func TestHTTPAPIAccessLog(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "access.log")
	e := start(t, emulator.Config{AccessLog: file})
	a := createHTTPAPI(t, e, nil)
	a.integrate(t.Context(), t, proxyTo(text(t, "").URL), "GET /a/{id}")
	format := func(destination, text string) {
		must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{ApiId: &a.id, StageName: aws.String("$default"), AccessLogSettings: &types.AccessLogSettings{
			DestinationArn: &destination, Format: &text,
		}}))(t)
	}
	format("arn:aws:logs:us-east-1:000000000000:log-group:access", "$context.requestId $context.httpMethod $context.routeKey $context.path $context.status "+
		"$context.responseLength $context.integration.status $context.integrationStatus $context.error.messageString $context.stage $context.accountId $context.authorizer.claims.sub")
	one := a.want(t, "GET", "/a/x%0Ay", nil, 200, "GET /").Header.Get("Apigw-Requestid")
	two := a.want(t, "GET", "/none", nil, 404, httpNotFound).Header.Get("Apigw-Requestid")
	format("arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-a", "$context.requestId firehose")
	three := a.want(t, "GET", "/a/2", nil, 200, "GET /").Header.Get("Apigw-Requestid")
	want := []string{
		one + ` GET GET /a/{id} /a/x\u000ay 200 5 200 200 - $default 000000000000 -`,
		two + ` GET - /none 404 23 - - "Not Found" $default 000000000000 -`,
		three + " firehose",
	}
	var got []string
	eventually(t, "the file lacks lines", func() bool {
		content, _ := os.ReadFile(file)
		got = strings.Split(strings.TrimSpace(string(content)), "\n")
		return len(got) >= len(want)
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	status, answer := 0, ""
	eventually(t, "the log group lacks lines", func() bool {
		request := must(http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+"/", strings.NewReader(`{"logGroupName":"access"}`)))(t)
		request.Header.Set("X-Amz-Target", "Logs_20140328.FilterLogEvents")
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		status, answer = a.do(t, request)
		return strings.Contains(answer, two)
	})
	if status != 200 || !strings.Contains(answer, one) || strings.Contains(answer, three) {
		t.Errorf("the log group has %d %s", status, answer)
	}
}

// TestHTTPAPIMetrics: counters of a stage, and of the routes that have detailed metrics.
func TestHTTPAPIMetrics(t *testing.T) {
	t.Parallel()
	a := createHTTPAPI(t, start(t, emulator.Config{}), nil)
	a.integrate(t.Context(), t, proxyTo(text(t, "").URL), "GET /a", "GET /b")
	a.integrate(t.Context(), t, proxyTo("http://127.0.0.1:1"), "GET /down")
	must(a.v2.UpdateStage(t.Context(), &apigatewayv2.UpdateStageInput{
		ApiId: &a.id, StageName: aws.String("$default"), DefaultRouteSettings: &types.RouteSettings{DetailedMetricsEnabled: aws.Bool(true)},
		RouteSettings: map[string]types.RouteSettings{"GET /b": {DetailedMetricsEnabled: aws.Bool(false)}},
	}))(t)
	for path, status := range map[string]int{"/a": 200, "/b": 200, "/down": 503, "/none": 404} {
		if response, body := a.send(t.Context(), t, "GET", path, "", nil); response.StatusCode != status {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
	type counts struct {
		Route         string
		Count         int
		Errors4xx     int `json:"4xx"`
		Errors5xx     int `json:"5xx"`
		DataProcessed int
	}
	var report struct {
		Stages []struct {
			ApiId, Stage string
			counts
			Latency, IntegrationLatency float64
			Routes                      []counts
		}
	}
	eventually(t, "not everything is counted", func() bool {
		status, body := a.body(t, a.e.URL()+"/_stagedoor/metrics")
		if err := json.Unmarshal([]byte(body), &report); err != nil || status != 200 {
			t.Fatalf("%d %s: %v", status, body, err)
		}
		return len(report.Stages) == 1 && report.Stages[0].Count == 4
	})
	stage := report.Stages[0]
	if stage.ApiId != a.id || stage.Stage != "$default" || stage.Latency <= 0 || stage.IntegrationLatency <= 0 || stage.IntegrationLatency > stage.Latency {
		t.Errorf("stage %+v", stage)
	}
	if diff := cmp.Diff(counts{Count: 4, Errors4xx: 1, Errors5xx: 1, DataProcessed: 5 + 5 + len(`{"message":"Service Unavailable"}`) + len(httpNotFound)}, stage.counts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]counts{{"GET /a", 1, 0, 0, 5}, {"GET /down", 1, 0, 1, 33}}, stage.Routes); diff != "" {
		t.Error(diff)
	}
	if status, _ := a.do(t, must(http.NewRequestWithContext(t.Context(), http.MethodPost, a.e.URL()+"/_stagedoor/metrics", nil))(t)); status != 405 {
		t.Errorf("POST: %d", status)
	}
}
