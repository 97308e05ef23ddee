package emulator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestHTTPAPICLI: quick create by the AWS CLI, to a function and to a URL, and curl at the
// address that the CLI shows.
func TestHTTPAPICLI(t *testing.T) {
	t.Parallel()
	requireTool(t, "curl")
	e := start(t, emulator.Config{})
	cli := newAWSCLI(t, e)
	zip := filepath.Join(t.TempDir(), "function.zip")
	if err := os.WriteFile(zip, echoFunction(t).Code.ZipFile, 0o600); err != nil {
		t.Fatal(err)
	}
	arn := cli.run("lambda", "create-function", "--function-name", "echo", "--runtime", "provided.al2023", "--handler", "bootstrap",
		"--role", "arn:aws:iam::000000000000:role/test", "--timeout", "30", "--zip-file", "fileb://"+zip)["FunctionArn"].(string)
	curl := func(address string, args ...string) string {
		t.Helper()
		host, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
		port := e.URL()[strings.LastIndexByte(e.URL(), ':')+1:]
		output, err := exec.Command("curl", append([]string{"-sS", "--max-time", "20", "--resolve", host + ":" + port + ":127.0.0.1", "-w", " %{http_code}", address}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("curl %s: %v: %s", address, err, output)
		}
		return string(output)
	}
	api := cli.run("apigatewayv2", "create-api", "--name", "function", "--protocol-type", "HTTP", "--target", arn)
	endpoint, id := api["ApiEndpoint"].(string), api["ApiId"].(string)
	if got := curl(endpoint + "/a"); got != httpInternal+" 500" {
		t.Errorf("without permission: %s", got)
	}
	cli.run("lambda", "add-permission", "--function-name", "echo", "--statement-id", "gateway", "--action", "lambda:InvokeFunction", "--principal", "apigateway.amazonaws.com",
		"--source-arn", "arn:aws:execute-api:us-east-1:000000000000:"+id+"/*/$default")
	got := curl(endpoint+"/a/b?c=d", "-d", "x=1", "-b", "k=v")
	for _, part := range []string{`"version":"2.0"`, `"routeKey":"$default"`, `"rawPath":"/a/b"`, `"cookies":["k=v"]`, `"body":"eD0x"`, `"isBase64Encoded":true`, " 200"} {
		if !strings.Contains(strings.ReplaceAll(got, `": `, `":`), part) {
			t.Errorf("lacks %s: %s", part, got)
		}
	}
	backend := text(t, "")
	api = cli.run("apigatewayv2", "create-api", "--name", "url", "--protocol-type", "HTTP", "--target", backend.URL+"/base", "--route-key", "GET /pets/{id}",
		"--cors-configuration", "AllowOrigins=https://a.example,AllowMethods=GET")
	endpoint, id = api["ApiEndpoint"].(string), api["ApiId"].(string)
	if got := curl(endpoint + "/pets/1?a=b"); got != "GET /base?a=b 200" {
		t.Errorf("got %s", got)
	}
	if got := curl(endpoint+"/pets/1", "-X", "OPTIONS", "-H", "Origin: https://a.example", "-H", "Access-Control-Request-Method: GET"); got != " 204" {
		t.Errorf("preflight: %s", got)
	}
	if got := curl(endpoint + "/toys"); got != httpNotFound+" 404" {
		t.Errorf("no route: %s", got)
	}
	routes := cli.run("apigatewayv2", "get-routes", "--api-id", id)["Items"].([]any)
	if len(routes) != 1 || routes[0].(map[string]any)["ApiGatewayManaged"] != true {
		t.Errorf("routes %v", routes)
	}
}
