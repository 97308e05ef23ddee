package emulator_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// lockedBuffer is a buffer that a logger and a test share.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func TestFunctionOutputIsLogged(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	var output lockedBuffer
	e := start(t, emulator.Config{Logger: slog.New(slog.NewJSONHandler(&output, nil))})
	c := newClients(t, e.AWSConfig())
	_, err := c.lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("talk"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", "def handler(event, context):\n    print('so it goes')\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("talk")}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	log := output.String()
	if !strings.Contains(log, `"function":"talk"`) || !strings.Contains(log, `"line":"so it goes"`) {
		t.Errorf("the function's output is not in the log:\n%s", log)
	}
	if strings.Contains(log, "START RequestId") {
		t.Errorf("frame lines are shown at level info:\n%s", log)
	}
}
