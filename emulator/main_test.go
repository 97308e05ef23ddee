package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// functionRole makes the test binary run as a Lambda function.
const functionRole = "EMULATOR_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(functionRole) == "function" {
		fmt.Fprintln(os.Stderr, runFunction("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/invocation/"))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(buildDir)
		os.Exit(code)
	}))
}

// runFunction is a provided runtime whose function returns its event as the body of a
// proxy response. An event with the query parameter "wait" is answered once the URL in
// it has answered.
func runFunction(base string) error {
	for {
		next, err := http.Get(base + "next")
		if err != nil {
			return err
		}
		event, err := io.ReadAll(next.Body)
		next.Body.Close()
		if err != nil {
			return err
		}
		var parsed struct {
			QueryStringParameters map[string]string
		}
		if err := json.Unmarshal(event, &parsed); err != nil {
			return err
		}
		if wait := parsed.QueryStringParameters["wait"]; wait != "" {
			if _, err := http.Get(wait); err != nil {
				return err
			}
		}
		reply, err := json.Marshal(map[string]any{"statusCode": 200, "headers": map[string]string{"Content-Type": "application/json"}, "body": string(event)})
		if err != nil {
			return err
		}
		done, err := http.Post(base+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", bytes.NewReader(reply))
		if err != nil {
			return err
		}
		done.Body.Close()
	}
}
