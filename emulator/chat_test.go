package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/gorilla/websocket"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestChat deploys the chat of testdata, in Python and in Node.js, and has people talk.
func TestChat(t *testing.T) {
	t.Parallel()
	for name, language := range map[string]struct {
		file, module, fallback string
		runtime                func(t *testing.T) lambdatypes.Runtime
	}{
		"python": {"python/app.py", "app", "default", sdkPython},
		// Whichever Python there is, boto3 is.
		"another python": {"python/app.py", "app", "default", func(t *testing.T) lambdatypes.Runtime {
			t.Helper()
			sdkPython(t)
			return lambdatypes.RuntimePython312
		}},
		"node": {"node/app.mjs", "app", "fallback", func(t *testing.T) lambdatypes.Runtime {
			t.Helper()
			requireTool(t, "node")
			return lambdatypes.RuntimeNodejs20x
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := language.runtime(t)
			source, err := os.ReadFile(filepath.Join("..", "testdata", "chat", language.file))
			if err != nil {
				t.Fatal(err)
			}
			a := createWebSocketAPI(t, start(t, emulator.Config{}))
			table := t.TempDir()
			for key, handler := range map[string]string{
				"$connect": "connect", "$disconnect": "disconnect", "join": "join", "send": "send", "leave": "leave", "$default": language.fallback,
			} {
				arn := a.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
					FunctionName: aws.String("chat-" + handler), Runtime: runtime, Handler: aws.String(language.module + "." + handler),
					Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(30), MemorySize: aws.Int32(256),
					Code:        &lambdatypes.FunctionCode{ZipFile: zipOf(t, filepath.Base(language.file), string(source))},
					Environment: &lambdatypes.Environment{Variables: map[string]string{"TABLE": table}},
				})
				a.route(t, key, functionIntegration(arn), twoWay)
			}
			a.deploy(t)
			a.talk(t, "tea")
			a.byHost = true
			a.talk(t, "coffee")
		})
	}
}

// talk is a conversation in a room.
func (a *webSocketAPI) talk(t *testing.T, room string) {
	t.Helper()
	_, response, err := a.dial(t.Context(), "", nil)
	if err == nil {
		t.Fatal("connected without a token")
	}
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusUnauthorized || string(body) != "say please" {
		t.Errorf("no token: %d %s", response.StatusCode, body)
	}
	hears := func(conn *websocket.Conn, want map[string]any) {
		t.Helper()
		text := next(t, conn)
		var got map[string]any
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("heard %s, want %v", text, want)
		}
	}
	ann, bob, eve := a.connect(t, "?token=please"), a.connect(t, "?token=please"), a.connect(t, "?token=please")
	say(t, ann, `{"action":"join","room":"`+room+`","name":"ann"}`)
	hears(ann, map[string]any{"members": []any{"ann"}})
	say(t, bob, `{"action":"join","room":"`+room+`","name":"bob"}`)
	hears(ann, map[string]any{"info": "bob joined"})
	hears(bob, map[string]any{"members": []any{"ann", "bob"}})
	say(t, eve, `{"action":"send","room":"`+room+`","text":"psst"}`)
	hears(eve, map[string]any{"error": "join first"})
	say(t, eve, `what?`)
	hears(eve, map[string]any{"error": "unknown action"})
	for _, text := range []string{"hi", "ünï☃", "third"} {
		say(t, bob, `{"action":"send","room":"`+room+`","text":"`+text+`"}`)
		hears(ann, map[string]any{"from": "bob", "text": text})
		hears(bob, map[string]any{"from": "bob", "text": text})
	}
	say(t, eve, `{"action":"join","room":"`+room+`","name":"eve"}`)
	hears(ann, map[string]any{"info": "eve joined"})
	hears(bob, map[string]any{"info": "eve joined"})
	hears(eve, map[string]any{"members": []any{"ann", "bob", "eve"}})
	_ = eve.UnderlyingConn().Close() // vanishes
	hears(ann, map[string]any{"info": "eve left"})
	hears(bob, map[string]any{"info": "eve left"})
	say(t, bob, `{"action":"leave","room":"`+room+`"}`)
	hears(bob, map[string]any{"left": room})
	hears(ann, map[string]any{"info": "bob left"})
}
