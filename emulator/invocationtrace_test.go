package emulator_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestInvocationTrace: a function sees the trace id that its caller sent to Invoke, or a new one,
// and the caller sees its root.
func TestInvocationTrace(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	must(c.lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("traced"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"), Timeout: aws.Int32(30),
		Role: aws.String("arn:aws:iam::000000000000:role/test"),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", "import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n")},
	}))(t)
	const sent = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	for _, test := range []struct{ name, path, header, function, shown string }{
		{"sent", "/2015-03-31/functions/traced/invocations", sent, `^"` + sent + `"$`, `^root=1-5759e988-bd862e3fe1be46a994272793;sampled=1$`},
		{"new", "/2015-03-31/functions/traced/invocations", "", `^"Root=(1-[0-9a-f]{8}-[0-9a-f]{24});Parent=[0-9a-f]{16};Sampled=0"$`, `^root=1-[0-9a-f]{8}-[0-9a-f]{24};sampled=0$`},
		{"stream", "/2021-11-15/functions/traced/response-streaming-invocations", sent, sent, `^root=1-5759e988-bd862e3fe1be46a994272793;sampled=1$`},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+test.path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if test.header != "" {
			request.Header.Set("X-Amzn-Trace-Id", test.header)
		}
		response := must(c.http.Do(request))(t)
		body := string(must(io.ReadAll(response.Body))(t))
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || !regexp.MustCompile(test.function).MatchString(body) || !regexp.MustCompile(test.shown).MatchString(response.Header.Get("X-Amzn-Trace-Id")) {
			t.Errorf("%s: %d %s %q", test.name, response.StatusCode, body, response.Header.Get("X-Amzn-Trace-Id"))
		}
	}
}
