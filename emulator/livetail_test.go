package emulator_test

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// TestLiveTail: aws logs start-live-tail shows what a function prints meanwhile, and does
// not keep the emulator from closing.
func TestLiveTail(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	e := start(t, emulator.Config{})
	c := newClients(t, e.AWSConfig())
	must(c.lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("talk"), Runtime: types.RuntimePython313, Handler: aws.String("app.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/test"), Timeout: aws.Int32(30),
		Code: &types.FunctionCode{ZipFile: zipOf(t, "app.py", "def handler(event, context):\n    print('so it goes', event['n'])\n")},
	}))(t)
	invoke := func(payload string) {
		must(c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("talk"), Payload: []byte(payload)}))(t)
	}
	invoke(`{"n":0}`)
	cli := newAWSCLI(t, e)
	const arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/talk"
	tail := exec.CommandContext(t.Context(), "aws", "logs", "start-live-tail", "--log-group-identifiers", arn, "--log-event-filter-pattern", `"so it goes" -Traceback`)
	tail.Env = append(cli.env, "AWS_DISABLE_HOST_PREFIX_INJECTION=true", "PYTHONUNBUFFERED=1")
	tail.WaitDelay = time.Second
	var stderr strings.Builder
	tail.Stderr = &stderr
	output := must(tail.StdoutPipe())(t)
	if err := tail.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			if text := strings.TrimSpace(scanner.Text()); text != "" {
				lines <- text
				return
			}
		}
	}()
	// The session starts at some time: what is printed before is not in it.
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(30 * time.Second)
	for found := false; !found; {
		select {
		case line, ok := <-lines:
			if found = true; !ok || line != "so it goes 1" {
				t.Errorf("line %q, open %v\n%s", line, ok, stderr.String())
			}
		case <-ticker.C:
			invoke(`{"n":1}`)
		case <-deadline:
			t.Fatalf("no line\n%s", stderr.String())
		}
	}
	began := time.Now()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("Close took %s", took)
	}
	_ = tail.Process.Kill() // it has ended already, or has to
	_ = tail.Wait()
}
