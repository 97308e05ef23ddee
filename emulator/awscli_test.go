package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// awsCLI runs the AWS CLI against an emulator.
type awsCLI struct {
	t   *testing.T
	env []string
}

func newAWSCLI(t *testing.T, e *emulator.Emulator) *awsCLI {
	t.Helper()
	requireTool(t, "aws")
	dir := t.TempDir()
	return &awsCLI{t: t, env: append(os.Environ(),
		"AWS_ENDPOINT_URL="+e.URL(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_DEFAULT_REGION=us-east-1", "AWS_PAGER=",
		"AWS_CONFIG_FILE="+filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"), "AWS_EC2_METADATA_DISABLED=true",
	)}
}

// run runs a command and returns its output, which is JSON.
func (c *awsCLI) run(args ...string) map[string]any {
	c.t.Helper()
	cmd := exec.Command("aws", append(args, "--output", "json")...)
	cmd.Env = c.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	result := map[string]any{}
	if len(output) > 0 {
		if err := json.Unmarshal(output, &result); err != nil {
			c.t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, output)
		}
	}
	return result
}

func TestAWSCLI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	e := start(t, emulator.Config{DataDir: data})
	cli := newAWSCLI(t, e)
	if got := cli.run("sts", "get-caller-identity")["Account"]; got != emulator.DefaultAccount {
		t.Errorf("account %v", got)
	}
	zip := filepath.Join(dir, "function.zip")
	function := echoFunction(t)
	if err := os.WriteFile(zip, function.Code.ZipFile, 0o600); err != nil {
		t.Fatal(err)
	}
	arn := cli.run("lambda", "create-function", "--function-name", "echo", "--runtime", "provided.al2023", "--handler", "bootstrap",
		"--role", "arn:aws:iam::000000000000:role/test", "--timeout", "30", "--zip-file", "fileb://"+zip)["FunctionArn"].(string)
	cli.run("lambda", "add-permission", "--function-name", "echo", "--statement-id", "gateway", "--action", "lambda:InvokeFunction", "--principal", "apigateway.amazonaws.com")

	api := cli.run("apigateway", "create-rest-api", "--name", "pets")
	id, root := api["id"].(string), api["rootResourceId"].(string)
	resource := cli.run("apigateway", "create-resource", "--rest-api-id", id, "--parent-id", root, "--path-part", "{proxy+}")["id"].(string)
	cli.run("apigateway", "put-method", "--rest-api-id", id, "--resource-id", resource, "--http-method", "ANY", "--authorization-type", "NONE")
	cli.run("apigateway", "put-integration", "--rest-api-id", id, "--resource-id", resource, "--http-method", "ANY", "--type", "AWS_PROXY",
		"--integration-http-method", "POST", "--uri", invocationURI(arn))
	cli.run("apigateway", "create-deployment", "--rest-api-id", id, "--stage-name", "dev")

	c := newClients(t, e.AWSConfig())
	for _, url := range []string{e.InvokeURL(id, "dev", "pets/1"), e.URL() + "/restapis/" + id + "/dev/_user_request_/pets/1"} {
		if event := c.invoke(t, get(t, url)); event.Path != "/pets/1" || event.Resource != "/{proxy+}" {
			t.Errorf("%s: event %+v", url, event)
		}
	}
	request := get(t, e.URL()+"/dev/pets/1")
	request.Host = id + ".execute-api.localhost"
	if event := c.invoke(t, request); event.Path != "/pets/1" {
		t.Errorf("by host: event %+v", event)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}

	again := start(t, emulator.Config{DataDir: data})
	items := newAWSCLI(t, again).run("apigateway", "get-rest-apis")["items"].([]any)
	if len(items) != 1 || items[0].(map[string]any)["id"] != id {
		t.Errorf("APIs after restart: %v", items)
	}
	if event := newClients(t, again.AWSConfig()).invoke(t, get(t, again.InvokeURL(id, "dev", "again"))); event.Path != "/again" {
		t.Errorf("after restart: event %+v", event)
	}
}
