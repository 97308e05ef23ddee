package emulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

func (c *clients) pythonCode(t *testing.T, name string, code *types.FunctionCode, layers ...string) string {
	t.Helper()
	return c.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
		FunctionName: &name, Runtime: types.RuntimePython312, Handler: aws.String("app.handler"), Layers: layers,
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30), Code: code,
	})
}

// TestFunctionWithLayers publishes layers and invokes a function that has them.
func TestFunctionWithLayers(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	var layers []string
	for _, name := range []string{"first", "second"} {
		published := must(c.lambda.PublishLayerVersion(t.Context(), &lambda.PublishLayerVersionInput{
			LayerName: &name, Content: &types.LayerVersionContentInput{ZipFile: zipOf(t, "python/shared.py", "name = '"+name+"'\n")},
		}))(t)
		layers = append(layers, *published.LayerVersionArn)
	}
	code := &types.FunctionCode{ZipFile: zipOf(t, "app.py", "import shared\ndef handler(event, context):\n    return shared.name\n")}
	c.pythonCode(t, "layered", code, layers...)
	invoke := func() string {
		t.Helper()
		return string(must(c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("layered")}))(t).Payload)
	}
	if got := invoke(); got != `"second"` {
		t.Errorf("got %s: the last layer wins", got)
	}
	must(c.lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("layered"), Layers: layers[:1]}))(t)
	if got := invoke(); got != `"first"` {
		t.Errorf("after an update: got %s", got)
	}
}

// TestHotReload edits the source of a function behind an API.
func TestHotReload(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	dir := t.TempDir()
	save := func(body string) {
		t.Helper()
		source := "def handler(event, context):\n    return {'statusCode': 200, 'body': '" + body + "'}\n"
		if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("before")
	api := c.createProxyAPI(t.Context(), t, c.pythonCode(t, "hot", &types.FunctionCode{S3Bucket: aws.String("hot-reload"), S3Key: &dir}))
	url := e.InvokeURL(api, "dev", "/x")
	if status, body := c.body(t, url); status != http.StatusOK || body != "before" {
		t.Fatalf("%d %s", status, body)
	}
	save("after")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		// A save is not one step: in between the file is empty, and the call fails.
		status, body := c.body(t, url)
		if status == http.StatusOK && body == "after" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d %s", status, body)
		}
	}
	function := must(c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("hot")}))(t)
	if location := aws.ToString(function.Code.Location); !strings.HasPrefix(location, "file://") {
		t.Errorf("location: %s", location)
	}
}
