package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestTraceReachesTheFunction proves that the trace a client starts (RT-32, RT-33) is
// the one that the function's own environment names.
func TestTraceReachesTheFunction(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	const handler = "import os\ndef handler(event, context):\n    return {'statusCode': 200, 'body': os.environ['_X_AMZN_TRACE_ID']}\n"
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	id := c.createProxyAPI(t.Context(), t, c.createFunction(t.Context(), t, &lambda.CreateFunctionInput{
		FunctionName: aws.String("trace"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", handler)},
	}))
	const root = "Root=1-3152b799-8954dae64eda91bc9a23a7e8"
	for name, sent := range map[string]string{
		"RT-31 none":          "",
		"RT-33 a root":        root,
		"RT-32 a whole trace": root + ";Parent=7fa8c0f79203be72;Sampled=1",
	} {
		request := get(t, e.InvokeURL(id, "dev", "/x"))
		if sent != "" {
			request.Header.Set("X-Amzn-Trace-Id", sent)
		}
		response, err := c.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %v: %s", name, response.StatusCode, err, body)
		}
		if got := response.Header.Get("X-Amzn-Trace-Id"); got != string(body) || !strings.HasPrefix(got, sent) || !strings.HasPrefix(got, "Root=1-") {
			t.Errorf("%s: sent %q, the client got %q, the function %q", name, sent, got, body)
		}
	}

	// Unlike through an API, the header goes to the function as it is.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+"/2015-03-31/functions/trace/invocations", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amzn-Trace-Id", root)
	response, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(body), root) {
		t.Errorf("direct invocation: %s, %v", body, err)
	}
}
