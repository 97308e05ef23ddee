package dataplane_test

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/stagedoor-dev/stagedoor/dataplane"
	"github.com/stagedoor-dev/stagedoor/dataplane/rest"
)

// TestExecutionLog: a stage logs as much as its method settings ask for, also when nobody
// observes requests.
func TestExecutionLog(t *testing.T) {
	t.Parallel()
	steps := []string{
		"Extended Request Id: <extended>",
		"Verifying Usage Plan for request: <id>. API Key:  API Stage: api1/stage",
		"API Key  authorized because method 'GET /a' does not require API Key. Request will not contribute to throttle or quota limits",
		"Usage Plan check succeeded for API Key  and API Stage api1/stage",
		"Starting execution for request: <id>",
		"HTTP Method: GET, Resource Path: /a",
		"Successfully completed execution",
		"Method completed with status: 200",
	}
	broken := mockMethod("ok")
	broken.MethodIntegration = nil
	failed := []string{
		"Execution failed due to configuration error: the method has no integration",
		"Method completed with status: 500",
	}
	for name, test := range map[string]struct {
		setting types.MethodSetting
		method  types.Method
		want    []string
	}{
		"off":                {types.MethodSetting{LoggingLevel: aws.String("OFF")}, mockMethod("ok"), nil},
		"errors, none":       {types.MethodSetting{LoggingLevel: aws.String("ERROR")}, mockMethod("ok"), nil},
		"errors, one":        {types.MethodSetting{LoggingLevel: aws.String("ERROR")}, broken, failed},
		"errors, data trace": {types.MethodSetting{LoggingLevel: aws.String("ERROR"), DataTraceEnabled: true}, broken, failed},
		"steps":              {types.MethodSetting{LoggingLevel: aws.String("INFO")}, mockMethod("ok"), steps},
		"all": {types.MethodSetting{LoggingLevel: aws.String("INFO"), DataTraceEnabled: true}, mockMethod("ok"), slices.Concat(steps[:6], []string{
			"Method request path: {}",
			"Method request query string: {}",
			"Method request headers: {Authorization=****, Host=example.com}",
			"Method request body before transformations: ",
			"Method response body after transformations: ok",
			"Method response headers: {Content-Type=application/json}",
		}, steps[6:])},
	} {
		var got []string
		plane := dataplane.New(dataplane.Config{
			Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return fixedTime },
			ExecutionLog: func(account, region, apiID, stage string, lines []rest.LogLine) {
				if account != "111111111111" || region != "us-east-1" || apiID != "api1" || stage != "stage" {
					t.Errorf("%s: log of %s %s %s %s", name, account, region, apiID, stage)
				}
				for _, line := range lines {
					got = append(got, line.Text)
				}
			},
		})
		stage := stageOf(resourceOf("/a", map[string]types.Method{"GET": test.method}))
		test.setting.ThrottlingRateLimit, test.setting.ThrottlingBurstLimit = 100, 100
		stage.Stage.MethodSettings = map[string]types.MethodSetting{"*/*": test.setting}
		plane.PublishRestStage(stage)
		r, w := httptest.NewRequest("GET", "/stage/a", nil), httptest.NewRecorder()
		r.Header.Set("Authorization", "secret")
		plane.Serve(w, r, dataplane.Address{ApiID: "api1", Path: r.URL.Path})
		const idHeader, extendedHeader = "x-amzn-RequestId", "x-amz-apigw-id"  // as AWS spells them
		id, extended := w.Header()[idHeader][0], w.Header()[extendedHeader][0] //nolint:staticcheck // AWS spells them so
		replace := strings.NewReplacer("("+id+") ", "", id, "<id>", extended, "<extended>")
		for i := range got {
			got[i] = replace.Replace(got[i])
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
		_ = plane.Close()
	}
}
