package emulator_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apitypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// start starts an emulator on a free port that ends with the test; without DataDir it
// is ephemeral.
func start(t *testing.T, config emulator.Config) *emulator.Emulator {
	t.Helper()
	config.Listen = "127.0.0.1:0"
	config.Ephemeral = config.DataDir == ""
	e, err := emulator.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// clients are SDK clients with connections of their own.
type clients struct {
	gateway *apigateway.Client
	lambda  *lambda.Client
	http    *http.Client
	config  aws.Config
}

func newClients(t *testing.T, config aws.Config) *clients {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	config.HTTPClient = client
	return &clients{apigateway.NewFromConfig(config), lambda.NewFromConfig(config), client, config}
}

// requireTool skips the test when a program is missing, or fails it where the tools
// have to be there.
func requireTool(t *testing.T, name string) {
	t.Helper()
	_, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("STAGEDOOR_REQUIRE_TOOLS") != "":
		t.Fatalf("%s is not on PATH", name)
	default:
		t.Skipf("%s is not on PATH", name)
	}
}

// zipOf returns a zip with one executable file.
func zipOf(t *testing.T, name, content string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := archive.CreateHeader(header)
	if err == nil {
		_, err = io.WriteString(file, content)
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// echoFunction is a function that returns its event as the body: the test binary.
func echoFunction(t *testing.T) *lambda.CreateFunctionInput {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &lambda.CreateFunctionInput{
		FunctionName: aws.String("echo"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "bootstrap", "#!/bin/sh\n"+functionRole+"=function exec '"+self+"'\n")},
	}
}

const pythonHandler = `import json

def handler(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
`

// pythonFunction does the same in Python.
func pythonFunction(t *testing.T) *lambda.CreateFunctionInput {
	t.Helper()
	requireTool(t, "python3")
	return &lambda.CreateFunctionInput{
		FunctionName: aws.String("python"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", pythonHandler)},
	}
}

// createFunction creates a function that API Gateway may invoke, and returns its ARN.
func (c *clients) createFunction(ctx context.Context, t *testing.T, in *lambda.CreateFunctionInput) string {
	t.Helper()
	function, err := c.lambda.CreateFunction(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
		FunctionName: in.FunctionName, StatementId: aws.String("gateway"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("apigateway.amazonaws.com"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(function.FunctionArn)
}

// createProxyAPI deploys an API with ANY /{proxy+} to stage dev and returns its id.
func (c *clients) createProxyAPI(ctx context.Context, t *testing.T, functionARN string) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	api, err := c.gateway.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: aws.String("pets")})
	must(err)
	resource, err := c.gateway.CreateResource(ctx, &apigateway.CreateResourceInput{RestApiId: api.Id, ParentId: api.RootResourceId, PathPart: aws.String("{proxy+}")})
	must(err)
	_, err = c.gateway.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String("ANY"), AuthorizationType: aws.String("NONE")})
	must(err)
	_, err = c.gateway.PutIntegration(ctx, &apigateway.PutIntegrationInput{
		RestApiId: api.Id, ResourceId: resource.Id, HttpMethod: aws.String("ANY"), Type: apitypes.IntegrationTypeAwsProxy,
		IntegrationHttpMethod: aws.String("POST"), Uri: aws.String(invocationURI(functionARN)),
	})
	must(err)
	_, err = c.gateway.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: api.Id, StageName: aws.String("dev")})
	must(err)
	return aws.ToString(api.Id)
}

func invocationURI(functionARN string) string {
	return "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + functionARN + "/invocations"
}

// proxyEvent is what the tests read of the event that the echo functions return.
type proxyEvent struct {
	Resource, Path, HTTPMethod string
	Headers                    map[string]string
	PathParameters             map[string]string
	RequestContext             struct{ Path, DomainName, DomainPrefix, Stage, APIID string }
}

// invoke sends a request and returns the event that the function got.
func (c *clients) invoke(t *testing.T, request *http.Request) proxyEvent {
	t.Helper()
	response, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var event proxyEvent
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s (host %s): status %d: %s", request.Method, request.URL, request.Host, response.StatusCode, body)
	}
	if err := json.Unmarshal(body, &event); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return event
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// body fetches url and returns status and body.
func (c *clients) body(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := c.http.Do(get(t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(content))
}
