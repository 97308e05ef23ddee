package emulator_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// What functions print is in CloudWatch Logs, as the CLI reads it, also after a restart.
func TestCloudWatchLogs(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	data := filepath.Join(t.TempDir(), "data")
	e := start(t, emulator.Config{DataDir: data})
	c := newClients(t, e.AWSConfig())
	_, err := c.lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("talk"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", "def handler(event, context):\n    print('so it goes', event['n'])\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range []string{`{"n":1}`, `{"n":2}`, `{}`} {
		if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("talk"), Payload: []byte(payload)}); err != nil {
			t.Fatal(err)
		}
	}
	cli := newAWSCLI(t, e)
	lines := cli.logLines("--filter-pattern", `"so it goes" -Traceback`)
	if len(lines) != 2 || lines[0] != "so it goes 1" || lines[1] != "so it goes 2" {
		t.Errorf("lines %q", lines)
	}
	all := strings.Join(cli.logLines(), "\n")
	for _, want := range []string{"START RequestId: ", "REPORT RequestId: ", "[ERROR] KeyError: 'n'"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	groups := cli.run("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/")["logGroups"].([]any)
	if len(groups) != 1 || groups[0].(map[string]any)["arn"] != "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/talk:*" {
		t.Errorf("groups %v", groups)
	}
	cli.run("logs", "put-retention-policy", "--log-group-name", "/aws/lambda/talk", "--retention-in-days", "7")
	stream := cli.run("logs", "describe-log-streams", "--log-group-name", "/aws/lambda/talk")["logStreams"].([]any)[0].(map[string]any)["logStreamName"].(string)
	events := cli.run("logs", "get-log-events", "--log-group-name", "/aws/lambda/talk", "--log-stream-name", stream, "--limit", "2")["events"].([]any)
	if len(events) != 2 {
		t.Errorf("events %v", events)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	again := start(t, emulator.Config{DataDir: data})
	cli = newAWSCLI(t, again)
	if got := strings.Join(cli.logLines(), "\n"); got != all {
		t.Errorf("after a restart\n%s\nwant\n%s", got, all)
	}
	cli.run("logs", "delete-log-group", "--log-group-name", "/aws/lambda/talk")
	if groups := cli.run("logs", "describe-log-groups")["logGroups"].([]any); len(groups) != 0 {
		t.Errorf("groups %v", groups)
	}
}

// logLines returns the messages of the function's group.
func (c *awsCLI) logLines(args ...string) []string {
	c.t.Helper()
	out := c.run(append([]string{"logs", "filter-log-events", "--log-group-name", "/aws/lambda/talk"}, args...)...)
	var lines []string
	for _, e := range out["events"].([]any) {
		lines = append(lines, e.(map[string]any)["message"].(string))
	}
	return lines
}

// An unsigned request is known by its target.
func TestUnsignedLogsRequest(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+"/", strings.NewReader(`{"logGroupName":"none"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "Logs_20140328.FilterLogEvents")
	response, err := c.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusBadRequest || response.Header.Get("X-Amzn-ErrorType") != "ResourceNotFoundException" || response.Header.Get("X-Amzn-RequestId") == "" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
}

// TestExecutionLogs: what a stage of a REST API logs is in its own log group.
func TestExecutionLogs(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	apiID, _ := c.createMockAPI(t.Context(), t, "hello", false)
	must(c.gateway.CreateDeployment(t.Context(), &apigateway.CreateDeploymentInput{RestApiId: &apiID, StageName: aws.String("dev")}))(t)
	must(c.gateway.UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &apiID, StageName: aws.String("dev"), PatchOperations: []apitypes.PatchOperation{
		{Op: apitypes.OpReplace, Path: aws.String("/*/*/logging/loglevel"), Value: aws.String("INFO")},
		{Op: apitypes.OpReplace, Path: aws.String("/*/*/logging/dataTrace"), Value: aws.String("true")},
	}}))(t)
	must(c.gateway.UpdateStage(t.Context(), &apigateway.UpdateStageInput{RestApiId: &apiID, StageName: aws.String("dev"), PatchOperations: []apitypes.PatchOperation{
		{Op: apitypes.OpReplace, Path: aws.String("/accessLogSettings/destinationArn"), Value: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:access")},
		{Op: apitypes.OpReplace, Path: aws.String("/accessLogSettings/format"), Value: aws.String(`$context.httpMethod $context.resourcePath $context.status $context.responseLength $context.nope "$context.requestId"`)},
	}}))(t)
	if status, body := c.body(t, e.InvokeURL(apiID, "dev", "/")); status != http.StatusOK || body != "hello" {
		t.Fatalf("%d %s", status, body)
	}
	cli := newAWSCLI(t, e)
	events := cli.run("logs", "filter-log-events", "--log-group-name", "API-Gateway-Execution-Logs_"+apiID+"/dev",
		"--filter-pattern", `"Method response body after transformations: hello"`)["events"].([]any)
	if len(events) != 1 {
		t.Errorf("events %v", events)
	}
	access := cli.run("logs", "filter-log-events", "--log-group-name", "access")["events"].([]any)
	if len(access) != 1 || !strings.HasPrefix(access[0].(map[string]any)["message"].(string), `GET / 200 5 - "`) {
		t.Errorf("access log %v", access)
	}
}
