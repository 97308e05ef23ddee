package emulator_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
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

// streamHandler answers in two parts: the second when the file that the request names is
// there, so that the reader of the first has it before the function is done.
const streamHandler = `
const { existsSync } = require("node:fs");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const query = event.queryStringParameters ?? {};
  if (query.fail === "first") throw new Error("before anything");
  if (query.raw) { stream.setContentType("text/plain"); stream.end("raw"); return; }
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "Content-Type": "text/event-stream", "X-Mine": "1" }, cookies: ["a=b"] });
  out.write("one\n");
  while (!existsSync(query.file)) await pause(2);
  if (query.fail === "later") throw new Error("half way");
  out.write("two\n");
  out.end();
});
`

func TestResponseStreaming(t *testing.T) {
	t.Parallel()
	requireTool(t, "node")
	ctx := t.Context()
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	name := aws.String("streams")
	arn := c.createFunction(ctx, t, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: types.RuntimeNodejs20x, Handler: aws.String("index.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "index.js", streamHandler)},
	})
	must(c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: name, StatementId: aws.String("url"), Action: aws.String("lambda:*"), Principal: aws.String("*"),
	}))(t)
	url := must(c.lambda.CreateFunctionUrlConfig(ctx, &lambda.CreateFunctionUrlConfigInput{
		FunctionName: name, AuthType: types.FunctionUrlAuthTypeNone, InvokeMode: types.InvokeModeResponseStream,
	}))(t)
	id := functionURLID(t, url.FunctionUrl)
	api := c.createStreamingAPI(ctx, t, arn)

	for front, base := range map[string]string{"REST API": e.InvokeURL(api, "dev", "/x"), "function URL": e.URL() + "/_aws/lambda-url/" + id + "/x"} {
		t.Run(front, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "go-on")
			response := must(c.http.Do(get(t, base+"?file="+file)))(t)
			defer response.Body.Close()
			if response.StatusCode != http.StatusCreated || response.Header.Get("Content-Type") != "text/event-stream" ||
				response.Header.Get("X-Mine") != "1" || response.Header.Get("Set-Cookie") != "a=b" || response.ContentLength >= 0 {
				t.Errorf("head: %d %v", response.StatusCode, response.Header)
			}
			lines := bufio.NewReader(response.Body)
			if line := must(lines.ReadString('\n'))(t); line != "one\n" {
				t.Errorf("first part: %q", line)
			}
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if rest := must(io.ReadAll(lines))(t); string(rest) != "two\n" {
				t.Errorf("second part: %q", rest)
			}

			cut := must(c.http.Do(get(t, base+"?fail=later&file="+file)))(t)
			defer cut.Body.Close()
			if body, err := io.ReadAll(cut.Body); err == nil || cut.StatusCode != http.StatusCreated || string(body) != "one\n" {
				t.Errorf("a failure half way: %d %q %v", cut.StatusCode, body, err)
			}
			if status, body := c.body(t, base+"?fail=first"); status != http.StatusBadGateway || !strings.Contains(strings.ToLower(body), "internal server error") {
				t.Errorf("a failure before anything: %d %s", status, body)
			}
		})
	}
	if status, body := c.body(t, e.URL()+"/_aws/lambda-url/"+id+"/x?raw=1"); status != http.StatusOK || body != "raw" {
		t.Errorf("a URL's response without metadata: %d %s", status, body)
	}
	if status, body := c.body(t, e.InvokeURL(api, "dev", "/x?raw=1")); status != http.StatusBadGateway {
		t.Errorf("an API's response without metadata: %d %s", status, body)
	}
}

// createStreamingAPI deploys an API whose GET /x streams from a function.
func (c *clients) createStreamingAPI(ctx context.Context, t *testing.T, functionARN string) string {
	t.Helper()
	api := must(c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("streams")}))(t)
	resource := must(c.gateway.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("x")}))(t)
	must(c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String("GET"), AuthorizationType: aws.String("NONE")}))(t)
	must(c.gateway.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String("GET"), Type: apitypes.IntegrationTypeAwsProxy,
		IntegrationHttpMethod: aws.String("POST"), ResponseTransferMode: apitypes.ResponseTransferModeStream,
		Uri: aws.String("arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/" + functionARN + "/response-streaming-invocations"),
	}))(t)
	must(c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")}))(t)
	return *api.Id
}
