package emulator_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/emulator"
)

// syncBuffer is a log that may be read meanwhile.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestDeadLetters: what becomes of asynchronous invocations reaches queues, topics and
// buses at their endpoints.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	requireTool(t, "python3")
	ctx := t.Context()
	received := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.Header.Get("X-Amz-Target") + " " + string(body)
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test/") {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	warnings := &syncBuffer{}
	e := start(t, emulator.Config{Logger: slog.New(slog.NewTextHandler(warnings, nil)), Getenv: func(name string) string {
		switch name {
		case "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL_EVENTBRIDGE":
			return server.URL
		}
		return ""
	}})
	c := newClients(t, e.AWSConfig())
	name := aws.String("dead")
	create := &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: types.RuntimePython313, Handler: aws.String("app.handler"), Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(20),
		Code:             &types.FunctionCode{ZipFile: zipOf(t, "app.py", "def handler(event, context):\n    if event.get('ok'):\n        return 'fine'\n    raise Exception('too bad')\n")},
		DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:dynamodb:us-east-1:000000000000:table/t")},
	}
	if _, err := c.lambda.CreateFunction(ctx, create); errorCode(err) != "InvalidParameterValueException" {
		t.Errorf("a table as a queue: %v", err)
	}
	create.DeadLetterConfig.TargetArn = aws.String("arn:aws:sqs:us-east-1:000000000000:letters")
	function := must(c.lambda.CreateFunction(ctx, create))(t)
	if function.DeadLetterConfig == nil || *function.DeadLetterConfig.TargetArn != *create.DeadLetterConfig.TargetArn {
		t.Errorf("function %+v", function.DeadLetterConfig)
	}
	must(c.lambda.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName: name, MaximumRetryAttempts: aws.Int32(0), DestinationConfig: &types.DestinationConfig{
			OnSuccess: &types.OnSuccess{Destination: aws.String("arn:aws:events:us-east-1:000000000000:event-bus/default")},
			OnFailure: &types.OnFailure{Destination: aws.String("arn:aws:sns:us-east-1:000000000000:failures")},
		},
	}))(t)
	for payload, want := range map[string][]string{
		`{"ok":1}`: {`AWSEvents.PutEvents {"Entries":[{"Source":"lambda","DetailType":"Lambda Function Invocation Result - Success","Detail":"{`},
		`{"bad":1}`: {
			`AmazonSQS.SendMessage {"MessageAttributes":{"ErrorCode":{"DataType":"Number","StringValue":"200"},"ErrorMessage":{"DataType":"String","StringValue":"too bad"},"RequestID":`,
			` Action=Publish&Message=%7B%22version`,
		},
	} {
		must(c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: types.InvocationTypeEvent, Payload: []byte(payload)}))(t)
		for _, prefix := range want {
			if got := <-received; !strings.HasPrefix(got, prefix) {
				t.Errorf("%s: got %s, want %s", payload, got, prefix)
			}
		}
	}
	// A FIFO queue is taken, but nothing comes to it, as on AWS.
	must(c.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: name, DeadLetterConfig: &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:sqs:us-east-1:000000000000:letters.fifo")},
	}))(t)
	must(c.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"bad":2}`)}))(t)
	if got := <-received; !strings.HasPrefix(got, ` Action=Publish&Message=%7B%22version`) {
		t.Errorf("got %s", got)
	}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(warnings.String(), "not to FIFO ones"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no warning in %s", warnings.String())
		}
	}
	if len(received) > 0 {
		t.Errorf("got %s", <-received)
	}
}
