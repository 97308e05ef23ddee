package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const (
	sdkPlainFunction = `exports.handler = async (event) => {
  console.log("a line");
  if (event.fail) throw new RangeError("no");
  return { statusCode: 200, headers: { "X-Mine": "1" }, body: JSON.stringify(event) };
};`
	sdkStreamingFunction = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("one ");
  stream.write("two " + event.n);
  stream.end();
});`
)

// TestJavaScriptSDK has the AWS SDK for JavaScript make and call functions and APIs of all
// kinds.
func TestJavaScriptSDK(t *testing.T) {
	t.Parallel()
	requireTool(t, "node")
	if !runsNode(t, "-e", "process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)") {
		t.Skip("the AWS SDK for JavaScript needs Node.js 20") // Debian 12 has an older one
	}
	if !runsNode(t, "-e", `["lambda", "api-gateway", "apigatewayv2", "apigatewaymanagementapi", "cloudwatch-logs"].forEach((name) => require("@aws-sdk/client-" + name)); require("ws")`) {
		what := "Node.js does not find the AWS SDK and ws: npm install their packages, and set NODE_PATH"
		if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") != "" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	e := start(t, emulator.Config{})
	args := []string{filepath.Join("..", "testdata", "clients", "sdk.cjs"), e.URL()}
	for _, code := range []string{sdkPlainFunction, sdkStreamingFunction} {
		file := filepath.Join(t.TempDir(), "code.zip")
		if err := os.WriteFile(file, zipOf(t, "index.js", code), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	command := exec.CommandContext(t.Context(), "node", args...)
	var problems strings.Builder
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := map[string]any{
		"invoke": []any{200.0, "$LATEST", `{"n":1}`, true}, "failed": []any{"Unhandled", "RangeError"},
		"unknown": "404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:none",
		"stream":  []any{"one two 2", true}, "pages": 2.0, "tail": true,
		"rest": []any{200.0, "1", map[string]any{"a": []any{"1", "2"}}}, "exported": "3.0.1", "badPatch": "400 BadRequestException: Invalid patch path",
		"http":   []any{200.0, "2.0", "/x", "y=1", true},
		"pushed": "pushed", "gone": "410 GoneException",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
