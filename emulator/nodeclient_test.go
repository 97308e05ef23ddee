package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

const nodeSocketFunction = `
export const handler = async (event) => {
  const query = event.queryStringParameters ?? {};
  if (query.deny) return { statusCode: 401 };
  if (event.requestContext.eventType === "CONNECT") return { statusCode: 200, headers: query.protocol ? { "Sec-WebSocket-Protocol": query.protocol } : {} };
  return { statusCode: 200, body: JSON.parse(event.body).text };
};
`

// runsNode reports whether Node.js runs a line of code without an error.
func runsNode(t *testing.T, args ...string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), "node", args...).Run() == nil
}

// TestNodeClients has clients of Node.js talk with a WebSocket API: the package "ws", and the
// WebSocket that is that of browsers.
func TestNodeClients(t *testing.T) {
	t.Parallel()
	requireTool(t, "node")
	missing := func(t *testing.T, what string) {
		t.Helper()
		if os.Getenv("STAGEDOOR_REQUIRE_TOOLS") != "" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	a := createWebSocketAPI(t, start(t, emulator.Config{}))
	arn := a.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
		FunctionName: aws.String("socket"), Runtime: lambdatypes.RuntimeNodejs20x, Handler: aws.String("index.handler"), Role: aws.String("arn:aws:iam::000000000000:role/r"),
		Timeout: aws.Int32(20), Code: &lambdatypes.FunctionCode{ZipFile: zipOf(t, "index.mjs", nodeSocketFunction)},
	})
	a.route(t, "$connect", functionIntegration(arn), nil)
	a.route(t, "echo", functionIntegration(arn), twoWay)
	a.deploy(t)
	address := strings.TrimSuffix(strings.Replace(a.e.InvokeURL(a.id, "dev", ""), "http://", "ws://", 1), "/")
	type ending struct {
		Code     int
		Reason   string
		WasClean bool
	}
	type seen struct {
		Extensions, Echo, Pong, Protocol string
		Long, TooLarge                   int
		Denied                           bool
		Closed, Binary                   ending
	}
	want := seen{
		Echo: "héllo ☃ 𝄞", Long: 30000, Protocol: "chat", TooLarge: 1009, Denied: true,
		Closed: ending{4001, "", true}, Binary: ending{1003, "Binary message types not supported", true},
	}
	run := func(t *testing.T, want seen, args ...string) {
		t.Helper()
		args = append(args, address)
		command := exec.CommandContext(t.Context(), "node", args...)
		var problems strings.Builder
		command.Stderr = &problems
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, problems.String())
		}
		var got seen
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	script := filepath.Join("..", "testdata", "websocket", "client.cjs")
	t.Run("ws", func(t *testing.T) {
		t.Parallel()
		if !runsNode(t, "-e", `require("ws")`) {
			missing(t, `Node.js does not find the package "ws": npm install ws, and set NODE_PATH`)
		}
		want := want
		want.Pong = "there?"
		run(t, want, script, "ws")
	})
	t.Run("browser", func(t *testing.T) {
		t.Parallel()
		const probe = `process.exit(typeof WebSocket === "function" ? 0 : 1)`
		switch {
		case runsNode(t, "-e", probe):
			run(t, want, script, "browser")
		case runsNode(t, "--experimental-websocket", "-e", probe):
			run(t, want, "--experimental-websocket", script, "browser")
		case !runsNode(t, "-e", `require("ws")`):
			missing(t, "this Node.js has no WebSocket, which takes release 20.10")
		default:
			t.Skip("this Node.js has no WebSocket; the package ws is tested") // an older one, as of Debian 12
		}
	})
}
